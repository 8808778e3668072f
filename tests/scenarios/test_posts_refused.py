"""B4: what cannot be done with posts, hazards and disputes is refused beside its field, and nothing is written."""

from datetime import date, timedelta
from typing import Any

import pytest

from huhang.base.access.context import SYSTEM, acting
from huhang.cases.actions import move, open_case
from huhang.cases.models import Case
from huhang.kernel.errors import Conflict, Denied, Invalid, Missing, Refusal
from huhang.kernel.numbering import uuid7
from huhang.kinds.disputes import catalogue as topics
from huhang.kinds.disputes.actions import reveal_party
from huhang.kinds.disputes.models import Party
from huhang.kinds.hazards import catalogue as hazards
from huhang.register.posts import actions, queries
from huhang.register.posts.catalogue import check, label
from huhang.register.posts.jobs import propose_posts
from huhang.register.posts.models import Proposal
from huhang.register.subjects.actions import enter_subject, set_state
from tests.factories.city import NOW, City, make_city
from tests.factories.posts import disputed, hazard, post

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> City:
    return make_city()


def refused(case: Case, city: City, name: str, **values: Any) -> Refusal:
    actor = city.actor("handler")
    with acting(actor), pytest.raises(Refusal) as told:
        move(case_id=case.pk, name=name, values=values, by=actor, now=NOW)
    return told.value


def test_posts(city: City) -> None:
    unit, chief = city.units["harbour"].pk, city.actor("chief")
    given: dict[str, Any] = {"by": chief, "now": NOW, "why": "需要"}
    park = enter_subject(kind="park", name="临港产业园", unit_id=unit, lon="121.4", lat="37.5", by=SYSTEM, now=NOW)
    station = enter_subject(kind="post", name="临港警务站", unit_id=unit, by=SYSTEM, now=NOW)
    chamber = enter_subject(kind="chamber", name="商会", unit_id=unit, by=SYSTEM, now=NOW)
    gone = enter_subject(kind="enterprise", name="旧厂", unit_id=unit, by=SYSTEM, now=NOW)
    set_state(subject_id=gone.pk, version=1, state="closed", why="停业", by=SYSTEM, now=NOW)
    with acting(chief):
        for host, why in ((uuid7(), Missing), (chamber.pk, Invalid), (gone.pk, Conflict), (park.pk, Invalid)):
            with pytest.raises(why):
                actions.open_post(host_id=host, **given)  # the last has no name
        for more in ({"station_id": uuid7()}, {"name": "站", "proposal_id": uuid7()}):
            with pytest.raises(Missing):
                actions.open_post(host_id=park.pk, **more, **given)
        made = actions.open_post(host_id=park.pk, station_id=station.pk, **given)
        with pytest.raises(Conflict):
            actions.open_post(host_id=park.pk, station_id=station.pk, **given)
        placed = actions.open_post(host_id=park.pk, name="北门警务站", **given)
        assert (placed.station.lon, placed.station.within) == (park.lon, park)
        told: dict[str, Any] = {"post_id": made.pk, **given}
        with pytest.raises(Missing):
            actions.close_post(post_id=uuid7(), **given)
        with pytest.raises(Invalid):
            actions.close_post(closed_on=date(2020, 1, 1), **told)
        with pytest.raises(Invalid):
            actions.post_officer(officer_id=uuid7(), **told)
        who, today = city.users["handler"].pk, made.opened_on
        with pytest.raises(Invalid):
            actions.post_officer(officer_id=who, ends_on=today - timedelta(days=1), **told)
        stay = actions.post_officer(officer_id=who, starts_on=today, **told)
        with pytest.raises(Invalid):
            actions.end_stay(stay_id=stay.pk, ends_on=today - timedelta(days=1), **given)
        with pytest.raises(Missing):
            actions.end_stay(stay_id=uuid7(), **given)
        made.station.refresh_from_db()
        set_state(subject_id=station.pk, version=made.station.version, state="closed", why="并", by=chief, now=NOW)
        actions.close_post(**told)  # its row of the register was closed before
        with pytest.raises(Conflict):
            actions.note_round(post_id=made.pk, at=None, seen="正常", by=chief, now=NOW)
        with pytest.raises(Missing):
            actions.note_round(post_id=uuid7(), at=None, seen="正常", by=chief, now=NOW)
        with pytest.raises(Missing):
            queries.proposal_of(chief, uuid7())
    propose_posts(NOW)
    assert not Proposal.objects.exists()
    assert label("large@1").startswith("职工超过")
    assert label("nothing") == "nothing"
    assert check({"kinds": ["park"], "any_of": [{"measure": "head_count", "over": 1}]}) == [
        "缺少 name", "缺少 name_en", "缺少 source", "缺少 source_en",
    ]  # fmt: skip


