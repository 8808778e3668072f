"""Opening a case of any kind."""

from datetime import datetime
from typing import Any

from huhang.base.access.queries import allows
from huhang.base.access.rules import Actor
from huhang.base.journal import actions as journal
from huhang.base.statements import rows
from huhang.base.statements.whole import whole
from huhang.cases import search
from huhang.cases.models import Case, Step
from huhang.cases.registry import kind_of
from huhang.kernel.errors import Denied
from huhang.kernel.numbering import public_number
from huhang.register.units.queries import tree


def open_case(kind: str, *, by: Actor, now: datetime, **values: Any) -> Case:
    """Opens a case through its kind, so that kinds can give rise to one another without knowing each other.

    Raises:
        Denied: an officer without the permission to open this kind.
        Invalid: values the kind refuses, field by field.
    """
    found = kind_of(kind)
    if by.kind == "officer" and not allows(by, found.open_perm):
        raise Denied("您没有登记这类事项的权限。")
    return found.opener(by=by, now=now, **values)


@whole()
def enter(case: Case, *, step: Step, by: Actor, now: datetime) -> Case:
    """Writes a new case row with a number of its own and its first step; called by a kind's opener.

    ``case`` is complete but for number, branch and search index. A clock started before it goes in with its due date in
    one write; one started afterwards needs the case saved again.
    """
    kind = kind_of(case.kind)
    case.branch_id = tree().branch_of(case.unit_id)
    search.index(case)
    for attempt in range(5):
        case.number = public_number(kind.prefix)
        if rows.add(case, unless_there=attempt < 4):
            break  # else a number met by chance, once in many thousand millions; the last try says what it met
    step.case, step.seq, step.at = case, 1, now
    rows.add(step)
    journal.write(
        f"{case.kind}.open", by=by, now=now, case=case.pk, data={"number": case.number, "channel": case.channel}
    )
    return case
