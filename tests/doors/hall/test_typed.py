"""What was typed before the phone had to be proved again is kept sealed, and not for long (SAFEGUARDS 11)."""

from datetime import timedelta

from huhang.doors.hall import visitor
from tests.factories.city import NOW


def test_typed_words_wait_sealed_and_come_back() -> None:
    session: dict[str, object] = {}
    visitor.keep_typed(session, {"body": "宿舍睡不好", "nature": "help"}, now=NOW)
    assert "宿舍" not in str(session)
    assert visitor.typed(session, now=NOW + timedelta(hours=1)) == {"body": "宿舍睡不好", "nature": "help"}


def test_typed_words_are_dropped_after_two_hours() -> None:
    session: dict[str, object] = {}
    visitor.keep_typed(session, {"body": "宿舍睡不好"}, now=NOW)
    assert visitor.typed(session, now=NOW + timedelta(hours=2, seconds=1)) == {}
    assert session == {}


def test_words_that_no_longer_open_are_dropped_quietly() -> None:
    session: dict[str, object] = {visitor.TYPED: {"at": NOW.isoformat(), "sealed": "AQJrMQ=="}}
    assert visitor.typed(session, now=NOW) == {}
    session[visitor.TYPED] = {"at": NOW.isoformat(), "values": {"body": "旧版"}}
    assert visitor.typed(session, now=NOW) == {}
    assert session == {}
