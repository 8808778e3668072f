"""Reading what programs send: strict JSON, nothing hidden in it, and every fault named where it stands."""

import json
from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from ninja.errors import ValidationError
from ninja.parser import Parser

from huhang.doors.api.problems import Malformed, MediaType
from huhang.kernel.errors import Invalid

DEEPEST = 8
"""Levels of lists and objects in one another; nothing this API takes has more than three."""

_SOURCES = frozenset({"body", "query", "header", "path", "form", "file", "cookie"})


class StrictParser(Parser):
    """JSON as RFC 8259 and RFC 7493 mean it: UTF-8, no key twice, no NaN."""

    def parse_body(self, request: HttpRequest) -> Any:
        """The body as data.

        Raises:
            MediaType: it is not called ``application/json``.
            Malformed: it is not JSON.
            Invalid: it holds characters that cannot be stored.
        """
        if request.content_type != "application/json":
            raise MediaType("正文应当是 application/json。")
        try:
            data = json.loads(request.body.decode(), object_pairs_hook=_once_each, parse_constant=_no_constant)
        except (ValueError, RecursionError):  # UnicodeDecodeError and JSONDecodeError are ValueErrors
            raise Malformed("正文不是合格的 JSON（UTF-8，键不重复，没有 NaN）。") from None
        _look_through(data, "", 0)
        return data


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def _look_through(value: Any, path: str, depth: int) -> None:
    if depth > DEEPEST:
        raise Malformed("正文嵌套太深。")
    match value:
        case str():
            if not storable(value):
                raise Invalid(problems={path or "body": "文字里有不能保存的字符。"})
        case dict():
            for name, inner in value.items():
                if not storable(name):
                    raise Malformed("正文的键里有不能保存的字符。")
                _look_through(inner, f"{path}.{name}".lstrip("."), depth + 1)
        case list():
            for index, inner in enumerate(value):
                _look_through(inner, f"{path}.{index}".lstrip("."), depth + 1)


def storable(text: str) -> bool:
    """Whether PostgreSQL can keep the text: no NUL, no half of a character."""
    return "\0" not in text and not any("\ud800" <= char <= "\udfff" for char in text)


def refuse_unknown(given: Iterable[str], known: Iterable[str]) -> None:
    """A misspelt name would otherwise silently mean nothing, which in a filter means everything.

    Raises:
        Invalid: names what is not known.
    """
    strange = sorted(set(given) - set(known))
    if strange:
        raise Invalid(problems={name[:80]: "没有这一项，请核对名称。" for name in strange[:20]})


def _words(kind: str, context: dict[str, Any]) -> str:
    """The sentence for a fault found by the schema."""
    if kind == "missing":
        return _("请填写这一项。")
    if kind == "extra_forbidden":
        return _("没有这一项，请核对名称。")
    if kind in ("literal_error", "enum"):
        return _("请从这些里选一项：%(expected)s。") % {"expected": context.get("expected", "")}
    if kind in ("greater_than_equal", "greater_than"):
        return _("不能小于 %(low)s。") % {"low": context.get("ge", context.get("gt"))}
    if kind in ("less_than_equal", "less_than"):
        return _("不能大于 %(high)s。") % {"high": context.get("le", context.get("lt"))}
    if kind == "string_too_long":
        return _("最多 %(most)s 个字。") % {"most": context.get("max_length")}
    if kind == "string_too_short":
        return _("至少 %(least)s 个字。") % {"least": context.get("min_length")}
    for start, sentence in _SHAPES:
        if kind.startswith(start):
            return _(sentence)
    return _("这一项的内容不对。")


_SHAPES = (
    ("string_pattern", gettext_noop("只能用可见的英文字符。")),
    ("string", gettext_noop("应当是文字。")),
    ("int", gettext_noop("应当是整数。")),
    ("float", gettext_noop("应当是数字。")),
    ("finite", gettext_noop("应当是数字。")),
    ("bool", gettext_noop("应当是 true 或 false。")),
    ("uuid", gettext_noop("应当是编码（UUID）。")),
    ("timezone", gettext_noop("时间要带时区，如 2026-11-20T10:00:00+08:00。")),
    ("datetime", gettext_noop("时间写法如 2026-11-20T10:00:00+08:00。")),
    ("date", gettext_noop("日期写法如 2026-11-20。")),
    ("dict", gettext_noop("应当是“键: 值”的对象。")),
    ("model", gettext_noop("应当是“键: 值”的对象。")),
    ("value_error", gettext_noop("这一项的内容不对。")),
)


def invalid(exc: ValidationError) -> Invalid:
    """What the schema found, field by field, with the path as it was sent."""
    return Invalid(problems={_path(error): _words(error["type"], error.get("ctx", {})) for error in exc.errors})


def _path(error: dict[str, Any]) -> str:
    """``("body", "given", "title")`` is ``title``: the second part is the name of our own parameter."""
    parts = [str(part) for part in error["loc"]]
    if parts and parts[0] in _SOURCES:
        parts = parts[2:] if parts[0] in ("body", "query") and len(parts) > 2 else parts[1:]
    return ".".join(parts)[:80] or "body"
