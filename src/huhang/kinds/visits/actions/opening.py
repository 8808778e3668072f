"""A visit comes in: within the cap, with who was met, what was answered, and what was asked for (B3)."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.rules import Actor
from huhang.base.catalog import queries as catalog
from huhang.base.journal import actions as journal
from huhang.base.vault import actions as vault
from huhang.cases.actions import attach, open_case
from huhang.cases.actions.moving import note_beside, party
from huhang.cases.actions.opening import enter
from huhang.cases.models import Assignment, Case, Step
from huhang.kernel.errors import Conflict, Denied, Invalid
from huhang.kernel.identifiers import mask_name
from huhang.kernel.numbering import uuid7
from huhang.kinds.visits import catalogue, gate, links, queries
from huhang.kinds.visits.actions.telling import Told, told_of, when
from huhang.kinds.visits.models import Met, Reply, Visit
from huhang.kinds.visits.rules import CALL, MOST_PHOTOS, ON_SITE, Rule, quarter_of, took_place
from huhang.register.subjects import queries as register
from huhang.register.subjects.actions import person_for
from huhang.register.subjects.models import Person, Subject
from huhang.register.units.queries import tree

NAME = "visit.met"
"""What the name of somebody met is sealed for."""
SPOKEN = "spoken"
"""Noted beside a visit from which requests came."""


class CapReached(Conflict):
    """The subject has been visited as often as it may be this quarter without a cause of its own (无事不扰)."""

    code = "visit_cap"


class SubjectGone(Conflict):
    """The subject was merged into another or is closed; the visit belongs elsewhere."""

    code = "subject_gone"


@dataclass(frozen=True)
class Book:
    """Where a visit of earlier comes from: a line of a table, and who went, as that table says."""

    source: str
    unit: uuid.UUID
    officer: uuid.UUID | None


@transaction.atomic
def open_visit(*, subject: uuid.UUID | str | Subject, by: Actor, now: datetime, **values: Any) -> Case:
    """Keeps a visit, or a call made in its place, with everything it brought, in one transaction.

    Args:
        values: mode, purpose, cause, cause_note, follows (a number), body, place, lon, lat, accuracy, device_at,
            device_now, people, met (name, role, phone), consent, sheet, sheet_version, answers (question → value),
            requests (each as for a request: body, nature, category, urgency), code (scanned at the gate),
            same_session (the number of the officer's visit to another subject on the same occasion).

    Raises:
        Invalid: field by field.
        CapReached: visited often enough this quarter; a call, or a cause that does not count, is the way out.
        SubjectGone: merged or closed meanwhile.
        Denied: nobody's unit stands behind it.
    """
    found = _subject(subject, by)
    told, rule = told_of(values, found, by=by), catalogue.rule()
    at = took_place(
        device_at=when(values, "device_at"),
        device_now=when(values, "device_now"),
        now=now,
        back=None if by.kind == "system" else rule,
    )
    code = str(values.get("code") or "")
    if code:  # good when the visit began: it may have been sent much later
        gate.read(code, now=at, subject=found.pk)
    counted = told.mode == ON_SITE and told.counts
    quarter = quarter_of(catalog.schedule().date_of(at))
    if counted:
        _within_cap(found, quarter, rule)
    if by.unit is None and by.kind != "system":
        raise Denied
    met = [_meet(one.name, one.role, one.phone, found, by, now) for one in told.met]
    case = enter_visit(found, told, met, at, by, now)
    Visit.objects.create(
        case=case,
        session=told.session or case.pk,
        cause=told.cause,
        cause_version=told.cause_version,
        cause_note=told.cause_note,
        follows_id=told.follows,
        counted=counted,
        quarter=quarter,
        rule=rule.name,
        device_at=when(values, "device_at"),
        device_now=when(values, "device_now"),
        arrived_at=now,
        accuracy=told.accuracy,
        people=told.people,
        consent=told.consent,
        signed_in="code" if code else "",
        sheet=told.sheet if told.answers else "",
        sheet_version=told.sheet_version if told.answers else 0,
        raised=len(told.requests),
        rate_until=queries.rate_until(now, rule),
    )
    _keep(case, told, met)
    for n, row in enumerate(told.requests):
        try:
            raise_request(case, row, by, now)
        except Invalid as wrong:
            problems = {f"requests.{n}.{name}": text for name, text in wrong.problems.items()}
            raise Invalid(problems=problems or {f"requests.{n}": wrong.text}) from None
    links.send(case, rule.rate_days, by=by, now=now)
    return case


def _subject(told: uuid.UUID | str | Subject, by: Actor) -> Subject:
    """The subject, locked so that of two who come at once the second counts the first (J1)."""
    try:
        pk = told.pk if isinstance(told, Subject) else told if isinstance(told, uuid.UUID) else uuid.UUID(str(told))
    except ValueError:
        raise Invalid("登记库里没有这个主体，请重新选择。", field="subject") from None
    if not register.visible(by).filter(pk=pk).exists():
        raise Invalid("登记库里没有这个主体，请重新选择。", field="subject")
    with acting(SYSTEM):
        found = Subject.objects.select_for_update(no_key=True).get(pk=pk)
        into = Subject.objects.get(pk=found.merged_into_id) if found.merged_into_id else None
    if into is not None:
        raise SubjectGone(
            "“%(name)s”已并入“%(into)s”，请改选后再提交。",
            field="subject",
            params={"name": found.name, "into": into.name},
        )
    if not found.stands:
        raise SubjectGone(
            "“%(name)s”已停业、停用或注销，不再走访。",
            hint="情况有变，请先在主体库更改状态。",
            field="subject",
            params={"name": found.name},
        )
    return found


def _within_cap(subject: Subject, quarter: str, rule: Rule) -> None:
    earlier, most = queries.counted(subject, quarter), rule.most(subject.kind)
    if len(earlier) < most:
        return
    schedule = catalog.schedule()
    named = "；".join(f"{schedule.local(at):%m-%d} {tree().label(unit)}" for at, unit in earlier)
    raise CapReached(
        "“%(name)s”本季度已走访 %(n)d 次（%(earlier)s），上限 %(most)d 次，没有专门的缘由不再上门，无事不扰。",
        hint="可以改为电话联系；应邀、跟进未办结的事项、突发情况不计次数，请选对应的缘由。",
        field="cause",
        params={"name": subject.name, "n": len(earlier), "most": most, "earlier": named or "—"},
    )


def _meet(name: str, role: str, phone: str, subject: Subject, by: Actor, now: datetime) -> Met:
    """Whoever left a phone is a person of the register and told of what becomes of it; a bare name is only sealed."""
    person: Person | None = None
    if phone:
        person = person_for(name=name, phone=phone, subject=subject, by=by, now=now)
    return Met(id=uuid7(), name_sealed=vault.seal(name, NAME), name_masked=mask_name(name), role=role, person=person)


def enter_visit(
    subject: Subject, told: Told, met: list[Met], at: datetime, by: Actor, now: datetime, *, book: Book | None = None
) -> Case:
    """The case row with its first step and its lines of the journal; the detail row is the caller's."""
    unit = book.unit if book else by.unit or subject.unit_id
    with translation.override(settings.LANGUAGE_CODE):  # what is kept for good does not hang on somebody's browser
        title = _("电话联系 %(name)s") if told.mode == CALL else _("走访 %(name)s")
    case = Case(
        kind="visit",
        state="visited",
        is_open=False,  # nothing is left to be done but the enterprise's word, which nobody's inbox waits for
        closed_at=now,
        title=title % {"name": subject.name},
        body=told.body,
        subject=subject,
        requester=next((one.person for one in met if one.person is not None), None),
        from_label=subject.name,
        unit_id=unit,
        officer_id=book.officer if book else by.user,
        taken_by_id=by.user if book else None,
        category=told.purpose,
        category_version=told.purpose_version,
        channel=told.mode,
        sensitive=subject.sensitive,
        place=told.place or (subject.address if told.mode == ON_SITE else ""),
        lon=told.lon,
        lat=told.lat,
        received_at=at,
    )
    party(case, subject.unit_id if subject.unit_id != unit else None)
    if told.requests:
        note_beside(case, SPOKEN)
    step = Step(move="open", to_state="visited", by_kind=by.kind, by_user_id=by.user, by_label=by.label)
    step.unit_id, step.data = by.unit, {"at": at.isoformat(), "mode": told.mode, "cause": told.cause}
    enter(case, step=step, by=by, now=now)
    Assignment.objects.create(case=case, unit_id=unit, role=Assignment.Role.LEAD, opened_at=now, signed_at=now)
    journal.write(
        "visit.made",
        by=by,
        now=now,
        case=case.pk,
        data={
            "at": at.isoformat(),
            "subject": str(subject.pk),
            "mode": told.mode,
            "cause": told.cause,
            "people": told.people,
            "session": str(told.session or case.pk),
            "raised": len(told.requests),
            "consent": told.consent,
            **({"book": book.source} if book else {}),
        },
    )
    return case


def _keep(case: Case, told: Told, met: list[Met]) -> None:
    for one in met:
        one.case = case
    Met.objects.bulk_create(met)
    Reply.objects.bulk_create(
        Reply(case=case, question=one.question, chosen=one.chosen, number=one.number, text=one.text)
        for one in told.answers
    )


def raise_request(visit: Case, row: dict[str, Any], by: Actor, now: datetime) -> Case:
    """What was spoken becomes a ledger entry of its own, under the visit; who spoke is told by SMS at once (B3, C1).

    Raises:
        Invalid: field by field, as the ledger finds.
    """
    known = ("title", "body", "nature", "category", "urgency", "confidential", "sensitive")
    return open_case(
        "request",
        by=by,
        now=now,
        channel="visit",
        parent=visit.pk,
        subject=visit.subject_id,
        requester=visit.requester,
        place=row.get("place") or visit.place,
        lon=visit.lon,
        lat=visit.lat,
        **{name: row[name] for name in known if row.get(name) not in (None, "")},
    )


def add_photos(case: Case, photos: Iterable[tuple[str, IO[bytes]]], *, by: Actor, now: datetime) -> int:
    """Photos taken with consent, drawn anew without what they carry besides the picture (SAFEGUARDS 12).

    Raises:
        Invalid: too many, no consent, no picture, or a file that is refused; nothing was stored.
    """
    sent = list(photos)
    if len(sent) > MOST_PHOTOS:
        raise Invalid("一次走访最多 %(n)d 张照片。", field="photos", params={"n": MOST_PHOTOS})
    if sent and not queries.detail(case).consent:
        raise Invalid("对方同意后才能拍照。", field="consent")
    for name, content in sent:
        try:
            made = attach(case_id=case.pk, name=name, content=content, public=False, label="走访照片", by=by, now=now)
        except Invalid as wrong:
            raise Invalid("%(name)s：%(why)s", field="photos", params={"name": name, "why": wrong.text}) from None
        if not made.file.media_type.startswith("image/"):
            raise Invalid("%(name)s 不是照片。", field="photos", params={"name": name})
    return len(sent)
