"""Lectures, drills and checks over the wire (B5): planning one or entering one that was held, listing, one whole."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal
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
from huhang.doors.api.bodies import refuse_unknown, storable
from huhang.doors.api.schemas import CaseRow, In
from huhang.doors.api.shapes import CASES, case_row
from huhang.doors.frame.gates import actor_of
from huhang.kernel.errors import Invalid
from huhang.kinds.trainings import queries
from huhang.kinds.trainings.rules import MOST_PEOPLE, MOST_SUBJECTS

router = Router(tags=["trainings"], by_alias=True)
KIND = "training"
Form = Literal["lecture", "drill", "check"]
Number = Annotated[int, Field(ge=0, le=MOST_PEOPLE)]


class TrainingIn(In):
    """A session to come, or with ``people`` one that was held."""

    sort: str = Field(min_length=1, max_length=40, description="种类，见目录 training_kinds")
    subjects: list[UUID] = Field(min_length=1, max_length=MOST_SUBJECTS, description="面向登记库里的哪几家")
    starts_at: AwareDatetime
    title: str = Field("", max_length=100)
    place: str = Field("", max_length=200)
    speaker: str = Field("", max_length=80)
    body: str = Field("", max_length=4000)
    people: int | None = Field(None, ge=1, le=MOST_PEOPLE, description="到场或检查人数；填了就是已经办过")
    results: dict[str, Number] = Field({}, max_length=12, description="集中检查：结果代码 → 人数，加起来等于 people")
    before_taken: Number | None = Field(None, description="开始前参加测验或考核的人数")
    before_passed: Number | None = None
    after_taken: Number | None = None
    after_passed: Number | None = None


class ShareOut(Schema):
    """How many took part at a stage, and how many passed."""

    stage: str = Field(description="before after return；集中检查是 held return，合格指不需要移交的")
    taken: int
    passed: int


class CountOut(Schema):
    """A number of one question or of one result of a check."""

    stage: str
    code: str
    taken: int
    right: int = Field(description="测验题答对的人数；集中检查没有")


class TrainingRow(CaseRow):
    """A session as it stands in a list."""

    subject: UUID
    form: Form
    starts_at: datetime
    held_at: datetime | None
    reached: int = Field(description="面向几家")
    people: int | None
    scanned: int = Field(description="在门口扫码计数的")
    handed_over: int = Field(description="集中检查中结果已移交主管单位的人数")
    kept: bool | None = Field(description="回访时达标；还没有回访是 null")


class TrainingOut(TrainingRow):
    """A session whole. There are numbers, and nobody's name."""

    body: str
    place: str
    speaker: str
    subjects: list[UUID] = Field(description="看得见的")
    shares: list[ShareOut]
    counts: list[CountOut]
    returned_at: datetime | None


class TrainingsOut(Schema):
    items: list[TrainingRow]
    next: str | None = Field(description="下一页的 after；没有就是到头了")


class TrainingsIn(Schema):
    """How the list is narrowed."""

    subject: UUID | None = Field(None, description="面向的任何一家")
    form: Form | None = None
    sort: str = Field("", max_length=40)
    state: str = Field("", max_length=24)
    after: str = Field("", max_length=20, description="上一页最后一件的编号")
    limit: int = Field(50, ge=1, le=200)


def _row(case: Case, now: datetime) -> dict[str, Any]:
    known = queries.detail(case)
    return {
        **case_row(case, now),
        "subject": case.subject_id,
        "form": known.form,
        "starts_at": moment(known.starts_at),
        "held_at": moment(case.answered_at),
        "reached": known.reached,
        "people": known.people,
        "scanned": known.scanned,
        "handed_over": known.adverse,
        "kept": known.kept,
    }


def whole(case: Case, actor: Actor, now: datetime) -> dict[str, Any]:
    """A session with its numbers, and the subjects this actor may see."""
    known = queries.detail(case)
    return {
        **_row(case, now),
        "body": case.body,
        "place": case.place,
        "speaker": known.speaker,
        "subjects": [one.pk for one in queries.subjects_of(case, actor)],
        "shares": [{"stage": s, "taken": taken, "passed": passed} for s, taken, passed, _share in queries.shares(case)],
        "counts": [
            {"stage": stage, "code": code, "taken": row.taken, "right": row.right}
            for stage, rows in queries.results(case).items()
            for code, row in rows.items()
        ],
        "returned_at": moment(known.returned_at),
    }


@router.get("", response=TrainingsOut, summary="列出看得见的讲座演练")
def list_trainings(request: HttpRequest, said: Query[TrainingsIn]) -> HttpResponse:
    """讲座、演练、集中检查，新登记的在前。"""
    actor, now = actor_of(request), timezone.now()
    refuse_unknown(request.GET, TrainingsIn.model_fields)
    for text in (said.sort, said.state):
        if not storable(text):
            raise Invalid("有内容需要改正。", field="sort")
    given: Mapping[str, Any] = {
        "hosts__subject_id": said.subject,
        "training__form": said.form,
        "category": said.sort or None,
        "state": said.state or None,
    }
    rows = queries.of_kind(actor).filter(**{name: value for name, value in given.items() if value is not None})
    last = _found(actor, said.after) if said.after else None
    return numbered.newest(rows, last=last, limit=said.limit, shape=lambda case: _row(case, now))


def _found(actor: Actor, number: str) -> Case:
    return numbered.one(queries.of_kind(actor).defer(None).defer("search", "folded", "secret_digest"), number)


@router.post("", response={201: TrainingOut}, summary="安排一场，或登记办过的一场")
def make_training(request: HttpRequest, given: TrainingIn, idempotency_key: str = writing.key_needed()) -> HttpResponse:
    """不填 people 是安排，联系人会收到短信（集中检查不事先通知）；填了是办过的，测验、结果一并登记。

    只收人数：没有地方填姓名、电话、车牌。之后的登记、回访、取消用 /cases/{number}/moves/{move}。
    """
    actor, now = actor_of(request), timezone.now()
    values = given.dict()

    def work() -> tuple[Any, str]:
        made = open_case(KIND, by=actor, now=now, **values)
        return whole(_found(actor, made.number), actor, now), CASES + made.number

    content = given.dict(exclude_unset=True)
    return writing.done(request, idempotency_key, by=actor, content=content, now=now, work=work, status=201)


@router.get("/{number}", response=TrainingOut, summary="一场讲座、演练或检查")
def read_training(request: HttpRequest, number: str) -> HttpResponse:
    """面向谁、多少人、前后和回访时各有多少人合格、每题或每项结果的人数。"""
    actor = actor_of(request)
    case = _found(actor, number)
    return answer(whole(case, actor, timezone.now()), headers={"ETag": etag(case.version)})
