"""B5: lectures and drills with a quiz and a return, checks by number alone, and nothing of anybody kept."""

import json
import random
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.rules import Actor
from huhang.base.catalog import queries as catalog
from huhang.base.catalog.rules import Sheet
from huhang.base.journal.models import Entry
from huhang.base.messages.models import Message
from huhang.cases.actions import move
from huhang.cases.models import Case, Step
from huhang.cases.registry import kind_of
from huhang.kernel.errors import Conflict, Denied, Invalid, Missing
from huhang.kinds.trainings import catalogue, codes, queries
from huhang.kinds.trainings.actions import count_device, forget_marks, take_quiz
from huhang.kinds.trainings.actions.counting import CountedTwice
from huhang.kinds.trainings.models import Mark, Result
from huhang.reading.figures import queries as figures
from huhang.reading.figures.periods import Period
from huhang.reading.figures.queries import Ask
from huhang.reading.figures.scope import Scope
from huhang.register.liaisons import actions as liaisons
from huhang.register.rounds import queries as rounds
from huhang.register.rounds.deriving import Span
from huhang.register.subjects import life
from huhang.register.subjects.actions import add_contact, enter_subject
from huhang.register.subjects.models import Subject
from tests.factories.city import NOW, City, make_city
from tests.factories.trainings import SOON, planned
from tests.factories.visits import subject_of

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
RIGHT = {"account": "never", "boss": "voice", "code": "nobody", "cheated": "call"}
WRONG = {"account": "ask", "boss": "pay", "code": "tell", "cheated": "wait"}


@pytest.fixture
def city() -> City:
    return make_city()


def go(city: City, case: Case, who: str | Actor, name: str, *, now: Any = NOW, **values: Any) -> Case:
    actor = city.actor(who) if isinstance(who, str) else who
    with acting(actor):
        move(case_id=case.pk, name=name, values=values, by=actor, now=now)
    return Case.objects.select_related("training").get(pk=case.pk)


def device(n: int) -> str:
    return f"device-number-{n:04d}"


def test_a_lecture_is_planned_told_held_returned_to_and_closed(city: City) -> None:
    host, other = (
        subject_of(city),
        enter_subject(kind="organisation", name="港湾商会", unit_id=city.units["quay"].pk, by=SYSTEM, now=NOW),
    )
    add_contact(subject_id=host.pk, name="王海燕", phone="13800000001", role="safety", main=True, by=SYSTEM, now=NOW)
    case = planned(city, subjects=[host.pk, other.pk])
    assert (case.state, case.is_open, case.subject_id) == ("arranged", True, host.pk)
    sms = Message.objects.get(template="training.planned")
    assert "防诈骗讲座" in sms.text
    assert "2026-11-23 10:00" in sms.text
    assert not any(said in sms.text for said in ("王", "三楼", "李青", "1380"))  # nothing personal, nothing typed
    due = case.due_at
    moved = go(city, case, "liaison", "rearrange", day="2026-11-24", time="15:00", reason="场地冲突")
    assert moved.due_at is not None
    assert due is not None
    for day, clock in (("2026-11-01", "09:00"), ("9999-12-31", "09:00"), ("2026-11-24", "noon")):
        with pytest.raises(Invalid):
            go(city, case, "liaison", "rearrange", day=day, time=clock, reason="x")
    assert moved.due_at > due  # three working days after its day it has to be recorded
    assert Message.objects.filter(template="training.moved").count() == 1
    with pytest.raises(Conflict, match="还没有到"):
        go(city, case, "liaison", "hold", people=40)

    held = SOON + DAY + timedelta(hours=5)
    for n in range(6):
        scored = take_quiz(case.pk, "before", RIGHT if n < 2 else WRONG, device=device(n), now=held)
        assert scored.passed is (n < 2)
        assert count_device(case.pk, device=device(n), now=held) == n + 1
    with pytest.raises(CountedTwice):
        take_quiz(case.pk, "before", RIGHT, device=device(0), now=held)
    with pytest.raises(CountedTwice):
        count_device(case.pk, device=device(5), now=held)
    with pytest.raises(Invalid) as wrong:
        take_quiz(case.pk, "after", {**RIGHT, "boss": "nothing"}, device=device(1), now=held)
    assert set(wrong.value.problems) == {"boss"}
    for n in range(5):
        take_quiz(case.pk, "after", RIGHT, device=device(n), now=held)
    case = go(city, case, "liaison", "hold", now=held, people=40, before_taken=4, before_passed=1)
    known = case.training
    assert (case.state, known.people, known.scanned) == ("given", 40, 6)
    assert (known.before_taken, known.before_passed, known.after_taken, known.after_passed) == (10, 3, 5, 5)
    asked = Result.objects.get(case=case, stage="before", code="boss")
    assert (asked.taken, asked.right) == (6, 2)
    assert set(Mark.objects.filter(case=case).values_list("stage", flat=True)) == {"after"}  # the stage is over
    clock = case.clocks.get(name="training_return")
    assert (clock.amount, clock.unit_of_time, case.due_at) == (20, "working_days", clock.due_at)
    assert clock.rule == "duty.training_return@1"

    with pytest.raises(Conflict, match="太近"):
        go(city, case, "liaison", "recheck", now=held + DAY, taken=10, passed=9)
    back = held + 20 * DAY
    short = {"account": "never", "boss": "voice"}
    with pytest.raises(Conflict):
        count_device(case.pk, device=device(9), now=back)  # the door is closed
    for n in range(4):
        take_quiz(case.pk, "return", short if n else {**short, "boss": "pay"}, device=device(n), now=back)
    case = go(city, case, "liaison", "recheck", now=back)
    assert (case.training.return_taken, case.training.return_passed) == (4, 3)  # one of two right is below 60
    assert (case.training.kept, case.training.in_time) == (False, True)
    assert not Mark.objects.filter(case=case).exists()
    with pytest.raises(Invalid, match="请写明后续"):
        go(city, case, "liaison", "finish", now=back)
    case = go(city, case, "liaison", "again", now=back, what="下周补讲一次")
    assert (case.state, case.training.kept) == ("given", None)
    assert case.due_at is not None
    case = go(city, case, "liaison", "recheck", now=back + 10 * DAY, taken=20, passed=19)
    case = go(city, case, "liaison", "finish", now=back + 10 * DAY)
    assert (case.state, case.is_open, case.due_at) == ("wound_up", False, None)
    for where in (host, other):
        told_of, _more = life.read(city.actor("leader"), [where.pk])
        assert [one.link for one in told_of if one.link and one.link[1] == case.number] == [("case", case.number)]
    assert Subject.objects.filter(pk__in=life.seen_since(NOW)).count() == 2


