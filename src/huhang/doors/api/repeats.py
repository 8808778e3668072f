"""Requests like one another over the wire: looked for before and after filing, and joined several at once (C6)."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router, Schema
from pydantic import ConfigDict, Field

from huhang.base.access.queries import allows
from huhang.base.access.rules import Perm
from huhang.cases.registry import kind_of
from huhang.doors.api import schemas, writing
from huhang.doors.api.answers import answer, moment
from huhang.doors.api.requests import case_of
from huhang.doors.api.shapes import BASE
from huhang.doors.frame.gates import actor_of
from huhang.kernel.errors import Denied, Invalid
from huhang.kinds.requests.actions.joining import MOST_AT_ONCE, join_all
from huhang.kinds.requests.repeats.queries import Draft, Proposals, proposals
from huhang.register.subjects.actions import person_by_phone

router = Router(tags=["repeats"], by_alias=True)
LISTED = 30


class Alike(Schema):
    """A request like the one at hand, and what they have in common."""

    number: str
    url: str
    title: str
    state: str
    state_label: str
    open: bool
    version: int
    received_at: str
    merged_into: str | None
    same_text: bool = Field(description="去掉空格标点以后文字完全相同")
    similar: float = Field(description="文字约有多少相同，0 到 1")
    metres: float | None = Field(description="相距多少米；有一方没有坐标就没有")
    same_subject: bool
    same_person: bool
    same_category: bool


class AlikeList(Schema):
    """The best few; ``count`` and ``nearby`` count all this token may see, within the window and within the circle."""

    items: list[Alike]
    count: int
    nearby: int
    days: int
    metres: int
    rules: int = Field(description="目录 request_repeats/like 的版本")


class DraftIn(schemas.In):
    """A request not filed yet, as far as it is known."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"body": "晚上十二点以后渣土车从三号门过，宿舍睡不好。"}}
    )

    title: schemas.Line = ""
    body: str = Field("", max_length=20_000)
    lon: float | None = Field(None, ge=-180, le=180, allow_inf_nan=False)
    lat: float | None = Field(None, ge=-90, le=90, allow_inf_nan=False)
    subject: UUID | None = None
    phone: str = Field("", max_length=30)
    category: str = Field("", max_length=40)


class OneIn(schemas.In):
    """A request to be joined, at the version it was seen at."""

    number: str = Field(max_length=20)
    version: int = Field(ge=1, le=2**31 - 1)


class JoinIn(schemas.In):
    """Which requests are joined, and why."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"requests": [{"number": "HS-7QK4-2M9D", "version": 2}], "reason": "同一处噪声"}},
    )

    requests: list[OneIn] = Field(min_length=1, max_length=MOST_AT_ONCE)
    reason: str = Field(min_length=1, max_length=500)


class Joined(Schema):
    """The request the others were joined to, and their numbers."""

    number: str
    joined: list[str]


def _shape(found: Proposals) -> dict[str, Any]:
    return {
        "items": [
            {
                "number": one.case.number,
                "url": BASE + one.case.number,
                "title": one.case.title,
                "state": one.case.state,
                "state_label": str(kind_of(one.case.kind).state(one.case.state).label),
                "open": one.case.is_open,
                "version": one.case.version,
                "received_at": moment(one.case.received_at),
                "merged_into": one.case.merged_into.number if one.case.merged_into else None,
                "same_text": one.alike.same,
                "similar": round(one.alike.similar, 2),
                "metres": None if one.alike.metres is None else round(one.alike.metres, 1),
                "same_subject": one.alike.subject,
                "same_person": one.alike.person,
                "same_category": one.alike.category,
            }
            for one in found.shown
        ],
        "count": found.count,
        "nearby": found.nearby,
        "days": found.days,
        "metres": found.metres,
        "rules": found.rules,
    }


@router.post("/alike", response=AlikeList, summary="登记之前看看有没有相近的")
def draft_alike(request: HttpRequest, given: DraftIn) -> HttpResponse:
    """按文字、地点、主体、电话找相近的诉求，什么也不写入。只算这个令牌看得见的；机器只提示，不并单。"""
    actor = actor_of(request)
    if not allows(actor, Perm.REGISTER):
        raise Denied("您没有登记诉求的权限。")
    if (given.lon is None) != (given.lat is None):
        raise Invalid(problems={"lon": "坐标不完整或超出范围。"})
    person = person_by_phone(given.phone) if given.phone.strip() else None
    draft = Draft(
        person=person.pk if person else None,
        **given.dict(include={"title", "body", "lon", "lat", "subject", "category"}),
    )
    return answer(_shape(proposals(actor, draft, timezone.now(), most=LISTED)))


@router.get("/{number}/alike", response=AlikeList, summary="与这一件相近的")
def case_alike(request: HttpRequest, number: str) -> HttpResponse:
    """与这件诉求相近的，最像的在前；只算这个令牌看得见的。"""
    actor = actor_of(request)
    case = case_of(actor, number)
    return answer(_shape(proposals(actor, Draft.of(case), timezone.now(), most=LISTED)))


@router.post("/{number}/join", response=Joined, summary="把几件并入这一件")
def join(
    request: HttpRequest, number: str, given: JoinIn, idempotency_key: str | None = writing.key_welcome()
) -> HttpResponse:
    """把几件重复的诉求一起并入这一件：要么全并，要么一件不并。每位诉求人都会按自己的编号收到告知。"""
    actor, now = actor_of(request), timezone.now()
    lead = case_of(actor, number)
    chosen = [(case_of(actor, one.number), one.version) for one in given.requests]

    def work() -> tuple[Any, str]:
        pairs = [(case.pk, version) for case, version in chosen]
        join_all(lead=lead, chosen=pairs, reason=given.reason, by=actor, now=now)
        return {"number": lead.number, "joined": [case.number for case, _version in chosen]}, BASE + lead.number

    return writing.done(request, idempotency_key, by=actor, content=given.dict(), now=now, work=work)
