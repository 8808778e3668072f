"""This room's catalogue entries: a bureau's own words for a message, and the hours in which no SMS is sent."""

from datetime import datetime
from typing import Any

from huhang.base.catalog import queries as catalog
from huhang.base.catalog import registry
from huhang.base.messages import templates
from huhang.base.messages.rules import clock, held_until, misshapen, places

QUIET = "quiet_hours"


def check_words(body: dict[str, Any]) -> list[str]:
    """What is wrong with a bureau's own words for a message: the places must be those of ours."""
    ours = templates.WORDS.get(str(body.get("code")))
    if ours is None:
        return [f"没有 {body.get('code')} 这条消息；可改的有：{'、'.join(sorted(templates.WORDS))}"]
    says = []
    for language, own in (("zh", ours.zh), ("en", ours.en)):
        text = body.get(language)
        if not isinstance(text, str):
            says.append(f"缺少 {language}")
            continue
        says += [f"{language}：{one}" for one in misshapen(text, places(own))]
    return says


def check_quiet(body: dict[str, Any]) -> list[str]:
    """What is wrong with quiet hours such as from 21:00 until 08:00."""
    ends = [clock(str(body.get(name, ""))) for name in ("from", "until")]
    if None in ends:
        return ["from、until 应当写成 21:00 这样"]
    return ["from 与 until 不能相同"] if ends[0] == ends[1] else []


def register() -> None:
    """Makes both kinds known to the catalogue."""
    registry.register(templates.OWN, check_words)
    registry.register(QUIET, check_quiet)


def quiet_until(now: datetime) -> datetime | None:
    """Until when an SMS is held by the catalogue's quiet hours; none when there are none, or it is day."""
    body = catalog.newest(QUIET).get("sms")
    start, end = (clock(str(body[name])) for name in ("from", "until")) if body else (None, None)
    return held_until(now, start, end) if start is not None and end is not None else None
