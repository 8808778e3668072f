"""Office days held before, brought in from a table (A4, B6), with the problems taken as that table says they ended.

Nobody could book such a day and nobody is told. What was brought becomes a request under the day, received then: open
as any other, or recorded as settled in the words of the table, with no answer, revisit or rating made up for it.
"""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any

from django.utils.translation import gettext as _

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.rules import Actor, Perm
from huhang.base.catalog import queries as catalog
from huhang.base.sheets import cells
from huhang.base.sheets.cells import Cell, said
from huhang.cases.actions import move, open_case
from huhang.cases.endings import ended, numbered_lines, settled
from huhang.cases.models import Case
from huhang.cases.tables import Table
from huhang.kernel.errors import Conflict, Denied, Invalid, Sentence
from huhang.kinds.officedays import catalogue
from huhang.kinds.officedays.actions.entering import enter_held
from huhang.kinds.officedays.columns import VOCABULARY
from huhang.kinds.officedays.models import ImportRun
from huhang.kinds.officedays.rules import MOST_PROBLEMS, MOST_WALK_INS
from huhang.register.subjects.queries import named, reaches
from huhang.register.units.models import Unit
from huhang.register.units.queries import named as unit_named
from huhang.register.units.queries import tree

TWICE = Sentence("同一天、同一处、同一单位的现场办公已经登记过，或表里有两行。")
LABELS = {one.key: one.label for one in VOCABULARY.things}
LAST_MINUTE = time(23, 59)


class Days(Table[ImportRun]):
    """The table of office days held."""

    word, job, run = "officeday", "officedays.import", ImportRun
    vocabulary, perm, private = VOCABULARY, Perm.VISIT, ("problems", "solved", "note")

    def value(self, key: str, cell: Cell, by: Actor) -> Any:
        """A cell as the row keeps it. Raises Invalid beside its column."""
        if key in ("day", "ends"):
            return cells.moment(cell).isoformat()
        if key == "subject":
            return str(named(by, said(cell)).pk)
        if key == "unit":
            return str(unit_named(said(cell)))
        if key == "people":
            number = cells.number(cell, 0, MOST_WALK_INS)
            if number != int(number):
                raise Invalid("请填整数。")
            return int(number)
        if key in ("problems", "solved"):
            lines = numbered_lines(cells.words(cell, most=20_000))
            if len(lines) > MOST_PROBLEMS:
                raise Invalid("一场最多带回 %(most)d 个问题。", params={"most": MOST_PROBLEMS})
            return lines if key == "problems" else [settled(one) for one in lines]
        most = {"place": 200, "topic": 80, "note": 4000}[key]
        text = cells.words(cell, most=most)
        return text if key == "note" else text.replace("\n", " ")

    def whole(self, values: dict[str, Any], seen: set[Any], by: Actor, now: datetime) -> list[list[str]]:
        """What is wrong with a row taken together; settles whose day it was and from when until when."""
        try:
            starts, ends = _hours(values)
            if starts > now:
                raise Invalid("还没有举办。", field="day")
            values["unit"] = str(_held_by(values, by))
            if not values.get("place") and not values.get("subject"):
                raise Invalid("请写地点，或选在哪家办。", field="place")
            ended(values)
        except Invalid as wrong:
            return [[LABELS.get(name, name), text] for name, text in wrong.problems.items()] or [["", wrong.text]]
        values["day"], values["ends"] = starts.isoformat(), ends.isoformat()
        key = (catalog.schedule().date_of(starts), values["unit"], values.get("subject") or values["place"])
        if key in seen or _there(values, starts):
            return [["", TWICE]]
        seen.add(key)
        values["problem_count"] = len(values.get("problems") or ())
        return []

    def enter(self, values: Mapping[str, Any], run: ImportRun, line: int, by: Actor, now: datetime) -> list[Case]:
        """The day, and a request under it for every problem taken."""
        starts, unit = datetime.fromisoformat(values["day"]), uuid.UUID(values["unit"])
        if not reaches(by, Perm.VISIT, unit):
            raise Denied("这个单位不在您的职责范围内。")
        with acting(SYSTEM, apart=False):  # locked, so that of two tables at once the second sees the first's day
            Unit.objects.select_for_update(no_key=True).get(pk=unit)
        if _there(values, starts):
            raise Conflict(TWICE)
        raised, endings = values.get("problems") or [], ended(values)
        case = enter_held(
            subject=uuid.UUID(values["subject"]) if values.get("subject") else None,
            unit=unit,
            starts_at=starts,
            ends_at=datetime.fromisoformat(values["ends"]),
            topic=values.get("topic", ""),
            place=values.get("place", ""),
            people=values["people"],
            taken=len(raised),
            note=values.get("note", ""),
            by=by,
            now=now,
        )
        source = {"file": run.name, "line": line, "cells": {}}
        asked = [_raise(case, starts, body, source, by, now) for body in raised]
        for one, how in zip(asked, endings, strict=True):
            if how:
                with acting(SYSTEM, apart=False):
                    move(case_id=one.pk, name="record", values={"how": how}, by=SYSTEM, now=now)
        return [case, *asked]

    def take_back(self, cases: Sequence[Case], now: datetime) -> None:
        """Voids the day and annuls what came with it."""
        for one in cases:
            name = "void_day" if one.kind == "officeday" else "annul"
            move(case_id=one.pk, name=name, values={"reason": _("整批撤销导入")}, by=SYSTEM, now=now)


TABLE = Days()


def _held_by(values: Mapping[str, Any], by: Actor) -> uuid.UUID:
    unit = uuid.UUID(values["unit"]) if values.get("unit") else by.unit
    if unit is None:
        raise Invalid("请填单位。", field="unit")
    if not reaches(by, Perm.VISIT, unit):
        raise Invalid("“%(unit)s”不在您的职责范围内。", field="unit", params={"unit": tree().label(unit)})
    return unit


def _hours(values: Mapping[str, Any]) -> tuple[datetime, datetime]:
    """From when until when: a day without an hour is the whole day; without an end it is one slot long.

    Raises:
        Invalid: it ends before it begins, or on another day.
    """
    schedule, starts = catalog.schedule(), datetime.fromisoformat(values["day"])
    day = schedule.date_of(starts)
    if values.get("ends"):
        ends = datetime.fromisoformat(values["ends"])
    elif schedule.local(starts).time() == time():
        ends = schedule.at(day, LAST_MINUTE)
    else:
        ends = starts + timedelta(minutes=catalogue.rule().slot_minutes)
    if ends <= starts or schedule.date_of(ends) != day:
        raise Invalid("结束时间应当在开始之后，在同一天。", field="ends")
    return starts, ends


def _there(values: Mapping[str, Any], starts: datetime) -> bool:
    first, end = catalog.schedule().whole(catalog.schedule().date_of(starts))
    with acting(SYSTEM, apart=False):
        rows = Case.objects.filter(kind="officeday", unit_id=values["unit"], office_day__starts_at__gte=first)
        rows = rows.filter(office_day__starts_at__lt=end, state__in=("announced", "day_held"))
        subject = values.get("subject")
        found = rows.filter(subject_id=subject) if subject else rows.filter(subject=None, place=values["place"])
        return found.exists()


def _raise(day: Case, at: datetime, body: str, source: Mapping[str, Any], by: Actor, now: datetime) -> Case:
    return open_case(
        "request",
        by=by,
        now=now,
        channel="office_day",
        parent=day.pk,
        subject=day.subject_id,
        for_unit=day.unit_id,
        place=day.place,
        received_at=at,
        source_row=source,
        body=body,
    )
