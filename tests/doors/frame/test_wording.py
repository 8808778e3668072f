"""Dates, numbers and shares as people read them (FACES, STANDARDS §4.4, SAFEGUARDS 20)."""

from datetime import date, datetime

import pytest

from huhang.doors.frame import rules


def test_a_day_says_its_weekday_in_both_languages() -> None:
    assert rules.day_words(date(2026, 11, 21), "zh-hans") == "2026年11月21日 星期六"
    assert rules.day_words(date(2026, 11, 21), "en") == "Sat 21 Nov 2026"
    assert rules.day_words(date(2026, 11, 22), None) == "2026年11月22日 星期日"


def test_a_moment_names_the_year_only_when_it_is_another_one() -> None:
    at = datetime(2026, 11, 23, 14, 20)
    assert rules.moment_words(at, "zh-hans", this_year=2026) == "11月23日 14:20"
    assert rules.moment_words(at, "zh-hans", this_year=2027) == "2026年11月23日 14:20"
    assert rules.moment_words(at, "en", this_year=2026) == "23 Nov 14:20"
    assert rules.moment_words(at, "en", this_year=2027) == "23 Nov 2026 14:20"


def test_a_short_day_keeps_its_weekday() -> None:
    assert rules.short_day_words(date(2026, 11, 23), "zh-hans", this_year=2026) == "11月23日 星期一"
    assert rules.short_day_words(date(2026, 11, 23), "en", this_year=2026) == "Mon 23 Nov"
    assert rules.short_day_words(date(2025, 11, 24), "en", this_year=2026) == "Mon 24 Nov 2025"


def test_what_is_not_known_is_a_dash_and_never_a_zero() -> None:
    assert rules.thousands_words(1284) == "1,284"
    assert rules.thousands_words(0) == "0"
    assert rules.thousands_words(None) == "—"


@pytest.mark.parametrize(
    ("part", "whole", "words"),
    [
        (927, 939, "98.7%"),
        (0, 0, "—"),
        (None, 5, "—"),
        (0, 5, "0.0%"),
        (5, 5, "100.0%"),
        (9999, 10000, "99.9%"),  # short of everything is never written as everything
        (1, 100000, "0.1%"),  # and something never as nothing
        (1, 8, "12.5%"),
    ],
)
def test_a_share_is_honest_at_its_ends(part: int | None, whole: int, words: str) -> None:
    assert rules.percent_words(part, whole) == words


def test_a_share_without_digits_stays_honest() -> None:
    assert rules.percent_words(999, 1000, 0) == "99%"
    assert rules.percent_words(1, 1000, 0) == "1%"
    assert rules.percent_words(1, 4, 0) == "25%"


def test_a_width_is_brought_into_the_hundred_steps() -> None:
    assert [rules.width_step(v) for v in (None, -3, 0, 49.6, 88, 100, 250)] == [0, 0, 0, 50, 88, 100, 100]
