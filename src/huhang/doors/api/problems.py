"""What went wrong, as RFC 9457 says it: one shape for every refusal under /api/, whoever refuses."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation, TooManyFieldsSent, TooManyFilesSent
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from ninja.errors import HttpError
from psycopg_pool import PoolTimeout

from huhang.cases.actions.moving import Overtaken
from huhang.doors.api.answers import answer
from huhang.doors.api.open311.forms import form_of, refused
from huhang.doors.frame.saying import say, say_hint, say_problems
from huhang.kernel.errors import Invalid, Refusal, TooMany

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
TYPES = "/api/v1/problems/"
OPEN311 = "/api/open311/"
"""Under this address refusals have the shape of that standard."""
CHALLENGE = 'Bearer realm="huhang"'


@dataclass(frozen=True)
class Sort:
    """A sort of problem: its code, status, title, and what to do about it."""

    code: str
    status: int
    title: str | Promise
    say: str | Promise


SORTS: dict[str, Sort] = {
    sort.code: sort
    for sort in (
        Sort("malformed", 400, _("请求读不懂"), _("请求的内容无法识别，请核对格式。")),
        Sort("refused", 400, _("请求有误"), _("这个请求不能办理。")),
        Sort("unauthenticated", 401, _("请出示令牌"), _("请在 Authorization 里出示有效的令牌；令牌在工作台签发。")),
        Sort("denied", 403, _("没有权限"), _("您没有办理这一步的权限。")),
        Sort("missing", 404, _("没有找到"), _("没有找到，或者您无权查看。")),
        Sort("method", 405, _("方法不对"), _("这个地址不接受这种方法，可用的方法见 Allow。")),
        Sort("conflict", 409, _("情况有变"), _("这一步现在不能办，没有写入任何内容。")),
        Sort("overtaken", 409, _("别人先办了"), _("您读取之后这件事又有变化，变化列在 since 里；看过再决定。")),
        Sort("too_large", 413, _("内容太大"), _("发来的内容超过了限制，没有保存。")),
        Sort("media_type", 415, _("内容类型不对"), _("正文应当是 application/json。")),
        Sort("invalid", 422, _("有内容需要改正"), _("有内容需要改正，没有写入任何内容。")),
        Sort("version_needed", 428, _("请说明看到的是哪一版"), _("请带上 If-Match，或在正文里写明 version。")),
        Sort("too_many", 429, _("操作太频繁"), _("短时间内请求太多，请在 retry_after 秒后再试。")),
        Sort("internal", 500, _("系统出错了"), _("这一步没有办成，没有写入任何内容。请稍后再试。")),
        Sort("unavailable", 503, _("系统暂时不可用"), _("系统暂时不可用，发来的内容没有保存。请稍后再试。")),
    )
}
_BY_STATUS = {sort.status: sort for sort in reversed(SORTS.values())}


def sort_of(code: str, status: int) -> Sort:
    """The sort of a code, or the general one of its status."""
    if code in SORTS:
        return SORTS[code]
    return _BY_STATUS.get(status) or SORTS["internal" if status >= 500 else "refused"]


def problem(
    code: str, *, status: int = 0, detail: str = "", headers: Mapping[str, str] | None = None, **more: Any
) -> HttpResponse:
    """The answer that says a problem; empty members are left out."""
    sort = sort_of(code, status)
    body = {
        "type": TYPES + sort.code,
        "title": sort.title,
        "status": sort.status,
        "detail": detail or sort.say,
        **{name: value for name, value in more.items() if value},
    }
    extra = dict(headers or {})
    if sort.status == 401:
        extra.setdefault("WWW-Authenticate", CHALLENGE)
    return answer(body, sort.status, content_type=MEDIA_TYPE, headers=extra)


class Unauthenticated(Refusal):
    """No token, or one that is not good; ``given`` tells which."""

    status, code = 401, "unauthenticated"

    def __init__(self, *, given: bool) -> None:
        self.given = given
        super().__init__(str(SORTS["unauthenticated"].say))


class Malformed(Refusal):
    """A body that cannot be read at all."""

    status, code = 400, "malformed"


class MediaType(Refusal):
    """A body of a kind this address does not take."""

    status, code = 415, "media_type"


class VersionNeeded(Refusal):
    """A move without the version it was decided on."""

    status, code = 428, "version_needed"


def of_refusal(refusal: Refusal) -> HttpResponse:
    """A refusal of the house as a problem, in the language asked for."""
    more: dict[str, Any] = {}
    headers: dict[str, str] = {}
    if refusal.hint:
        more["hint"] = say_hint(refusal)
    if isinstance(refusal, Invalid):
        more["problems"] = say_problems(refusal.problems)
    if isinstance(refusal, TooMany):
        more["retry_after"] = refusal.retry_after
        headers["Retry-After"] = str(refusal.retry_after)
    if isinstance(refusal, Overtaken):
        from huhang.doors.api.shapes import step_shape  # shapes need the kinds, which need a ready registry

        more["since"] = [step_shape(step) for step in refusal.since]
    if isinstance(refusal, Unauthenticated) and refusal.given:
        headers["WWW-Authenticate"] = f'{CHALLENGE}, error="invalid_token"'
    return problem(refusal.code, status=refusal.status, detail=say(refusal), headers=headers, **more)


def of_exception(exc: Exception) -> HttpResponse:
    """Any exception as a problem. What nobody foresaw is logged and says nothing of itself."""
    if isinstance(exc, HttpError) and isinstance(exc.__cause__, Refusal):
        exc = exc.__cause__
    match exc:
        case Refusal():
            return of_refusal(exc)
        case Http404():
            return problem("missing")
        case RequestDataTooBig() | TooManyFieldsSent() | TooManyFilesSent():
            return problem("too_large")
        case MultiPartParserError() | UnreadablePostError() | SuspiciousOperation():
            return problem("malformed")
        case HttpError():
            return problem("", status=exc.status_code)
        case OperationalError() | InterfaceError() | PoolTimeout():
            log.error("the database did not answer: %s", type(exc).__name__)
            return problem("unavailable")
    log.error("the API failed", exc_info=exc)
    return problem("internal")


class ProblemMiddleware:
    """Whatever is refused outside the views (unknown address, body too large, a crash) is a problem too.

    It stands outermost, so that nothing under /api/ is ever answered with a page.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code < 400 or not request.path_info.startswith("/api/"):
            return response
        if response.headers.get("Content-Type", "").startswith(MEDIA_TYPE) or getattr(response, "told", False):
            return response
        kept = {name: response[name] for name in ("Allow", "Retry-After", "WWW-Authenticate") if name in response}
        with translation.override(translation.get_language_from_request(request)):
            if request.path_info.startswith(OPEN311):
                say = str(sort_of("", response.status_code).say)
                answer = refused(response.status_code, say, form_of(request))
                for name, value in kept.items():
                    answer[name] = value
                return answer
            wait = kept.get("Retry-After", "")
            more: dict[str, Any] = {"retry_after": int(wait)} if wait.isdigit() else {}
            return problem("", status=response.status_code, headers=kept, **more)
