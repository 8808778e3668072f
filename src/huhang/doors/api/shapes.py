"""Cases, steps and clocks as plain dictionaries in the published shapes."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from huhang.base.access.rules import Actor
from huhang.base.catalog import queries as catalog
from huhang.cases import cohandling
from huhang.cases.actions.moving import refused
from huhang.cases.fields import Field
from huhang.cases.models import Assignment, Attachment, Case, Clock, Comment, Step, SupportWord
from huhang.cases.queries import support_words, supports, testimony
from huhang.cases.registry import kind_of
from huhang.cases.rules import Move
from huhang.doors.api.answers import moment
from huhang.kernel.satisfaction import national_code
from huhang.kernel.worktime import (
    DayNote,
    Extension,
    Language,
    Pause,
    explain,
    remaining,
    say_remaining,
)
from huhang.kinds.requests.queries import answerable, return_until
from huhang.kinds.requests.rules import BOUNCED
from huhang.reading.ledger import Line
from huhang.register.units.queries import tree

BASE, CASES = "/api/v1/requests/", "/api/v1/cases/"
_ENGINE = {
    "open": _("登记"),
    "joined": _("并入本件"),
    "hand_over": _("单位撤并，移交"),
    "support_moved": _("协办移交"),
    "decided": _("联席会议决定"),
}
"""Steps the engine appends itself, beside the moves of the kind."""


def language() -> Language:
    """The language the explanations are told in."""
    return "en" if (get_language() or "").startswith("en") else "zh"


def unit_ref(unit: UUID | None) -> dict[str, Any] | None:
    """A unit by id and short name."""
    return {"id": unit, "name": tree().label(unit)} if unit else None


Shown = Line | Case
"""What a row is made from: the list's own lines, or a case just touched."""


def _left(case: Shown, words: "Words") -> tuple[bool, str | None]:
    if not case.is_open or case.due_at is None:
        return False, None
    told = remaining(words.now, case.due_at, words.calendar, words.schedule)
    return told.late, say_remaining(told, words.language)


class Words:
    """What the rows of one answer share: the instant, and labels in the language asked for, each looked up once."""

    def __init__(self, now: datetime) -> None:
        self.now, self.language = now, language()
        self.calendar, self.schedule = catalog.calendar(), catalog.schedule()
        self._states: dict[tuple[str, str], str] = {}
        self._categories: dict[tuple[str, str, int], dict[str, str] | None] = {}
        self._units: dict[UUID, tuple[dict[str, Any] | None, dict[str, Any] | None]] = {}

    def state(self, case: Shown) -> str:
        """The state's label."""
        key = (case.kind, case.state)
        if key not in self._states:
            self._states[key] = str(kind_of(case.kind).state(case.state).label)
        return self._states[key]

    def category(self, case: Shown) -> dict[str, str] | None:
        """The category by code, with the name it had in the version the case keeps."""
        key = (case.kind, case.category, case.category_version)
        if key not in self._categories:
            label = kind_of(case.kind).category_label(case.category, case.category_version) if case.category else ""
            self._categories[key] = {"code": case.category, "label": label} if case.category else None
        return self._categories[key]

    def units(self, unit: UUID) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
        """The unit and its branch, each by id and short name."""
        if unit not in self._units:
            self._units[unit] = unit_ref(unit), unit_ref(tree().branch_of(unit))
        return self._units[unit]


def rows_shape(lines: Iterable[Line], now: datetime) -> list[dict[str, Any]]:
    """Rows of a list. Labels come from memory; nothing is asked of the database."""
    words = Words(now)
    return [_row(line, line.officer, words) for line in lines]


def row_shape(case: Case, now: datetime) -> dict[str, Any]:
    """One case as a row; the officer's name is an annotation of the query."""
    return _row(case, getattr(case, "officer_name", None) or "", Words(now))


def _row(case: Shown, officer: str, words: Words) -> dict[str, Any]:
    late, left = _left(case, words)
    unit, branch = words.units(case.unit_id)
    return {
        "number": case.number,
        "url": BASE + case.number,
        "version": case.version,
        "state": case.state,
        "state_label": words.state(case),
        "open": case.is_open,
        "title": case.title,
        "from": case.from_label,
        "unit": unit,
        "branch": branch,
        "officer": {"id": case.officer_id, "name": officer} if case.officer_id else None,
        "category": words.category(case),
        "channel": case.channel,
        "urgency": case.urgency,
        "sensitive": case.sensitive,
        "received_at": moment(case.received_at),
        "due_at": moment(case.due_at),
        "due_provisional": case.due_provisional,
        "waiting": case.waiting,
        "late": late,
        "left": left,
        "answered_at": moment(case.answered_at),
        "closed_at": moment(case.closed_at),
    }


