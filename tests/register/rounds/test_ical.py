"""B2: the calendar feed by RFC 5545: folded, escaped, in its zone."""

import re
from datetime import UTC, date, datetime, time

from huhang.register.rounds import ical
from huhang.register.rounds.ical import Event

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
LONG = "项目月见面：海上风电一期（含陆上集控中心和外送工程）以及配套码头改造工程，第三标段; 逗号\\反斜杠"


def lines_of(text: str) -> list[str]:
    """Unfolds as §3.1 says."""
    return re.sub("\r\n[ \t]", "", text).split("\r\n")


def test_lines_are_folded_within_75_octets_and_come_back_whole() -> None:
    event = Event(
        "a@huhang", date(2026, 11, 30), time(8, 30), time(17, 30), LONG, "一\n二", "https://x.test/1", done=True
    )
    text = ical.calendar("护航", [event], now=NOW)
    assert text.endswith("\r\n")
    raw = text.encode().split(b"\r\n")
    assert max(len(one) for one in raw) <= 75
    assert all(one.decode() or True for one in raw), "no character is cut in two"
    assert "\n" not in text.replace("\r\n", "")
    seen = lines_of(text)
    escaped = LONG.replace("\\", "\\\\").replace(";", "\\;")
    assert f"SUMMARY:{escaped}" in seen
    assert "DESCRIPTION:一\\n二" in seen
    assert "DTSTART;TZID=Asia/Shanghai:20261130T083000" in seen
    assert "DTEND;TZID=Asia/Shanghai:20261130T173000" in seen
    assert "DTSTAMP:20261120T020000Z" in seen
    assert "STATUS:CONFIRMED" in seen
    assert "URL:https://x.test/1" in seen


def test_a_calendar_has_what_it_must_and_its_zone_once() -> None:
    seen = lines_of(ical.calendar("x", [], now=NOW))
    assert seen[:2] == ["BEGIN:VCALENDAR", "VERSION:2.0"]
    assert seen[-2:] == ["END:VCALENDAR", ""]
    assert any(one.startswith("PRODID:") for one in seen)
    assert seen.count("BEGIN:VTIMEZONE") == seen.count("TZID:Asia/Shanghai") == 1
    begun = [one[6:] for one in seen if one.startswith("BEGIN:")]
    assert sorted(begun) == sorted(one[4:] for one in seen if one.startswith("END:"))


def test_controls_that_have_no_place_are_left_out() -> None:
    assert ical.text("a\x00b\x07c\r\nd,e") == "abc\\nd\\,e"