def test_a_check_keeps_numbers_that_add_up_and_no_trace_of_anybody(city: City) -> None:
    """B5, ADR 37: no list, no name, no plate; what is sent beside the numbers is kept nowhere."""
    case = planned(
        city, sort="drug_driving", title="危货车队毒驾检查", now=NOW - DAY, starts_at=NOW - timedelta(hours=2)
    )
    assert not Message.objects.filter(case=case.pk).exists()  # nobody is told of a check beforehand
    beside = {"names": "张三丰", "plates": "鲁F·8K2M6", "list": ["张三丰 鲁F·8K2M6"]}
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"people": 120, "results": {"negative": 118, "positive": 1}}, "results"),
        ({"people": 120, "results": {"negative": 121, "positive": -1}}, "results"),
        ({"people": 120, "results": {"negative": 119, "drunk": 1}}, "results"),
        ({"people": 120, "results": "张三丰"}, "results"),
        ({"people": -3, "results": {"negative": 1}}, "people"),
        ({"people": 1_000_001, "results": {"negative": 1_000_001}}, "people"),
        ({"people": 0, "results": {"negative": 0}}, "people"),
    ]
    for values, field in wrong:
        with pytest.raises(Invalid) as said:
            go(city, case, "handler", "count", **values, **beside)
        assert field in said.value.problems, values
    with pytest.raises(Conflict):
        go(city, case, "handler", "hold", people=120)
    case = go(city, case, "handler", "count", people=120, results={"negative": 118, "positive": 2}, **beside)
    assert (case.training.people, case.training.adverse, case.state) == (120, 2, "given")
    step = Step.objects.get(case=case, move="count")
    assert step.data["results"] == {"negative": 118, "positive": 2}
    with pytest.raises(Denied):
        go(city, case, "handler", "correct", people=121, results={"negative": 121}, reason="点错")
    case = go(city, case, "chief", "correct", people=121, results={"negative": 120, "positive": 1}, reason="复检一名")
    assert (case.training.people, case.training.adverse) == (121, 1)
    with pytest.raises(Missing):
        go(city, case, "other_handler", "recount", people=1, results={"negative": 1})
    case = go(city, case, "handler", "recount", now=NOW + 30 * DAY, people=80, results={"negative": 80})
    assert case.training.kept is True
    for trace in ("张三丰", "8K2M6"):
        assert trace not in everything()


