"""What a move asks for is checked once for forms and API alike, every mistake beside its field."""

import uuid
from datetime import date
from typing import Any

import pytest

from huhang.cases.fields import Field, clean_all
from huhang.kernel.errors import Invalid

CHOICES = (("a", "甲"), ("b", "乙"))
ID = uuid.UUID("01a214c8-2bd6-7096-bf69-2e543b37ee38")


@pytest.mark.parametrize(
    ("kind", "raw", "value"),
    [
        ("line", " 一行\n两行 ", "一行 两行"),
        ("text", "一\r\n二", "一\n二"),
        ("choice", "a", "a"),
        ("stars", "5", 5),
        ("days", 3, 3),
        ("flag", "on", True),
        ("flag", "no", False),
        ("unit", str(ID), ID),
        ("officer", ID, ID),
        ("units", [str(ID), str(ID)], [ID]),
        ("units", str(ID), [ID]),
        ("date", "2026-11-21", date(2026, 11, 21)),
        ("date", date(2026, 11, 21), date(2026, 11, 21)),
    ],
)
def test_a_good_value_comes_out_in_its_own_type(kind: str, raw: Any, value: Any) -> None:
    assert Field("x", "某项", kind, choices=lambda: CHOICES).clean(raw) == value


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        ("line", ["a"]),
        ("text", "x" * 2001),
        ("text", "a\0b"),
        ("choice", "c"),
        ("stars", "6"),
        ("stars", "0"),
        ("days", "3.5"),
        ("flag", "perhaps"),
        ("unit", "harbour"),
        ("units", ["harbour"]),
        ("date", "21.11.2026"),
        ("text", "\u200b"),
    ],
)
def test_a_bad_value_is_refused_beside_its_field(kind: str, raw: Any) -> None:
    with pytest.raises(Invalid) as told:
        Field("x", "某项", kind, choices=lambda: CHOICES).clean(raw)
    assert "x" in told.value.problems


def test_what_is_missing_is_asked_for_and_what_may_be_missing_is_nothing() -> None:
    with pytest.raises(Invalid):
        Field("x", "某项").clean("  ")
    assert Field("x", "某项", required=False).clean("") is None
    assert Field("x", "某项", "flag").clean(None) is False


def test_every_mistake_is_told_at_once() -> None:
    fields = (Field("a", "甲"), Field("b", "乙", "stars"), Field("c", "丙", required=False))
    with pytest.raises(Invalid) as told:
        clean_all(fields, {"a": "", "b": "9"})
    assert set(told.value.problems) == {"a", "b"}
    assert clean_all(fields, {"a": "x", "b": "4"}) == {"a": "x", "b": 4, "c": None}
