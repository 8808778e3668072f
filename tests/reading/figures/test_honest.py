"""SAFEGUARDS 20: every figure, recomputed from the journal alone, is the one shown, and its rows are its cases."""

import json
import os
import random
import uuid
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

import pytest

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.rules import Actor
from huhang.base.catalog import queries as catalog
from huhang.base.journal.models import Entry
from huhang.cases.actions import move
from huhang.cases.registry import kind_of
from huhang.kernel.errors import Refusal
from huhang.kernel.worktime import Pause, Unit, due, working_time
from huhang.kinds.requests import catalogue
from huhang.kinds.requests.outcomes import settle
from huhang.kinds.requests.rectifying import rules_of_time
from huhang.reading.figures import queries
from huhang.reading.figures.periods import Period
from huhang.reading.figures.queries import Ask
from huhang.reading.figures.scope import Scope
from huhang.register.units.queries import tree
from tests.factories.city import NOW, City, filed, make_city
from tests.plugins.figures import figure as note

pytestmark = pytest.mark.django_db

CASES, BROUGHT, PAIRS = 80, 12, int(os.environ.get("HUHANG_PAIRS", "120"))
HANDLERS = {"harbour": "handler", "river": "other_handler", "trucks": "traffic"}
ENDED = ("closed", "withdrawn", "merged", "recorded", "annulled")


def brought(city: City) -> None:
    """Requests a table brought: as solved, and of these some taken back with their table."""
    for n in range(BROUGHT):
        at = NOW - timedelta(days=5 * n)
        case = filed(city, now=at, phone=f"139{n:08d}", channel="visit", source_row={"cells": {}}).case
        with acting(SYSTEM):
            move(case_id=case.pk, name="record", values={"how": "已解决"}, by=SYSTEM, now=at)
            if n % 3 == 0:
                move(case_id=case.pk, name="annul", values={"reason": "整批撤销导入"}, by=SYSTEM, now=at)


def live(city: City, rng: random.Random, earlier: list[Any]) -> None:
    """One request's life, cut short somewhere."""
    at = NOW - timedelta(days=rng.uniform(0, 90))
    channel = ("visit", "office_day", "hotline")[len(earlier) % 3]
    case = filed(city, now=at, phone=f"13{rng.randrange(10**9):09d}", channel=channel).case
    earlier.append(case)

    def go(who: str | Actor, name: str, hours: float = 8.0, **values: Any) -> bool:
        nonlocal at
        at += timedelta(hours=rng.expovariate(1 / hours))
        if at > NOW or rng.random() < 0.04:
            return False
        actor = city.actor(who) if isinstance(who, str) else who
        with acting(actor):
            try:
                move(case_id=case.pk, name=name, values=values, by=actor, now=at)
            except Refusal:
                return False
        return True

    if not go("dispatcher", "classify", category="PS-02", nature="help", urgency="0"):
        return
    if rng.random() < 0.08:
        go("dispatcher", "merge", into=rng.choice(earlier).number, reason="同一件事")
        return
    unit = rng.choice(list(HANDLERS))
    if not go("dispatcher", "dispatch", unit=city.units[unit].pk):
        return
    if rng.random() < 0.2:
        go(HANDLERS[unit], "give_back", 1.0, reason="归别处")
        unit = rng.choice(list(HANDLERS))
        if not go("dispatcher", "dispatch", unit=city.units[unit].pk):
            return
    if rng.random() < 0.1:
        go("dispatcher", "withdraw_for", reason="不办了")
        return
    who = HANDLERS[unit]
    if not go(who, "sign"):
        return
    if rng.random() < 0.3 and (not go(who, "suspend", reason="请补充") or not go(who, "resume", 150.0)):
        return
    for _round in range(2):
        if not go(who, "answer", 90.0, result="solved", proof="处警 12", answer="好了"):
            return
        reached = rng.random() < 0.8
        for _try in range(1 if reached else 3):
            solved = rng.choice(["yes", "yes", "no"])
            said = {"solved": solved, "stars": rng.choice(["", "1", "2", "3", "4", "5"])} if reached else {}
            if not go("revisitor", "revisit", reached="yes" if reached else "no", **said):
                return
            if said.get("stars") in ("1", "2"):
                make_good(go, who, rng)
        if rng.random() < 0.5 or not go("revisitor", "redo", reason="再想办法"):
            go("revisitor", "close", reason="已说明")
            return


def make_good(go: Any, who: str, rng: random.Random) -> None:
    """What becomes of a bad rating: found mistaken by somebody else, or put right and heard, or cut short."""
    if rng.random() < 0.3:
        go(who, "dispute_rating", why="评的是另一件事")
        go("revisitor", "decide_dispute", decision="exclude", reason="核对录音，属实")
        return
    if go(who, "rectify_contact", reached="yes", said="嫌慢") and go(
        who, "rectify", 30.0, measures="加派人手", proof="整改单 3"
    ):
        go("revisitor", "rectify_revisit", reached="yes", content="yes", word="可以了")