def record_shape(case: Case, actor: Actor, now: datetime) -> dict[str, Any]:
    """The whole request, with the moves that would be accepted from this actor now."""
    detail, person = case.request, case.requester
    return {
        **row_shape(case, now),
        "body": case.body,
        "place": case.place,
        "lon": case.lon,
        "lat": case.lat,
        "nature": detail.nature,
        "confidential": detail.confidential,
        "subject": {"id": case.subject.pk, "name": case.subject.name} if case.subject else None,
        "requester": {"name": person.name_masked, "phone": person.phone_masked, "id_number": person.id_masked}
        if person
        else None,
        "parent": getattr(case, "parent_number", None),
        "merged_into": getattr(case, "merged_number", None),
        "answer": detail.answer,
        "result": detail.result,
        "stars": detail.stars,
        "satisfaction_code": national_code(detail.stars) if detail.stars else None,
        "redo_count": detail.redo_count,
        "transfers": detail.transfers,
        "returns": detail.returns,
        "bounced": detail.transfers >= BOUNCED,
        "first_asked": _first_asked(case),
        "return_until": moment(return_until(case)),
        "supports": supports_shape(case, now),
        "moves": [move_shape(move, case, actor, now) for move in offered(case, actor, now)],
    }


def _first_asked(case: Case) -> dict[str, Any] | None:
    """C2: who took it, and whether they answer for it still."""
    if not case.taken_by_id and not case.taken_unit_id:
        return None
    name = getattr(case, "taken_by_name", None) or ""
    return {
        "officer": {"id": case.taken_by_id, "name": name} if case.taken_by_id else None,
        "unit": unit_ref(case.taken_unit_id),
        "answerable": answerable(case),
    }


def supports_shape(case: Case, now: datetime) -> list[dict[str, Any]]:
    """Parts of supporting units, each with its own task, clock, words, result and rating (C2)."""
    words = support_words(case)
    return [_support(part, words.get(part.pk, []), now) for part in supports(case)]


def _support(part: Assignment, words: list[SupportWord], now: datetime) -> dict[str, Any]:
    due_at = part.clock.due_at if part.clock else None
    told = remaining(now, due_at, catalog.calendar(), catalog.schedule()) if due_at and not part.ended_at else None
    return {
        "id": part.pk,
        "unit": unit_ref(part.unit_id),
        "status": part.status,
        "status_label": str(part.get_status_display()),
        "task": part.task,
        "opened_at": moment(part.opened_at),
        "signed_at": moment(part.signed_at),
        "ended_at": moment(part.ended_at),
        "due_at": moment(due_at),
        "late": told.late if told else False,
        "left": say_remaining(told, language()) if told else None,
        "turn": cohandling.turn_of(part, words, now),
        "reply_due_at": moment(part.reply_due_at) if part.status == "disputed" else None,
        "words": [{"side": w.side, "at": moment(w.at), "by": w.by_label, "text": w.text} for w in words],
        "result": part.result,
        "stars": part.stars,
        "stars_reason": part.stars_reason,
        "waived_at": moment(part.waived_at),
        "waived_why": part.waived_why,
    }


def cases_shape(lines: Sequence[Line], now: datetime) -> list[dict[str, Any]]:
    """Rows of cases of any kind."""
    return [_of_any_kind(row, line.kind) for row, line in zip(rows_shape(lines, now), lines, strict=True)]


def case_row(case: Case, now: datetime) -> dict[str, Any]:
    """One case of any kind as a row."""
    return _of_any_kind(row_shape(case, now), case.kind)


def _of_any_kind(row: dict[str, Any], kind: str) -> dict[str, Any]:
    return {**row, "kind": kind, "kind_label": str(kind_of(kind).label), "url": CASES + row["number"]}


def case_shape(case: Case, actor: Actor, now: datetime) -> dict[str, Any]:
    """A case of any kind with what its kind says of it, and the moves that would be accepted from this actor now."""
    told = kind_of(case.kind).facts(case, actor)
    return {
        **case_row(case, now),
        "body": case.body,
        "place": case.place,
        "lon": case.lon,
        "lat": case.lat,
        "parent": getattr(case, "parent_number", None),
        "facts": [{"label": str(label), "value": str(value)} for label, value in told],
        "moves": [move_shape(move, case, actor, now, CASES) for move in offered(case, actor, now)],
    }


