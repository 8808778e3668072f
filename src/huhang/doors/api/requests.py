"""Requests over the wire: filing, listing, one of them whole, its steps and clocks."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import AwareDatetime, Field

from huhang.base.access.queries import Eyes, eyes, visible_to
from huhang.base.access.rules import Actor
from huhang.base.statements.kept import kept
from huhang.cases.models import Case
from huhang.doors.api import cursors, schemas, writing
from huhang.doors.api.answers import answer, etag
from huhang.doors.api.bodies import refuse_unknown, storable
from huhang.doors.api.shapes import BASE, clock_shape, record_shape, row_shape, rows_shape, step_shape
from huhang.doors.frame.gates import actor_of
from huhang.kernel.errors import Invalid, Missing
from huhang.kernel.numbering import normalise_number
from huhang.kinds.requests.actions import file_request
from huhang.reading import ledger, tallies
from huhang.reading.rules import LEDGER, Filter

router = Router(tags=["requests"], by_alias=True)
KIND = "request"
Scope = Literal["all", "mine", "sign", "unit", "party", "taken", "dispatch", "revisit"]
_OLDEST = timedelta(days=366)
_AHEAD = timedelta(minutes=5)


class ListIn(Schema):
    """How a list is narrowed; several filters mean all of them."""

    scope: Scope = Field("all", description="谁的：mine 我负责，sign 待签收，unit 本单位，party 参与，taken 我首问，……")
    state: str = Field("", max_length=400, description="状态名，见 /states；几个之间用逗号")
    open: bool | None = Field(None, description="在办还是已结；不写就都要")
    late: bool = Field(False, description="只要在办且超期的")
    waiting: bool = Field(False, description="只要等诉求人补充的")
    unit: UUID | None = Field(None, description="主办单位")
    branch: UUID | None = Field(None, description="主办单位所属的分局、县局、支队")
    officer: UUID | None = Field(None, description="承办人")
    category: str = Field("", max_length=400, description="类别编码，见 /categories；几个之间用逗号")
    channel: schemas.Channel | None = None
    urgency: int | None = Field(None, ge=0, le=2)
    since: date | None = Field(None, description="受理日期不早于")
    until: date | None = Field(None, description="受理日期不晚于")
    number: str = Field("", max_length=4000, description="只要这些编号，逗号分隔，最多 200 个")
    subject: UUID | None = Field(None, description="登记库里的企业或单位")
    updated_since: AwareDatetime | None = Field(None, description="这个时间以来办过任何一步的；要跟着看请用 /events")
    due_from: AwareDatetime | None = Field(None, description="期限不早于")
    due_until: AwareDatetime | None = Field(None, description="期限早于")
    bbox: str = Field("", max_length=100, description="地点在这个范围里：西,南,东,北（WGS84，度）")
    q: str = Field("", max_length=200, description="标题、内容、地点、来自里的字，任意两个相连的字都找得到")
    order: Literal["received", "due"] = Field("received", description="received 新的在前；due 先到期的在前")
    after: str = Field("", max_length=160, description="上一页答复里的 next")
    limit: int = Field(50, ge=1, le=200)
    count: bool = Field(False, description="要不要数；数到 1,001 为止")

    def filter(self, base: Filter = LEDGER) -> Filter:
        """The filter of the reading room, on top of another.

        Raises:
            Invalid: a kind, state, unit or category that does not exist.
        """
        given = {name: str(value) for name, value in self.dict(include=_TEXTS).items() if value is not None}
        if self.open is not None:
            given["which"] = "open" if self.open else "closed"
        given |= {to: said for name, to in _TOLD if (said := _spelled(getattr(self, name)))}
        for name in ("state", "category"):
            if "," in given[name]:
                given[_SEVERAL[name]] = given.pop(name)
        given |= {name: "1" for name in ("late", "waiting") if getattr(self, name)}
        return _parsed(given, base)


_TEXTS = {
    *("kind", "scope", "state", "unit", "branch", "officer", "category", "channel", "urgency"),
    *("since", "until", "q"),
}


_TOLD = (
    ("number", "numbers"),
    ("subject", "subject"),
    ("updated_since", "updated_since"),
    ("due_from", "due_from"),
    ("due_until", "due_until"),
    ("bbox", "box"),
)
_SEVERAL = {"state": "states", "category": "categories"}
_SENT_AS = {"states": "state", "categories": "category", "numbers": "number", "box": "bbox"}


def _spelled(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if value is not None else ""


def _parsed(given: dict[str, str], base: Filter) -> Filter:
    """The filter; what is wrong with it stands under the name it was sent by."""
    try:
        return Filter.parse(given, base)
    except Invalid as problem:
        problem.problems = {_SENT_AS.get(name, name): text for name, text in problem.problems.items()}
        raise


def case_of(actor: Actor, number: str) -> Case:
    """The request of a number with what a record says of it, if this actor sees it.

    Raises:
        Missing: no such request, not this actor's, or not a number at all: all look the same (HOUSE §2.4).
    """
    return _one(_whole, actor, number)


def known(actor: Actor, number: str) -> Case:
    """No more than which request has this number: what moves it reads the row itself, and locks it.

    Raises:
        Missing: as `case_of`.
    """
    return _one(_known, actor, number)


def _whole(*, number: str, **seer: Any) -> "QuerySet[Case]":
    return (
        visible_to(Eyes(**seer), Case.objects.filter(number=number, kind=KIND))
        .select_related("request", "requester", "subject")
        .annotate(
            officer_name=F("officer__name"),
            taken_by_name=F("taken_by__name"),
            parent_number=F("parent__number"),
            merged_number=F("merged_into__number"),
        )
        .defer("search", "folded", "secret_digest")
    )


def _known(*, number: str, **seer: Any) -> "QuerySet[Case]":
    return visible_to(Eyes(**seer), Case.objects.filter(number=number, kind=KIND)).only("id", "kind", "number")


def _one(rows: "Callable[..., QuerySet[Case]]", actor: Actor, number: str) -> Case:
    try:
        wanted = normalise_number(number) if storable(number) else ""
    except Invalid:
        wanted = ""
    found = kept(rows, number=wanted, **eyes(actor)) if wanted else []
    if not found:
        raise Missing
    return found[0]


@router.get("", response=schemas.Page, summary="列出看得见的诉求")
def list_requests(request: HttpRequest, said: Query[ListIn]) -> HttpResponse:
    """按筛选列出当前令牌看得见的诉求，一页一页往后翻（键集翻页，没有总页数）。查找（q）只按受理时间排序。"""
    return listed(request, said, LEDGER, rows_shape)


def listed(request: HttpRequest, said: ListIn, base: Filter, shape: Callable[..., Any]) -> HttpResponse:
    """A page of any list, narrowed as asked for.

    Raises:
        Invalid: a filter that is not one, or what stands in it.
    """
    actor, now = actor_of(request), timezone.now()
    refuse_unknown(request.GET, type(said).model_fields)
    if not all(storable(str(value)) for value in request.GET.values()):
        raise Invalid("筛选里有不能识别的字符。")
    wanted = said.filter(base)
    if wanted.q and said.order != "received":
        raise Invalid(problems={"order": "查找的结果只按受理时间排序。"})
    place = cursors.read(said.order, said.after) if said.after else None
    shown = ledger.page(actor, wanted, place, now=now, by_due=said.order == "due", size=said.limit)
    more = cursors.word(said.order, shown.after) if shown.after else None
    data: dict[str, Any] = {"items": shape(shown.lines, now), "next": more}
    if said.count:
        tally = tallies.take(actor, {"rows": tallies.Asked(wanted, now)}).of("rows")
        data |= {"count": tally.count + tally.over, "count_capped": tally.over}
    return answer(data)


@router.post("", response={201: schemas.Filed}, summary="登记一件诉求")
def file(request: HttpRequest, given: schemas.FileIn, idempotency_key: str = writing.key_needed()) -> HttpResponse:
    """登记一件诉求并起算答复时限。答复里的 secret 是诉求人查询用的密码，请随编号一起交给诉求人。

    同一个 Idempotency-Key 再发一次，得到同样的答复（带 Idempotency-Replayed: true），不会登记两件；
    同一个键换了内容是 422。
    """
    actor, now = actor_of(request), timezone.now()
    values = given.dict()
    _received(values, now)

    def work() -> tuple[Any, str]:
        filed = file_request(by=actor, now=now, **values)
        row = row_shape(filed.case, now)
        return {**row, "secret": filed.secret}, BASE + filed.case.number

    content = given.dict(exclude_unset=True)
    return writing.done(request, idempotency_key, by=actor, content=content, now=now, work=work, status=201)


def _received(values: dict[str, Any], now: datetime) -> None:
    """A request may have come in before it is told here, but not in the future and not long ago."""
    at = values["received_at"]
    if at is not None and not now - _OLDEST <= at <= now + _AHEAD:
        raise Invalid(problems={"received_at": "受理时间不能晚于现在，也不能早于一年前。"})


@router.get("/{number}", response=schemas.Record, summary="一件诉求的全部")
def read(request: HttpRequest, number: str) -> HttpResponse:
    """一件诉求和此刻可以办的步骤（moves）。ETag 是它的版本，办理时用 If-Match 带回来。个人信息只给掩码。"""
    actor = actor_of(request)
    case = case_of(actor, number)
    return answer(record_shape(case, actor, timezone.now()), headers={"ETag": etag(case.version)})


@router.get("/{number}/steps", response=schemas.Steps, summary="经过")
def steps(request: HttpRequest, number: str) -> HttpResponse:
    """从登记到现在的每一步，先发生的在前；只增不改。"""
    case = case_of(actor_of(request), number)
    return answer({"items": [step_shape(step) for step in case.steps.order_by("seq")]})


@router.get("/{number}/clocks", response=schemas.Clocks, summary="时限和它的算法")
def clocks(request: HttpRequest, number: str) -> HttpResponse:
    """每个时限的起算、规则、暂停、延期，以及逐日的说明：哪天计、哪天不计、依据哪份放假通知。"""
    case = case_of(actor_of(request), number)
    rows = case.clocks.order_by("started_at", "id").prefetch_related("pauses", "extensions")
    return answer({"items": [clock_shape(clock) for clock in rows]})
