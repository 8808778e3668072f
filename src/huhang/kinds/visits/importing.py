"""Visits made before, brought in from a table (A4, B3): each with what was spoken on it, as that table says it ended.

A visit brought in is marked with its line of the table. It counts against no cap of a past quarter and none refuses it;
nobody is sent anything, nobody is asked to rate. What was spoken becomes a request under the visit, received then: open
as any other, or recorded as settled in the words of the table, with no answer, revisit or rating made up for it.
"""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.rules import Actor, Perm
from huhang.base.catalog import queries as catalog
from huhang.base.people.models import Post, User
from huhang.base.sheets import cells
from huhang.base.sheets.cells import Cell, said
from huhang.cases.actions import move, open_case
from huhang.cases.endings import ended, numbered_lines, settled
from huhang.cases.models import Case
from huhang.cases.tables import Table
from huhang.kernel.errors import Conflict, Denied, Invalid, Sentence
from huhang.kinds.visits import catalogue
from huhang.kinds.visits.actions.opening import Book, enter_visit
from huhang.kinds.visits.actions.telling import Told
from huhang.kinds.visits.columns import VOCABULARY
from huhang.kinds.visits.models import ImportRun, Visit
from huhang.kinds.visits.rules import MODES, MOST_PEOPLE, MOST_REQUESTS, ON_SITE, quarter_of
from huhang.register.subjects.models import Subject
from huhang.register.subjects.queries import named, reaches, whole
from huhang.register.units.queries import named as unit_named
from huhang.register.units.queries import tree

SESSION = uuid.UUID("6f3c1b0e-52a4-4d0b-9a53-1c7a0b8d4e21")
"""One unit, one day and one label make one session, also when its rows come in two tables."""
TWICE = Sentence("同一天、同一家、同一单位的走访已经登记过，或表里有两行。")
LABELS = {one.key: one.label for one in VOCABULARY.things}


class Visits(Table[ImportRun]):
    """The table of visits made."""

    word, job, run = "visit", "visits.import", ImportRun
    vocabulary, perm, private = VOCABULARY, Perm.VISIT, ("problems", "solved", "remarks")

    def value(self, key: str, cell: Cell, by: Actor) -> Any:
        """A cell as the row keeps it. Raises Invalid beside its column."""
        if key == "subject":
            return str(named(by, said(cell)).pk)
        if key == "day":
            return cells.moment(cell).isoformat()
        if key == "people":
            number = cells.number(cell, 1, MOST_PEOPLE)
            if number != int(number):
                raise Invalid("请填整数。")
            return int(number)
        if key in ("mode", "purpose"):
            return _chosen(key, said(cell).strip())
        if key == "unit":
            return str(unit_named(said(cell)))
        if key == "officer":
            return str(_officer(said(cell).strip()).pk)
        if key in ("problems", "solved"):
            lines = numbered_lines(cells.words(cell, most=20_000))
            if len(lines) > MOST_REQUESTS:
                raise Invalid("一次走访最多带回 20 条诉求。")
            return lines if key == "problems" else [settled(one) for one in lines]
        return cells.words(cell, most=20_000 if key == "remarks" else 40)

    def whole(self, values: dict[str, Any], seen: set[Any], by: Actor, now: datetime) -> list[list[str]]:
        """What is wrong with a row taken together; settles who went, and which session it belongs to."""
        at = datetime.fromisoformat(values["day"])
        try:
            if at > now:
                raise Invalid("还没有发生。", field="day")
            values["unit"] = str(_went(values, at, by))
            ended(values)
        except Invalid as wrong:
            return [[LABELS.get(name, name), text] for name, text in wrong.problems.items()] or [["", wrong.text]]
        day = catalog.schedule().date_of(at)
        values["mode"] = values.get("mode", ON_SITE)
        key = (values["subject"], day, values["unit"], values["mode"])
        if key in seen or _there(Subject(pk=uuid.UUID(values["subject"])), at, values):
            return [["", TWICE]]
        seen.add(key)
        if label := values.get("session"):
            values["session"] = str(uuid.uuid5(SESSION, f"{values['unit']} {day} {label}"))
        values["problem_count"] = len(values.get("problems") or ())
        return []

    def enter(self, values: Mapping[str, Any], run: ImportRun, line: int, by: Actor, now: datetime) -> list[Case]:
        """The visit, and a request under it for everything that was raised."""
        with acting(SYSTEM, apart=False):  # locked, so that of two tables at once the second counts the first
            subject = Subject.objects.select_for_update(no_key=True).get(pk=uuid.UUID(values["subject"]))
        at, unit = datetime.fromisoformat(values["day"]), uuid.UUID(values["unit"])
        if not reaches(by, Perm.VISIT, unit):
            raise Denied("这个单位不在您的职责范围内。")
        if _there(subject, at, values):
            raise Conflict(TWICE)
        book = Book(f"{run.name} · {line}", unit, uuid.UUID(values["officer"]) if values.get("officer") else None)
        raised, endings = values.get("problems") or [], ended(values)
        told = _told(values, raised)
        case = enter_visit(subject, told, [], at, by, now, book=book)
        _detail(case, told, at, book, now)
        source = {"file": run.name, "line": line, "cells": {}}
        asked = [_raise(case, body, source, by, now) for body in raised]
        for one, how in zip(asked, endings, strict=True):
            if how:
                with acting(SYSTEM, apart=False):
                    move(case_id=one.pk, name="record", values={"how": how}, by=SYSTEM, now=now)
        return [case, *asked]

    def take_back(self, cases: Sequence[Case], now: datetime) -> None:
        """Voids the visit and annuls what came with it."""
        for one in cases:
            name = "void" if one.kind == "visit" else "annul"
            move(case_id=one.pk, name=name, values={"reason": _("整批撤销导入")}, by=SYSTEM, now=now)


