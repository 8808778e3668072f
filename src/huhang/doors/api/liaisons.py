"""Who answers for whom, giving a subject its officers, and plans a person confirms (B1)."""

import uuid
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from huhang.doors.api import writing
from huhang.doors.api.answers import answer, moment
from huhang.doors.api.bodies import refuse_unknown
from huhang.doors.api.readers import register_reader
from huhang.doors.api.schemas import In, OfficerRef, UnitRef
from huhang.doors.api.shapes import unit_ref
from huhang.doors.frame.gates import actor_of
from huhang.register.liaisons import actions, queries
from huhang.register.liaisons.models import Liaison, Plan, PlanRow

router = Router(tags=["liaisons"], by_alias=True)
HERE = "/api/v1/liaisons/"


class SubjectRef(Schema):
    id: UUID
    name: str


class LiaisonOut(Schema):
    """An officer answers for a subject in one line, since when and why."""

    id: UUID
    subject: SubjectRef
    unit: UnitRef
    line: str
    officer: OfficerRef
    starts_at: datetime
    ends_at: datetime | None
    why: str
    ended_why: str


class LiaisonsOut(Schema):
    items: list[LiaisonOut]
    next: str | None = Field(description="下一页的 after；没有就是到头了")


class LineOut(Schema):
    """A line of responsibility and how far it is covered."""

    code: str
    name: str
    name_en: str
    tier: int = Field(description="1 市局领导 2 市级 3 县级 4 所级")
    chief: int = Field(description="五长：1 局长 … 5 所长；0 不是")
    needed: int
    covered: int
    vacant: int = Field(description="责任人已不在岗")
    missing: int = Field(description="还没有责任人")


class LinesOut(Schema):
    items: list[LineOut]


class AssignIn(In):
    """An officer for a line of a subject."""

    subject: UUID
    line: str = Field(min_length=1, max_length=24)
    officer: UUID
    why: str = Field(min_length=1, max_length=200)


class EndIn(In):
    """Why nobody answers any more."""

    why: str = Field(min_length=1, max_length=200)


class PlanIn(In):
    """What a plan is for."""

    branch: UUID | None = Field(None, description="分局、县局；不写是全市")


class ConfirmIn(In):
    """Which rows are carried out."""

    rows: list[UUID] | None = Field(None, max_length=20_000, description="不写是全部变化")


class PlanOut(Schema):
    """A plan, how far it is, and how many rows of each change."""

    id: UUID
    branch: UnitRef | None
    policy: int
    state: Literal["computing", "open", "confirmed", "discarded"]
    asked_at: datetime
    settled_at: datetime | None
    subjects: int
    officers: int
    changes: dict[str, int] = Field(description="new、replace、relieve、end、missing、keep 各多少条")


class PlansOut(Schema):
    items: list[PlanOut]


class PlanRowOut(Schema):
    """One row of a plan; ``why`` holds codes."""

    id: UUID
    subject: SubjectRef
    line: str
    before: OfficerRef | None
    after: OfficerRef | None
    change: str
    why: list[str]
    skills: list[str]
    load: int
    most: int
    others: int
    outcome: str


class PlanRowsOut(Schema):
    items: list[PlanRowOut]
    next: str | None


class ConfirmedOut(Schema):
    """What became of the rows."""

    done: int
    left: int
    stale: int = Field(description="算出以后情况已变，没有执行")


def _liaison(row: Liaison) -> dict[str, Any]:
    return {
        "id": row.pk,
        "subject": {"id": row.subject_id, "name": row.subject.name},
        "unit": unit_ref(row.subject.unit_id),
        "line": row.line,
        "officer": {"id": row.officer_id, "name": row.officer.name},
        "starts_at": moment(row.starts_at),
        "ends_at": moment(row.ends_at),
        "why": row.why,
        "ended_why": row.ended_why,
    }


class LiaisonsIn(Schema):
    """How the list is narrowed."""

    subject: UUID | None = None
    officer: UUID | None = None
    branch: UUID | None = Field(None, description="分局、县局")
    line: str = Field("", max_length=24)
    state: Literal["now", "vacant", "ever"] = Field("now", description="now 现任，vacant 已不在岗，ever 连同历任")
    after: UUID | None = Field(None, description="上一页答复里的 next")
    limit: int = Field(50, ge=1, le=200)


@router.get("", response=LiaisonsOut, summary="谁负责谁")
def list_liaisons(request: HttpRequest, said: Query[LiaisonsIn]) -> HttpResponse:
    """现任的包保责任，按 id 排序。"""
    refuse_unknown(request.GET, LiaisonsIn.model_fields)
    actor = register_reader(request)
    rows = {"now": queries.standing(), "vacant": queries.vacant(timezone.now())}.get(said.state, Liaison.objects.all())
    given = {
        "subject_id": said.subject,
        "officer_id": said.officer,
        "subject__unit__branch": said.branch,
        "line": said.line or None,
        "id__gt": said.after,
    }
    rows = queries.seen_by(actor, rows.filter(**{name: value for name, value in given.items() if value is not None}))
    found = list(rows.select_related("subject", "officer").order_by("id")[: said.limit + 1])
    more = found[said.limit - 1].pk if len(found) > said.limit else None
    return answer({"items": [_liaison(row) for row in found[: said.limit]], "next": str(more) if more else None})


