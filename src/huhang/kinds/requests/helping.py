"""What co-handling means for a request: its tasks run inside the answer clock, and no answer goes over an open one."""

from datetime import datetime

from huhang.base.access.rules import Actor
from huhang.cases import cohandling
from huhang.cases.actions import supporting
from huhang.cases.models import Case
from huhang.cases.queries import open_supports
from huhang.cases.rules import Doing, Guard, Outcome
from huhang.kinds.requests.promises import ANSWER


def ask(doing: Doing) -> Outcome:
    """Asks a unit to help, inside the time for the answer."""
    return supporting.ask(doing, outer=ANSWER)


def may_ask(case: Case, by: Actor, now: datetime) -> str | None:
    """The lead asks once it has signed; the dispatcher also while nobody has. Never past the answer's date."""
    if not (cohandling.dispatches(case, by) or (case.state == "handling" and cohandling.leads(case, by))):
        return "协办由主办单位签收后提出，或由派单员指定。"
    late = case.due_at is not None and now >= case.due_at
    return "主办时限已到，不能再约定新的协办期限。" if late else None


def only(name: str) -> Guard:
    """The guard of a step of the contract: some part must be there that this actor can take it with."""

    def guard(case: Case, by: Actor, now: datetime) -> str | None:
        return None if supporting.eligible(name, case, by, now) else "没有轮到您办这一步的协办。"

    return guard


def over_open_support(case: Case, by: Actor, now: datetime) -> str | None:
    """C2: the lead neither answers nor closes over an open task, unless its chief signed a reason."""
    if open_supports(case):
        return "还有协办没有办结。请等办结、解除，或由单位负责人写明理由准予先行答复。"
    return None


def may_waive(case: Case, by: Actor, now: datetime) -> str | None:
    """There must be something open to sign for."""
    return None if open_supports(case) else "没有在办的协办，可以直接答复。"
