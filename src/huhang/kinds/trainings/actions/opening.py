"""A session is planned, or entered after it was held; the contacts of whom it is for are told (B5)."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.rules import Actor
from huhang.base.catalog import queries as catalog
from huhang.base.messages import actions as messages
from huhang.cases.actions import clocks, move
from huhang.cases.actions.moving import party
from huhang.cases.actions.opening import enter
from huhang.cases.models import Assignment, Case, Step
from huhang.cases.rules import Promise
from huhang.kernel.errors import Denied, Invalid
from huhang.kernel.text import clean
from huhang.kernel.worktime import Unit
from huhang.kinds.trainings import catalogue
from huhang.kinds.trainings.models import Host, Training
from huhang.kinds.trainings.rules import AHEAD_DAYS, BACK_DAYS, CHECK, MOST_SUBJECTS, Terms
from huhang.register.subjects import queries as register
from huhang.register.subjects.models import Contact, Subject
from huhang.register.units.queries import tree

RECORD, RETURN_CLOCK = "training_record", "training_return"
"""Clocks: until when it is recorded as held or called off, and until when somebody returns."""
HELD = ("people", "before_taken", "before_passed", "after_taken", "after_passed", "results", "note")
"""What is told of a session that was held already; the move that holds it asks for the same."""


@dataclass
class Told:
    """A session as it was told, checked."""

    terms: Terms
    title: str
    body: str
    place: str
    speaker: str
    starts_at: datetime
    subjects: list[Subject]


@transaction.atomic
def open_training(*, by: Actor, now: datetime, **values: Any) -> Case:
    """Plans a session for one or several subjects; with ``people`` it is entered as held at once.

    Args:
        values: sort (a code of training_kinds), subjects (ids), title, body, place, speaker, starts_at (an instant);
            and when it was held already: people, results (code → how many), before_taken, before_passed, after_taken,
            after_passed, note.

    Raises:
        Invalid: field by field.
        Denied: nobody's unit stands behind it.
    """
    told, held = told_of(values, by, now), values.get("people") not in (None, "")
    if by.unit is None and by.kind != "system":
        raise Denied
    if not held and told.starts_at < now - timedelta(days=1):
        raise Invalid("日子已经过去了；举办过的请填到场人数，一并登记。", field="people")
    if held and told.starts_at > now:
        raise Invalid("还没有举办，不能填到场人数。", field="people")
    case = _entered(told, by, now, received=told.starts_at if held else now)
    if held:
        name = "count" if told.terms.form == CHECK else "hold"
        given = {key: values[key] for key in HELD if values.get(key) not in (None, "", {})}
        with acting(SYSTEM, apart=False):  # whoever may open a session may say what came of it
            move(case_id=case.pk, name=name, values=given, by=by, now=now)
        case.refresh_from_db(fields=[f.name for f in Case._meta.concrete_fields if f.name not in ("search", "folded")])
    elif told.terms.tell:
        tell_contacts(case, "training.planned", told.starts_at, by=by, now=now)
    return case


def told_of(values: Mapping[str, Any], by: Actor, now: datetime) -> Told:
    """What was told of a session, checked; its numbers are checked by the move that holds it.

    Raises:
        Invalid: field by field.
    """
    problems: dict[str, str] = {}

    def text(name: str, most: int) -> str:
        try:
            said = clean(str(values.get(name) or ""), max_length=most)
        except Invalid as wrong:
            problems[name] = wrong.text
            return ""
        return said if name == "body" else said.replace("\n", " ")

    sort = str(values.get("sort") or "")
    if sort not in catalogue.kinds():
        problems["sort"] = "请从列出的选项里选一项。"
    starts = values.get("starts_at")
    first, last = now - timedelta(days=BACK_DAYS), now + timedelta(days=AHEAD_DAYS)
    if not isinstance(starts, datetime) or starts.tzinfo is None or not first <= starts <= last:
        problems["starts_at"] = "请填时间；前后一年之内都可以。"
    title, body, place = text("title", 100), text("body", 4000), text("place", 200)
    speaker = text("speaker", 80)
    subjects = _subjects(values.get("subjects") or [], by, problems)
    if problems or not isinstance(starts, datetime):
        raise Invalid(problems=problems)
    terms = catalogue.terms(sort)
    if not title:
        title = catalogue.label(sort, terms.version)
    return Told(terms, title, body, place, speaker, starts, subjects)


def _subjects(told: Any, by: Actor, problems: dict[str, str]) -> list[Subject]:
    """Whom it is for, in the order told: each one the actor may see and that still stands."""
    rows = [told] if isinstance(told, str | uuid.UUID | Subject) else list(told) if isinstance(told, Sequence) else []
    try:
        ids = [one.pk if isinstance(one, Subject) else uuid.UUID(str(one)) for one in rows]
    except ValueError:
        ids = []
    ids = list(dict.fromkeys(ids))
    if not 1 <= len(ids) <= MOST_SUBJECTS:
        problems["subjects"] = "请选 1 到 30 家；更多的请分几场登记。"
        return []
    found = {one.pk: one for one in register.visible(by).filter(pk__in=ids)}
    if len(found) < len(ids):
        problems["subjects"] = "登记库里没有这个主体，请重新选择。"
    elif not all(one.stands for one in found.values()):
        problems["subjects"] = "选的主体里有已并入别家或已停业、注销的，请重新选择。"
    return [found[pk] for pk in ids if pk in found]


def _entered(told: Told, by: Actor, now: datetime, *, received: datetime) -> Case:
    terms, first = told.terms, told.subjects[0]
    unit = by.unit or first.unit_id
    case = Case(
        kind="training",
        state="arranged",
        title=f"{told.title} · {first.name}"[:200] if len(told.subjects) == 1 else told.title,
        body=told.body,
        subject=first,
        from_label=first.name[:120],
        unit_id=unit,
        officer_id=by.user,
        category=terms.code,
        category_version=terms.version,
        channel=terms.form,
        sensitive=any(one.sensitive for one in told.subjects),
        place=told.place or first.address[:200],
        received_at=received,
    )
    for one in told.subjects:
        party(case, one.unit_id if one.unit_id != unit else None)
    promise = Promise(f"training.record.{terms.rule}", terms.record_days, Unit.WORKING_DAYS.value)
    clocks.start(case, RECORD, promise, at=max(told.starts_at, received))
    step = Step(move="open", to_state="arranged", by_kind=by.kind, by_user_id=by.user, by_label=by.label)
    step.unit_id = by.unit
    step.data = {"at": told.starts_at.isoformat(), "sort": terms.code, "subjects": len(told.subjects)}
    enter(case, step=step, by=by, now=now)
    Assignment.objects.create(case=case, unit_id=unit, role=Assignment.Role.LEAD, opened_at=now, signed_at=now)
    quiz = catalogue.quiz(terms.quiz) if terms.quiz else None
    Training.objects.create(
        case=case,
        form=terms.form,
        starts_at=told.starts_at,
        speaker=told.speaker,
        rule=terms.rule,
        quiz=terms.quiz if quiz else "",
        quiz_version=int(quiz["version"]) if quiz else 0,
        reached=len(told.subjects),
        return_owed=terms.returns,
    )
    Host.objects.bulk_create(Host(case=case, subject=one) for one in told.subjects)
    return case


def tell_contacts(case: Case, template: str, at: datetime, *, by: Actor, now: datetime) -> int:
    """Tells the main contact of everybody it is for: what, which unit, when. Nothing of anybody's is in it.

    Returns how many were told.
    """
    with acting(SYSTEM, apart=False):
        rows = Contact.objects.filter(subject__in=Host.objects.filter(case=case).values("subject_id"))
        people = list(
            dict.fromkeys(rows.filter(main=True, ended_at=None).order_by("since").values_list("person", flat=True))
        )
    local = catalog.schedule().local(at)
    for person in people:
        messages.tell_person(
            person,
            template=template,
            params={
                "unit": tree().label(case.unit_id),
                "what": catalogue.label(case.category, case.category_version),
                "at": f"{local:%Y-%m-%d %H:%M}",
            },
            case=case.pk,
            by=by,
            now=now,
        )
    return len(people)
