"""B3: an officer calls on an enterprise: the cap holds, what is spoken enters the ledger at once, figures come out."""

import json
import random
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.rules import Actor
from huhang.base.catalog import queries as catalog
from huhang.base.journal.models import Entry
from huhang.base.messages.models import Message
from huhang.cases.actions import move, open_case
from huhang.cases.models import Case, Step
from huhang.cases.registry import kind_of
from huhang.kernel.errors import Conflict, Denied, Invalid, Missing
from huhang.kinds.visits import queries
from huhang.kinds.visits.actions import CapReached, SubjectGone, reveal_met
from huhang.reading.figures import queries as figures
from huhang.reading.figures.periods import Period
from huhang.reading.figures.queries import Ask
from huhang.reading.figures.scope import Scope
from huhang.register.subjects import life
from huhang.register.subjects.actions import enter_subject
from huhang.register.subjects.models import Subject
from tests.factories.city import NOW, City, enterprise, make_city
from tests.factories.visits import subject_of, told, visited

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
WANG = {"name": "王海燕", "role": "safety", "phone": "13800000001"}
NOISE = {"body": "晚上十二点以后渣土车从三号门过，宿舍睡不好。", "nature": "help", "category": "PS-02"}


@pytest.fixture
def city() -> City:
    return make_city()


def go(city: City, case: Case, who: str | Actor, name: str, *, now: Any = NOW, **values: Any) -> Step:
    actor = city.actor(who) if isinstance(who, str) else who
    with acting(actor):
        return move(case_id=case.pk, name=name, values=values, by=actor, now=now)


def signed_in(city: City, who: str = "liaison") -> Client:
    client = Client()
    client.force_login(city.users[who], backend="huhang.base.people.backends.Officers")
    return client


def test_what_is_spoken_on_a_visit_is_in_the_ledger_at_once_and_the_speaker_is_told(city: City) -> None:
    visit = visited(city, met=[WANG, {"name": "李四"}], people=3, requests=[NOISE, {"body": "想请人讲一讲防骗。"}])
    asked = list(Case.objects.filter(parent=visit).order_by("title"))
    assert [one.kind for one in asked] == ["request", "request"]
    assert {one.channel for one in asked} == {"visit"}
    assert {one.subject_id for one in asked} == {visit.subject_id}
    noise = next(one for one in asked if one.category == "PS-02")
    assert noise.state == "classified"
    assert noise.due_at is not None
    assert noise.received_at == NOW  # B3: in the same minute
    told_of = Message.objects.filter(template="request.open", person=visit.requester_id)
    assert {one.case for one in told_of} == {one.pk for one in asked}
    assert {one.channel for one in told_of} == {"sms"}
    known = queries.detail(visit)
    assert (known.people, known.raised, known.counted, known.quarter) == (3, 2, True, "2026Q4")
    assert [one.name_masked for one in queries.met(visit)] == ["王**", "李*"]
    page = signed_in(city).get(f"/desk/cases/{visit.number}/").content.decode()
    assert all(one.number in page for one in asked)
    assert "王海燕" not in page
    assert visit.number in signed_in(city).get(f"/desk/cases/{noise.number}/").content.decode()
    more = go(city, visit, "liaison", "add_request", body="门口没有路灯。", nature="advice")
    assert "门口没有路灯" in more.note
    assert queries.detail(Case.objects.get(pk=visit.pk)).raised == 3


def test_a_visit_beyond_the_cap_is_refused_names_the_earlier_ones_and_offers_a_call(city: City) -> None:
    for days in (9, 6, 3):
        visited(city, now=NOW - days * DAY)
    with pytest.raises(CapReached) as refused:
        visited(city)
    assert "本季度已走访 3 次" in refused.value.text
    assert "11-11 港湾派出所；11-14 港湾派出所；11-17 港湾派出所" in refused.value.text
    assert "电话" in refused.value.hint
    assert visited(city, mode="call").channel == "call"
    assert not queries.detail(visited(city, cause="invited", cause_note="企业来电")).counted
    with pytest.raises(Invalid) as bare:
        visited(city, cause="emergency")
    assert "cause_note" in bare.value.problems
    with pytest.raises(CapReached):  # whoever comes: the enterprise is disturbed all the same
        visited(city, "handler")
    assert visited(city, now=NOW + 42 * DAY).state == "visited"  # a new quarter


def test_following_up_an_open_matter_of_this_subject_alone_does_not_count(city: City) -> None:
    first = visited(city, met=[WANG], requests=[NOISE])
    asked = Case.objects.get(parent=first)
    assert not queries.detail(visited(city, cause="follow_up", follows=asked.number)).counted
    other = enterprise(city, "海岳重工有限公司", "91370600MA00000157")
    for where, number in ((other, asked.number), (subject_of(city), "HS-7QK4-2M9D"), (subject_of(city), first.number)):
        with pytest.raises(Invalid) as refused:
            visited(city, subject=where, cause="follow_up", follows=number)
        assert "follows" in refused.value.problems


