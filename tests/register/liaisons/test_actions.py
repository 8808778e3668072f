# B1: giving a subject its officers, one by one and by a plan
import uuid
from datetime import timedelta

import pytest

from huhang.base.access.context import SYSTEM, acting
from huhang.base.journal.models import Entry
from huhang.base.people import actions as people
from huhang.kernel.errors import Conflict, Denied, Invalid, Missing
from huhang.register.liaisons import actions, queries
from huhang.register.liaisons.models import Liaison, Plan, Skill
from huhang.register.subjects.models import Subject
from tests.factories.city import NOW, City, enterprise, make_city

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def city() -> City:
    return make_city()


@pytest.fixture
def firm(city: City) -> Subject:
    return enterprise(city)


def give(city: City, firm: Subject, who: str = "liaison", by: str = "chief", why: str = "新登记") -> Liaison:
    return actions.assign(
        subject_id=firm.pk, line="officer", officer_id=city.users[who].pk, why=why, by=city.actor(by), now=LATER
    )


def planned(city: City, by: str = "supervisor", branch: uuid.UUID | None = None) -> Plan:
    made = actions.propose(branch=branch, by=city.actor(by), now=NOW)
    return actions.compute(made.pk, NOW)


def test_a_subject_changes_hands_with_reason_and_history(city: City, firm: Subject) -> None:
    first = give(city, firm)
    second = give(city, firm, "handler", why="换岗")
    first.refresh_from_db()
    assert (first.ends_at, first.ended_why) == (LATER, "换岗")
    assert queries.of_subject(firm.pk)["officer"] == second
    assert [row.officer_id for row in queries.history(firm.pk)] == [second.officer_id, first.officer_id]
    assert Entry.objects.filter(action="liaison.assign").count() == 2
    actions.end(liaison_id=second.pk, why="企业迁出", by=city.actor("chief"), now=LATER)
    assert queries.of_subject(firm.pk) == {}
    with pytest.raises(Conflict):
        actions.end(liaison_id=second.pk, why="再结束", by=city.actor("chief"), now=LATER)


@pytest.mark.parametrize("by", ["handler", "liaison", "clerk", "auditor", "system_admin", "dispatcher"])
def test_only_chiefs_and_supervision_decide(city: City, firm: Subject, by: str) -> None:
    with pytest.raises(Missing if by == "system_admin" else Denied):  # who sees no register finds nobody in it
        give(city, firm, by=by)
    with pytest.raises(Denied):
        actions.propose(branch=None, by=city.actor(by), now=NOW)


def test_a_chief_decides_in_the_own_branch_only(city: City) -> None:
    from huhang.register.subjects.actions import enter_subject

    far = enter_subject(kind="enterprise", name="河东纸业", unit_id=city.units["river"].pk, by=SYSTEM, now=NOW)
    with pytest.raises(Denied):
        actions.assign(
            subject_id=far.pk,
            line="officer",
            officer_id=city.users["other_handler"].pk,
            why="试试",
            by=city.actor("chief"),
            now=LATER,
        )
    with pytest.raises(Denied):
        actions.propose(branch=city.units["river_county"].pk, by=city.actor("chief"), now=NOW)
    with pytest.raises(Denied):
        actions.propose(branch=None, by=city.actor("chief"), now=NOW)
    own = planned(city, "chief", city.units["port"].pk)
    elsewhere = planned(city, "supervisor", city.units["river_county"].pk)
    assert list(queries.plans_of(city.actor("chief"))) == [own]
    with pytest.raises(Missing):
        queries.plan_of(elsewhere.pk, city.actor("chief"))


@pytest.mark.parametrize(
    ("line", "who", "why", "field"),
    [
        ("king", "liaison", "x", "line"),
        ("officer", "other_handler", "x", "officer"),
        ("officer", "chief", "x", "officer"),
        ("officer", "liaison", " \u202e ", "why"),
    ],
)
def test_bad_input_is_named(city: City, firm: Subject, line: str, who: str, why: str, field: str) -> None:
    with pytest.raises(Invalid) as told:
        actions.assign(
            subject_id=firm.pk,
            line=line,
            officer_id=city.users[who].pk,
            why=why,
            by=city.actor("supervisor"),
            now=LATER,
        )
    assert field in told.value.problems
    assert not Liaison.objects.exists()


