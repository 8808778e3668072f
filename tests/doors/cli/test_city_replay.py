"""The demo city's year is one the engine would have allowed: lived again through the engine, it ends alike (C2–C4)."""

import json
import os
from collections import Counter
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import connection

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.rules import Actor
from huhang.base.journal.models import Entry
from huhang.base.people.queries import actor_for
from huhang.cases.actions import move
from huhang.cases.models import Assignment, Case, Clock, ClockExtension, ClockPause, Step
from huhang.doors.cli.city import load, rows
from huhang.doors.cli.city.life import Life
from huhang.doors.cli.city.pieces import Taken, Who
from huhang.kernel.identifiers import mask_name
from huhang.kernel.text import canonical_json, plain
from huhang.kinds.requests.actions import file_request
from huhang.kinds.requests.models import Rating, Request, Revisit
from huhang.register.subjects.actions import person_for
from huhang.register.units import queries as units

NOW = datetime(2026, 11, 20, 6, 30, tzinfo=UTC)
"""Friday afternoon in Shanghai."""


COLUMNS = (
    *("seq", "move", "from_state", "to_state", "at", "by_kind", "by_user_id", "by_label", "unit_id"),
    *("note", "public_note", "data"),
)


class Stage:
    """The same city without its requests, and who acts in it."""

    def __init__(self) -> None:
        self.city, self.year = load.tell(seed=3, scale=0.2, now=NOW)
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL ROLE huhang")  # rows are loaded as the tables' owner, as the city's are
            for sheet in rows.of_register(self.city, rows.Passwords({}, "x"), date(2019, 1, 1)):
                load.copy(cursor, sheet)
            cursor.execute("RESET ROLE")
        units.forget()
        self.made: dict[Life, Case] = {}
        self._actors: dict[str, Actor] = {}

    def actor(self, who: Who, life: Life) -> Actor:
        if who.kind == "officer":
            if who.username not in self._actors:
                self._actors[who.username] = actor_for(who.username, now=NOW, door="desk")
            return self._actors[who.username]
        person = self.person(life)
        return Actor(kind="person", id=person.pk, label=person.name_masked, person=person.pk, door="hall")

    def person(self, life: Life) -> Any:
        assert life.asker is not None
        return person_for(name=life.asker.name, phone=life.asker.phone, by=SYSTEM, now=life.received)

    def open(self, life: Life) -> None:
        actor = self.actor(life.by, life)
        step = life.steps[0]
        lon, lat = life.point or (None, None)
        asker: dict[str, Any] = {}
        if life.asker is not None and life.by.kind == "officer":
            asker = {"name": life.asker.name, "phone": life.asker.phone}
        with acting(actor):
            filed = file_request(
                by=actor,
                now=step.at,
                requester=self.person(life) if life.by.kind == "person" else None,
                title=life.title,
                body=life.body,
                channel=life.channel,
                nature=life.nature,
                category=step.values["category"],
                urgency=step.values["urgency"],
                place=life.place,
                lon=lon,
                lat=lat,
                subject=life.subject.id if life.subject else None,
                confidential=life.confidential,
                **asker,
            )
        self.made[life] = filed.case

    def take(self, life: Life, step: Taken) -> None:
        values = dict(step.values)
        if step.move == "merge":
            assert life.merged_into is not None
            values["into"] = self.made[life.merged_into].number
        actor = self.actor(step.by, life)
        with acting(actor):
            move(case_id=self.made[life].pk, name=step.move, values=values, by=actor, now=step.at)


@pytest.fixture
def stage(db: None) -> Stage:
    with acting(SYSTEM):
        return Stage()


def _translated(stage: Stage, text: str) -> str:
    """Numbers are drawn anew when a request is filed; everything that names one is compared under the new number."""
    for life, case in stage.made.items():
        text = text.replace(life.number, case.number)
    return text


def _steps(stage: Stage, life: Life) -> list[Any]:
    return [(*s[1:6], s.by.kind, s.by.user, s.by.label, s.by.unit, s.note, s.public, plain(s.data)) for s in life.steps]


def _row(life: Life) -> tuple[Any, ...]:
    return (
        life.state,
        life.due,
        life.due_from,
        life.provisional,
        life.waiting,
        life.answered,
        life.closed,
        life.version,
        life.unit.id,
        [p.id for p in life.parties],
        life.in_charge.id if life.in_charge else None,
        life.category,
        life.version_of_category,
        life.urgency,
        life.sensitive,
    )


def _kept(case: Case) -> tuple[Any, ...]:
    return (
        case.state,
        case.due_at,
        case.due_from,
        case.due_provisional,
        case.waiting,
        case.answered_at,
        case.closed_at,
        case.version,
        case.unit_id,
        case.party_units,
        case.officer_id,
        case.category,
        case.category_version,
        case.urgency,
        case.sensitive,
    )


def _clocks(life: Life) -> list[Any]:
    return sorted(
        (c.name, c.promise.rule, c.promise.amount, c.started, str(c.due), c.provisional, c.version, str(c.stopped))
        for c in life.clocks
    )