def test_names_need_consent_and_a_look_needs_a_purpose(city: City) -> None:
    with pytest.raises(Invalid) as refused:
        visited(city, met=[WANG], consent=False)
    assert set(refused.value.problems) == {"consent"}
    visit = visited(city, met=[{"name": "赵一凡"}, WANG])
    named, wang = queries.met(visit)
    client = signed_in(city)
    where = f"/desk/cases/{visit.number}/met/{named.pk}/"
    assert "赵一凡" not in client.get(where).content.decode()
    assert client.post(where, {"why": ""}).status_code == 422
    shown = client.post(where, {"why": "核对到访人"})
    assert "赵一凡" in shown.content.decode()
    assert shown["Cache-Control"] == "no-store, private"
    actor = city.actor("liaison")
    with acting(actor):
        assert reveal_met(case=visit, met=wang.pk, why="联系", by=actor, now=NOW) == "王海燕"
    looked = Entry.objects.filter(action="person.read", case=visit.pk)
    assert {one.person for one in looked} == {None, wang.person_id}
    assert signed_in(city, "other_handler").get(where).status_code == 404
    assert client.get(f"/desk/cases/{visit.number}/met/{visit.pk}/").status_code == 404
    auditor = city.actor("auditor")
    with acting(auditor), pytest.raises(Denied):
        reveal_met(case=visit, met=wang.pk, why="看看", by=auditor, now=NOW)
    with acting(actor), pytest.raises(Missing):
        reveal_met(case=visited(city, mode="call"), met=wang.pk, why="看看", by=actor, now=NOW)


