"""Leaving: on a computer anybody may use, nothing stays behind."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from huhang.doors.frame.gates import public
from huhang.doors.hall import visitor
from huhang.doors.hall.showing import show


@public
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest) -> HttpResponse:
    """Asks, and when posted ends what this session was admitted to."""
    if request.method != "POST":
        return show(request, "leave")
    visitor.leave(request.session)
    if not request.user.is_authenticated:
        request.session.flush()
    messages.success(request, _("已离开。这台设备上没有留下您的信息。"))
    return redirect("hall:start")
