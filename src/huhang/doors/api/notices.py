"""Notices to a filtered set, and who has read them, over the wire (A3)."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from huhang.base.access.queries import allows
from huhang.base.access.rules import Actor, Perm
from huhang.doors.api import writing
from huhang.doors.api.answers import answer, moment
from huhang.doors.api.bodies import refuse_unknown
from huhang.doors.api.liaisons import SubjectRef
from huhang.doors.api.schemas import In, UnitRef
from huhang.doors.api.shapes import unit_ref
from huhang.doors.api.wanted import WantedIn, wanted
from huhang.doors.frame.gates import actor_of
from huhang.kernel.errors import Denied
from huhang.register.announcements import actions, queries
from huhang.register.announcements.models import Copy, Notice

router = Router(tags=["notices"], by_alias=True)
HERE = "/api/v1/notices/"
State = Literal["draft", "waiting", "refused", "sending", "sent", "withdrawn"]


class NoticeIn(In):
    """A notice to be written."""

    title: str = Field(min_length=1, max_length=80)
    body: str = Field(min_length=1, max_length=5000)
    until: date | None = Field(None, description="有效期到")
    urgent: bool = Field(False, description="紧急：不计入每月上限，要写 urgent_why")
    urgent_why: str = Field("", max_length=200)
    unit: UUID | None = Field(None, description="以哪个单位的名义；不写是自己的单位")


class SetIn(In):
    """Whom it is for. Without a filter: everybody on the ground of the sender."""

    filter: WantedIn | None = None


class SubmitIn(SetIn):
    """The set again, with the number its preview gave."""

    expected: int = Field(ge=0, le=10_000_000, description="预览里的 subjects；变了是 409，什么都不发")


class WhyIn(In):
    """A reason."""

    why: str = Field(min_length=1, max_length=200)


class CorrectIn(In):
    """What holds instead."""

    title: str = Field(min_length=1, max_length=80)
    body: str = Field(min_length=1, max_length=5000)
    until: date | None = None


class TallyOut(Schema):
    """How it stands among the copies one sees."""

    total: int
    sent: int = Field(description="发出的，不含到上限未发的")
    sms: int
    without: int = Field(description="没有手机号")
    capped: int = Field(description="本月到上限，没有发")
    opened: int
    read: int


class PreviewOut(Schema):
    """Whom it would reach."""

    subjects: int
    contacts: int
    without: int
    capped: int
    needs_release: bool = Field(description="家数多，要另一位负责人放行")


class NoticeRow(Schema):
    """A notice as it stands in a list."""

    id: UUID
    title: str
    state: State
    unit: UnitRef
    by: str
    urgent: bool
    corrects: UUID | None
    total: int
    created_at: datetime
    sent_at: datetime | None
    reminded_at: datetime | None
    withdrawn_at: datetime | None
    until: date | None


class NoticeOut(NoticeRow):
    """A notice whole."""

    body: str
    urgent_why: str
    reason: str = Field(description="没有放行的理由")
    withdrawn_why: str
    tally: TallyOut


class NoticesOut(Schema):
    items: list[NoticeRow]
    next: UUID | None = Field(description="下一页的 after；没有就是到头了")


class CopyOut(Schema):
    """The notice as one subject has it."""

    id: UUID
    subject: SubjectRef
    way: Literal["", "sms", "shared", "none", "capped"] = Field(description="空是待发")
    sent_at: datetime | None
    opened_at: datetime | None
    read_at: datetime | None
    reminded_at: datetime | None


class CopiesOut(Schema):
    items: list[CopyOut]
    next: UUID | None


class PageIn(Schema):
    """Which page."""

    after: UUID | None = Field(None, description="上一页答复里的 next")
    limit: int = Field(50, ge=1, le=200)


class CopiesIn(PageIn):
    """Which copies."""

    which: Literal["", "read", "opened", "unread", "without", "capped", "sms"] = ""
    mine: bool = Field(False, description="只看我负责的主体")


class RemindedOut(Schema):
    """How many are reminded."""

    count: int


def _sees(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    if not allows(actor, Perm.SEE):
        raise Denied("您没有查看主体库的权限。")
    return actor


def _row(one: Notice) -> dict[str, Any]:
    plain = ("title", "state", "urgent", "total")
    times = ("created_at", "sent_at", "reminded_at", "withdrawn_at")
    return {
        "id": one.pk,
        **{name: getattr(one, name) for name in plain},
        "unit": unit_ref(one.unit_id),
        "by": one.by_label,
        "corrects": one.corrects_id,
        "until": one.until,
        **{name: moment(getattr(one, name)) for name in times},
    }


def _whole(one: Notice, actor: Actor) -> dict[str, Any]:
    told = queries.tally(queries.copies(actor, one))
    texts = {name: getattr(one, name) for name in ("body", "urgent_why", "reason", "withdrawn_why")}
    return {**_row(one), **texts, "tally": told.__dict__}


@router.get("", response=NoticesOut, summary="列出看得见的通知")
def list_notices(request: HttpRequest, said: Query[PageIn]) -> HttpResponse:
    """通知按写的时间排，新的在前。"""
    refuse_unknown(request.GET, PageIn.model_fields)
    rows = queries.visible(_sees(request)).order_by("-id")
    found = list((rows.filter(pk__lt=said.after) if said.after else rows)[: said.limit + 1])
    more = found[said.limit - 1].pk if len(found) > said.limit else None
    return answer({"items": [_row(one) for one in found[: said.limit]], "next": more})


@router.post("", response={201: NoticeOut}, summary="写一则通知")
def write_notice(request: HttpRequest, given: NoticeIn, idempotency_key: str = writing.key_needed()) -> HttpResponse:
    """写成草稿，还不发。先 preview 看发给多少家，再 submit。"""
    actor, now = actor_of(request), timezone.now()

    def work() -> tuple[Any, str]:
        made = actions.draft(**given.dict(), by=actor, now=now)
        return _whole(made, actor), f"{HERE}{made.pk}"

    return writing.done(request, idempotency_key, by=actor, content=given.json(), now=now, work=work, status=201)


@router.get("/{uuid:notice}", response=NoticeOut, summary="一则通知")
def read_notice(request: HttpRequest, notice: UUID) -> HttpResponse:
    """写了什么，发给多少家，多少家打开、已阅。"""
    actor = _sees(request)
    return answer(_whole(queries.notice_of(actor, notice), actor))


@router.post("/{uuid:notice}/preview", response=PreviewOut, summary="看会发给多少家")
def preview_notice(request: HttpRequest, notice: UUID, given: SetIn) -> HttpResponse:
    """只数一数，什么都不发。"""
    actor, now = _sees(request), timezone.now()
    row = queries.notice_of(actor, notice)
    if row.corrects is not None:
        return answer(queries.preview_correction(row.corrects, now).__dict__)
    return answer(queries.preview(actor, row, wanted(given.filter, now), now).__dict__)


@router.post("/{uuid:notice}/submit", response=NoticeOut, summary="发送，或提交放行")
def submit_notice(request: HttpRequest, notice: UUID, given: SubmitIn) -> HttpResponse:
    """范围就此定下；家数超过目录里的数要另一位负责人放行。"""
    actor, now = actor_of(request), timezone.now()
    chosen = wanted(given.filter, now)
    made = actions.submit(notice_id=notice, wanted=chosen, expected=given.expected, by=actor, now=now)
    return answer(_whole(made, actor))


@router.post("/{uuid:notice}/release", response=NoticeOut, summary="放行")
def release_notice(request: HttpRequest, notice: UUID) -> HttpResponse:
    """写通知以外的负责人放行，随即发送。"""
    actor = actor_of(request)
    return answer(_whole(actions.release(notice_id=notice, by=actor, now=timezone.now()), actor))


@router.post("/{uuid:notice}/refuse", response=NoticeOut, summary="不放行")
def refuse_notice(request: HttpRequest, notice: UUID, given: WhyIn) -> HttpResponse:
    """写明理由，退给写通知的人。"""
    actor = actor_of(request)
    return answer(_whole(actions.refuse(notice_id=notice, reason=given.why, by=actor, now=timezone.now()), actor))


@router.post("/{uuid:notice}/remind", response=RemindedOut, summary="提醒未阅的")
def remind_notice(request: HttpRequest, notice: UUID) -> HttpResponse:
    """提醒收到短信还没有点已阅的，只能一次。"""
    count = actions.remind(notice_id=notice, by=actor_of(request), now=timezone.now())
    return answer({"count": count})


@router.post("/{uuid:notice}/withdraw", response=NoticeOut, summary="撤回")
def withdraw_notice(request: HttpRequest, notice: UUID, given: WhyIn) -> HttpResponse:
    """收到的人看得见已撤回和理由。"""
    actor = actor_of(request)
    return answer(_whole(actions.withdraw(notice_id=notice, why=given.why, by=actor, now=timezone.now()), actor))


@router.post("/{uuid:notice}/correct", response={201: NoticeOut}, summary="写一则更正")
def correct_notice(
    request: HttpRequest, notice: UUID, given: CorrectIn, idempotency_key: str | None = writing.key_welcome()
) -> HttpResponse:
    """发给收到原通知的各家；写好以后同样 preview、submit。"""
    actor, now = actor_of(request), timezone.now()

    def work() -> tuple[Any, str]:
        made = actions.correct(notice_id=notice, **given.dict(), by=actor, now=now)
        return _whole(made, actor), f"{HERE}{made.pk}"

    return writing.done(request, idempotency_key, by=actor, content=given.json(), now=now, work=work, status=201)


@router.get("/{uuid:notice}/copies", response=CopiesOut, summary="谁已阅，谁未阅")
def copies(request: HttpRequest, notice: UUID, said: Query[CopiesIn]) -> HttpResponse:
    """按 id 排序；只有看得见的主体。"""
    refuse_unknown(request.GET, CopiesIn.model_fields)
    actor = _sees(request)
    rows = queries.copies(actor, queries.notice_of(actor, notice))
    rows = queries.narrowed_copies(queries.mine(actor, rows) if said.mine else rows, said.which)
    rows = rows.filter(pk__gt=said.after) if said.after else rows
    found = list(rows.select_related("subject").order_by("id")[: said.limit + 1])
    more = found[said.limit - 1].pk if len(found) > said.limit else None
    return answer({"items": [_copy(one) for one in found[: said.limit]], "next": more})


def _copy(one: Copy) -> dict[str, Any]:
    times = {name: moment(getattr(one, name)) for name in ("sent_at", "opened_at", "read_at", "reminded_at")}
    return {"id": one.pk, "subject": {"id": one.subject_id, "name": one.subject.name}, "way": one.way, **times}