def everything() -> str:
    """Every row of every table as text: what a dump without keys would show."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        tables = [name for (name,) in cursor.fetchall()]
        said = []
        for name in tables:
            cursor.execute(f"SELECT coalesce(string_agg(t::text, chr(10)), '') FROM \"{name}\" t")
            said.append(cursor.fetchone()[0])
    return "\n".join(said)


def test_marks_of_devices_are_destroyed_and_tell_nothing(city: City) -> None:
    case = planned(city, starts_at=NOW + timedelta(hours=1))
    text, until = codes.make(case.pk, "door", now=NOW)
    assert codes.read(text, now=NOW) == (case.pk, "door")
    for bad, why in ((text[:-1], "不完整"), (text[:10] + ("A" if text[10] != "A" else "B") + text[11:], "不是本系统")):
        with pytest.raises(Invalid, match=why):
            codes.read(bad, now=NOW)
    with pytest.raises(Invalid, match="过期"):
        codes.read(text, now=until)
    with pytest.raises(Invalid, match="Cookie"):
        count_device(case.pk, device="", now=NOW)
    count_device(case.pk, device=device(1), now=NOW)
    assert device(1) not in everything()
    assert forget_marks(now=NOW + timedelta(hours=23)) == 0
    assert forget_marks(now=NOW + timedelta(hours=25)) == 1
    assert json.loads(Entry.objects.get(action="training.forget").data) == {"marks": 1}
    off = go(city, case, "liaison", "call_off", reason="单位停工")
    assert (off.state, off.is_open) == ("dropped", False)
    with pytest.raises(Conflict):
        count_device(case.pk, device=device(2), now=NOW)


def test_what_cannot_be_is_said_beside_its_place(city: City) -> None:
    for values, field in (
        ({"subjects": []}, "subjects"),
        ({"subjects": ["x"]}, "subjects"),
        ({"sort": "dancing"}, "sort"),
        ({"starts_at": None}, "starts_at"),
        ({"starts_at": NOW + 400 * DAY}, "starts_at"),
        ({"starts_at": NOW - 3 * DAY}, "people"),
        ({"people": 20}, "people"),
        ({"title": "x" * 101}, "title"),
    ):
        with pytest.raises(Invalid) as said:
            planned(city, **values)
        assert field in said.value.problems, values
    with pytest.raises(Denied):
        planned(city, "clerk")
    case = planned(city, starts_at=NOW - timedelta(hours=1), people=30, after_taken=20, after_passed=18)
    assert (case.state, case.received_at) == ("given", NOW - timedelta(hours=1))
    with pytest.raises(Invalid, match="合格的人"):
        planned(city, starts_at=NOW - timedelta(hours=1), people=30, after_taken=2, after_passed=3)
    skipped = go(city, case, "chief", "skip", reason="单位已搬走")
    assert skipped.state == "wound_up"


@pytest.mark.parametrize("scale", [0.02, pytest.param(1.0, marks=pytest.mark.soak)])
def test_a_thousand_drivers_and_every_session_come_out_of_records(city: City, scale: float) -> None:
    """MISSION B5 (1,000+ drivers), SAFEGUARDS 20: other numbers in, other numbers out; each opens its rows."""
    rng, leader, at = random.Random(5), city.actor("leader"), NOW - 40 * DAY
    fleets = [
        enter_subject(
            kind="enterprise", name=f"车队{n}", unit_id=city.units["harbour"].pk, by=SYSTEM, now=NOW - 400 * DAY
        )
        for n in range(4)
    ]
    wanted: Counter[str] = Counter()
    drivers = max(30, round(1100 * scale))
    while wanted["checked"] < drivers:
        many = min(rng.randint(5, 60), drivers - wanted["checked"])
        bad = min(many, int(rng.random() < 0.2))
        results = {"negative": many - bad, "positive": bad}
        planned(city, sort="drug_driving", starts_at=at, subjects=[rng.choice(fleets).pk], people=many, results=results)
        wanted.update(checked=many, handed_over=bad, batches=1, to_return=1)
    for _ in range(max(4, round(60 * scale))):
        people, before, after = rng.randint(5, 80), rng.randint(0, 5), rng.randint(0, 5)
        case = planned(
            city, starts_at=at, subjects=rng.sample([one.pk for one in fleets], 2), people=people,
            before_taken=5, before_passed=before, after_taken=5, after_passed=after,
        )  # fmt: skip
        wanted.update(lessons=1, attended=people, taken_before=5, passed_before=before, passed_after=after, to_return=1)
        if rng.random() < 0.5:
            go(city, case, "liaison", "recheck", taken=10, passed=8)
            wanted.update(returned=1, looked=1, kept=1)
    kind = kind_of("training")
    with acting(leader):
        window = Period("custom", (NOW - 60 * DAY).date(), NOW.date()).window(NOW, catalog.schedule())
        shown, _old = figures.measure(kind, leader, {f.name: Ask(f, window) for f in kind.figures}, Scope())
        counted = {name: value.count for name, value in shown.items()}
        assert {name: counted[name] for name in wanted} == dict(wanted)
        for figure in kind.figures:
            rows = figures.rows(kind, leader, figure, window, Scope())
            number = sum(rows.values_list(figure.total, flat=True)) if figure.total else rows.count()
            assert shown[figure.name].count == number, figure.name


def test_a_held_lecture_owes_a_return_and_the_return_fulfils_it(city: City) -> None:
    """B2: the recurring duty “return after a training” rests on these records; a voided one takes it back."""
    host = subject_of(city)
    liaisons.assign(
        subject_id=host.pk, line="officer", officer_id=city.users["liaison"].pk, why="x", by=SYSTEM, now=NOW - 90 * DAY
    )
    case = planned(city, starts_at=NOW - 12 * DAY, people=30)

    def owed() -> list[str]:
        span = Span(date(2026, 1, 1), date(2027, 12, 31))
        with acting(SYSTEM):
            found = rounds.duties(rounds.Wanted(span, rule="training_return", of=host.pk), SYSTEM, NOW)
        return [one.state for one in found]

    assert owed() == ["due"]
    with acting(SYSTEM):
        span = Span(date(2026, 1, 1), date(2027, 12, 31))
        (duty,) = rounds.duties(rounds.Wanted(span, rule="training_return", of=host.pk), SYSTEM, NOW)
    case.refresh_from_db()
    assert case.due_at is not None
    assert catalog.schedule().date_of(case.due_at) == duty.last  # one last day, wherever one looks
    go(city, case, "liaison", "recheck", taken=10, passed=9)
    assert owed() == ["done"]
    with pytest.raises(Conflict, match="更正由别人"):
        go(city, case, replace(city.actor("liaison"), grants=city.actor("chief").grants), "void", reason="x")
    go(city, case, "chief", "void", reason="登记重复")
    assert owed() == []


def test_the_catalogue_says_once_until_when_somebody_returns() -> None:
    """B2, B5: where a recurring duty says it, the kind of session must not say another."""
    duty = Sheet("recurring_duties", "training_return", 1, {"after": "training"}, "duties.yaml")
    plain = {"name": "讲座", "name_en": "Lecture", "order": 1, "form": "lecture", "tell": True, "record_days": 3}
    body = {**plain, "return_from": 7, "return_days": "duty", "keep": 80}

    def wrong(*with_: Sheet, **more: Any) -> list[str]:
        sheets = [Sheet("training_kinds", "x", 1, {**body, **more}, "kinds.yaml"), *with_]
        return [one.says for one in catalogue.check_whole(sheets)]

    assert catalogue.check_kind(body) == []
    assert catalogue.check_kind({**body, "return_days": "soon"})
    assert wrong(duty) == []
    assert wrong() == ["没有由它引起的定期职责，return_days 应当写天数"]
    assert wrong(duty, return_days=30) == ["回访的期限由定期职责定，return_days 应当写 duty，不另写一个"]
    assert wrong(duty, return_days=0) == []
    assert wrong(duty, form="drill", return_days=90) == []
    assert wrong(duty, form="drill") == ["没有由它引起的定期职责，return_days 应当写天数"]
    lecture = catalogue.terms("fraud")
    assert (lecture.by_duty, lecture.returns, lecture.return_days) == (True, True, 0)
    asked = queries.return_duty(lecture, NOW)
    assert asked
    assert (asked.code, asked.within) == ("training_return", 20)
    before = queries.return_duty(lecture, NOW - 900 * DAY)
    assert before
    assert before.version == 1  # of a session before the duty there was: the first version's days
    assert queries.return_duty(catalogue.terms("evacuation"), NOW) is None
