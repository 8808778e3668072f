"""Recurring duties of the demo city's last months: most done, a few late, some excused by a chief (B2)."""

import random
import uuid
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from huhang.base.catalog import queries as catalog
from huhang.doors.cli.city.people import Officer
from huhang.doors.cli.city.register import Body, Place, Register
from huhang.doors.cli.city.rows import Sheet
from huhang.register.rounds import catalogue, rules
from huhang.register.rounds.rules import Period, Rule

_RECORD = "id rule version subject_id unit_id held_at place people bodies roles note at by by_label"
_EXCUSE = "id rule version subject_id unit_id day reason at by by_label by_unit"
BACK = timedelta(days=130)
DONE, EXCUSED = 0.9, 0.035
OPEN = "100005"
NOTES = {
    "project_meeting": (
        "谈了用地红线和夜间施工的安排，对方没有新的要求。",
        "说了工程进度，约好下月一起看现场。",
        "讲了讨薪纠纷怎么找我们。",
    ),
    "park_round": ("转了一圈，门岗正常，和值班的聊了聊。", "到场走了一遍，游客不多。", "看了停车和出入口，没有堵。"),
    "symposium": ("请企业谈了用工、运输和周边治安，带回三件事。", "通报了办理进展，听了意见。"),
}
REASONS = ("整月停工，工地没有人", "对方负责人外出，改在下月初见", "临时封闭检修")

Held = dict[uuid.UUID, list[tuple[str, uuid.UUID, datetime]]]


def of_rounds(register: Register, liaisons: Iterable[tuple[Any, ...]], now: datetime, seed: int) -> list[Sheet]:
    """What was written down and excused, as rows.

    Args:
        liaisons: rows of `chiefs.of_chiefs`: key, subject, line, officer, each, start, why.
    """
    rng = random.Random(f"rounds{seed}")  # noqa: S311  a demonstration, made again from its seed
    held: Held = defaultdict(list)
    for _key, subject, line, officer, _each, start, _why in liaisons:
        held[subject].append((line, officer, start))
    people = {one.id: one for one in register.officers}
    made = _Made(register, people, held, now, rng)
    for code, body in sorted(catalog.newest(catalogue.DUTIES).items()):
        rule = rules.rule_of(int(body["version"]), body)
        if rule.after or code not in NOTES:
            continue
        calendar, schedule = catalog.calendar(), catalog.schedule()
        of_rule = rules.periods([rule], since=now - BACK, until=now, calendar=calendar, schedule=schedule)
        for period in of_rule:
            made.tell(rule, period)
    return [Sheet("rounds_record", _RECORD, made.records), Sheet("rounds_excuse", _EXCUSE, made.excuses)]


class _Made:
    """The rows told so far."""

    def __init__(
        self, register: Register, people: dict[uuid.UUID, Officer], held: Held, now: datetime, rng: random.Random
    ) -> None:
        self.register, self.people, self.held, self.now, self.rng = register, people, held, now, rng
        self.records: list[tuple[Any, ...]] = []
        self.excuses: list[tuple[Any, ...]] = []
        self.staff: dict[uuid.UUID, list[Officer]] = defaultdict(list)
        for one in register.officers:
            self.staff[one.unit.id].append(one)

    def tell(self, rule: Rule, period: Period) -> None:
        """What became of a period: for each subject or unit a record, an excuse, or nothing."""
        if rule.of_units:
            for place in self.register.counties:
                self._one(rule, period, place, None)
            return
        for body in self.register.bodies:
            if body.kind in rule.kinds and body.since < period.start:
                self._one(rule, period, body.unit, body)

    def _one(self, rule: Rule, period: Period, unit: Place, body: Body | None) -> None:
        dice, at = self.rng.random(), self._moment(period)
        by = self._who(rule, unit, body, at)
        if by is not None and by.username == OPEN and period.deadline > self.now - timedelta(days=25):
            return  # somebody of the cast has something left to do, and something late
        if dice < DONE:
            if at < self.now and by is not None:
                self._record(rule, unit, body, at, by)
        elif dice < DONE + EXCUSED and period.finish < self.now:
            self._excuse(rule, period, unit, body)

    def _moment(self, period: Period) -> datetime:
        """A minute of working hours within the period; the dice may fall on what is still to come."""
        days = max(1, (period.finish - period.start).days)
        day = period.day + timedelta(days=self.rng.randrange(days))
        start, end = catalog.schedule().spans(rules.last_working(day, catalog.calendar()))[self.rng.randrange(2)]
        found = start + timedelta(minutes=self.rng.randrange(int((end - start).total_seconds() // 60)))
        return max(found, period.start + timedelta(hours=9))

    def _who(self, rule: Rule, unit: Place, body: Body | None, at: datetime) -> Officer | None:
        if body is not None:
            lines = {line: officer for line, officer, start in self.held[body.id] if start <= at}
            found = next((lines[line] for line in rule.lines if line in lines), None)
            if found is not None:
                return self.people[found]
            if any(way.who == "liaison" for way in rule.ways):
                return None
        there = [one for one in self.staff[unit.id] if one.role in ("chief", "handler", "liaison")]
        return there[0] if body is None and there else self.rng.choice(there) if there else None

    def _record(self, rule: Rule, unit: Place, body: Body | None, at: datetime, by: Officer) -> None:
        roles = next((way.roles for way in rule.ways if way.sort == rules.RECORD), ())
        key = self.register.keys.at(int(at.timestamp() * 1000))
        place = body.address if body else f"{unit.short}会议室"
        people = self.rng.randrange(1, 6) if body else self.rng.randrange(12, 40)
        bodies = 1 if body else self.rng.randrange(6, 18)
        note = self.rng.choice(NOTES[rule.code])
        told = at + timedelta(minutes=20)
        self.records.append(
            (
                *(key, rule.code, rule.version, body.id if body else None, unit.id, at, place[:120], people, bodies),
                *(list(roles[-1:]), note, min(told, self.now), by.id, by.name),
            )
        )

    def _excuse(self, rule: Rule, period: Period, unit: Place, body: Body | None) -> None:
        over = unit.branch if body is not None and unit.branch else self.register.bureau
        chiefs = [one for one in self.staff[over.id] if one.role in ("chief", "supervisor")]
        if not chiefs:
            return
        chief, at = chiefs[0], period.finish - timedelta(hours=7)
        key = self.register.keys.at(int(at.timestamp() * 1000))
        whose = (body.id, None) if body else (None, unit.id)
        reason = self.rng.choice(REASONS)
        self.excuses.append(
            (key, rule.code, rule.version, *whose, period.day, reason, at, chief.id, chief.name, chief.unit.id)
        )