@router.get("/lines", response=LinesOut, summary="责任线和覆盖情况")
def lines(request: HttpRequest) -> HttpResponse:
    """按目录里现行的包保责任方案。"""
    register_reader(request)
    rows = [
        {
            **{name: getattr(one["line"], name) for name in ("code", "name", "name_en", "tier", "chief")},
            **{name: one[name] for name in ("needed", "covered", "vacant", "missing")},
        }
        for one in queries.coverage(timezone.now())
    ]
    return answer({"items": rows})


@router.post("", response={201: LiaisonOut}, summary="指定责任人")
def assign(request: HttpRequest, given: AssignIn, idempotency_key: str | None = writing.key_welcome()) -> HttpResponse:
    """从现在起由这名民警负责；原来的人不再负责，留在历任里。"""
    actor, now = actor_of(request), timezone.now()

    def work() -> tuple[Any, str]:
        made = actions.assign(
            subject_id=given.subject, line=given.line, officer_id=given.officer, why=given.why, by=actor, now=now
        )
        made = Liaison.objects.select_related("subject", "officer").get(pk=made.pk)
        return _liaison(made), HERE + f"?subject={made.subject_id}"

    return writing.done(request, idempotency_key, by=actor, content=given.dict(), now=now, work=work, status=201)


@router.post("/{uuid:liaison}/end", response=LiaisonOut, summary="结束一项责任")
def end(request: HttpRequest, liaison: UUID, given: EndIn) -> HttpResponse:
    """不再由他负责，也不指定别人。"""
    made = actions.end(liaison_id=liaison, why=given.why, by=actor_of(request), now=timezone.now())
    return answer(_liaison(Liaison.objects.select_related("subject", "officer").get(pk=made.pk)))


def _plan(plan: Plan) -> dict[str, Any]:
    state = "discarded" if plan.discarded else "confirmed" if plan.settled_at else "open" if plan.made_at else ""
    return {
        "id": plan.pk,
        "branch": unit_ref(plan.branch_id) if plan.branch_id else None,
        "policy": plan.policy,
        "state": state or "computing",
        "asked_at": moment(plan.asked_at),
        "settled_at": moment(plan.settled_at),
        "subjects": plan.subjects,
        "officers": plan.officers,
        "changes": queries.tally(plan),
    }


@router.get("/plans", response=PlansOut, summary="安排方案")
def list_plans(request: HttpRequest) -> HttpResponse:
    """最近 30 份，新的在前。"""
    return answer({"items": [_plan(one) for one in queries.plans_of(actor_of(request))[:30]]})


@router.post("/plans", response={201: PlanOut}, summary="算一份方案")
def propose(request: HttpRequest, given: PlanIn, idempotency_key: str | None = writing.key_welcome()) -> HttpResponse:
    """后台计算，通常几秒钟；算出来只是建议，确认才生效。"""
    actor, now = actor_of(request), timezone.now()

    def work() -> tuple[Any, str]:
        made = actions.propose(branch=given.branch, by=actor, now=now)
        return _plan(made), f"{HERE}plans/{made.pk}"

    return writing.done(request, idempotency_key, by=actor, content=given.dict(), now=now, work=work, status=201)


@router.get("/plans/{uuid:plan}", response=PlanOut, summary="一份方案")
def read_plan(request: HttpRequest, plan: UUID) -> HttpResponse:
    """算到哪里了，各种变化多少条。"""
    return answer(_plan(queries.plan_of(plan, actor_of(request))))


class RowsIn(Schema):
    """Which rows."""

    change: Literal["", "new", "replace", "relieve", "end", "missing", "keep"] = ""
    after: UUID | None = Field(None, description="上一页答复里的 next")
    limit: int = Field(200, ge=1, le=1000)


def _officer(user: Any) -> dict[str, Any] | None:
    return {"id": user.pk, "name": user.name} if user else None


def _row(row: PlanRow) -> dict[str, Any]:
    plain = ("line", "change", "why", "skills", "load", "most", "others", "outcome")
    return {
        "id": row.pk,
        "subject": {"id": row.subject_id, "name": row.subject.name},
        "before": _officer(row.before),
        "after": _officer(row.after),
        **{name: getattr(row, name) for name in plain},
    }


@router.get("/plans/{uuid:plan}/rows", response=PlanRowsOut, summary="方案的每一条")
def plan_rows(request: HttpRequest, plan: UUID, said: Query[RowsIn]) -> HttpResponse:
    """谁接替谁，为什么。"""
    refuse_unknown(request.GET, RowsIn.model_fields)
    rows = queries.plan_of(plan, actor_of(request)).rows.select_related("subject", "before", "after").order_by("id")
    if said.change:
        rows = rows.filter(change=said.change)
    if said.after:
        rows = rows.filter(pk__gt=said.after)
    found = list(rows[: said.limit + 1])
    more: uuid.UUID | None = found[said.limit - 1].pk if len(found) > said.limit else None
    return answer({"items": [_row(row) for row in found[: said.limit]], "next": str(more) if more else None})


@router.post("/plans/{uuid:plan}/confirm", response=ConfirmedOut, summary="确认执行")
def confirm(request: HttpRequest, plan: UUID, given: ConfirmIn) -> HttpResponse:
    """执行全部变化，或者只执行选中的；其余留着不动。"""
    return answer(actions.confirm(plan_id=plan, rows=given.rows, by=actor_of(request), now=timezone.now()))


@router.post("/plans/{uuid:plan}/discard", response=PlanOut, summary="不采用")
def discard(request: HttpRequest, plan: UUID) -> HttpResponse:
    """什么都不改变。"""
    return answer(_plan(actions.discard(plan_id=plan, by=actor_of(request), now=timezone.now())))
