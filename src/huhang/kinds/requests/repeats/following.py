"""What people do with a matter: name it, give it to a unit, close it with what was done, take it up again (C6)."""

import uuid
from datetime import datetime

from django.db import transaction

from huhang.base.access.rules import Actor, Perm, Reach
from huhang.base.journal import actions as journal
from huhang.kernel.errors import Conflict, Denied, Invalid, Missing
from huhang.kernel.text import clean
from huhang.kernel.worktime import Schedule
from huhang.kinds.requests.repeats.models import Matter, Note
from huhang.register.units.queries import receiving, tree

SAYS = ("name", "give", "close", "reopen")


def may_follow(actor: Actor, matter: Matter) -> bool:
    """Whether this officer may change a matter: whoever works in supervision of the whole, or of its unit."""
    grants = [g for g in actor.grants if {Perm.SUPERVISE, Perm.COMMENT} <= g.perms]
    if any(g.reach is Reach.ALL for g in grants):
        return True
    unit = matter.unit_id
    branch = tree().branch_of(unit) if unit else None
    return unit is not None and any(
        g.unit == unit or (g.reach is Reach.BELOW and g.unit == branch) for g in grants if g.reach is not Reach.NONE
    )


@transaction.atomic
def follow(
    *,
    matter_id: uuid.UUID,
    what: str,
    version: int,
    by: Actor,
    now: datetime,
    text: str = "",
    unit: uuid.UUID | None = None,
) -> Matter:
    """Does one of `SAYS` to a matter, seen at a version; the note and the journal row go with it.

    Raises:
        Missing: no such matter. Denied: not this actor's to follow.
        Conflict: somebody changed it meanwhile, or it is closed (open) already.
        Invalid: no name, no unit, or nothing said of what was done.
    """
    matter = Matter.objects.select_for_update().filter(pk=matter_id).first()
    if matter is None:
        raise Missing
    if by.user is None or not may_follow(by, matter):
        raise Denied("您没有跟进这件事的权限。")
    if matter.version != version:
        raise Conflict("您打开之后有人改过，请看过变化再提交。")
    if what not in SAYS:
        raise Invalid("没有“%(name)s”这一步。", params={"name": what[:40]})
    note = _DO[what](matter, text, unit, now)
    matter.version += 1
    matter.save(update_fields=["name", "unit", "closed_at", "done", "version"])
    Note.objects.create(matter=matter, at=now, by_id=by.user, by_label=by.label, what=what, text=note)
    journal.write(f"matter.{what}", by=by, now=now, data={"matter": str(matter.pk), "text": note})
    return matter


def _name(matter: Matter, text: str, unit: uuid.UUID | None, now: datetime) -> str:
    matter.name = clean(text, max_length=80).replace("\n", " ")
    if not matter.name:
        raise Invalid("请填写名称。", field="text")
    return matter.name


def _give(matter: Matter, text: str, unit: uuid.UUID | None, now: datetime) -> str:
    if unit is None:
        raise Invalid("请选择跟进单位。", field="unit")
    receiving(unit, on=Schedule().date_of(now))
    matter.unit_id = unit
    return tree().label(unit)


def _close(matter: Matter, text: str, unit: uuid.UUID | None, now: datetime) -> str:
    done = clean(text, max_length=2000)
    if not done:
        raise Invalid("结束时请写明做了什么。", field="text")
    if matter.closed_at is not None:
        raise Conflict("这件事已经结束。")
    matter.done, matter.closed_at = done, now
    return done


def _reopen(matter: Matter, text: str, unit: uuid.UUID | None, now: datetime) -> str:
    if matter.closed_at is None:
        raise Conflict("这件事没有结束。")
    again = Matter.objects.filter(
        by=Matter.By.SUBJECT, subject=matter.subject_id, category=matter.category, closed_at=None
    )
    if matter.by == Matter.By.SUBJECT and again.exists():
        raise Conflict("同一主体后来又有新的一组，请跟进新的那一组。")
    matter.closed_at = None
    return clean(text, max_length=2000)


_DO = {"name": _name, "give": _give, "close": _close, "reopen": _reopen}
