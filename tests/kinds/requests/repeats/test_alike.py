"""C6: what is proposed as a repeat, to whom, and what is never one."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from huhang.base.access.context import acting
from huhang.base.access.rules import Actor
from huhang.kinds.requests.repeats import rules
from huhang.kinds.requests.repeats.catalogue import Like, check
from huhang.kinds.requests.repeats.queries import Draft, Proposals, proposals
from tests.factories.city import NOW, City, filed, make_city

pytestmark = pytest.mark.django_db
BODY = "晚上十二点以后渣土车从三号门过，按喇叭，宿舍里的人都睡不好，已经半个月了。"
HERE = {"lon": 121.40, "lat": 37.50}


@pytest.fixture
def city() -> City:
    return make_city()


def ask(actor: Actor, **said: Any) -> Proposals:
    with acting(actor):
        return proposals(actor, Draft(**said), NOW)


def test_the_same_words_are_found_however_they_are_spaced(city: City) -> None:
    number = filed(city, title="", body=BODY).case.number
    for body in (BODY, f"  {BODY}\n", BODY.replace("，", " ， "), BODY.replace("，", "_x000D_，"), BODY + "😀"):
        said = ask(city.actor("dispatcher"), body=body)
        assert [(one.case.number, one.alike.same) for one in said.shown] == [(number, True)]
    assert said.count == 1


def test_the_same_body_under_another_title_is_the_same_and_a_title_in_the_body_does_not_count_twice(
    city: City,
) -> None:
    filed(city, title="噪声扰民", body=BODY)
    assert ask(city.actor("dispatcher"), title="关于三号门的渣土车", body=BODY).shown[0].alike.same
    filed(city, title="请修路灯", body="东风路十八号门口的路灯坏了一个月没有人修，请修路灯。")
    said = ask(city.actor("dispatcher"), body="请修路灯。东风路十八号门口的路灯坏了一个月没有人修，请修路灯。")
    assert said.shown[0].alike.same


def test_three_like_this_within_thirty_days_and_five_hundred_metres(city: City) -> None:
    for n, (lon, days) in enumerate(((121.4001, 1), (121.403, 5), (121.4049, 29), (121.4075, 3), (121.4002, 31))):
        filed(
            city,
            title="",
            body=f"渣土车{n}号又来了，吵",
            now=NOW - timedelta(days=days),
            lon=lon,
            lat=37.50,
            category="PS-02",
        )
    said = ask(city.actor("dispatcher"), body="半夜有大车鸣笛扰民睡不着觉", category="PS-02", **HERE)
    assert (said.count, said.nearby) == (3, 3)
    assert [round(one.alike.metres or -1) for one in said.shown] == [9, 265, 432]


def test_a_place_a_subject_or_a_person_alone_is_no_likeness() -> None:
    common = {"case": None, "received_at": NOW, "is_open": True}
    for tie in ({"metres": 3.0}, {"subject": True}, {"person": True}):
        assert not rules.Alike(**common, **tie).counts(Like())  # type: ignore[arg-type]
        assert rules.Alike(**common, **tie, category=True).counts(Like())  # type: ignore[arg-type]
        assert rules.Alike(**common, **tie, similar=0.2).counts(Like())  # type: ignore[arg-type]
    assert rules.Alike(**common, similar=0.4, metres=900.0).counts(Like())  # type: ignore[arg-type]
    assert not rules.Alike(**common, similar=0.4, metres=9000.0).counts(Like())  # type: ignore[arg-type]
    assert rules.Alike(**common, similar=0.7, metres=9000.0).counts(Like())  # type: ignore[arg-type]
    assert not rules.Alike(**common, category=True).counts(Like())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text", ["您好", "同上", "如题。", "😀😀😀😀😀😀😀😀😀😀😀😀", "！！！！！！！！！！！！！！", "　" * 30]
)
def test_short_texts_and_mere_signs_are_like_nothing(city: City, text: str) -> None:
    for _ in range(3):
        filed(city, title="", body=text + "。" if not text.strip() else text)
    assert not ask(city.actor("dispatcher"), body=text)
    assert not ask(city.actor("dispatcher"), title=text, body=text)


def test_rare_characters_are_letters_and_emoji_are_not(city: City) -> None:
    rare = "𠮷野家门口的𤧛塘水沟盖板坏了，𬬻店的人说没有人管"
    number = filed(city, title="", body=rare).case.number
    assert ask(city.actor("dispatcher"), body="🔥" + rare + "🙏🙏").shown[0].case.number == number
    assert not ask(city.actor("dispatcher"), body=rare.replace("𠮷", "吉").replace("塘水沟盖板坏了", "")[:8])


def test_nobody_is_told_of_what_they_may_not_see(city: City) -> None:
    """The foreign ones are neither shown nor counted, nor do they take a place among the newest."""
    own = filed(city, "liaison", title="", body=BODY, category="PS-02", **HERE).case
    for n in range(70):
        filed(city, title="", body=BODY, now=NOW + timedelta(minutes=n), category="PS-02", **HERE)
    filed(city, "liaison", title="", body=BODY, sensitive=True, phone="13800000002", **HERE)
    said = ask(city.actor("second_handler"), body=BODY, category="PS-02", **HERE)
    assert ([one.case.pk for one in said.shown], said.count, said.nearby) == ([own.pk], 1, 1)
    assert ask(city.actor("dispatcher"), body=BODY).count > 60
    assert not ask(city.actor("other_handler"), body=BODY, category="PS-02", **HERE)
    assert not ask(city.actor("system_admin"), body=BODY)


def test_a_proposal_costs_two_statements(city: City) -> None:
    for n in range(12):
        filed(city, title="", body=f"{BODY}{n}", category="PS-02", **HERE)
    actor = city.actor("dispatcher")
    draft = Draft(body=BODY, category="PS-02", **HERE)
    with (
        acting(actor),
        CaptureQueriesContext(
            connection,
        ) as said,
    ):
        shown = proposals(actor, draft, NOW)
    assert (len(shown.shown), shown.count) == (5, 12)
    assert len(said) == 2


def test_the_catalogue_says_what_is_wrong_with_an_entry() -> None:
    assert check({"code": "like", "window_days": 30, "radius_m": 500, "similar": 0.3, "weak": 0.1, "show": 5}) == []
    assert check({"code": "liked"})
    assert (
        len(check({"code": "like", "window_days": 300, "radius_m": 9000, "similar": 2, "weak": 0, "show": True})) == 5
    )


def test_the_search_walks_indexes_however_small_the_ledger_is() -> None:
    """With some ten thousand rows the planner read the whole table (1.8 s) rather than look up fifty keys."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT proconfig FROM pg_proc WHERE proname = 'cases_alike'")
        assert "enable_seqscan=off" in cursor.fetchone()[0]
