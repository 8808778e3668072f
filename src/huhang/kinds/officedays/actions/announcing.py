"""A unit announces a day at a park, an enterprise or its own hall, with hours and slots (B6)."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from huhang.base.access.rules import Actor
from huhang.base.catalog import queries as catalog
from huhang.cases.actions import clocks
from huhang.cases.actions.moving import party
from huhang.cases.actions.opening import enter
from huhang.cases.models import Assignment, Case, Step
from huhang.cases.rules import Promise
from huhang.kernel.errors import Denied, Invalid
from huhang.kernel.text import clean
from huhang.kernel.worktime import Unit
from huhang.kinds.officedays import catalogue
from huhang.kinds.officedays.models import OfficeDay, Slot
from huhang.kinds.officedays.rules import AHEAD_DAYS, MOST_SEATS, slots, whole
from huhang.register.subjects import queries as register
from huhang.register.subjects.models import Subject
from huhang.register.units.queries import tree

CONCLUDE = "officeday_conclude"
"""The clock by which the day is summed up or called off."""


@transaction.atomic
def announce(*, by: Actor, now: datetime, **values: Any) -> Case:
    """Announces an office day; from now on anybody may book a seat of its slots.

    Args:
        values: starts_at and ends_at (instants of one day), slot_minutes, seats (a slot), place, topic, body, subject
            (an id; none for the unit's own hall).

    Raises:
        Invalid: field by field.
        Denied: nobody's unit stands behind it.
    """
    rule, problems = catalogue.rule(), dict[str, str]()
    topic, place, body = (
        _text(values, name, most, problems) for name, most in (("topic", 80), ("place", 200), ("body", 2000))
    )
    subject = _subject(values.get("subject"), by, problems)
    if not place and subject is None:
        problems["place"] = "请写地点，或选在哪家办。"
    starts, ends = values.get("starts_at"), values.get("ends_at")
    if (
        not isinstance(starts, datetime)
        or starts.tzinfo is None
        or not now < starts <= now + timedelta(days=AHEAD_DAYS)
    ):
        problems["starts_at"] = "开始时间应当在现在之后、半年之内。"
    if not isinstance(ends, datetime) or ends.tzinfo is None:
        problems["ends_at"] = "请填结束时间。"
    begins, minutes, seats = [], 0, 0
    try:
        minutes = whole(values.get("slot_minutes") or rule.slot_minutes, 5, 240, "slot_minutes")
        seats = whole(values.get("seats") or rule.seats, 1, MOST_SEATS, "seats")
        if isinstance(starts, datetime) and isinstance(ends, datetime) and not problems:
            begins = slots(starts, ends, minutes)
    except Invalid as wrong:
        problems.update(wrong.problems)
    if problems or not isinstance(starts, datetime) or not isinstance(ends, datetime):
        raise Invalid(problems=problems)
    unit = by.unit or (subject.unit_id if subject else None)
    if unit is None:
        raise Denied
    case = entered(subject, unit, starts, place, topic, body, by, now)
    OfficeDay.objects.create(
        case=case,
        starts_at=starts,
        ends_at=ends,
        slot_minutes=minutes,
        rule_version=int(rule.name.partition("@")[2]),
        topic=topic,
    )
    Slot.objects.bulk_create(Slot(case=case, starts_at=at, seats=seats) for at in begins)
    return case


def _text(values: dict[str, Any], name: str, most: int, problems: dict[str, str]) -> str:
    try:
        said = clean(str(values.get(name) or ""), max_length=most)
    except Invalid as wrong:
        problems[name] = wrong.text
        return ""
    return said if name == "body" else said.replace("\n", " ")


def _subject(told: Any, by: Actor, problems: dict[str, str]) -> Subject | None:
    if told in (None, ""):
        return None
    try:
        pk = told.pk if isinstance(told, Subject) else uuid.UUID(str(told))
    except ValueError:
        pk = uuid.UUID(int=0)
    found = register.visible(by).filter(pk=pk).first()
    if found is None or not found.stands:
        problems["subject"] = "登记库里没有这个主体，或它已停业、注销，请重新选择。"
    elif found.sensitive:
        problems["subject"] = "涉敏的主体不公开办公，请换一处。"
    return found


def entered(
    subject: Subject | None,
    unit: uuid.UUID,
    starts: datetime,
    place: str,
    topic: str,
    body: str,
    by: Actor,
    now: datetime,
    *,
    received: datetime | None = None,
) -> Case:
    """The case row of a day with its clock, first step and lead; ``received`` when it was known long before."""
    with translation.override(settings.LANGUAGE_CODE):  # what is kept for good does not hang on somebody's browser
        where = subject.name if subject else tree().label(unit)
        title = topic or _("%(where)s现场办公") % {"where": where}
    rule = catalogue.rule()
    case = Case(
        kind="officeday",
        state="announced",
        title=title[:200],
        body=body,
        subject=subject,
        from_label=(subject.name if subject else "")[:120],
        unit_id=unit,
        officer_id=by.user,
        place=place or (subject.address if subject else "")[:200],
        lon=subject.lon if subject else None,
        lat=subject.lat if subject else None,
        received_at=received or now,
    )
    if subject is not None:
        party(case, subject.unit_id if subject.unit_id != unit else None)
    promise = Promise(f"officeday.conclude@{rule.name.partition('@')[2]}", rule.conclude_days, Unit.WORKING_DAYS.value)
    clocks.start(case, CONCLUDE, promise, at=starts)
    step = Step(move="open", to_state="announced", by_kind=by.kind, by_user_id=by.user, by_label=by.label)
    step.unit_id, step.data = by.unit, {"at": starts.isoformat(), "day": str(catalog.schedule().date_of(starts))}
    enter(case, step=step, by=by, now=now)
    Assignment.objects.create(case=case, unit_id=unit, role=Assignment.Role.LEAD, opened_at=now, signed_at=now)
    return case