def test_lives_lived_again_through_the_engine_end_alike(stage: Stage) -> None:
    """Two hundred histories and more, those with the rarest moves first, same actors and instants."""
    lives = _sample(stage.year.lives, int(os.environ.get("HUHANG_LIVES", "120")))
    events = sorted(
        ((s.at, s.id, life, s) for life in lives for s in life.steps if s.told), key=lambda event: event[:2]
    )
    for _, _, life, step in events:
        if step.move == "open":
            stage.open(life)
        else:
            stage.take(life, step)
    moves = {step.move for _, _, _, step in events}
    rare = {"reassign", "give_back", "appoint", "suspend", "supply", "resume", "ask_extension", "decide_extension"}
    assert moves >= rare | {
        "classify",
        "dispatch",
        "sign",
        "answer",
        "revisit",
        "rate",
        "close",
        "redo",
        "merge",
        "appeal",
    }
    with acting(SYSTEM):
        for life in lives:
            _same(stage, life)


def _sample(lives: list[Life], wanted: int) -> list[Life]:
    """The lives with the rarest moves, and whatever they were merged into or were joined by."""
    count = Counter(s.move for life in lives for s in life.steps)
    rare = sorted(lives, key=lambda life: (min(count[s.move] for s in life.steps), life.number))[:wanted]
    kept = {life.number: life for life in rare}
    for life in lives:
        if life.merged_into is not None and (life.number in kept or life.merged_into.number in kept):
            kept |= {life.number: life, life.merged_into.number: life.merged_into}
    kept |= {life.number: life for life in lives if life.merged_into and life.merged_into.number in kept}
    assert len(kept) >= wanted
    return list(kept.values())


def _same(stage: Stage, life: Life) -> None:
    case = Case.objects.get(pk=stage.made[life].pk)
    assert _kept(case) == _row(life), life.number
    told = [list(row) for row in Step.objects.filter(case=case).order_by("seq").values_list(*COLUMNS)]
    person = stage.person(life).pk if life.asker else None
    wished = [list(row) for row in _steps(stage, life)]
    for row in wished:
        row[9:] = [_translated(stage, row[9]), _translated(stage, row[10]), row[11]]
        row[11] = json.loads(_translated(stage, canonical_json(row[11])))
    assert told == wished, (life.number, person)
    clocks = Clock.objects.filter(case=case)
    assert sorted(
        (c.name, c.rule, c.amount, c.started_at, str(c.due_at), c.provisional, c.calendar_version, str(c.stopped_at))
        for c in clocks
    ) == _clocks(life)
    pauses = ClockPause.objects.filter(clock__case=case).order_by("started_at")
    assert [(p.started_at, p.ended_at, p.reason) for p in pauses] == [
        (p.start, p.end, p.reason) for c in life.clocks for p in c.stops
    ]
    more = ClockExtension.objects.filter(clock__case=case).order_by("asked_at")
    assert [(m.amount, m.asked_by_id, m.decided_at, m.granted, m.decision) for m in more] == [
        (m.amount, m.asked_by.id, m.decided_at, m.granted, m.decision) for c in life.clocks for m in c.more
    ]
    parts = Assignment.objects.filter(case=case).order_by("opened_at", "id")
    assert [(p.unit_id, p.opened_at, p.signed_at, p.ended_at) for p in parts] == [
        (p.unit.id, p.opened, p.signed, p.ended) for p in life.parts
    ]
    asked = Revisit.objects.filter(case=case).order_by("at", "id")
    assert [(a.round, a.at, a.by_id, a.unit_id, a.reached, a.responded, a.solved, a.note) for a in asked] == [
        (a.round, a.at, a.by.user, a.by.unit, a.reached, a.responded, a.solved, a.note) for a in life.asked
    ]
    stars = Rating.objects.filter(case=case).order_by("round")
    assert [(s.round, s.stars, s.reasons, s.comment, s.said_to, s.at) for s in stars] == [
        (s.round, s.stars, s.reasons, s.comment, s.said_to, s.at) for s in life.stars
    ]
    _same_detail(case, life)
    _same_journal(stage, case, life)


def _same_detail(case: Case, life: Life) -> None:
    detail = Request.objects.get(case=case)
    assert (
        detail.nature,
        detail.dispatched_at,
        detail.transfers,
        detail.returns,
        detail.answer,
        detail.result,
        detail.redo_count,
        detail.contact_masked,
    ) == (
        life.nature,
        life.dispatched,
        life.transfers,
        life.returns,
        life.answer_text,
        life.result,
        life.round,
        mask_name(life.asker.name) if life.asker else "",
    )


def _same_journal(stage: Stage, case: Case, life: Life) -> None:
    told = Entry.objects.filter(case=case.pk, action__startswith="request.").order_by("at", "id")
    wished = [
        (line.at, line.action, _translated(stage, line.data))
        for line in rows.journal([life], stage.year.keys)
        if line.action.startswith("request.")
    ]
    assert [(e.at, e.action, e.data) for e in told] == wished
