"""Stretches in which a clock stands still."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from huhang.kernel.errors import Invalid


class Pause(NamedTuple):
    """A clock stands still in ``[start, end)``; ``end`` is None while nobody has ended the pause."""

    start: datetime
    end: datetime | None
    reason: str = ""


def merged(pauses: Iterable[Pause], since: datetime) -> tuple[Pause, ...]:
    """Pauses in order, cut at ``since``, with overlapping and touching ones made one and empty ones dropped.

    Reasons of merged pauses are joined. Only the last pause can be open.

    Raises:
        Invalid: a pause ends before it starts.
    """
    out: list[Pause] = []
    for start, end, reason in sorted(map(_in_utc, pauses), key=lambda p: p.start):
        if end is not None and end < start:
            raise Invalid("暂停的结束时间早于开始时间。")
        start = max(start, since)
        if end is not None and end <= start:
            continue
        last = out[-1] if out else None
        if last and (last.end is None or start <= last.end):
            out[-1] = Pause(last.start, _later(last.end, end), _joined(last.reason, reason))
        else:
            out.append(Pause(start, end, reason))
    return tuple(out)


def touching(pauses: Sequence[Pause], start: datetime, end: datetime) -> Pause | None:
    """The first pause that has an instant in common with ``[start, end)``."""
    for pause in pauses:
        if pause.start < end and (pause.end is None or pause.end > start):
            return pause
    return None


def without(span: tuple[datetime, datetime], pauses: Sequence[Pause]) -> list[tuple[datetime, datetime]]:
    """What is left of ``[start, end)`` when merged pauses are taken out."""
    start, end = span
    left = []
    for pause in pauses:
        if pause.start >= end or start >= end:
            break
        if pause.start > start:
            left.append((start, pause.start))
        start = max(start, pause.end) if pause.end else end
    if start < end:
        left.append((start, end))
    return left


def _in_utc(pause: Pause) -> Pause:
    """Subtraction across a change of the clocks is only exact in UTC."""
    return Pause(pause.start.astimezone(UTC), pause.end and pause.end.astimezone(UTC), pause.reason)


def _later(a: datetime | None, b: datetime | None) -> datetime | None:
    return None if a is None or b is None else max(a, b)


def _joined(a: str, b: str) -> str:
    return "；".join(dict.fromkeys(part for part in (a, b) if part))
