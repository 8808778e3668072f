"""Police posts over the wire (B4): posts, who is posted there, what is proposed; hazards and disputes taken at them.

Reading and moving hazards and disputes goes by ``/cases`` like every kind.
"""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import AwareDatetime, Field

from huhang.base.access.rules import Actor
from huhang.cases.actions import open_case
from huhang.doors.api import writing
from huhang.doors.api.answers import answer, moment
from huhang.doors.api.bodies import refuse_unknown
from huhang.doors.api.readers import register_reader
from huhang.doors.api.schemas import CaseRow, In, OfficerRef, UnitRef
from huhang.doors.api.shapes import CASES, case_row, unit_ref
from huhang.doors.frame.gates import actor_of
from huhang.reading.posts import queries as months
from huhang.register.posts import actions, queries
from huhang.register.posts.models import Post, Proposal, Stay
from huhang.register.posts.queries import Wanted

router = Router(tags=["posts"], by_alias=True)
HERE = "/api/v1/posts/"


class HostRef(Schema):
    """A subject of the register."""

    id: UUID
    name: str


class StayOut(Schema):
    """An officer at a post, both days counted; without an end until further notice."""

    id: UUID
    officer: OfficerRef
    starts_on: date
    ends_on: date | None
    why: str
    ended_why: str


class PostRow(Schema):
    """A post as it stands in a list."""

    id: UUID
    station: UUID = Field(description="主体库里警务站的那一条")
    name: str
    host: HostRef
    unit: UnitRef
    place: str
    lon: float | None
    lat: float | None
    rule: str = Field(description="按哪条规则提出；空的是由人决定")
    opened_on: date
    closed_on: date | None


class PostOut(PostRow):
    """A post whole, with everybody ever posted there."""

    why: str
    closed_why: str
    fits: bool = Field(description="现在还符合规则；不符合也不会自动撤销")
    stays: list[StayOut]


class PostsOut(Schema):
    items: list[PostRow]
    next: str | None = Field(description="下一页的 after；没有就是到头了")


class PostsIn(Schema):
    """How the list is narrowed."""

    q: str = Field("", max_length=120)
    state: Literal["open", "closed", "unfit", "all"] = "open"
    unit: UUID | None = None
    officer: UUID | None = Field(None, description="现在驻站的民警")
    after: UUID | None = None
    limit: int = Field(50, ge=1, le=200)


class ProposalOut(Schema):
    """A post a rule proposes, with the figures that told."""

    id: UUID
    host: HostRef
    unit: UnitRef
    rule: str
    grounds: list[dict[str, Any]] = Field(description="measure、has、over")
    fits: bool = Field(description="按今天的数还符合")
    made_at: datetime


class ProposalsOut(Schema):
    items: list[ProposalOut]


class OpenIn(In):
    """A post as it is opened."""

    host: UUID
    name: str = Field("", max_length=120, description="主体库里没有这个站时填")
    station: UUID | None = Field(None, description="主体库里已有的警务站")
    place: str = Field("", max_length=200)
    unit: UUID | None = Field(None, description="派出单位；不写是所在主体的责任单位")
    opened_on: date | None = None
    why: str = Field(min_length=1, max_length=200)
    proposal: UUID | None = None


class WhyIn(In):
    """A reason."""

    why: str = Field(min_length=1, max_length=200)


class UntilIn(WhyIn):
    """A reason and a last day; today when none is given."""

    on: date | None = None


class StayIn(In):
    """Somebody is posted."""

    officer: UUID
    starts_on: date | None = None
    ends_on: date | None = None
    why: str = Field(min_length=1, max_length=200)


class HazardIn(In):
    """A hazard noticed at a post; it is no finding (ADR 36)."""

    category: str = Field(min_length=1, max_length=40, description="见目录 hazard_kinds")
    body: str = Field(min_length=1, max_length=4000)
    title: str = Field("", max_length=100)
    place: str = Field("", max_length=200)
    found_at: AwareDatetime | None = None


class PartyIn(In):
    """One who is at odds: a subject of the register, or a person."""

    side: Literal["a", "b", "other"] = "other"
    subject: UUID | None = None
    name: str = Field("", max_length=40)
    phone: str = Field("", max_length=30)


class DisputeIn(In):
    """A dispute as it is brought, at a post or at one's own unit."""

    post: UUID | None = None
    topic: str = Field(min_length=1, max_length=40, description="见目录 dispute_topics")
    title: str = Field(min_length=1, max_length=100, description="一句话，不写姓名")
    body: str = Field(min_length=1, max_length=20_000)
    place: str = Field("", max_length=200)
    parties: list[PartyIn] = Field(min_length=2, max_length=20)


