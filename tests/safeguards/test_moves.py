"""SAFEGUARDS 4: only legal moves, whatever is tried in whatever order by whomever; of many at once, one wins."""

import random
import threading
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.rules import Actor
from huhang.base.journal.models import Entry
from huhang.cases.actions import move
from huhang.cases.actions.moving import refused
from huhang.cases.models import Assignment, Case, Clock, Step
from huhang.cases.registry import kind_of
from huhang.kernel.errors import Conflict, Denied, Invalid, Missing, Refusal
from huhang.kinds.requests.models import Rating, Request, Revisit
from huhang.kinds.requests.rectifying.models import OPEN, Rectification
from huhang.kinds.requests.solved.models import Answered, Dispute
from tests.factories.city import NOW, City, filed, make_city
from tests.plugins.figures import figure

ROLES_TRIED = (
    *("clerk", "dispatcher", "handler", "second_handler", "chief", "other_handler", "traffic", "liaison"),
    *("revisitor", "supervisor", "leader", "auditor", "security_admin", "system_admin", "person", "stranger"),
)


def values_for(rng: random.Random, city: City, name: str, others: list[Case]) -> dict[str, Any]:
    """Values that may be right, or wrong in a believable way."""
    good: dict[str, dict[str, Any]] = {
        "classify": {
            "category": rng.choice(["PS-02", "TR-03", "没有"]),
            "nature": "help",
            "urgency": rng.choice("012"),
        },
        "dispatch": {"unit": rng.choice(list(city.units.values())).pk},
        "reassign": {"unit": rng.choice(list(city.units.values())).pk, "reason": "更合适"},
        "give_back": {"reason": "不归我们"},
        "appoint": {"officer": rng.choice(list(city.users.values())).pk},
        "answer": {"result": "solved", "proof": rng.choice(["处警单 0012", ""]), "answer": "已处理"},
        "suspend": {"reason": "请补充"},
        "ask_extension": {"amount": rng.randint(1, 12), "reason": "等鉴定"},
        "decide_extension": {"decision": rng.choice(["grant", "refuse"]), "reason": "据实"},
        "revisit": {
            "reached": rng.choice(["yes", "no"]),
            "solved": rng.choice(["yes", "no", ""]),
            "stars": rng.choice(["", "1", "5", "9"]),
            "reasons": rng.choice([[], ["517"], ["115"]]),
        },
        "close": {"reason": rng.choice(["", "已说明"])},
        "rectify_contact": {"reached": rng.choice(["yes", "no"]), "said": "态度不好"},
        "rectify": {"measures": "已当面道歉", "proof": rng.choice(["整改单 3", ""])},
        "rectify_extend": {"amount": rng.randint(1, 14), "reason": "等鉴定"},
        "rectify_decide": {"decision": rng.choice(["grant", "refuse"]), "reason": "据实"},
        "rectify_revisit": {"reached": rng.choice(["yes", "no"]), "content": rng.choice(["yes", "no", ""])},
        "dispute_rating": {"why": "把别的事评到了这里"},
        "decide_dispute": {"decision": rng.choice(["exclude", "keep"]), "reason": "核对录音"},
        "redo": {"reason": "没有解决"},
        "uphold": {"reason": "依据充分"},
        "refer_outside": {"authority": rng.choice(["water", "tax", "没有"]), "asked": "请清淤"},
        "interim_answer": {"text": "已发函"},
        "answer_from_outside": {"result": "solved", "text": "已办"},
        "call_off_outside": {"reason": "发错了"},
        "instruct": {"text": "请尽快办", "days": rng.choice(["", "3"])},
        "report_instruction": {"text": "已办"},
        "part": {"reason": "不是同一件事"},
        "merge": {"into": rng.choice(others).number, "reason": "重复"},
        "withdraw_for": {"reason": "本人来电"},
        "supply": {"text": "三号门"},
        "rate": {"stars": rng.choice(["1", "3", "5", "0"]), "reasons": rng.choice(["", "510", "999"])},
        "appeal": {"text": "不认可"},
        "withdraw": {"reason": "不需要了"},
        "support_ask": {"unit": rng.choice(list(city.units.values())).pk, "task": "查证", "days": rng.randint(1, 9)},
        "support_refuse": {"reason": "不归我们"},
        "support_reply": {"text": "归你们"},
        "support_decide": {"decision": rng.choice(["keep", "release"]), "reason": "据实"},
        "support_finish": {"result": "查过了"},
        "support_return": {"reason": "没有查全"},
        "support_rate": {"stars": rng.choice(["1", "4", "9"]), "reason": rng.choice(["", "拖延"])},
        "support_release": {"reason": "不用了"},
        "support_waive": {"reason": "不影响答复"},
    }
    return good.get(name, {}) if rng.random() < 0.95 else {}


