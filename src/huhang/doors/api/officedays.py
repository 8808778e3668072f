"""Office days over the wire (B6): announcing one, listing, one whole with its slots and the problems taken."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import AwareDatetime, Field

from huhang.base.access.rules import Actor
from huhang.cases.actions import open_case
from huhang.cases.models import Case
from huhang.doors.api import numbered, writing
from huhang.doors.api.answers import answer, etag, moment
from huhang.doors.api.bodies import refuse_unknown
from huhang.doors.api.schemas import CaseRow, In
from huhang.doors.api.shapes import CASES, case_row
from huhang.doors.frame.gates import actor_of
from huhang.kinds.officedays import queries
from huhang.kinds.officedays.rules import LONGEST, MOST_SEATS, SHORTEST

router = Router(tags=["office-days"], by_alias=True)
KIND = "officeday"


class OfficeDayIn(In):
    """A day to come; it is public as soon as it is announced."""

    starts_at: AwareDatetime
    ends_at: AwareDatetime
    slot_minutes: int | None = Field(None, ge=SHORTEST, le=LONGEST, description="不填按目录")
    seats: int | None = Field(None, ge=1, le=MOST_SEATS, description="每段接待几位；不填按目录")
    subject: UUID | None = Field(None, description="在哪家办；不填是本单位大厅")
    place: str = Field("", max_length=200)
    topic: str = Field("", max_length=80)
    body: str = Field("", max_length=2000, description="能办什么、要带什么")


class SlotOut(Schema):
    starts_at: datetime
    seats: int
    booked: int


class ProblemOut(Schema):
    """A request taken on the day."""

    number: str
    title: str
    state: str
    url: str


class OfficeDayRow(CaseRow):
    """An office day as it stands in a list."""

    subject: UUID | None
    place: str
    starts_at: datetime
    ends_at: datetime
    seats: int
    booked: int
    received: int = Field(description="接待人数；办过才有")
    taken: int = Field(description="带回的问题")


class OfficeDayOut(OfficeDayRow):
    """An office day whole. Who booked is not told here; the desk shows it masked."""

    body: str
    topic: str
    walk_ins: int
    slots: list[SlotOut]
    problems: list[ProblemOut] = Field(description="看得见的")


class OfficeDaysOut(Schema):
    items: list[OfficeDayRow]
    next: str | None = Field(description="下一页的 after；没有就是到头了")


class OfficeDaysIn(Schema):
    """How the list is narrowed."""

    subject: UUID | None = None
    state: Literal["announced", "day_held", "day_off", "day_void"] | None = None
    after: str = Field("", max_length=20, description="上一页最后一件的编号")
    limit: int = Field(50, ge=1, le=200)


def _row(case: Case, now: datetime) -> dict[str, Any]:
    known = queries.detail(case)
    return {
        **case_row(case, now),
        "subject": case.subject_id,
        "place": case.place,
        "starts_at": moment(known.starts_at),
        "ends_at": moment(known.ends_at),
        "seats": case.seats or 0,  # type: ignore[attr-defined]
        "booked": case.booked or 0,  # type: ignore[attr-defined]
        "received": known.received,
        "taken": known.taken,
    }


def whole(case: Case, actor: Actor, now: datetime) -> dict[str, Any]:
    """A day with its slots and the problems this actor may see."""
    known = queries.detail(case)
    return {
        **_row(case, now),
        "body": case.body,
        "topic": known.topic,
        "walk_ins": known.walk_ins,
        "slots": [
            {"starts_at": moment(one.starts_at), "seats": one.seats, "booked": one.booked}
            for one in queries.slots(case)
        ],
        "problems": [
            {"number": one.number, "title": one.title, "state": one.state, "url": CASES + one.number}
            for one in queries.problems(case, actor)
        ],
    }


@router.get("", response=OfficeDaysOut, summary="列出看得见的现场办公")
def list_office_days(request: HttpRequest, said: Query[OfficeDaysIn]) -> HttpResponse:
    """已公布的、办过的、取消的，新公布的在前。"""
    actor, now = actor_of(request), timezone.now()
    refuse_unknown(request.GET, OfficeDaysIn.model_fields)
    given = {"subject_id": said.subject, "state": said.state}
    rows = queries.of_kind(actor).filter(**{name: value for name, value in given.items() if value is not None})
    last = _found(actor, said.after) if said.after else None
    return numbered.newest(rows, last=last, limit=said.limit, shape=lambda case: _row(case, now))


def _found(actor: Actor, number: str) -> Case:
    return numbered.one(queries.of_kind(actor).defer(None).defer("search", "folded", "secret_digest"), number)


@router.post("", response={201: OfficeDayOut}, summary="公布一场现场办公")
def announce_office_day(
    request: HttpRequest, given: OfficeDayIn, idempotency_key: str = writing.key_needed()
) -> HttpResponse:
    """公布后大厅里马上可以预约，按段分位子，不会约超。登记问题、小结、取消用 /cases/{number}/moves/{move}。"""
    actor, now = actor_of(request), timezone.now()
    values = given.dict()

    def work() -> tuple[Any, str]:
        made = open_case(KIND, by=actor, now=now, **values)
        return whole(_found(actor, made.number), actor, now), CASES + made.number

    content = given.dict(exclude_unset=True)
    return writing.done(request, idempotency_key, by=actor, content=content, now=now, work=work, status=201)


@router.get("/{number}", response=OfficeDayOut, summary="一场现场办公")
def read_office_day(request: HttpRequest, number: str) -> HttpResponse:
    """时段和位子，接待多少人，带回哪些问题、办到哪一步。"""
    actor = actor_of(request)
    case = _found(actor, number)
    return answer(whole(case, actor, timezone.now()), headers={"ETag": etag(case.version)})