class MonthOut(Schema):
    """A post's numbers in a month; those of hazards and disputes are the figures of their kinds."""

    first: date
    last: date
    counts: dict[str, int]


def _row(post: Post) -> dict[str, Any]:
    return {
        "id": post.pk,
        "station": post.station_id,
        "name": post.station.name,
        "host": {"id": post.host_id, "name": post.host.name},
        "unit": unit_ref(post.station.unit_id),
        "place": post.station.address,
        "lon": post.station.lon,
        "lat": post.station.lat,
        "rule": post.rule,
        "opened_on": post.opened_on,
        "closed_on": post.closed_on,
    }


def _stay(stay: Stay) -> dict[str, Any]:
    plain = ("starts_on", "ends_on", "why", "ended_why")
    who = {"id": stay.officer_id, "name": stay.officer.name}
    return {"id": stay.pk, "officer": who, **{name: getattr(stay, name) for name in plain}}


def _whole(actor: Actor, pk: UUID) -> dict[str, Any]:
    post = queries.post_of(actor, pk)
    unfit = queries.visible(actor).filter(queries.unfit(), pk=pk).exists()
    return {
        **_row(post),
        "why": post.why,
        "closed_why": post.closed_why,
        "fits": not unfit,
        "stays": [_stay(one) for one in queries.stays_of(post)],
    }


@router.get("", response=PostsOut, summary="警务站")
def list_posts(request: HttpRequest, said: Query[PostsIn]) -> HttpResponse:
    """看得见的警务站，按 id 排序；unfit 是不再符合规则、等人决定的。"""
    refuse_unknown(request.GET, PostsIn.model_fields)
    actor = register_reader(request)
    wanted = Wanted(q=said.q, state=said.state, unit=said.unit, officer=said.officer)
    rows = queries.narrowed(queries.visible(actor), wanted).order_by("id")
    if said.after:
        rows = rows.filter(pk__gt=said.after)
    found = list(rows[: said.limit + 1])
    more = str(found[said.limit - 1].pk) if len(found) > said.limit else None
    return answer({"items": [_row(one) for one in found[: said.limit]], "next": more})


@router.post("", response={201: PostOut}, summary="设立警务站")
def open_post(request: HttpRequest, given: OpenIn, idempotency_key: str = writing.key_needed()) -> HttpResponse:
    """由负责人决定；proposal 是按规则提出的建议，设立就算接受了它。"""
    actor, now = actor_of(request), timezone.now()

    def work() -> tuple[Any, str]:
        made = actions.open_post(
            host_id=given.host,
            name=given.name,
            station_id=given.station,
            place=given.place,
            unit_id=given.unit,
            opened_on=given.opened_on,
            why=given.why,
            proposal_id=given.proposal,
            by=actor,
            now=now,
        )
        return _whole(actor, made.pk), HERE + str(made.pk)

    return writing.done(request, idempotency_key, by=actor, content=given.dict(), now=now, work=work, status=201)


@router.get("/proposals", response=ProposalsOut, summary="建议设站")
def list_proposals(request: HttpRequest) -> HttpResponse:
    """等着决定的，最近 500 条；写明规则和数。"""
    return answer({"items": [_proposal(one) for one in queries.proposals(register_reader(request))[:500]]})


def _proposal(one: Proposal) -> dict[str, Any]:
    return {
        "id": one.pk,
        "host": {"id": one.host_id, "name": one.host.name},
        "unit": unit_ref(one.host.unit_id),
        "rule": one.rule,
        "grounds": one.grounds,
        "fits": bool(queries.grounds(one.host)) and one.host.stands,
        "made_at": moment(one.made_at),
    }


@router.post("/proposals/{uuid:proposal}/decline", response=ProposalOut, summary="不设")
def decline(request: HttpRequest, proposal: UUID, given: WhyIn) -> HttpResponse:
    """记下理由；规则有新版本时才会再提。"""
    found = actions.decline(proposal_id=proposal, reason=given.why, by=actor_of(request), now=timezone.now())
    return answer(_proposal(found))


@router.post("/disputes", response={201: CaseRow}, summary="受理一起纠纷")
def take_dispute(request: HttpRequest, given: DisputeIn, idempotency_key: str = writing.key_needed()) -> HttpResponse:
    """当事人的姓名、电话加密保存。之后的调解、发函、协议、回访用 /cases 的 moves 来办。"""
    actor, now = actor_of(request), timezone.now()
    values = given.dict(exclude={"parties"})
    parties = [{name: value for name, value in one.dict().items() if value} for one in given.parties]

    def work() -> tuple[Any, str]:
        made = open_case("dispute", by=actor, now=now, parties=parties, **values)
        return case_row(made, now), CASES + made.number

    return writing.done(request, idempotency_key, by=actor, content=given.dict(), now=now, work=work, status=201)


