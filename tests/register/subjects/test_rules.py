"""A1: what is written by hand means what people mean by it; names are compared as people compare them."""

import pytest

from huhang.kernel.errors import Invalid
from huhang.register.subjects.catalogue import Likeness, check_class, check_role, check_rule
from huhang.register.subjects.finding import Row, pairs_among
from huhang.register.subjects.rules import core, count_of, likeness, money_of, own_number

DROP = ("有限责任公司", "有限公司", "公司", "市")


@pytest.mark.parametrize(
    ("said", "meant"),
    [("", None), (None, None), ("1,200", 1200), ("１２００人", 1200), (88.0, 88), ("0", 0)],
)
def test_numbers_of_people(said: object, meant: int | None) -> None:
    assert count_of(said) == meant


@pytest.mark.parametrize("said", ["许多", "-5", "1.5", "3000000", "١٢"])
def test_no_numbers_of_people(said: str) -> None:
    with pytest.raises(Invalid):
        count_of(said)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("", None),
        ("300000000", 300_000_000),
        ("3亿", 300_000_000),
        ("1.5 亿元", 150_000_000),
        ("5000万", 50_000_000),
        ("12,000.00元", 12_000),
        ("0.1万", 1000),
    ],
)
def test_amounts(said: str, meant: int | None) -> None:
    assert money_of(said) == meant


@pytest.mark.parametrize("said", ["三亿", "-1", "1e9", "99999999999亿", "9" * 30])
def test_no_amounts(said: str) -> None:
    with pytest.raises(Invalid):
        money_of(said)


def test_own_numbers() -> None:
    assert own_number(" hx-0012 ") == "HX-0012"
    for wrong in ("x", "编号1", "A" * 21):
        with pytest.raises(Invalid):
            own_number(wrong)


def test_names_are_compared_without_what_all_have() -> None:
    assert core("望海市海晏化工（集团）有限公司", DROP) == "望海海晏化工集团"
    assert core("公司", DROP) == "公司"
    assert likeness("海晏化工", "海晏化工") == 1
    assert likeness("海晏化工", "望海海晏化工") == pytest.approx(0.6)
    assert likeness("甲", "乙") == 0


def test_pairs_are_rows_of_a_name_or_like_names_near_by_and_never_two_codes() -> None:
    import uuid

    def row(n: int, name: str, code: str | None = None, lon: float | None = None) -> Row:
        return Row(uuid.UUID(int=n), "enterprise", core(name, DROP), code, lon, 37.0 if lon else None)

    rule = Likeness(near_metres=300, near=0.6, drop=DROP)
    rows = [
        row(1, "海晏化工有限公司", "A", 121.0),
        row(2, "海晏化工公司"),
        row(3, "望海市海晏化工", None, 121.001),
        row(4, "海晏化工有限责任公司", "B"),
        row(5, "海晏化工二厂", None, 121.2),
        row(6, "望海海晏化工厂", None, 121.0015),
    ]
    found = {(p.one.int, p.other.int): p.why for p in pairs_among(rows, rule)}
    assert found == {(1, 2): "name", (2, 4): "name", (1, 3): "near", (3, 6): "near"}


def test_the_catalogue_says_what_is_wrong_with_an_entry() -> None:
    assert not check_class({"code": "a", "name": "甲", "name_en": "A", "sort": "class", "kinds": ["park"]})
    assert len(check_class({"code": "a" * 25, "sort": "x", "kinds": ["moon"], "sensitive": 1})) == 6
    assert check_role({"name": "甲", "name_en": "A"}) == ["order 应当是整数"]
    assert len(check_rule({"near_metres": 0, "near_likeness": 2, "drop": "x"})) == 4
