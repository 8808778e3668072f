"""C4: the draw can be worked out again, what must be asked always is, and attempts count at different times only."""

from datetime import UTC, datetime, timedelta

import pytest

from huhang.kernel.errors import Invalid
from huhang.kernel.satisfaction import national_code, stars_of
from huhang.kinds.requests.solved import catalogue
from huhang.kinds.requests.solved.rules import ALWAYS, LOT, TICKETS, Sampling, counted, draw, ticket

HALF = Sampling("half@1", 50, frozenset(ALWAYS), 3, timedelta(hours=2))
NONE = Sampling("none@1", 0, frozenset(ALWAYS), 3, timedelta(hours=2))
ALL = Sampling("all@1", 100, frozenset(ALWAYS), 3, timedelta(hours=2))
AT = datetime(2026, 11, 20, 2, tzinfo=UTC)


def test_a_ticket_hangs_on_seed_number_and_round_alone() -> None:
    assert ticket("a", "HS-1", 0) == ticket("a", "HS-1", 0)
    assert len({ticket("a", "HS-1", 0), ticket("b", "HS-1", 0), ticket("a", "HS-2", 0), ticket("a", "HS-1", 1)}) == 4


def test_half_is_about_half_and_all_and_none_are_exact() -> None:
    def drawn(rule: Sampling) -> int:
        return sum(draw(rule, seed=str(n), number="HS-1", turn=0, facts=()).drawn for n in range(2000))

    assert drawn(ALL) == 2000
    assert drawn(NONE) == 0
    assert 900 < drawn(HALF) < 1100  # four standard deviations are 89


@pytest.mark.parametrize("fact", ALWAYS)
def test_what_is_always_asked_is_asked_whatever_the_lot_says(fact: str) -> None:
    lot = draw(NONE, seed="s", number="HS-1", turn=0, facts=iter([fact]))
    assert (lot.drawn, lot.because) == (True, (fact,))
    assert draw(ALL, seed="s", number="HS-1", turn=0, facts=[]).because == (LOT,)
    assert lot.ticket < TICKETS


def test_calls_close_together_count_once() -> None:
    hours = [AT + timedelta(hours=h) for h in (0, 1, 2, 3, 3.9, 4)]
    assert counted(hours, timedelta(hours=2)) == 3
    assert counted(hours[:2], timedelta(hours=2)) == 1
    assert counted([], timedelta(hours=2)) == 0


def test_a_rule_can_ask_more_but_never_leave_out_what_is_always_asked() -> None:
    good = {"rate": 30, "always": list(ALWAYS), "attempts": 3, "apart_minutes": 60}
    assert catalogue.check_sampling(good) == []
    assert catalogue.check_sampling({**good, "always": ["bad"]})
    for wrong in ({"rate": 101}, {"rate": True}, {"attempts": 0}, {"apart_minutes": -1}, {"rate": "30"}):
        assert catalogue.check_sampling({**good, **wrong})


def test_a_script_names_places_that_can_be_filled() -> None:
    good = {"name": "x", "name_en": "x", "text": "{number} {unit}", "text_en": "{title}"}
    assert catalogue.check_script(good) == []
    assert catalogue.check_script({**good, "text": "{phone}"})
    assert catalogue.check_script({**good, "text": "{number"})
    assert catalogue.check_script({**good, "text_en": " "})


def test_a_result_says_whether_it_must_be_proved() -> None:
    good = {"code": "solved", "name": "x", "name_en": "x", "proof": "required", "order": 1}
    assert catalogue.check_result(good) == []
    assert catalogue.check_result({**good, "proof": "maybe"})
    assert catalogue.check_result({**good, "code": "x" * 17})


def test_the_national_code_runs_the_other_way_and_is_turned_at_the_boundary_only() -> None:
    assert [(stars, national_code(stars)) for stars in (1, 2, 3, 4, 5)] == [
        (1, "5"),
        (2, "4"),
        (3, "3"),
        (4, "2"),
        (5, "1"),
    ]
    assert all(stars_of(national_code(stars)) == stars for stars in range(1, 6))
    for wrong in ("0", "6", "", "five", "²", "1.0", None):
        with pytest.raises(Invalid):
            stars_of(wrong)
    with pytest.raises(ValueError, match="stars"):
        national_code(6)
