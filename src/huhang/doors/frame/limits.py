"""What is too much, or cannot be stored, is refused before it is read: with a sentence, not a dropped connection."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import gettext as _

from huhang.doors.frame.pages import error_page

Responds = Callable[[HttpRequest], HttpResponse]


class LimitsMiddleware:
    """Refuses bodies above the largest form this product has (an import file), and addresses with a NUL in them.

    PostgreSQL keeps no NUL in a text, so one in an address is a fault or an attack; pages need not look for it.
    """

    def __init__(self, get_response: Responds) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # a thread serves many people: what is refused before the language is known must not speak the last one's
        with translation.override(translation.get_language_from_request(request)):
            return self._within(request)

    def _within(self, request: HttpRequest) -> HttpResponse:
        if "\0" in request.path or "%00" in (query := request.META.get("QUERY_STRING", "")) or "\0" in query:
            return error_page(400, request=None)
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isdigit() and int(length) > settings.HUHANG_IMPORT_BYTES + 1024 * 1024:
            say = _("一次最多上传 %(mb)d MB。") % {"mb": settings.HUHANG_IMPORT_BYTES // 1024 // 1024}
            return error_page(413, request=None, say=say, hint=_("请压缩或拆分后再上传。"))
        return self.get_response(request)
