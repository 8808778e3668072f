"""An office day that was held is entered afterwards, as a table says it was (A4, B6)."""

import uuid
from datetime import datetime

from django.db import transaction

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.rules import Actor
from huhang.cases.actions import move
from huhang.cases.actions.moving import note_beside
from huhang.cases.models import Case
from huhang.kernel.errors import Invalid
from huhang.kinds.officedays import catalogue
from huhang.kinds.officedays.actions.announcing import entered
from huhang.kinds.officedays.actions.effects import TAKEN
from huhang.kinds.officedays.models import OfficeDay
from huhang.register.subjects import queries as register


@transaction.atomic
def enter_held(
    *,
    subject: uuid.UUID | None,
    unit: uuid.UUID,
    starts_at: datetime,
    ends_at: datetime,
    topic: str,
    place: str,
    people: int,
    taken: int,
    note: str,
    by: Actor,
    now: datetime,
) -> Case:
    """Enters a day as held, with how many were received; it has no slots, nobody could book it.

    Args:
        taken: how many problems are entered under it by whoever calls.

    Raises:
        Invalid: no such subject for this actor.
    """
    rule, found = catalogue.rule(), None
    if subject is not None:
        found = register.visible(by).filter(pk=subject).first()
        if found is None:
            raise Invalid("登记库里没有这个主体，请重新选择。", field="subject")
    case = entered(found, unit, starts_at, place, topic, note, by, now, received=starts_at)
    OfficeDay.objects.create(
        case=case,
        starts_at=starts_at,
        ends_at=ends_at,
        slot_minutes=rule.slot_minutes,
        rule_version=int(rule.name.partition("@")[2]),
        topic=topic,
        taken=taken,
    )
    with acting(SYSTEM, apart=False):  # whoever may bring it in may say what came of it
        if taken:
            note_beside(case, TAKEN)
            case.save(update_fields=["beside"])
        move(case_id=case.pk, name="conclude", values={"walk_ins": people}, by=by, now=now)
    case.refresh_from_db(fields=[f.name for f in Case._meta.concrete_fields if f.name not in ("search", "folded")])
    return case
