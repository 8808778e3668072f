"""How many requests by unit, state and month of receipt, at the cost of a short list."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from huhang.base.access.rules import Actor, Perm
from huhang.base.catalog import queries as catalog
from huhang.cases.registry import kinds
from huhang.doors.api import schemas
from huhang.doors.api.answers import answer
from huhang.doors.api.bodies import refuse_unknown
from huhang.doors.api.events import names
from huhang.doors.frame.gates import actor_of
from huhang.kernel.errors import Invalid, Missing
from huhang.reading.rules import MAIN, state_choices
from huhang.reading.statistics.queries import Wanted, counted
from huhang.reading.statistics.rules import Months, Place, custom, month_of, months, place_for

router = Router(tags=["statistics"], by_alias=True)
BY = ("unit", "branch", "state", "month")


class StatisticsIn(Schema):
    """Which months, whose cases, counted by what. Without months it is this year."""

    kind: str = Field(MAIN, max_length=24, description="事项种类，见 /kinds")
    since: str = Field("", max_length=7, description="从哪个月，如 2026-01；不写是今年一月")
    until: str = Field("", max_length=7, description="到哪个月（含）；不写是本月")
    by: str = Field("unit,state,month", max_length=40, description="按什么分：unit、branch、state、month，逗号分隔")
    unit: UUID | None = Field(None, description="只要这个单位；分局、支队连同下级")
    state: str = Field("", max_length=400, description="只要这些状态，逗号分隔")


@router.get("/statistics", response=schemas.Statistics, summary="单位 × 状态 × 月的件数")
def statistics(request: HttpRequest, said: Query[StatisticsIn]) -> HttpResponse:
    """按主办单位、现在的状态、受理的月份数件数；没有的组合不列出。

    看得见全市的人数全市的；其他人数自己单位、分局主办的（同 /requests 的 scope=unit），只是协办、参与的不在内。
    每个数就是 /requests 用同样的 unit、state、since、until 列出的件数。
    """
    actor = actor_of(request)
    refuse_unknown(request.GET, StatisticsIn.model_fields)
    by, states, span = _by(said.by), _states(said), _months(said)
    sees = Perm.SEE in actor.perms
    found = counted(actor, Wanted(said.kind, span, by, _place(actor, said.unit), states), spelled=True) if sees else {}
    first, last = span.days
    return answer(
        {
            "kind": said.kind,
            "since": first,
            "until": last,
            "by": by,
            "items": [{**dict(zip(by, key, strict=True)), "count": n} for key, n in found.items()],
            "total": sum(found.values()),
        }
    )


def _by(text: str) -> tuple[str, ...]:
    asked = tuple(dict.fromkeys(names(text)))
    if not asked or set(asked) - set(BY):
        raise Invalid(problems={"by": "从 unit、branch、state、month 里选，逗号分隔。"})
    return asked


def _states(said: StatisticsIn) -> tuple[str, ...]:
    if said.kind not in kinds():
        raise Invalid(problems={"kind": "没有这种事项，请从列出的种类里选。"})
    asked = tuple(dict.fromkeys(names(said.state)))
    if set(asked) - set(state_choices(said.kind)):
        raise Invalid(problems={"state": "没有这个状态，请从列出的状态里选。"})
    return asked


def _months(said: StatisticsIn) -> Months:
    usual = months("year", catalog.schedule().date_of(timezone.now()))
    try:
        first = month_of(said.since, "since") if said.since else usual.first
        last = month_of(said.until, "until") if said.until else max(usual.last, first)
        return custom(first, last)
    except Invalid as wrong:
        field = {"from": "since", "to": "until"}.get(wrong.field, wrong.field)
        raise Invalid(problems={field: wrong.message}) from None


def _place(actor: Actor, unit: UUID | None) -> Place:
    if Perm.SEE not in actor.perms:
        return Place()
    try:
        return place_for(actor, str(unit) if unit else "")
    except Missing:
        raise Invalid(problems={"unit": "没有这个单位，请从列出的单位里选。"}) from None