def lawful(case: Case) -> None:
    """What must hold of a request after any sequence whatsoever."""
    kind = kind_of(case.kind)
    steps = list(Step.objects.filter(case=case).order_by("seq"))
    assert [s.seq for s in steps] == list(range(1, case.version + 1))
    state = steps[0].to_state
    for step in steps[1:]:
        found = kind.move(step.move)
        assert step.from_state == state
        assert step.move in ("joined", "parted", "parted_off") or (found is not None and state in found.from_)
        state = step.to_state
    assert state == case.state
    assert case.is_open is not kind.state(case.state).final
    assert Assignment.objects.filter(case=case, role="lead", ended_at=None).count() == 1
    running = list(Clock.objects.filter(case=case, stopped_at=None).values_list("name", flat=True))
    assert len(running) == len(set(running))
    assert case.is_open or set(running) <= set(OPEN)  # a bad rating may come after closing, and has its own clocks
    right = list(Rectification.objects.filter(case=case, stage__in=OPEN))
    assert len(right) <= 1
    assert not right or right[0].stage in running
    disputed = Dispute.objects.filter(case=case, decided_at__isnull=False)
    assert all(one.asked_by_id != one.decided_by_id and one.asked_unit_id != one.decided_unit_id for one in disputed)
    detail = Request.objects.get(case=case)
    if case.state == "closed":
        assert detail.answer
        left_out = Answered.objects.filter(case=case, round=detail.redo_count, drawn=False).exists()
        assert left_out or Revisit.objects.filter(case=case, round=detail.redo_count).exists()
        assert detail.answered_by_id not in set(Revisit.objects.filter(case=case).values_list("by", flat=True))
    assert Rating.objects.filter(case=case).count() <= detail.redo_count + 1
    told = Entry.objects.filter(case=case.pk, action__startswith="request.")
    written = told.exclude(action="request.attach").count()  # a letter that was filed is no step of its own
    assert written == sum(s.move not in ("joined", "parted_off") for s in steps)


def wander(
    rng: random.Random, people: dict[str, Actor], city: City, case: Case, others: list[Case], tries: int
) -> Counter[str]:
    """Tries moves, mostly ones that are offered, some by whoever has no business there; counts what became of them."""
    kind, now, seen = kind_of(case.kind), NOW, Counter[str]()
    for _ in range(tries):
        now += timedelta(minutes=rng.randint(1, 60 * 30))
        fresh = Case.objects.defer("search", "folded").get(pk=case.pk)
        keys = rng.sample(ROLES_TRIED, 8 if rng.random() < 0.8 else 1)
        offers = {k: [m for m in kind.moves if refused(kind, m, fresh, people[k], now) is None] for k in keys}
        key = next((k for k in keys if offers[k]), keys[0])
        gentle = [m for m in offers[key] if not m.danger or rng.random() < 0.03]  # else most lives end young
        found = rng.choice(gentle) if gentle and rng.random() < 0.9 else rng.choice(kind.moves)
        try:
            with acting(people[key]):
                values = values_for(rng, city, found.name, others)
                move(case_id=case.pk, name=found.name, values=values, by=people[key], now=now)
            seen["made"] += 1
            assert found in offers[key], f"{found.name} from {fresh.state} by {key}"
            assert people[key].sees(fresh)
        except Refusal as problem:
            seen[type(problem).__name__] += 1
    return seen


def sequences(seeds: range, tries: int) -> Counter[str]:
    """So many pairs of requests, each wandering; the laws are checked at the end of each."""
    seen: Counter[str] = Counter()
    city = make_city()
    officers = {key: city.actor(key) for key in city.users}
    for seed in seeds:
        rng = random.Random(seed)
        cases = [filed(city, phone=f"1380000{rng.randint(0, 9999):04d}").case for _ in range(2)]
        for case in cases:
            person = Actor(kind="person", id=case.requester_id, label="王**", person=case.requester_id)
            people = {**officers, "person": person, "stranger": Actor()}
            seen += wander(rng, people, city, case, cases, tries)
        for case in cases:
            case.refresh_from_db()
            lawful(case)
    return seen


@pytest.mark.django_db
def test_random_tries_by_every_role_break_no_law() -> None:
    seen = sequences(range(40), 25)
    figure(4, f"{seen.total()} tries, {dict(seen)}, 0 illegal")
    assert seen["made"] > 400


@pytest.mark.soak
@pytest.mark.django_db
def test_many_thousands_of_random_tries_break_no_law() -> None:
    seen = sequences(range(1000, 2000), 40)
    figure(4, f"long run: {seen.total()} tries, {dict(seen)}, 0 illegal")
    assert seen["made"] > 10_000


def test_of_sixteen_at_once_on_one_case_one_wins_and_fifteen_are_told(own_database: str) -> None:
    with acting(SYSTEM):
        city = make_city()
        case = filed(city).case
        dispatcher = city.actor("dispatcher")
    told: Counter[str] = Counter()
    gate = threading.Barrier(16)

    def one() -> None:
        try:
            gate.wait()
            values = {"category": "PS-02", "nature": "help", "urgency": "0"}
            with acting(dispatcher):
                move(case_id=case.pk, name="classify", values=values, by=dispatcher, now=NOW, version=1)
            told["won"] += 1
        except Conflict as problem:
            told[problem.code] += 1
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    figure(4, f"sixteen at once: {dict(told)}")
    assert told == {"won": 1, "overtaken": 15}


def test_two_merges_crossing_leave_one_merged_and_one_open(own_database: str) -> None:
    with acting(SYSTEM):
        city = make_city()
        a, b = filed(city).case, filed(city, phone="13900000002").case
        dispatcher = city.actor("dispatcher")
    gate = threading.Barrier(2)
    outcomes: list[str] = []

    def merge(one: Case, into: Case) -> None:
        try:
            gate.wait()
            with acting(dispatcher):
                values = {"into": into.number, "reason": "重复"}
                move(case_id=one.pk, name="merge", values=values, by=dispatcher, now=NOW)
            outcomes.append("merged")
        except (Conflict, Invalid, Denied, Missing) as problem:
            outcomes.append(type(problem).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=merge, args=pair) for pair in ((a, b), (b, a))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with acting(SYSTEM):
        states = sorted(Case.objects.filter(pk__in=(a.pk, b.pk)).values_list("state", flat=True))
    assert states in (["merged", "registered"], ["registered", "registered"]), outcomes
