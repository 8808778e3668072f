"""Signing in with a passkey: what no browser would send is refused with a sentence (SAFEGUARDS 12)."""

from allauth.mfa.webauthn.views import login_webauthn
from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_http_methods

from huhang.doors.frame.gates import public
from huhang.doors.frame.pages import error_page


@public
@require_http_methods(["GET", "HEAD", "POST"])
def passkey_login(request: HttpRequest) -> HttpResponseBase:
    """allauth's page; a credential that is JSON but no credential is a bad request, not a fault of ours."""
    try:
        response: HttpResponseBase = login_webauthn(request)
    except (LookupError, TypeError, ValueError):
        return error_page(400, request=request)
    return response