@dataclass
class Told:
    """A case as the journal alone tells it."""

    received: datetime
    unit: uuid.UUID
    channel: str
    state: str = "registered"
    answered: datetime | None = None
    closed: datetime | None = None
    round_from: datetime | None = None
    pauses: list[list[datetime | None]] = field(default_factory=list)
    gave_back: int = 0
    given: int = 0
    redone: int = 0
    revisits: list[dict[str, Any]] = field(default_factory=list)
    stars: dict[int, int] = field(default_factory=dict)
    mistaken: set[int] = field(default_factory=set)
    bad_since: datetime | None = None
    put_right: datetime | None = None
    heard: bool = False

    def take(self, name: str, at: datetime, data: dict[str, Any]) -> None:
        self.state = {"dispatch": "dispatched", "reassign": "dispatched", "give_back": "classified"}.get(
            name, data.get("to", self.state)
        )
        if name in ("dispatch", "reassign", "give_back"):
            self.unit = uuid.UUID(data["to"])
        self.given += name in ("dispatch", "reassign")
        self.gave_back += name == "give_back"
        if name == "suspend":
            self.pauses.append([at, None])
        if name == "resume":
            self.pauses[-1][1] = at
        if name == "answer":
            self.answered = at
        if name == "redo":
            self.answered, self.round_from, self.pauses, self.revisits = None, at, [], []
            self.redone += 1
        if name == "revisit":
            self.revisits.append(data)
            if data.get("stars"):
                self.rate(int(data["stars"]), at)
        if name == "rectify":
            self.put_right = at
        self.heard |= name == "rectify_revisit"
        if name == "decide_dispute" and data["excluded"]:
            self.mistaken.add(data["round"])
            self.bad_since = None
        self.closed = at if self.state in ENDED else None

    def rate(self, stars: int, at: datetime) -> None:
        self.stars[self.redone] = stars
        if stars <= 2:  # a new bad word has to be put right anew
            self.bad_since, self.put_right, self.heard = at, None, False

    @property
    def right_in_time(self) -> bool:
        """Whether the newest bad word was put right within its period."""
        if self.bad_since is None or self.put_right is None:
            return False
        times, known = rules_of_time.promise("rectify"), (catalog.calendar(), catalog.schedule())
        until = due(
            start=self.bad_since,
            amount=times.amount,
            unit=Unit(times.unit_of_time),
            calendar=known[0],
            schedule=known[1],
        ).due_at
        return until is not None and self.put_right < until

    def due_of(self, name: str, start: datetime, *, paused: bool) -> datetime | None:
        times = catalogue.promise(name, nature="help", category="PS-02", version=VERSION["PS-02"])
        pauses = tuple(Pause(a, b, "") for a, b in self.pauses if a) if paused else ()
        return due(
            start=start,
            amount=times.amount,
            unit=Unit(times.unit_of_time),
            calendar=catalog.calendar(),
            schedule=catalog.schedule(),
            pauses=pauses,
        ).due_at

    @cached_property
    def answer_due(self) -> datetime | None:
        return self.due_of("answer", self.round_from or self.received, paused=True)

    @cached_property
    def due(self) -> datetime | None:
        if self.state == "revisited":
            return None
        return self.due_of("revisit", self.answered, paused=False) if self.answered else self.answer_due

    def holds(self, name: str, since: datetime, until: datetime) -> bool:
        """Whether this case is one of a figure's."""

        def within(at: datetime | None) -> bool:
            return at is not None and since <= at < until

        came = within(self.received) and self.state != "annulled"
        shut = self.state == "closed" and within(self.closed)
        asked, reached = bool(self.revisits), any(r["reached"] for r in self.revisits)
        rating = self.stars.get(self.redone)
        open_ = self.closed is None
        due_at = self.due if open_ else None
        late = open_ and due_at is not None and due_at <= NOW
        answer_due = self.answer_due
        return {
            "received": came,
            "in_hand": open_,
            "late": late,
            "late_revisit": late and self.state in ("answered", "revisited", "appealed"),
            "waiting": self.state == "suspended",
            "answered": within(self.answered),
            "pace": within(self.answered),
            "closed": shut,
            "finished": came and not open_,
            "on_time": shut and self.answered is not None and answer_due is not None and self.answered < answer_due,
            "returned": came and self.gave_back > 0,
            "transferred": came and self.given > 1,
            "redone": came and self.redone > 0,
            "withdrawn": self.state == "withdrawn" and within(self.closed),
            "merged": self.state == "merged" and within(self.closed),
            "revisited": shut and asked,
            "reached": shut and reached,
            "unreached": shut and asked and not reached,
            "solved": shut and any(r.get("solved") == "yes" for r in self.revisits),
            "rated": shut and rating is not None,
            "satisfied": shut and rating is not None and rating >= 3 and self.redone not in self.mistaken,
            "ever_bad": shut and any(s <= 2 for s in self.stars.values()),
            "rated_valid": shut and rating is not None and self.redone not in self.mistaken,
            "satisfied_all": shut and rating is not None and rating >= 3,
            "excluded": shut and self.redone in self.mistaken,
            "bad": came and self.bad_since is not None,
            "rectified": came and self.bad_since is not None and self.put_right is not None,
            "rectified_in_time": came and self.right_in_time,
            "spoken": came and self.channel == "visit",
            "spoken_solved": came
            and self.channel == "visit"
            and (
                self.state == "recorded"
                or (self.state == "closed" and any(r.get("solved") == "yes" for r in self.revisits))
            ),
            "spoken_recorded": came and self.channel == "visit" and self.state == "recorded",
            "brought": came and self.channel == "office_day",
            "brought_solved": came
            and self.channel == "office_day"
            and self.state == "closed"
            and any(r.get("solved") == "yes" for r in self.revisits),
            "rectify_revisited": came and self.bad_since is not None and self.heard,
        }[name]