@router.get("/{uuid:post}", response=PostOut, summary="一个警务站")
def read_post(request: HttpRequest, post: UUID) -> HttpResponse:
    """设在哪里、为什么设、谁从哪天到哪天驻站。"""
    return answer(_whole(register_reader(request), post))


@router.post("/{uuid:post}/close", response=PostOut, summary="撤销警务站")
def close(request: HttpRequest, post: UUID, given: UntilIn) -> HttpResponse:
    """驻站民警同时离站，记录都在。"""
    actor = actor_of(request)
    actions.close_post(post_id=post, why=given.why, closed_on=given.on, by=actor, now=timezone.now())
    return answer(_whole(actor, post))


@router.post("/{uuid:post}/stays", response={201: StayOut}, summary="派驻民警")
def man(
    request: HttpRequest, post: UUID, given: StayIn, idempotency_key: str | None = writing.key_welcome()
) -> HttpResponse:
    """同一名民警在同一个站的日子不能重叠。"""
    actor, now = actor_of(request), timezone.now()

    def work() -> tuple[Any, str]:
        made = actions.post_officer(
            post_id=post,
            officer_id=given.officer,
            starts_on=given.starts_on,
            ends_on=given.ends_on,
            why=given.why,
            by=actor,
            now=now,
        )
        return _stay(Stay.objects.select_related("officer").get(pk=made.pk)), HERE + str(post)

    content = {"post": str(post), **given.dict()}
    return writing.done(request, idempotency_key, by=actor, content=content, now=now, work=work, status=201)


@router.post("/stays/{uuid:stay}/end", response=StayOut, summary="离站")
def leave(request: HttpRequest, stay: UUID, given: UntilIn) -> HttpResponse:
    """最后一天也算在站。"""
    made = actions.end_stay(stay_id=stay, why=given.why, ends_on=given.on, by=actor_of(request), now=timezone.now())
    return answer(_stay(Stay.objects.select_related("officer").get(pk=made.pk)))


@router.post("/{uuid:post}/hazards", response={201: CaseRow}, summary="记下一处隐患")
def take_hazard(
    request: HttpRequest, post: UUID, given: HazardIn, idempotency_key: str = writing.key_needed()
) -> HttpResponse:
    """警务站的服务记录，告知企业自己消除，不作处罚依据；告知、消除、复看用 /cases 的 moves 来办。"""
    actor, now = actor_of(request), timezone.now()

    def work() -> tuple[Any, str]:
        made = open_case("hazard", post=post, by=actor, now=now, **given.dict())
        return case_row(made, now), CASES + made.number

    content = {"post": str(post), **given.dict()}
    return writing.done(request, idempotency_key, by=actor, content=content, now=now, work=work, status=201)


class RoundIn(In):
    """A round that was gone."""

    at: AwareDatetime | None = Field(None, description="不写是现在；最近 31 天内")
    seen: str = Field(min_length=1, max_length=2000)


class RoundOut(Schema):
    """A round of a post."""

    id: UUID
    officer: OfficerRef
    at: datetime
    seen: str


@router.post("/{uuid:post}/rounds", response={201: RoundOut}, summary="记一次巡查")
def note_round(
    request: HttpRequest, post: UUID, given: RoundIn, idempotency_key: str | None = writing.key_welcome()
) -> HttpResponse:
    """由驻站民警或派出单位的民警来记；每周巡查的职责从这里算。"""
    actor, now = actor_of(request), timezone.now()

    def work() -> tuple[Any, str]:
        made = actions.note_round(post_id=post, at=given.at, seen=given.seen, by=actor, now=now)
        who = {"id": made.officer_id, "name": actor.label}
        return {"id": made.pk, "officer": who, "at": moment(made.at), "seen": made.seen}, HERE + str(post)

    content = {"post": str(post), **given.dict()}
    return writing.done(request, idempotency_key, by=actor, content=content, now=now, work=work, status=201)


class MonthIn(Schema):
    """Which month."""

    month: str = Field("", max_length=7, description="如 2026-11；不写是这个月，到今天为止")


@router.get("/{uuid:post}/month", response=MonthOut, summary="警务站月报")
def month(request: HttpRequest, post: UUID, said: Query[MonthIn]) -> HttpResponse:
    """驻站民警、隐患、纠纷、走访；和页面上的月报是同一组数。"""
    refuse_unknown(request.GET, MonthIn.model_fields)
    actor = register_reader(request)
    span = months.month(said.month, timezone.now())
    [row] = months.sheet(actor, [queries.post_of(actor, post)], span)
    return answer({"first": span.first, "last": span.last, "counts": dict(row.counts)})