def test_who_left_the_post_is_shown_as_vacant_and_replaced_by_a_plan(city: City, firm: Subject) -> None:
    give(city, firm)
    assert not queries.vacant(LATER).exists()
    with acting(SYSTEM):
        people.leave(user_id=city.users["liaison"].pk, by=city.actor("security_admin"), now=LATER)
    assert queries.vacant(LATER).count() == 1
    plan = planned(city)
    row = plan.rows.get(line="officer", subject=firm)
    assert (row.change, row.before, row.after_id in {city.users[k].pk for k in ("handler", "second_handler")}) == (
        "replace",
        city.users["liaison"],
        True,
    )
    told = actions.confirm(plan_id=plan.pk, rows=[row.pk], by=city.actor("supervisor"), now=LATER)
    assert told["done"] == 1
    assert not queries.vacant(LATER).exists()
    assert queries.of_subject(firm.pk)["officer"].plan == plan
    with pytest.raises(Conflict):
        actions.confirm(plan_id=plan.pk, by=city.actor("supervisor"), now=LATER)


def test_what_changed_since_is_left_and_named(city: City, firm: Subject) -> None:
    plan = planned(city)
    row = plan.rows.get(line="officer", subject=firm)
    assert row.change == "new"
    assert row.after == city.users["liaison"]
    give(city, firm, "handler")
    told = actions.confirm(plan_id=plan.pk, by=city.actor("supervisor"), now=LATER)
    row.refresh_from_db()
    assert (told["stale"], row.outcome) == (1, "stale")
    assert queries.of_subject(firm.pk)["officer"].officer == city.users["handler"]


def test_a_plan_put_aside_changes_nothing(city: City, firm: Subject) -> None:
    plan = planned(city)
    actions.discard(plan_id=plan.pk, by=city.actor("supervisor"), now=LATER)
    assert not Liaison.objects.exists()
    with pytest.raises(Conflict):
        actions.confirm(plan_id=plan.pk, by=city.actor("supervisor"), now=LATER)


def test_one_plan_at_a_time_for_the_same_ground_and_computing_twice_is_harmless(city: City, firm: Subject) -> None:
    made = actions.propose(branch=None, by=city.actor("supervisor"), now=NOW)
    with pytest.raises(Conflict):
        actions.propose(branch=None, by=city.actor("supervisor"), now=NOW)
    with pytest.raises(Conflict):
        actions.confirm(plan_id=made.pk, by=city.actor("supervisor"), now=NOW)
    actions.compute(made.pk, NOW)
    before = made.rows.count()
    actions.compute(made.pk, NOW)
    assert made.rows.count() == before > 0


def test_coverage_counts_the_rows_it_names(city: City, firm: Subject) -> None:
    def line(code: str) -> dict[str, int]:
        return next(one for one in queries.coverage(LATER) if one["line"].code == code)

    assert (line("officer")["needed"], line("officer")["missing"], line("officer")["covered"]) == (1, 1, 0)
    assert [one.pk for one in queries.without("officer")] == [firm.pk]
    give(city, firm)
    assert (line("officer")["missing"], line("officer")["covered"]) == (0, 1)
    with acting(SYSTEM):
        people.leave(user_id=city.users["liaison"].pk, by=city.actor("security_admin"), now=LATER)
    assert (line("officer")["vacant"], line("officer")["covered"]) == (1, 0)
    assert line("branch_chief")["needed"] == 0
    Subject.objects.filter(pk=firm.pk).update(flags=["must_visit"])
    assert (line("branch_chief")["needed"], line("branch_chief")["missing"]) == (1, 1)


def test_skills_are_written_down_once_and_taken_back(city: City) -> None:
    for _ in range(2):
        actions.teach(skill="english", officer_id=city.users["handler"].pk, by=city.actor("chief"), now=NOW)
    actions.teach(skill="hazmat", unit_id=city.units["harbour"].pk, by=city.actor("chief"), now=NOW)
    assert Skill.objects.count() == 2
    actions.teach(skill="english", officer_id=city.users["handler"].pk, knows=False, by=city.actor("chief"), now=NOW)
    assert Skill.objects.count() == 1
    with pytest.raises(Invalid):
        actions.teach(skill="flying", unit_id=city.units["harbour"].pk, by=city.actor("chief"), now=NOW)
    with pytest.raises(Invalid):
        actions.teach(skill="english", by=city.actor("chief"), now=NOW)
    with pytest.raises(Denied):
        actions.teach(skill="english", unit_id=city.units["river"].pk, by=city.actor("chief"), now=NOW)
