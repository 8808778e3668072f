"""The pages that say what went wrong and what to do next. Those for 500 and 503 need no database and no request."""

import logging
import sys
from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.utils.html import format_html
from django.utils.translation import gettext as _
from psycopg_pool import PoolTimeout

from huhang.doors.frame.saying import say, say_hint, say_problems
from huhang.kernel.errors import Invalid, Refusal, TooMany

log = logging.getLogger(__name__)

# These are shown when the house itself is in trouble: no context processor, no session, no query may be needed.
_ALONE = frozenset({500, 503})


def words_for(status: int) -> tuple[str, str, str]:
    """Title, what happened, what to do, for a status without a sentence of its own."""
    known = {
        400: (_("请求有误"), _("这个请求的内容无法识别。"), _("请回到上一页重新操作。")),
        401: (_("请先登录"), _("登录已过期，您填写的内容已保存在本机。"), _("重新登录后会回到刚才的页面。")),
        403: (_("没有权限"), _("您没有办理这一步的权限。"), _("需要办理时，请联系本单位的管理员调整岗位。")),
        404: (_("没有找到"), _("没有找到，或者您无权查看。"), _("请核对编号，或者从首页重新查找。")),
        405: (_("不能这样打开"), _("这个地址只接受页面上的按钮提交。"), _("请回到上一页，用页面上的按钮办理。")),
        409: (_("情况有变"), _("这一件已被别人办理过，您的内容没有提交。"), _("请刷新页面，看过最新情况后再办。")),
        413: (_("文件太大"), _("上传的文件超过了限制，没有保存。"), _("请压缩或拆分后再上传。")),
        422: (_("有内容需要改正"), _("有内容需要改正，没有提交。"), _("请返回上一页改正，已填写的都还在。")),
        429: (_("操作太频繁"), _("短时间内操作次数过多，已暂停受理。"), _("请稍等一分钟再试。")),
        500: (_("系统出错了"), _("这一步没有办成，没有写入任何内容。"), _("请稍后再试；再次出现时请告诉管理员。")),
        503: (
            _("系统暂时不可用"),
            _("系统正在维护或暂时连不上数据库，您填写的内容没有提交。"),
            _("请几分钟后再试；紧急情况请拨打 110。"),
        ),
    }
    return known.get(status, known[500] if status >= 500 else known[400])


def error_page(
    status: int,
    *,
    request: HttpRequest | None = None,
    say: str = "",
    hint: str = "",
    **more: Any,
) -> HttpResponse:
    """A page for ``status``, saying ``say`` and ``hint`` or else the usual words.

    ``more`` may carry ``problems`` (field to sentence), ``trace`` (a number for the administrator) and ``retry_url``.
    """
    title, usual, advice = words_for(status)
    context = {"status": status, "title": title, "say": say or usual, "hint": hint or ("" if say else advice), **more}
    try:
        body: str = loader.render_to_string("frame/error.html", context, None if status in _ALONE else request)
    except Exception:  # whatever broke the template, the person still gets a sentence
        log.exception("the error page itself failed")
        body = _bare(title, str(context["say"]), str(context["hint"]))
    return HttpResponse(body, status=status)


def _bare(title: str, say: str, hint: str) -> str:
    page = '<!DOCTYPE html><html lang="zh-Hans"><head><meta charset="utf-8"><title>{0}</title></head>'
    return format_html(page + "<body><h1>{0}</h1><p data-say>{1}</p><p>{2}</p></body></html>", title, say, hint)


def refused(request: HttpRequest, refusal: Refusal, **more: Any) -> HttpResponse:
    """The page of a refusal: its own sentence, translated and filled, under its own status."""
    if isinstance(refusal, Invalid):
        more["problems"] = say_problems(refusal.problems)
    response = error_page(refusal.status, request=request, say=say(refusal), hint=say_hint(refusal), **more)
    if isinstance(refusal, TooMany):
        response["Retry-After"] = str(refusal.retry_after)
    return response


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """``handler400``."""
    return error_page(400, request=request)


def denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """``handler403``."""
    return error_page(403, request=request)


def missing(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """``handler404``; says nothing about why, because foreign and absent look the same (HOUSE §2.4)."""
    return error_page(404, request=request)


def broken(request: HttpRequest) -> HttpResponse:
    """``handler500``; a database that is gone before any page has begun is no fault of ours and says 503."""
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError | PoolTimeout):
        return error_page(503)
    return error_page(500, trace=str(getattr(request, "trace", "")))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """``CSRF_FAILURE_VIEW``: nearly always a page left open too long; what was typed is still on the device."""
    say = _("页面打开太久或登录状态已变化，这一步没有提交。")
    hint = _("请返回上一页并刷新，您填写的内容已保存在本机，会自动恢复。")
    return error_page(403, request=request, say=say, hint=hint, retry_url=request.path)
