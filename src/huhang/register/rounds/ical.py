"""A calendar others can subscribe to, written by RFC 5545: folded lines, escaped text, instants with their zone."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

MOST_OCTETS = 75
ZONE = "Asia/Shanghai"
_ESCAPES = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": ""})
_TIMEZONE = (
    *("BEGIN:VTIMEZONE", f"TZID:{ZONE}", "BEGIN:STANDARD", "DTSTART:19920101T000000"),
    *("TZOFFSETFROM:+0800", "TZOFFSETTO:+0800", "TZNAME:CST", "END:STANDARD", "END:VTIMEZONE"),
)
"""China has had one offset and no summer time since 1992."""


@dataclass(frozen=True)
class Event:
    """One entry: on a day of the zone, from one time of it to another. ``uid`` stays the same for the same thing."""

    uid: str
    day: date
    start: time
    end: time
    summary: str
    description: str = ""
    url: str = ""
    done: bool = False


def text(said: str) -> str:
    """A text value with what has a meaning of its own escaped (RFC 5545 §3.3.11); other controls are left out."""
    plain = "".join(sign for sign in said if sign in "\n\t" or ord(sign) >= 32)
    return plain.translate(_ESCAPES)


def folded(line: str) -> Iterator[str]:
    """A content line in pieces of at most 75 octets, none of which cuts a character in two (§3.1)."""
    piece, room = "", MOST_OCTETS
    for sign in line:
        size = len(sign.encode())
        if size > room:
            yield piece
            piece, room = " ", MOST_OCTETS - 1
        piece, room = piece + sign, room - size
    yield piece


def calendar(name: str, events: Iterable[Event], *, now: datetime) -> str:
    """The whole feed, every line ended by CRLF.

    Args:
        now: when it was made; the same for every entry, as it is derived anew each time.
    """
    stamp = f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Huhang//Rounds//ZH", "CALSCALE:GREGORIAN", "METHOD:PUBLISH"]
    lines += [f"X-WR-CALNAME:{text(name)}", f"X-WR-TIMEZONE:{ZONE}", "REFRESH-INTERVAL;VALUE=DURATION:PT6H", *_TIMEZONE]
    for one in events:
        lines += _event(one, stamp)
    lines.append("END:VCALENDAR")
    return "".join(f"{piece}\r\n" for line in lines for piece in folded(line))


def _event(one: Event, stamp: str) -> list[str]:
    lines = ["BEGIN:VEVENT", f"UID:{one.uid}", f"DTSTAMP:{stamp}"]
    lines += [
        f"{what};TZID={ZONE}:{one.day:%Y%m%d}T{at:%H%M%S}" for what, at in (("DTSTART", one.start), ("DTEND", one.end))
    ]
    lines.append(f"SUMMARY:{text(one.summary)}")
    if one.description:
        lines.append(f"DESCRIPTION:{text(one.description)}")
    if one.url:
        lines.append(f"URL:{one.url}")
    lines += ["TRANSP:TRANSPARENT", f"STATUS:{'CONFIRMED' if one.done else 'TENTATIVE'}", "END:VEVENT"]
    return lines
