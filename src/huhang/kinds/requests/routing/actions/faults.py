"""A rule that fails is told to every system administrator and stands until it is settled; never silently off (C2)."""

import uuid
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from huhang.base.access.context import SYSTEM
from huhang.base.access.queries import allows
from huhang.base.access.rules import Actor, Perm
from huhang.base.journal import actions as journal
from huhang.base.messages import actions as messages
from huhang.base.people.queries import with_posts
from huhang.kernel.errors import Conflict, Denied, Invalid, Missing
from huhang.kernel.text import clean
from huhang.kinds.requests.routing.models import Fault
from huhang.kinds.requests.routing.rules import Fault as Failed

ADMINISTRATOR = "system_admin"


@transaction.atomic
def report(failed: Iterable[Failed], *, now: datetime) -> list[Fault]:
    """Notes rules that failed. The first time each administrator gets a message; later ones only count."""
    return [_note(one, now) for one in failed]


def _note(failed: Failed, now: datetime) -> Fault:
    standing = Fault.objects.select_for_update().filter(rule=failed.code, rule_version=failed.version, settled_at=None)
    found = standing.first()
    if found is not None:
        found.last_at, found.times = now, found.times + 1
        found.message, found.params = failed.says.message[:200], dict(failed.says.params)
        found.save(update_fields=["last_at", "times", "message", "params"])
        return found
    made = Fault.objects.create(
        rule=failed.code,
        rule_version=failed.version,
        message=failed.says.message[:200],
        params=dict(failed.says.params),
        first_at=now,
        last_at=now,
    )
    tag = f"{failed.code}@{failed.version}"
    journal.write("routing.fault", by=SYSTEM, now=now, about=str(failed.says), data={"rule": tag})
    for user in with_posts(now):
        if any(post["role"] == ADMINISTRATOR for post in user.held_posts):  # type: ignore[attr-defined]
            messages.tell_user(user.pk, template="routing.fault", params={"rule": tag}, by=SYSTEM, now=now)
    return made


@transaction.atomic
def settle(*, fault_id: uuid.UUID, how: str, by: Actor, now: datetime) -> Fault:
    """Takes a failed rule off the list, with what was done about it; it comes back if the rule fails again.

    Raises:
        Denied: not the system administrator.
        Missing: no such fault.
        Conflict: settled already.
        Invalid: nothing was said.
    """
    if not allows(by, Perm.MANAGE_SYSTEM):
        raise Denied
    said = clean(how, max_length=200)
    if not said:
        raise Invalid("请写明怎么处理的。", field="how")
    fault = Fault.objects.select_for_update().filter(pk=fault_id).first()
    if fault is None:
        raise Missing
    if fault.settled_at is not None:
        raise Conflict("这一条已经处理过了。")
    fault.settled_at, fault.settled_by_id, fault.settled_how = now, by.user, said
    fault.save(update_fields=["settled_at", "settled_by", "settled_how"])
    tag = f"{fault.rule}@{fault.rule_version}"
    journal.write("routing.settle", by=by, now=now, about=said, data={"rule": tag})
    return fault