TABLE = Visits()


def _chosen(key: str, text: str) -> str:
    known: dict[str, tuple[str, ...]]
    if key == "mode":
        known = {code: (code, str(label)) for code, label in MODES}
    else:
        known = {code: (code, body["name"], body["name_en"]) for code, body in catalogue.purposes().items()}
    for code, names in known.items():
        if text in names:
            return code
    raise Invalid("没有这一项，请从模板的下拉列表里选。")


def _officer(text: str) -> User:
    rows = list(User.objects.filter(Q(username=text) | Q(name=text))[:2])
    exact = [one for one in rows if one.username == text] or rows
    if len(exact) != 1:
        raise Invalid("没有这位民警，或有重名；请填警号。")
    return exact[0]


def _went(values: Mapping[str, Any], at: datetime, by: Actor) -> uuid.UUID:
    """The unit that went: as told, or the officer's at that time, or the importer's own."""
    if values.get("unit"):
        unit = uuid.UUID(values["unit"])
    elif values.get("officer"):
        held = Post.objects.filter(user_id=values["officer"], starts_at__lte=at)
        found = held.filter(Q(ends_at=None) | Q(ends_at__gt=at)).order_by("-first", "starts_at").first()
        if found is None:
            raise Invalid("当时没有这位民警的岗位，请填走访单位。", field="unit")
        unit = found.unit_id
    elif by.unit is not None:
        unit = by.unit
    else:
        raise Invalid("请填走访单位。", field="unit")
    if not reaches(by, Perm.VISIT, unit):
        raise Invalid("“%(unit)s”不在您的职责范围内。", field="unit", params={"unit": tree().label(unit)})
    return unit


def _there(subject: Subject, at: datetime, values: Mapping[str, Any]) -> bool:
    first, end = catalog.schedule().whole(catalog.schedule().date_of(at))
    with acting(SYSTEM, apart=False):
        rows = Case.objects.filter(kind="visit", subject_id__in=whole(subject), unit_id=values["unit"])
        rows = rows.filter(channel=values["mode"], received_at__gte=first, received_at__lt=end)
        return rows.exclude(state="voided").exists()


def _told(values: Mapping[str, Any], raised: Sequence[str]) -> Told:
    cause = next((code for code, body in catalogue.causes().items() if body["counts"]), "")
    return Told(
        mode=values["mode"],
        purpose=values["purpose"],
        purpose_version=int(catalogue.purposes()[values["purpose"]]["version"]),
        cause=cause,
        cause_version=int(catalogue.causes()[cause]["version"]) if cause else 0,
        session=uuid.UUID(values["session"]) if values.get("session") else None,
        body=values.get("remarks", ""),
        people=values["people"],
        requests=[{"body": one} for one in raised],
    )


def _detail(case: Case, told: Told, at: datetime, book: Book, now: datetime) -> None:
    """The detail row. It counts in the quarter that runs, where the enterprise was disturbed; in none that is over."""
    schedule = catalog.schedule()
    quarter = quarter_of(schedule.date_of(at))
    Visit.objects.create(
        case=case,
        session=told.session or case.pk,
        cause=told.cause,
        cause_version=told.cause_version,
        counted=told.mode == ON_SITE and quarter == quarter_of(schedule.date_of(now)),
        quarter=quarter,
        rule=catalogue.rule().name,
        arrived_at=now,
        people=told.people,
        consent=False,
        raised=len(told.requests),
        rate_until=now,
        book=book.source,
    )


def _raise(visit: Case, body: str, source: Mapping[str, Any], by: Actor, now: datetime) -> Case:
    return open_case(
        "request",
        by=by,
        now=now,
        channel="visit",
        parent=visit.pk,
        subject=visit.subject_id,
        for_unit=visit.unit_id,
        sensitive=visit.sensitive,
        place=visit.place,
        received_at=visit.received_at,
        source_row=source,
        body=body,
    )
