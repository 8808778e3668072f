"""Visits over the wire (B3): sending one, listing them, one of them whole."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import AwareDatetime, Field

from huhang.base.access.queries import visible_to
from huhang.base.access.rules import Actor
from huhang.cases.actions import open_case
from huhang.cases.models import Case
from huhang.doors.api import numbered, writing
from huhang.doors.api.answers import answer, etag, moment
from huhang.doors.api.bodies import refuse_unknown
from huhang.doors.api.schemas import CaseRow, In, Nature
from huhang.doors.api.shapes import CASES, case_row
from huhang.doors.frame.gates import actor_of
from huhang.kinds.visits import queries

router = Router(tags=["visits"], by_alias=True)
KIND = "visit"
Mode = Literal["on_site", "call"]


class MetIn(In):
    """Somebody who was met and agreed to be named."""

    name: str = Field(min_length=1, max_length=40)
    role: str = Field("", max_length=24, description="身份，见主体库的联系人身份")
    phone: str = Field("", max_length=30)


class SpokenIn(In):
    """Something asked for on the visit; it becomes a request of the ledger at once."""

    body: str = Field(min_length=1, max_length=20_000)
    title: str = Field("", max_length=200)
    nature: Nature = "help"
    category: str = Field("", max_length=40)
    urgency: int = Field(0, ge=0, le=2)
    confidential: bool = False


class VisitIn(In):
    """A visit as it was made, or a call in its place."""

    subject: UUID = Field(description="登记库里的主体")
    mode: Mode
    purpose: str = Field(min_length=1, max_length=40, description="目的，见目录 visit_purposes")
    cause: str = Field(min_length=1, max_length=24, description="缘由，见目录 visit_causes；计不计入每季上限由它定")
    cause_note: str = Field("", max_length=200)
    follows: str = Field("", max_length=20, description="跟进的未办结事项的编号")
    same_session: str = Field("", max_length=20, description="一场见几家的，从第二家起填前一家的走访编号")
    body: str = Field("", max_length=20_000, description="谈了什么")
    place: str = Field("", max_length=200)
    lon: float | None = Field(None, ge=-180, le=180, allow_inf_nan=False)
    lat: float | None = Field(None, ge=-90, le=90, allow_inf_nan=False)
    accuracy: float | None = Field(None, ge=0, le=100_000, allow_inf_nan=False, description="定位精度，米")
    device_at: AwareDatetime | None = Field(None, description="设备说的开始时间；不写就是现在")
    device_now: AwareDatetime | None = Field(None, description="发送时设备的时间，用来校正设备的钟")
    code: str = Field("", max_length=80, description="门口扫到的签到码")
    people: int | None = Field(None, ge=0, le=5000, description="见到几人")
    met: list[MetIn] = Field([], max_length=20)
    consent: bool = Field(False, description="对方同意记录姓名、电话和拍照")
    sheet: str = Field("", max_length=24)
    sheet_version: int = Field(0, ge=0, le=1_000_000)
    answers: dict[str, str | int | list[str]] = Field({}, description="题号 → 回答")
    requests: list[SpokenIn] = Field([], max_length=20)


class RaisedOut(Schema):
    """A request spoken on the visit."""

    number: str
    title: str
    state: str
    url: str


class MetOut(Schema):
    """Somebody met, masked."""

    name: str
    role: str


class AnswerOut(Schema):
    """One question and what was answered, in words."""

    question: str
    answer: str


class VisitRow(CaseRow):
    """A visit as it stands in a list."""

    subject: UUID
    session: UUID = Field(description="同一场的几次走访相同")
    mode: Mode
    cause: str
    counted: bool = Field(description="计入每季上限")
    people: int
    raised: int
    stars: int | None


class VisitOut(VisitRow):
    """A visit whole. Names are masked; opening one is an act of its own at the desk."""

    body: str
    place: str
    lon: float | None
    lat: float | None
    accuracy: float | None
    device_at: datetime | None
    arrived_at: datetime
    consent: bool
    met: list[MetOut]
    answers: list[AnswerOut]
    requests: list[RaisedOut]


class VisitsOut(Schema):
    items: list[VisitRow]
    next: str | None = Field(description="下一页的 after；没有就是到头了")


class VisitsIn(Schema):
    """How the list is narrowed."""

    subject: UUID | None = None
    officer: UUID | None = None
    mode: Mode | None = None
    after: str = Field("", max_length=20, description="上一页最后一件的编号")
    limit: int = Field(50, ge=1, le=200)


def _row(case: Case, now: datetime) -> dict[str, Any]:
    known = queries.detail(case)
    return {
        **case_row(case, now),
        "subject": case.subject_id,
        "session": known.session,
        "mode": case.channel,
        "cause": known.cause,
        "counted": known.counted,
        "people": known.people,
        "raised": known.raised,
        "stars": known.stars,
    }


def whole(case: Case, actor: Actor, now: datetime) -> dict[str, Any]:
    """A visit with who was met (masked), what was answered, and the requests this actor may see."""
    known = queries.detail(case)
    asked = visible_to(actor, Case.objects.filter(parent=case, kind="request")).order_by("received_at", "id")
    return {
        **_row(case, now),
        "body": case.body,
        "place": case.place,
        "lon": case.lon,
        "lat": case.lat,
        "accuracy": known.accuracy,
        "device_at": moment(known.device_at),
        "arrived_at": moment(known.arrived_at),
        "consent": known.consent,
        "met": [{"name": one.name_masked, "role": one.role} for one in queries.met(case)],
        "answers": [{"question": question, "answer": said} for question, said in queries.answers(case)],
        "requests": [
            {"number": number, "title": title, "state": state, "url": CASES + number}
            for number, title, state in asked.values_list("number", "title", "state")
        ],
    }


def _rows(actor: Actor) -> Any:
    rows = visible_to(actor, Case.objects.filter(kind=KIND)).select_related("visit", "officer")
    return rows.defer("search", "folded", "secret_digest")


@router.get("", response=VisitsOut, summary="列出看得见的走访")
def list_visits(request: HttpRequest, said: Query[VisitsIn]) -> HttpResponse:
    """走访和电话联系，新的在前；用 subject 只看一个主体的。"""
    actor, now = actor_of(request), timezone.now()
    refuse_unknown(request.GET, VisitsIn.model_fields)
    given: Mapping[str, Any] = {"subject_id": said.subject, "officer_id": said.officer, "channel": said.mode}
    rows = _rows(actor).filter(**{name: value for name, value in given.items() if value is not None})
    last = _found(actor, said.after) if said.after else None
    return numbered.newest(rows, last=last, limit=said.limit, shape=lambda case: _row(case, now))


def _found(actor: Actor, number: str) -> Case:
    return numbered.one(_rows(actor), number)


@router.post("", response={201: VisitOut}, summary="登记一次走访")
def make_visit(request: HttpRequest, given: VisitIn, idempotency_key: str = writing.key_needed()) -> HttpResponse:
    """走访和听到的诉求在同一次提交里登记，诉求人当即收到短信。本季度次数到了上限是 409，缘由不计次数的不受限。

    同一个 Idempotency-Key 再发一次，得到同样的答复，不会登记两次。走访不是检查，没有地方填检查发现。
    """
    actor, now = actor_of(request), timezone.now()
    values = given.dict()

    def work() -> tuple[Any, str]:
        made = open_case(KIND, by=actor, now=now, **values)
        return whole(_found(actor, made.number), actor, now), CASES + made.number

    content = given.dict(exclude_unset=True, exclude={"device_now"})
    return writing.done(request, idempotency_key, by=actor, content=content, now=now, work=work, status=201)


@router.get("/{number}", response=VisitOut, summary="一次走访")
def read_visit(request: HttpRequest, number: str) -> HttpResponse:
    """见到谁（掩码）、答了什么、带回哪些诉求。"""
    actor = actor_of(request)
    case = _found(actor, number)
    return answer(whole(case, actor, timezone.now()), headers={"ETag": etag(case.version)})
