"""The template tags: display only, and safe with what people type."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation

from huhang.doors.frame.parts import Entry, Group, mark_current

NOW = datetime(2026, 11, 23, 6, 20, tzinfo=UTC)


@pytest.fixture(autouse=True)
def chinese() -> Iterator[None]:
    with translation.override("zh-hans"):
        yield


def drawn(source: str, **context: object) -> str:
    return Template("{% load frame %}" + source).render(Context(context))


def test_an_instant_is_shown_on_the_clock_of_the_house() -> None:
    late_utc = datetime(2026, 11, 20, 16, 30, tzinfo=UTC)  # half past midnight on the 21st in Shanghai
    assert drawn("{{ at|day }}", at=late_utc) == "2026年11月21日 星期六"
    assert drawn("{{ at|moment:now }}", at=late_utc, now=NOW) == "11月21日 00:30"
    assert drawn("{{ at|short_day:now }}", at=date(2026, 11, 23), now=NOW) == "11月23日 星期一"
    assert drawn("{{ at|day }}{{ at|moment }}{{ at|short_day }}", at=None) == "———"


def test_the_same_day_reads_in_english_after_the_switch() -> None:
    with translation.override("en"):
        assert drawn("{{ at|day }}", at=date(2026, 11, 21)) == "Sat 21 Nov 2026"


def test_a_percentage_shows_what_it_stands_on() -> None:
    assert "98.7%" in drawn("{% percent 927 939 %}")
    assert "927/939" in drawn("{% percent 927 939 %}")
    assert drawn("{% percent 3 0 %}").startswith("— ")
    assert "n=0" in drawn("{% percent 3 0 %}")


def test_a_card_has_an_icon_and_a_word_and_not_only_a_colour() -> None:
    card = drawn('{% card_tag "orange" "待答复" %}')
    assert "橙卡 · 待答复" in card
    assert "bi-flag-fill" in card
    assert drawn('{% card_tag "" %}{% card_tag "pink" %}') == ""


def test_what_people_typed_cannot_become_markup() -> None:
    hostile = "<script>alert(1)</script>"
    page = drawn('{% state_tag t "go" %}{% card_tag "red" t %}{% icon t t %}', t=hostile)
    assert "<script" not in page


def test_remaining_time_says_the_words_the_date_and_draws_the_share() -> None:
    due = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
    part = drawn("{% remaining due now 0.88 '剩 3 小时 10 分' soon=True %}", due=due, now=NOW)
    assert "剩 3 小时 10 分" in part
    assert "w-p-88" in part
    assert "11月23日 17:30" in part
    assert 'class="left soon"' in part


def test_no_clock_draws_no_bar() -> None:
    assert "track" not in drawn("{% remaining None now 0 '不计时' %}", now=NOW)


def test_changing_one_filter_keeps_the_others_and_leaves_the_page_of_the_old_list() -> None:
    request = RequestFactory().get("/desk/", {"kind": "help", "after": "abc", "q": "噪声"})
    assert drawn('{% url_with kind="complaint" %}', request=request) == "?q=%E5%99%AA%E5%A3%B0&amp;kind=complaint"
    assert drawn("{% url_with kind=None q='' %}", request=request) == "?"
    assert "after=xyz" in drawn('{% url_with after="xyz" %}', request=request)
    assert drawn('{% url_with a="1" %}') == "?a=1"


def test_a_day_square_is_told_in_words_too() -> None:
    assert drawn("{{ 'count makeup'|mark_words }}") == "计入、补班"
    assert drawn("{{ 'nonsense'|mark_words }}") == ""


def test_the_menu_marks_the_closest_entry_only() -> None:
    menu = [Group((Entry("a", "x", "/desk/"), Entry("b", "x", "/desk/ledger/")))]
    marked = mark_current(menu, "/desk/ledger/HS-1/")
    assert [e.current for e in marked[0].entries] == [False, True]
    assert not any(e.current for e in mark_current(menu, "/elsewhere/")[0].entries)