VERSION: dict[str, int] = {}


def from_the_journal() -> dict[uuid.UUID, Told]:
    told: dict[uuid.UUID, Told] = {}
    for e in Entry.objects.filter(action__startswith="request.").exclude(case=None).order_by("at", "id"):
        name, data = e.action.removeprefix("request."), json.loads(e.data) if e.data else {}
        assert e.case is not None
        if name == "open":
            assert e.unit is not None
            told[e.case] = Told(e.at, e.unit, data["channel"])
        else:
            told[e.case].take(name, e.at, data)
    return told


def in_scope(case: Told, scope: Scope) -> bool:
    branch = tree().branch_of(case.unit)
    if scope.unit is None:
        return branch is None if scope.own else True
    return case.unit == scope.unit if scope.own or scope.level == 3 else branch == scope.unit


@pytest.mark.parametrize("seed", [20])
def test_every_figure_is_the_journals_and_its_rows_are_its_cases(seed: int) -> None:
    city, rng = make_city(), random.Random(seed)
    earlier: list[Any] = []
    for _ in range(CASES):
        live(city, rng, earlier)
    brought(city)
    VERSION["PS-02"] = int(catalogue.categories()["PS-02"]["version"])
    journal, kind, leader = from_the_journal(), kind_of("request"), city.actor("leader")
    assert len(journal) == CASES + BROUGHT
    scopes = [Scope(), Scope(own=True), *(Scope(u.pk) for u in city.units.values() if u.level > 1)]
    scopes += [Scope(u.pk, own=True) for u in city.units.values() if u.level == 2]
    filled: set[str] = set()
    compared = 0
    with acting(leader):
        for _ in range(PAIRS):
            scope, first = rng.choice(scopes), date(2026, 8, 15) + timedelta(days=rng.randrange(95))
            window = Period("custom", first, first + timedelta(days=rng.randrange(100))).window(NOW, catalog.schedule())
            shown, _oldest = queries.measure(kind, leader, {f.name: Ask(f, window) for f in kind.figures}, scope)
            mine = {pk: case for pk, case in journal.items() if in_scope(case, scope)}
            for figure in kind.figures:
                wanted = {pk for pk, case in mine.items() if case.holds(figure.name, window.since, window.until)}
                rows = set(queries.rows(kind, leader, figure, window, scope).values_list("pk", flat=True))
                value = shown[figure.name]
                assert rows == wanted, (figure.name, scope, window)
                assert value.count == len(rows)
                if figure.of:
                    assert value.n == sum(c.holds(figure.of, window.since, window.until) for c in mine.values())
                if figure.span and wanted:
                    assert value.median == pytest.approx(_median([journal[pk] for pk in wanted]))
                filled |= {figure.name} if wanted else set()
                compared += 1
    assert settle() == 0, "the outcome columns differ from the answers, revisits and ratings beside them"
    assert filled == {f.name for f in kind.figures}, "a figure that was never above nought was not tested"
    note(
        20,
        f"{PAIRS} unit/period pairs, {compared} figures recomputed from the journal: 0 differ, 0 rows too few or many",
    )


def _median(cases: list[Told]) -> float:
    spans = sorted(
        working_time(c.received, c.answered, catalog.calendar(), catalog.schedule()) / catalog.schedule().day_length
        for c in cases
        if c.answered
    )
    half = len(spans) // 2
    return spans[half] if len(spans) % 2 else (spans[half - 1] + spans[half]) / 2
