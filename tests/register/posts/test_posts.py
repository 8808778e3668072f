"""B4: posts are proposed by rule and opened by a person; who is posted there is kept by day."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection

from huhang.base.access.context import SYSTEM, acting
from huhang.kernel.errors import Conflict, Denied, Invalid, Missing
from huhang.register.posts import actions, queries
from huhang.register.posts.models import Post, Proposal, Stay
from huhang.register.posts.rules import problems, rule_of
from huhang.register.rounds import declaring
from huhang.register.subjects import life
from huhang.register.subjects.actions import change, enter_subject
from huhang.register.subjects.models import Subject
from tests.factories.city import NOW, City, make_city
from tests.factories.posts import post

BODY: dict[str, Any] = {
    "code": "large",
    "version": 3,
    "kinds": ["enterprise"],
    "any_of": [{"measure": "head_count", "over": 5000}, {"measure": "investment", "over": 100_000_000}],
}


def test_a_rule_says_which_figure_told_and_above_is_more_than() -> None:
    rule = rule_of(BODY)
    assert rule.name == "large@3"
    assert rule.grounds("enterprise", {"head_count": 5000, "investment": 100_000_000}) == []
    told = rule.grounds("enterprise", {"head_count": 6200, "investment": None})
    assert told == [{"measure": "head_count", "has": 6200, "over": 5000}]
    assert len(rule.grounds("enterprise", {"head_count": 5001, "investment": 100_000_001})) == 2
    assert rule.grounds("scenic", {"head_count": 9999, "investment": 0}) == []


def test_a_rule_that_cannot_be_used_is_refused_with_what_is_wrong() -> None:
    assert problems(BODY, ["enterprise", "park"]) == []
    assert problems({**BODY, "kinds": ["moon"]}, ["enterprise"])
    assert problems({**BODY, "any_of": []}, ["enterprise"]) == ["any_of 至少要有一条"]
    assert (
        len(problems({**BODY, "any_of": [{"measure": "x"}, {"measure": "head_count", "over": -1}]}, ["enterprise"]))
        == 2
    )


@pytest.fixture
def city(db: None) -> City:
    return make_city()


def large(city: City, name: str = "望海重工集团", heads: int = 6200) -> Subject:
    unit = city.units["harbour"].pk
    return enter_subject(kind="enterprise", name=name, unit_id=unit, head_count=str(heads), by=SYSTEM, now=NOW)


def test_what_a_rule_fits_is_proposed_once_and_a_person_declines_or_opens_it(city: City) -> None:
    firm, small = large(city), large(city, "小厂", 4999)
    assert actions.propose(by=SYSTEM, now=NOW) == 1
    assert actions.propose(by=SYSTEM, now=NOW) == 0
    chief, foreign = city.actor("chief"), city.actor("handler")
    waiting = queries.proposals(chief).get()
    assert (waiting.host, waiting.rule, waiting.grounds[0]["has"]) == (firm, "large@1", 6200)
    with acting(foreign), pytest.raises(Denied):
        actions.decline(proposal_id=waiting.pk, reason="不用", by=foreign, now=NOW)
    with acting(chief):
        with pytest.raises(Invalid):
            actions.decline(proposal_id=waiting.pk, reason=" ", by=chief, now=NOW)
        actions.decline(proposal_id=waiting.pk, reason="厂区正在搬迁", by=chief, now=NOW)
        with pytest.raises(Missing):
            actions.decline(proposal_id=waiting.pk, reason="再来", by=chief, now=NOW)
    assert actions.propose(by=SYSTEM, now=NOW) == 0  # declined under this version of the rule
    second = large(city, "望海船厂", 9000)
    assert actions.propose(by=SYSTEM, now=NOW) == 1
    made = post(city, second, name="望海船厂警务站", proposal_id=Proposal.objects.get(host=second).pk)
    told = Proposal.objects.get(host=second)
    assert (made.rule, told.decision, told.post) == ("large@1", "opened", made)
    assert made.station.within == second
    assert not queries.proposals(chief).exists()
    assert not Post.objects.filter(host=small).exists()


def test_a_host_that_no_longer_fits_is_shown_and_not_closed(city: City) -> None:
    firm = large(city)
    actions.propose(by=SYSTEM, now=NOW)
    made = post(city, firm, proposal_id=Proposal.objects.get().pk)
    other = post(city, name="另一个站")  # opened without a rule: no rule says that it no longer fits
    chief = city.actor("chief")
    look = queries.Wanted(state="unfit")
    assert not queries.narrowed(queries.visible(chief), look).exists()
    change(subject_id=firm.pk, version=firm.version, values={"head_count": "800"}, by=SYSTEM, now=NOW)
    actions.propose(by=SYSTEM, now=NOW)
    assert list(queries.narrowed(queries.visible(chief), look)) == [made]
    assert set(queries.narrowed(queries.visible(chief), queries.Wanted())) == {made, other}


def test_officers_are_posted_by_day_and_nobody_twice_at_once(city: City) -> None:
    made, chief = post(city), city.actor("chief")
    who, day = city.users["handler"].pk, date(2026, 3, 2)
    told: dict[str, Any] = {"by": chief, "now": NOW}
    with acting(chief):
        first = actions.post_officer(post_id=made.pk, officer_id=who, why="懂化工", starts_on=day, **told)
        with pytest.raises(Invalid) as twice:
            actions.post_officer(post_id=made.pk, officer_id=who, why="再派", starts_on=day + timedelta(9), **told)
        assert twice.value.field == "officer"
        with pytest.raises(Invalid):
            actions.post_officer(post_id=made.pk, officer_id=who, why="早", starts_on=date(2025, 1, 1), **told)
        actions.end_stay(stay_id=first.pk, why="轮换", ends_on=date(2026, 6, 30), **told)
        actions.post_officer(post_id=made.pk, officer_id=who, why="回来", starts_on=date(2026, 7, 1), **told)
        assert queries.manned([made.pk], date(2026, 6, 30)) == {made.pk: 1}
        closed = actions.close_post(post_id=made.pk, why="企业搬迁", **told)
        with pytest.raises(Conflict):
            actions.close_post(post_id=made.pk, why="再撤", **told)
    assert closed.station.state == "active"  # the row in memory; the register's own says it closed
    made.station.refresh_from_db()
    assert made.station.state == Subject.State.CLOSED
    assert not Stay.objects.filter(ends_on__isnull=True).exists()
    told_life, _more = life.read(chief, [made.host_id], only="post")
    words = [one.title for one in told_life]
    assert "设立海晏化工安企警务站" in words
    assert "撤销海晏化工安企警务站" in words
    assert words.count("周正派驻海晏化工安企警务站") == 2


def test_only_whoever_plans_on_that_ground_decides_and_only_inside_a_standing_host(city: City) -> None:
    for who in ("handler", "liaison", "other_handler", "auditor"):
        with pytest.raises(Denied):
            post(city, by=who)
    with pytest.raises(Invalid):
        post(city, why="")
    with pytest.raises(Invalid):
        post(city, opened_on=date(2027, 1, 1))
    assert post(city, by="supervisor").opened_by_id == city.users["supervisor"].pk


def test_a_round_fulfils_the_weekly_duty_of_the_post_and_of_its_scenic_area(city: City) -> None:
    """B2/B4: what is written down at the post is what the weekly round rests on; nobody else's word is."""
    unit = city.units["harbour"].pk
    sight = enter_subject(kind="scenic", name="东湾景区", unit_id=unit, by=SYSTEM, now=NOW)
    made, officer, foreign = (
        post(city, sight, name="东湾景区警务室"),
        city.actor("handler"),
        city.actor("other_handler"),
    )
    with acting(officer):
        actions.note_round(post_id=made.pk, at=NOW - timedelta(hours=2), seen="各门正常", by=officer, now=NOW)
        for seen, at in (
            ("", NOW),
            ("现场取证", NOW),
            ("正常", NOW + timedelta(hours=1)),
            ("正常", NOW - timedelta(40)),
        ):
            with pytest.raises(Invalid):
                actions.note_round(post_id=made.pk, at=at, seen=seen, by=officer, now=NOW)
    with acting(foreign), pytest.raises(Denied):
        actions.note_round(post_id=made.pk, at=NOW, seen="正常", by=foreign, now=NOW)
    told = declaring.records(frozenset({"post_round"}))
    with acting(SYSTEM), connection.cursor() as cursor:
        cursor.execute(f"SELECT subject_id, at FROM ({told}) e", {"since": NOW - timedelta(7), "until": NOW})
        found = cursor.fetchall()
    assert {row[0] for row in found} == {made.station_id, sight.pk}
    assert {row[1] for row in found} == {NOW - timedelta(hours=2)}


def test_a_post_is_seen_with_its_host_and_behind_both_walls(city: City) -> None:
    """SAFEGUARDS 2: a post in a subject few may see is seen by as few, by the query and by the database alone."""
    unit = city.units["harbour"].pk
    secret = enter_subject(kind="enterprise", name="某军工厂", unit_id=unit, by=SYSTEM, now=NOW)
    Subject.objects.filter(pk=secret.pk).update(sensitive=True)
    made, officer = post(city, secret, name="某厂警务站"), city.actor("chief")
    with acting(officer):
        actions.post_officer(post_id=made.pk, officer_id=city.users["handler"].pk, why="x", by=officer, now=NOW)
    assert made.station.sensitive
    for who, sees in (("handler", True), ("supervisor", True), ("other_handler", False), ("clerk", False)):
        actor = city.actor(who)
        assert queries.visible(actor).filter(pk=made.pk).exists() is sees, who
        with acting(actor):
            assert (Post.objects.filter(pk=made.pk).exists(), Stay.objects.exists()) == (sees, sees), who
            if not sees:
                with pytest.raises(Missing):
                    queries.post_of(actor, made.pk)
