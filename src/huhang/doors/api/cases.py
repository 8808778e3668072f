"""Cases of any kind over the wire: listing, one of them, its steps, clocks and moves; requests have more of their own.

One address for whatever has a number, so that a program that follows events needs to know no kind.
"""

from typing import Any

from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router
from ninja.params.functions import Header
from pydantic import Field

from huhang.base.access.queries import visible_to
from huhang.base.access.rules import Actor
from huhang.cases.actions import open_case
from huhang.cases.models import Case
from huhang.cases.registry import kind_of
from huhang.doors.api import moves, schemas, writing
from huhang.doors.api.answers import answer, etag
from huhang.doors.api.bodies import storable
from huhang.doors.api.requests import ListIn, listed
from huhang.doors.api.shapes import CASES, case_row, case_shape, cases_shape, clock_shape, step_shape
from huhang.doors.frame.gates import actor_of
from huhang.kernel.errors import Invalid, Missing
from huhang.kernel.numbering import normalise_number
from huhang.reading.rules import Filter

router = Router(tags=["cases"], by_alias=True)
EVERYTHING = Filter(which="all")


class CasesIn(ListIn):
    """How a list of any kind is narrowed: as requests are, and by kind."""

    kind: str = Field("", max_length=24, description="种类名，见 /kinds；不写就是所有种类")


def any_case(actor: Actor, number: str) -> Case:
    """The case of a number, whatever its kind, if this actor sees it.

    Raises:
        Missing: no such case, not this actor's, or not a number at all: all look the same (HOUSE §2.4).
    """
    try:
        wanted = normalise_number(number) if storable(number) else ""
    except Invalid:
        wanted = ""
    found = (
        visible_to(actor, Case.objects.filter(number=wanted))
        .annotate(officer_name=F("officer__name"), parent_number=F("parent__number"))
        .defer("search", "folded", "secret_digest")
        .first()
        if wanted
        else None
    )
    if found is None:
        raise Missing
    return found


@router.get("", response=schemas.CasePage, summary="列出看得见的事项")
def list_cases(request: HttpRequest, said: Query[CasesIn]) -> HttpResponse:
    """各种事项（诉求、督办卡……）放在一起列，新的在前，一页一页往后翻；用 kind 只看一种。"""
    return listed(request, said, EVERYTHING, cases_shape)


@router.post("/cards", response={201: schemas.CaseRow}, summary="发一张督办卡")
def issue_card(
    request: HttpRequest, given: schemas.CardIn, idempotency_key: str = writing.key_needed()
) -> HttpResponse:
    """督办员对一件事项发卡，写明级别和理由。一件事同时只有一张卡，已有就是 409。系统按标准自动发的卡不用这里。"""
    actor, now = actor_of(request), timezone.now()
    matter = any_case(actor, given.matter)

    def work() -> tuple[Any, str]:
        made = open_case("card", by=actor, now=now, matter=matter.pk, level=given.level, reason=given.reason)
        return case_row(made, now), CASES + made.number

    content = given.dict(exclude_unset=True)
    return writing.done(request, idempotency_key, by=actor, content=content, now=now, work=work, status=201)


@router.post("/meetings", response={201: schemas.CaseRow}, summary="召集一次联席会议")
def convene(
    request: HttpRequest, given: schemas.MeetingIn, idempotency_key: str = writing.key_needed()
) -> HttpResponse:
    """召集会议，议题是看得见的事项的编号。

    议程、纪要和决定用会议的 moves 来办：resolve 把一项决定变成一个单位的议定事项。
    """
    actor, now = actor_of(request), timezone.now()
    about = [any_case(actor, number).pk for number in given.about]
    values = given.dict(exclude={"about"})

    def work() -> tuple[Any, str]:
        made = open_case("meeting", by=actor, now=now, about=about, **values)
        return case_row(made, now), CASES + made.number

    return writing.done(request, idempotency_key, by=actor, content=given.dict(), now=now, work=work, status=201)


@router.get("/{number}", response=schemas.CaseRecord, summary="一件事项")
def read_case(request: HttpRequest, number: str) -> HttpResponse:
    """任何种类的一件事项，它自己的几项内容（facts）和此刻可以办的步骤（moves）。ETag 是它的版本。"""
    actor = actor_of(request)
    case = any_case(actor, number)
    return answer(case_shape(case, actor, timezone.now()), headers={"ETag": etag(case.version)})


@router.get("/{number}/steps", response=schemas.Steps, summary="一件事项的经过")
def case_steps(request: HttpRequest, number: str) -> HttpResponse:
    """从登记到现在的每一步，先发生的在前；只增不改。"""
    case = any_case(actor_of(request), number)
    return answer({"items": [step_shape(step, case.kind) for step in case.steps.order_by("seq")]})


@router.get("/{number}/clocks", response=schemas.Clocks, summary="一件事项的时限和它的算法")
def case_clocks(request: HttpRequest, number: str) -> HttpResponse:
    """每个时限的起算、规则、暂停、延期，以及逐日的说明。"""
    case = any_case(actor_of(request), number)
    rows = case.clocks.order_by("started_at", "id").prefetch_related("pauses", "extensions")
    return answer({"items": [clock_shape(clock) for clock in rows]})


@router.post("/{number}/moves/{move}", response=schemas.Moved, summary="对一件事项办一步")
def make_move(
    request: HttpRequest,
    number: str,
    move: str,
    given: schemas.MoveIn,
    if_match: str | None = Header(None, alias="If-Match", description='读取时的 ETag，如 "4"；* 表示不管版本'),
    idempotency_key: str | None = writing.key_welcome(),
) -> HttpResponse:
    """办一步。可办的步骤和各自要填的内容见事项的 moves；必须说明看到的是哪一版，之后别人办过就是 409 overtaken。"""
    actor = actor_of(request)
    case = any_case(actor, number)
    if kind_of(case.kind).move(move) is None:
        raise Missing
    return moves.made(request, case, move, given, if_match, idempotency_key, base=CASES)
