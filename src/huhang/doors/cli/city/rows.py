"""The city as rows, table by table, in the columns COPY is given."""

import hashlib
import uuid
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from huhang.base.messages import templates
from huhang.base.vault import actions as vault
from huhang.cases.secrets import secret_digest
from huhang.doors.cli.city import righting
from huhang.doors.cli.city.geography import polygon
from huhang.doors.cli.city.life import Life
from huhang.doors.cli.city.register import Asker, Register
from huhang.kernel.identifiers import mask_name, mask_phone
from huhang.kernel.numbering import uuid7
from huhang.kernel.text import bigrams, canonical_json, fold
from huhang.kinds.requests.actions.filing import CONTACT
from huhang.kinds.requests.solved import catalogue as solved
from huhang.kinds.requests.solved.rules import REDONE, SENSITIVE, draw
from huhang.register.subjects.actions import NAME, PHONE

Row = tuple[Any, ...]


class Sheet(NamedTuple):
    """One table's rows."""

    table: str
    columns: str
    rows: Iterable[Row]


_UNIT = "id code name short_name level kind parent_id branch_id area lon lat address phone valid_from"
_USER = "id username name password email is_active must_change_password created_at"
_POST = "id user_id unit_id role reach first starts_at"
_SUBJECT = (
    "id kind name credit_code flags unit_id unit_from address head_count investment lon lat crs given_lon given_lat"
    " created_at"
)
_CONTACT = "id subject_id person_id role main name_masked phone_masked since added_label"
_PERSON = "id name_sealed name_masked phone_sealed phone_index phone_masked id_masked subject_id created_at"
_CASE = (
    "id number kind state is_open title body subject_id requester_id from_label unit_id branch_id party_units"
    " party_branches officer_id taken_by_id taken_unit_id category category_version channel urgency sensitive place lon"
    " lat merged_into_id received_at due_at due_from due_provisional waiting answered_at closed_at version beside"
    " folded search secret_digest"
)
_REQUEST = (
    "case_id nature confidential contact_sealed contact_masked dispatch_unit_id dispatched_at transfers returns answer"
    " result answered_unit_id answered_by_id redo_count"
)
_STEP = "id case_id seq move from_state to_state at by_kind by_user_id by_label unit_id note public_note data"
_PART = "id case_id unit_id role opened_at signed_at ended_at ended_why"
_CLOCK = "id case_id name rule unit_of_time amount started_at due_at provisional calendar_version stopped_at"
_PAUSE = "id clock_id started_at ended_at reason"
_MORE = "id clock_id amount reason asked_at asked_by_id decided_at decided_by_id granted decision"
_REVISIT = "id case_id round at by_id unit_id reached responded solved note"
_ANSWERED = (
    "id case_id round at by_id unit_id result result_version reference reference_public files rule rate seed ticket"
    " drawn because"
)
_RATING = "id case_id round stars reasons comment said_to at"
_NOTE = "id channel template text case user created_at sent_at to_masked attempts last_error provider_ref"


def of_register(register: Register, passwords: "Passwords", founded: Any) -> Iterator[Sheet]:
    """Units, officers, posts, subjects."""
    yield Sheet(
        "units_unit",
        _UNIT,
        [
            (
                u.id,
                u.code,
                u.name,
                u.short,
                u.level,
                u.kind,
                u.parent.id if u.parent else None,
                u.branch.id if u.branch else None,
                canonical_json(polygon(u.ring)) if u.ring else None,
                *u.point,
                u.address,
                u.phone,
                founded,
            )
            for u in register.places
        ],
    )
    yield Sheet(
        "people_user",
        _USER,
        [(o.id, o.username, o.name, passwords(o.username), "", True, False, o.since) for o in register.officers],
    )
    yield Sheet(
        "people_post",
        _POST,
        [(o.post, o.id, o.unit.id, o.role, o.reach, True, o.since) for o in register.officers],
    )
    yield Sheet(
        "subjects_subject",
        _SUBJECT,
        [
            (
                *(b.id, b.kind, b.name, b.code, b.flags, b.unit.id, "area", b.address, b.heads, b.investment),
                *(*b.point, "CGCS2000", *b.point, b.since),
            )
            for b in register.bodies
        ],
    )


class Passwords:
    """The stored password of an officer: the demonstration's for the cast, an unusable one for everybody else."""

    def __init__(self, cast: dict[str, str], filler: str) -> None:
        self.cast, self.filler = cast, filler

    def __call__(self, username: str) -> str:
        return self.cast.get(username, f"!{self.filler}{username}")


