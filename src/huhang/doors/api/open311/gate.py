"""Who comes to the Open311 door, for which jurisdiction, in which form; and how every refusal is told there."""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation, TooManyFieldsSent
from django.db import transaction
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from huhang.base.access.context import acting
from huhang.base.access.rules import Actor
from huhang.base.people.tokens import bearer
from huhang.doors.api.bodies import storable
from huhang.doors.api.open311.forms import FORMS, refused
from huhang.doors.frame.gates import actor_of
from huhang.doors.frame.saying import say, say_hint, say_problems
from huhang.kernel.errors import Invalid, Missing, Refusal, TooMany

log = logging.getLogger(__name__)
Page = Callable[..., HttpResponse]
FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")


def door(*methods: str, open_by_setting: bool = False, always_open: bool = False) -> Callable[[Page], Page]:
    """An address of the door: method, key and jurisdiction are looked at before the page is.

    Args:
        open_by_setting: nobody needs a key when the jurisdiction says so (``HUHANG_OPEN311_PUBLIC``).
        always_open: describes the door itself and holds no data.
    """

    def gate(page: Page) -> Page:
        @csrf_exempt  # no cookie counts here
        @wraps(page)
        def inner(request: HttpRequest, *args: Any, media: str, **kw: Any) -> HttpResponse:
            form = media if media in FORMS else "json"
            try:
                return _asked(request, page, media, args, kw)
            except Refusal as refusal:
                return of_refusal(refusal, form)
            except (RequestDataTooBig, TooManyFieldsSent):
                return refused(413, _("发来的内容超过了限制，没有保存。"), form)
            except (SuspiciousOperation, UnreadablePostError, MultiPartParserError):
                return refused(400, _("请求的内容无法识别，请核对格式。"), form)

        def _asked(request: HttpRequest, page: Page, media: str, args: Any, kw: Any) -> HttpResponse:
            public = always_open or (open_by_setting and settings.HUHANG_OPEN311_PUBLIC)
            actor = _actor(request)
            if actor is None and not public:
                raise KeyNeeded
            if request.method not in methods:
                answer = refused(
                    405, _("这个地址不接受这种方法，可用的方法见 Allow。"), media if media in FORMS else "json"
                )
                answer["Allow"] = ", ".join(methods)
                return answer
            if media not in FORMS:
                raise Missing("这里只有 json 和 xml 两种格式。")
            if request.method == "POST" and request.content_type not in FORM_TYPES:
                raise Invalid("正文应当是表单（application/x-www-form-urlencoded）。")
            _check(request)
            if actor is None:
                return page(request, *args, form=media, **kw)
            with acting(actor), transaction.atomic():  # what was written before a refusal is undone
                request.actor = actor  # type: ignore[attr-defined]
                return page(request, *args, form=media, **kw)

        inner.methods = methods  # type: ignore[attr-defined]
        return inner

    return gate


class KeyNeeded(Refusal):
    """No key, or one that is not good: the standard's 403."""

    status, code = 403, "denied"

    def __init__(self) -> None:
        super().__init__("请出示有效的 api_key，或在 Authorization 里出示令牌；令牌在工作台签发。")


def _actor(request: HttpRequest) -> Actor | None:
    found = actor_of(request)
    if found.kind == "officer":
        return found
    key = request.GET.get("api_key", "")
    if not key and request.method == "POST" and request.content_type in FORM_TYPES:
        key = request.POST.get("api_key", "")
    found = bearer(f"Bearer {key}") if key and len(key) < 200 else found
    return found if found.kind == "officer" else None


def _check(request: HttpRequest) -> None:
    """Raises: Missing: another jurisdiction; Invalid: characters that cannot be stored."""
    given = {**request.GET.dict(), **(request.POST.dict() if request.method == "POST" else {})}
    if not all(storable(str(name) + str(value)) for name, value in given.items()):
        raise Invalid("文字里有不能保存的字符。")
    if (asked := given.get("jurisdiction_id")) and asked != settings.HUHANG_JURISDICTION:
        raise Missing("没有这个 jurisdiction_id，本系统是 %(known)s。", params={"known": settings.HUHANG_JURISDICTION})


def of_refusal(refusal: Refusal, form: str) -> HttpResponse:
    """A refusal of the house in the standard's shape and codes: what cannot be used is 400."""
    parts = [say(refusal)]
    if isinstance(refusal, Invalid) and refusal.problems:
        parts = [f"{name}: {text}" for name, text in say_problems(refusal.problems).items()]
    parts.append(say_hint(refusal) if refusal.hint else "")
    answer = refused(400 if refusal.status == 422 else refusal.status, " ".join(filter(None, parts)), form)
    if isinstance(refusal, TooMany):
        answer["Retry-After"] = str(refusal.retry_after)
    return answer