def offered(case: Case, actor: Actor, now: datetime) -> list[Move]:
    """The moves that would be let through now."""
    kind = kind_of(case.kind)
    return [move for move in kind.moves if refused(kind, move, case, actor, now) is None]


def field_shape(
    field: Field, case: Case | None = None, pickable: Sequence[tuple[str, Any]] | None = None
) -> dict[str, Any]:
    """What a move asks for; what hangs on a case can be chosen only where there is one."""
    rows = field.choices() if field.choices else field.pick(case) if field.pick and case is not None else pickable
    return {
        "name": field.name,
        "label": str(field.label),
        "kind": field.kind,
        "required": field.required,
        "help": str(field.help),
        "most": field.most,
        "choices": [{"value": value, "label": str(label)} for value, label in rows] if rows is not None else None,
    }


def move_shape(move: Move, case: Case, actor: Actor, now: datetime, base: str = BASE) -> dict[str, Any]:
    """A move as offered on a record."""
    return {
        "name": move.name,
        "label": str(move.label),
        "primary": move.primary,
        "danger": move.danger,
        "help": str(move.help),
        "fields": [
            field_shape(field, case, field.options(case, actor, now) if field.options else None)
            for field in move.fields
        ],
        "url": f"{base}{case.number}/moves/{move.name}",
    }


def step_label(kind: str, move: str) -> str:
    """What a step is called: the move's label, or the engine's word for what it does itself."""
    known = kind_of(kind)
    found = known.move(move)
    if found is None and move in known.said:
        return str(known.said[move])
    return str(found.label if found else _ENGINE.get(move, move))


def step_shape(step: Step, kind_name: str = "request") -> dict[str, Any]:
    """One step of the timeline."""
    return {
        "seq": step.seq,
        "move": step.move,
        "label": step_label(kind_name, step.move),
        "from_state": step.from_state,
        "to_state": step.to_state,
        "at": moment(step.at),
        "by": step.by_label,
        "by_kind": step.by_kind,
        "unit": unit_ref(step.unit_id),
        "note": step.note,
        "public_note": step.public_note,
        "data": step.data,
    }


def clock_shape(clock: Clock) -> dict[str, Any]:
    """A clock with its testimony (C3); pauses and extensions must have been prefetched."""
    pauses, asked = list(clock.pauses.all()), list(clock.extensions.all())
    granted = sorted((e for e in asked if e.granted), key=lambda e: e.decided_at or e.asked_at)
    told = testimony(
        clock,
        pauses=[Pause(p.started_at, p.ended_at, p.reason) for p in sorted(pauses, key=lambda p: p.started_at)],
        extensions=[Extension(e.amount, e.decided_at or e.asked_at, e.reason) for e in granted],
    )
    return {
        "name": clock.name,
        "rule": clock.rule,
        "amount": clock.amount,
        "unit_of_time": clock.unit_of_time,
        "started_at": moment(clock.started_at),
        "stopped_at": moment(clock.stopped_at),
        "due_at": moment(clock.due_at),
        "provisional": clock.provisional,
        "calendar_version": clock.calendar_version,
        "pauses": [
            {"started_at": moment(p.started_at), "ended_at": moment(p.ended_at), "reason": p.reason} for p in pauses
        ],
        "extensions": [
            {
                "amount": e.amount,
                "reason": e.reason,
                "asked_at": moment(e.asked_at),
                "decided_at": moment(e.decided_at),
                "granted": e.granted,
                "decision": e.decision,
            }
            for e in asked
        ],
        "explanation": explain(told, language()),
        "days": [_day(note) for note in told.trace],
    }


def _day(note: DayNote) -> dict[str, Any]:
    return {
        "date": note.date,
        "mark": note.mark,
        "counted": note.counted,
        "number": note.number,
        "minutes": note.minutes,
        "text": note.text(language()),
        "table": note.table,
        "provisional": note.provisional,
    }


def comment_shape(comment: Comment) -> dict[str, Any]:
    """A note among colleagues."""
    return {"id": comment.pk, "at": moment(comment.at), "by": comment.by_label, "text": comment.text}


def attachment_shape(number: str) -> Callable[[Attachment], dict[str, Any]]:
    """Files of one request."""

    def shape(made: Attachment) -> dict[str, Any]:
        return {
            "id": made.pk,
            "label": made.label,
            "media_type": made.file.media_type,
            "size": made.file.size,
            "public": made.public,
            "at": moment(made.at),
            "by": made.by_label,
            "support": made.support_id,
            "url": f"{BASE}{number}/attachments/{made.pk}/download",
        }

    return shape