def of_askers(askers: list[Asker]) -> Sheet:
    """Those who have asked, sealed as the register seals them."""
    return Sheet(
        "subjects_person",
        _PERSON,
        [
            (
                one.id,
                vault.seal(one.name, NAME),
                mask_name(one.name),
                vault.seal(one.phone, PHONE),
                vault.blind(one.phone, PHONE),
                mask_phone(one.phone),
                "",
                one.subject.id if one.subject else None,
                one.since,
            )
            for one in askers
            if one.id is not None
        ],
    )


def of_contacts(askers: list[Asker]) -> Sheet:
    """Those who have asked for an enterprise speak for it; the first of each is its main contact (A1)."""
    speaking: dict[uuid.UUID, int] = {}
    lines = []
    for one in askers:
        if one.id is None or one.subject is None:
            continue
        nth = speaking[one.subject.id] = speaking.get(one.subject.id, 0) + 1
        role = ("liaison", "head", "safety", "guards")[(nth - 1) % 4]
        masks = mask_name(one.name), mask_phone(one.phone)
        lines.append((uuid7(), one.subject.id, one.id, role, nth == 1, *masks, one.since, "演示数据"))
    return Sheet("subjects_contact", _CONTACT, lines)


def of_lives(lives: list[Life]) -> Iterator[Sheet]:
    """Cases with everything beside them."""
    yield Sheet("cases_case", _CASE, [_case(life) for life in lives])
    yield Sheet("requests_request", _REQUEST, [_request(life) for life in lives])
    yield Sheet("cases_step", _STEP, [row for life in lives for row in _steps(life)])
    yield Sheet(
        "cases_assignment",
        _PART,
        [
            (p.id, life.id, p.unit.id, "lead", p.opened, p.signed, p.ended, "replaced" if p.ended else "")
            for life in lives
            for p in life.parts
        ],
    )
    clocks = [(life, clock) for life in lives for clock in life.clocks]
    yield Sheet(
        "cases_clock",
        _CLOCK,
        [
            (
                c.id,
                life.id,
                c.name,
                c.promise.rule,
                c.promise.unit_of_time,
                c.promise.amount,
                c.started,
                c.due,
                c.provisional,
                c.version,
                c.stopped,
            )
            for life, c in clocks
        ],
    )
    yield Sheet(
        "cases_clock_pause", _PAUSE, [(p.id, c.id, p.start, p.end, p.reason) for _, c in clocks for p in c.stops]
    )
    yield Sheet(
        "cases_clock_extension",
        _MORE,
        [
            (
                m.id,
                c.id,
                m.amount,
                m.reason,
                m.asked_at,
                m.asked_by.id,
                m.decided_at,
                m.decided_by.id if m.decided_by else None,
                m.granted,
                m.decision,
            )
            for _, c in clocks
            for m in c.more
        ],
    )
    yield Sheet(
        "requests_revisit",
        _REVISIT,
        [
            (a.id, life.id, a.round, a.at, a.by.user, a.by.unit, a.reached, a.responded, a.solved, a.note)
            for life in lives
            for a in life.asked
        ],
    )
    yield Sheet("solved_answered", _ANSWERED, [row for life in lives for row in _answers(life)])
    yield Sheet(
        "requests_rating",
        _RATING,
        [
            (s.id, life.id, s.round, s.stars, s.reasons, s.comment, s.said_to, s.at)
            for life in lives
            for s in life.stars
        ],
    )
    yield Sheet("rectifying_rectification", righting.COLUMNS, righting.rows(lives))
    yield Sheet("notices_message", _NOTE, [row for life in lives for row in _notes(life)])


def _case(life: Life) -> Row:
    asker, subject = life.asker, life.subject
    label = subject.name if subject else mask_name(asker.name) if asker else ""
    text = "\n".join((life.title, life.body, life.place, label))
    branches = dict.fromkeys(p.branch.id for p in life.parties if p.branch)
    return (
        life.id,
        life.number,
        "request",
        life.state,
        life.closed is None,
        life.title,
        life.body,
        subject.id if subject else None,
        asker.id if asker else None,
        label,
        life.unit.id,
        life.unit.branch.id if life.unit.branch else None,
        [p.id for p in life.parties],
        list(branches),
        life.in_charge.id if life.in_charge else None,
        life.by.user,
        life.taken_unit.id,
        life.category,
        life.version_of_category,
        life.channel,
        life.urgency,
        life.sensitive,
        life.place,
        *(life.point or (None, None)),
        life.merged_into.id if life.merged_into else None,
        life.received,
        life.due,
        life.due_from,
        life.provisional,
        life.waiting,
        life.answered,
        life.closed,
        life.version,
        life.beside,
        fold(text),
        lexemes(text),
        secret_digest(life.secret),
    )