def test_the_questionnaire_is_kept_by_its_version_and_wrong_answers_stand_beside_their_question(city: City) -> None:
    said = {"safe": "mostly", "help": ["traffic", "fraud"], "times": "4", "wish": "多来"}
    visit = visited(city, answers=said)
    assert [answer for _question, answer in queries.answers(visit)] == ["基本放心", "交通通行、防范诈骗", "4", "多来"]
    with pytest.raises(Invalid) as refused:
        visited(city, answers={"safe": "very", "times": "-1", "help": ["traffic", "x"]})
    assert set(refused.value.problems) == {"answers.safe", "answers.times", "answers.help"}


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"mode": "check"}, "mode"),
        ({"purpose": ""}, "purpose"),
        ({"cause": "because"}, "cause"),
        ({"people": ""}, "people"),
        ({"people": "many"}, "people"),
        ({"lon": "nan", "lat": "37"}, "lon"),
        ({"lon": "121"}, "lon"),
        ({"met": "王"}, "met"),
        ({"met": [{"phone": "13800000001"}]}, "met.0.name"),
        ({"met": [{"name": "王", "phone": "12"}]}, "met.0.phone"),
        ({"met": [{"name": "王", "role": "king"}]}, "met.0.role"),
        ({"answers": "yes"}, "answers"),
        ({"requests": "x"}, "requests"),
        ({"requests": [{"body": "好", "category": "no-such"}]}, "requests.0.category"),
        ({"requests": [{"body": "好"}, {"body": "好", "nature": "no-such"}]}, "requests.1.nature"),
        ({"same_session": "ZF-7QK4-2M9D"}, "same_session"),
        ({"same_session": "none"}, "same_session"),
        ({"device_at": "yesterday"}, "device_at"),
        ({"device_at": "2026-09-01T10:00+08:00"}, "visited_at"),
        ({"body": "x" * 20_001}, "body"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field_and_nothing_is_kept(
    city: City, values: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        visited(city, **values)
    assert field in refused.value.problems
    assert not Case.objects.filter(kind__in=("visit", "request")).exists()


def test_the_servers_time_rules_and_the_devices_is_kept_beside_it(city: City) -> None:
    """B3: a device a day ahead began the visit two hours ago; both clocks are kept, the server's counts."""
    ahead = NOW + DAY
    visit = visited(city, device_at=ahead - timedelta(hours=2), device_now=ahead)
    known = queries.detail(visit)
    assert visit.received_at == NOW - timedelta(hours=2)
    assert (known.device_at, known.device_now, known.arrived_at) == (ahead - timedelta(hours=2), ahead, NOW)
    assert visited(city, mode="call", device_at=ahead).received_at == NOW  # never in the future


def test_a_merged_or_closed_subject_sends_the_visit_elsewhere(city: City) -> None:
    where = subject_of(city)
    Subject.objects.filter(pk=where.pk).update(state="closed")
    with pytest.raises(SubjectGone):
        visited(city)
    other = enterprise(city, "海岳重工有限公司", "91370600MA00000157")
    Subject.objects.filter(pk=where.pk).update(state="merged", merged_into=other)
    with pytest.raises(SubjectGone) as gone:
        visited(city)
    assert "海岳重工" in gone.value.text
    with pytest.raises(Invalid):
        visited(city, subject=Subject(pk=city.units["quay"].pk))


def test_a_bad_rating_is_heard_by_the_chief_and_none_is_made_by_default(city: City) -> None:
    visit = visited(city, met=[WANG])
    person = Actor(kind="person", person=visit.requester_id, door="hall")
    assert not Case.objects.get(pk=visit.pk).is_open  # no inbox waits for a word that may never come
    with pytest.raises(Denied):
        go(city, visit, "liaison", "rate", stars=5)
    go(city, visit, person, "rate", stars=2, comment="来得太勤")
    case = Case.objects.get(pk=visit.pk)
    assert (case.state, case.is_open) == ("displeased", True)
    assert Message.objects.filter(template="visit.bad", user=city.users["chief"].pk).count() == 1
    go(city, visit, "chief", "hear", word="已致歉，改为电话联系")
    assert Case.objects.get(pk=visit.pk).state == "concluded"
    quiet = visited(city, met=[WANG])
    with pytest.raises(Conflict):
        go(city, quiet, Actor(kind="person", person=quiet.requester_id), "rate", now=NOW + 15 * DAY, stars=5)
    assert queries.detail(Case.objects.get(pk=quiet.pk)).stars is None


def test_somebody_else_voids_what_was_entered_by_mistake_and_it_counts_no_more(city: City) -> None:
    mine = visited(city, "chief")
    with pytest.raises(Conflict):
        go(city, mine, "chief", "void", reason="录错")
    wrong = visited(city)
    go(city, wrong, "chief", "void", reason="录错了主体")
    assert len(queries.counted(subject_of(city), "2026Q4")) == 1
    met = Subject.objects.filter(pk__in=life.seen_since(NOW - DAY))
    assert list(met) == [subject_of(city)]


NUMBERS = (
    "visits",
    "sessions",
    "on_site",
    "calls",
    "enterprises",
    "organisations",
    "people",
    "raised",
    "rated",
    "satisfied",
)


def test_figures_of_visits_are_the_journals_and_drill_down_to_their_rows(city: City) -> None:
    """MISSION B3, SAFEGUARDS 20: sessions, enterprises, organisations, people met, problems raised and solved."""
    rng, leader = random.Random(3), city.actor("leader")
    where = [
        enter_subject(kind=rng.choice(["enterprise", "organisation"]), name=f"主体{n:02d}", unit_id=city.units[u].pk,
                      by=SYSTEM, now=NOW - 400 * DAY)
        for n, u in enumerate(["harbour", "river", "quay"] * 5)
    ]  # fmt: skip
    last = None
    for _ in range(60):
        at = NOW - rng.uniform(0, 200) * DAY
        made = open_case(
            "visit",
            subject=rng.choice(where),
            by=SYSTEM,
            now=at,
            **told(
                mode=rng.choice(["on_site", "call"]),
                same_session=last.number if last and rng.random() < 0.3 else "",
                cause="invited",
                cause_note="应邀",
                people=rng.randint(1, 40),
                met=[WANG],
                requests=[{"body": f"第{n}件"} for n in range(rng.choice([0, 0, 1, 2]))],
            ),
        )
        last = made
        if rng.random() < 0.2:
            go(city, made, SYSTEM, "void", reason="重复")
        elif rng.random() < 0.5:
            person = Actor(kind="person", person=made.requester_id, door="hall")
            go(city, made, person, "rate", now=at + timedelta(hours=2), stars=rng.randint(1, 5))
    kind, told_by = kind_of("visit"), _journal()
    with acting(leader):
        for _ in range(40):
            scope = rng.choice([Scope(), Scope(city.units["port"].pk), Scope(city.units["river"].pk)])
            first = (NOW - timedelta(days=rng.randrange(210))).date()
            window = Period("custom", first, first + timedelta(days=rng.randrange(120))).window(NOW, catalog.schedule())
            shown, _old = figures.measure(kind, leader, {f.name: Ask(f, window) for f in kind.figures}, scope)
            mine = [one for one in told_by.values() if window.since <= one["at"] < window.until]
            mine = [one for one in mine if scope.unit is None or scope.unit in one["units"]]
            assert {name: shown[name].count for name in NUMBERS} == _counted(mine)
            for figure in kind.figures:
                rows = figures.rows(kind, leader, figure, window, scope)
                total, each = (sum(rows.values_list(figure.total, flat=True)) if figure.total else None), figure.each
                number = total if figure.total else rows.values(each).distinct().count() if each else rows.count()
                assert shown[figure.name].count == number, figure.name


def _journal() -> dict[Any, dict[str, Any]]:
    """Every visit as the journal alone tells it."""
    from datetime import datetime

    told_by: dict[Any, dict[str, Any]] = {}
    kinds = {str(pk): kind for pk, kind in Subject.objects.values_list("pk", "kind")}
    placed = {str(pk): (unit, branch) for pk, unit, branch in Subject.objects.values_list("pk", "unit", "unit__branch")}
    for e in Entry.objects.filter(action__startswith="visit.").order_by("at", "id"):
        data = json.loads(e.data) if e.data else {}
        if e.action == "visit.made":
            told_by[e.case] = {**data, "at": datetime.fromisoformat(data["at"]), "kind": kinds[data["subject"]]}
            told_by[e.case] |= {"units": placed[data["subject"]], "stars": None, "void": False}
        elif e.action == "visit.void":
            told_by[e.case]["void"] = True
        elif e.action == "visit.rate":
            told_by[e.case]["stars"] = data["stars"]
    return told_by


def _counted(rows: list[dict[str, Any]]) -> dict[str, int]:
    made = [one for one in rows if not one["void"]]
    return {
        "visits": len(made),
        "sessions": len({one["session"] for one in made}),
        "on_site": sum(one["mode"] == "on_site" for one in made),
        "calls": sum(one["mode"] == "call" for one in made),
        "enterprises": len({one["subject"] for one in made if one["kind"] == "enterprise"}),
        "organisations": len({one["subject"] for one in made if one["kind"] == "organisation"}),
        "people": sum(one["people"] for one in made),
        "raised": sum(one["raised"] for one in made),
        "rated": sum(one["stars"] is not None for one in made),
        "satisfied": sum((one["stars"] or 0) > 2 for one in made),
    }


def published(scale: float) -> dict[str, int]:
    """MISSION B3: 599 sessions, 569 enterprises, 154 organisations, 9,553 people, 918 problems solved."""
    whole = {"sessions": 599, "enterprises": 569, "organisations": 154, "people": 9553, "spoken_solved": 918}
    return {name: max(1, round(number * scale)) for name, number in whole.items()}


@pytest.mark.parametrize(
    "scale", [0.02, pytest.param(1.0, marks=pytest.mark.soak), pytest.param(0.04, marks=pytest.mark.soak)]
)
def test_the_published_figures_come_out_of_their_records(city: City, scale: float) -> None:
    """Other numbers in, other numbers out; every number with the rows behind it."""
    wanted, leader, at = published(scale), city.actor("leader"), NOW - 10 * DAY
    subjects = [
        enter_subject(kind=kind, name=f"{kind} {n}", unit_id=city.units["harbour"].pk, by=SYSTEM, now=at - 400 * DAY)
        for kind, many in (("enterprise", wanted["enterprises"]), ("organisation", wanted["organisations"]))
        for n in range(many)
    ]
    visits, made = len(subjects), list[Case]()
    for n, subject in enumerate(subjects):
        join = made[-1].number if n >= wanted["sessions"] else ""  # the last sessions see several of them
        people = wanted["people"] // visits + (n < wanted["people"] % visits)
        asked = wanted["spoken_solved"] // visits + (n < wanted["spoken_solved"] % visits)
        requests = [{"body": f"{subject.name} 的第 {i} 件", "category": "PS-02"} for i in range(asked)]
        given = told(people=people, requests=requests, same_session=join)
        made.append(open_case("visit", subject=subject, by=SYSTEM, now=at, **given))
    for request in Case.objects.filter(kind="request").order_by("id"):
        solve(city, request)
    with acting(leader):
        window = Period("custom", (NOW - 30 * DAY).date(), NOW.date()).window(NOW, catalog.schedule())
        for kind in (kind_of("visit"), kind_of("request")):
            asks = {f.name: Ask(f, window) for f in kind.figures if f.name in wanted}
            shown, _old = figures.measure(kind, leader, asks, Scope())
            assert {name: value.count for name, value in shown.items()} == {name: wanted[name] for name in asks}
            for figure in (ask.figure for ask in asks.values()):
                assert figures.rows(kind, leader, figure, window, Scope()).exists()


def solve(city: City, request: Case) -> None:
    """From dispatching to the person's word that it is solved."""
    at = NOW - 9 * DAY
    for n, (who, name, values) in enumerate(
        (
            ("dispatcher", "dispatch", {"unit": city.units["harbour"].pk}),
            ("handler", "sign", {}),
            ("handler", "answer", {"result": "solved", "proof": "处警 12", "answer": "好了"}),
            ("revisitor", "revisit", {"reached": "yes", "solved": "yes"}),
            ("revisitor", "close", {"reason": "已解决"}),
        )
    ):
        go(city, request, who, name, now=at + timedelta(hours=n), **values)