def test_hazards(city: City) -> None:
    made, handler = post(city), city.actor("handler")
    for values in ({"category": "x", "body": ""}, {"post": "x"}, {"post": str(uuid7())}):
        given = {"post": made.pk, "category": "exit", "body": "x", **values}
        with acting(handler), pytest.raises(Invalid):
            open_case("hazard", by=handler, now=NOW, **given)
    case, chief = hazard(city, made), city.actor("chief")
    with acting(chief):
        move(case_id=case.pk, name="mistake", values={"reason": "看错了"}, by=chief, now=NOW)
    late = hazard(city, made)
    Case.objects.filter(pk=late.pk).update(state="alerted", due_at=NOW - timedelta(days=1))
    with acting(chief):
        with pytest.raises(Invalid):
            move(case_id=late.pk, name="leave", values={"text": "罚款"}, by=chief, now=NOW)
        move(case_id=late.pk, name="leave", values={"text": "书面提醒了负责人"}, by=chief, now=NOW)
    assert set(Case.objects.filter(kind="hazard").values_list("state", flat=True)) == {"mistaken", "left"}
    wrong = hazards.check({"name": "违法用电", "name_en": "x", "days": 0, "check_days": 3, "order": "1"})
    assert len(wrong) == 3
    assert hazards.label("nothing", 1) == "nothing"


def test_disputes(city: City) -> None:
    case, other = disputed(city, post(city)), disputed(city, None)
    foreign = [str(pk) for pk in Party.objects.filter(case=other).values_list("pk", flat=True)]
    own = [str(pk) for pk in Party.objects.filter(case=case).values_list("pk", flat=True)]
    sat = {"on": "2026-11-20", "said": "谈了"}
    assert refused(case, city, "mediate", present=foreign, **sat).field == "present"
    assert refused(case, city, "mediate", present=own, on="2026-12-20", said="谈了").field == "on"
    assert refused(case, city, "settle_spoken", present=own[:1], terms="好").field == "present"
    assert isinstance(refused(case, city, "letter_answered", result="done", text="x"), Conflict)
    assert isinstance(refused(case, city, "agree", terms="x"), Conflict)
    actor = city.actor("handler")

    def go(name: str, **values: Any) -> None:
        with acting(actor):
            move(case_id=case.pk, name=name, values=values, by=actor, now=NOW)

    go("mediate", present=own, **sat)
    go("refer", authority="water", asked="请清淤")
    assert isinstance(refused(case, city, "refer", authority="water", asked="再清"), Conflict)
    go("refer", authority="town_harbour", asked="请扩建")
    assert refused(case, city, "letter_answered", result="done", text="x").field == "letter"
    named = {"side": "b", "name": "李四", "phone": "12"}
    with acting(actor), pytest.raises(Invalid) as told:
        move(case_id=case.pk, name="add_party", values=named, by=actor, now=NOW)
    assert told.value.field == "phone"
    go("drop", reason="双方撤回")
    assert Case.objects.get(pk=case.pk).state == "abandoned"
    auditor, person = city.actor("auditor"), Party.objects.get(case=case, subject=None)
    with acting(auditor), pytest.raises(Denied):
        reveal_party(case=case, party_id=person.pk, why="看看", by=auditor, now=NOW)
    with acting(actor), pytest.raises(Missing):
        reveal_party(case=case, party_id=uuid7(), why="看看", by=actor, now=NOW)
    parties = [{"name": "甲"}, {"name": "乙"}]
    words = {"title": "x", "body": "x" * 20_001, "topic": "noise", "parties": parties}
    with acting(actor), pytest.raises(Invalid):
        open_case("dispute", by=actor, now=NOW, **words)
    assert len(topics.check({"days": 0})) == 5