def lexemes(text: str) -> str:
    """The search column as PostgreSQL reads it: every gram quoted (grams hold neither quotes nor backslashes)."""
    return " ".join(f"'{gram}'" for gram in sorted(bigrams(text)))


def _request(life: Life) -> Row:
    asker = life.asker
    given = asker is not None and life.by.kind == "officer"
    return (
        life.id,
        life.nature,
        life.confidential,
        vault.seal(asker.name, CONTACT) if asker and given else None,
        mask_name(asker.name) if asker else "",
        life.dispatcher_unit.id if life.dispatcher_unit else None,
        life.dispatched,
        life.transfers,
        life.returns,
        life.answer_text,
        life.result,
        life.answered_unit.id if life.answered_unit else None,
        life.answered_by.id if life.answered_by else None,
        life.round,
    )


def _answers(life: Life) -> Iterator[Row]:
    """Each answer with its draw, as `solved.actions.keep_answer` keeps it; the seed comes from the life itself."""
    rule = solved.sampling()
    for p in life.proofs:
        seed = hashlib.sha256(p.id.bytes).hexdigest()[:32]
        facts = (*((SENSITIVE,) if life.sensitive else ()), *((REDONE,) if p.round else ()))
        lot = draw(rule, seed=seed, number=life.number, turn=p.round, facts=facts)
        version = solved.result_version(p.result)
        told = (rule.rule, rule.rate, lot.seed, lot.ticket, lot.drawn, list(lot.because))
        yield (p.id, life.id, p.round, p.at, p.by.id, p.unit.id, p.result, version, p.reference, False, [], *told)


def _steps(life: Life) -> Iterator[Row]:
    for s in life.steps:
        by = s.by
        data = canonical_json(s.data)
        yield (
            s.id,
            life.id,
            s.seq,
            s.move,
            s.before,
            s.to,
            s.at,
            by.kind,
            by.user,
            by.label,
            by.unit,
            s.note,
            s.public,
            data,
        )


def _notes(life: Life) -> Iterator[Row]:
    for n in life.notes:
        text = templates.render(n.template, {"number": life.number})
        yield (n.id, "inside", n.template, text, life.id, n.user.id, n.at, n.at, "", 0, "", "")


class Line(NamedTuple):
    """One journal row, in the order of its columns."""

    id: uuid.UUID
    at: datetime
    action: str
    actor_kind: str
    actor: uuid.UUID | None
    actor_name: str
    unit: uuid.UUID | None
    door: str
    case: uuid.UUID | None
    person: uuid.UUID | None
    about: str
    data: str


LINE = " ".join(Line._fields)


def journal(lives: list[Life], keys: Any) -> list[Line]:
    """The journal of a year as the engine would have written it, oldest first."""
    lines: list[Line] = []
    first: set[uuid.UUID | None] = set()

    def add(at: datetime, action: str, by: Any, life: Life, data: dict[str, Any], person: Any = None) -> None:
        key = keys.at(int(at.timestamp() * 1000))
        case = None if action == "person.enter" else life.id
        text = canonical_json(data) if data else ""
        lines.append(Line(key, at, action, by.kind, by.id, by.label, by.unit, by.door, case, person, "", text))

    for life in lives:
        asker = life.asker
        if asker is not None and asker.id not in first:
            first.add(asker.id)
            add(life.received, "person.enter", life.by, life, {}, asker.id)
        for s in life.steps:
            if s.move == "open":
                add(s.at, "request.open", s.by, life, {"number": life.number, "channel": life.channel})
            elif s.told:
                add(s.at, f"request.{s.move}", s.by, life, {"from": s.before, "to": s.to, **s.data})
        for n in life.notes:
            data = {"message": str(n.id), "template": n.template, "channel": "inside"}
            add(n.at, "message.write", n.by, life, data)
    lines.sort(key=lambda line: (line.at, line.id))
    return lines
