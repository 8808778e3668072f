"""Surveys over the wire: beginning one, its results, counting it in the year's ranking (C6)."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import AwareDatetime, Field

from huhang.base.access.queries import allows
from huhang.base.access.rules import Actor, Perm
from huhang.doors.api import writing
from huhang.doors.api.answers import answer, moment
from huhang.doors.api.bodies import refuse_unknown
from huhang.doors.api.notices import PageIn
from huhang.doors.api.schemas import In, UnitRef
from huhang.doors.api.shapes import unit_ref
from huhang.doors.api.wanted import WantedIn, wanted
from huhang.doors.frame.gates import actor_of
from huhang.kernel.errors import Denied
from huhang.kinds.requests.surveying import actions, queries
from huhang.kinds.requests.surveying.models import Round
from huhang.reading.surveys.results import Group, Told, results

router = Router(tags=["surveys"], by_alias=True)
HERE = "/api/v1/surveys/"
Audience = Literal["open", "sms", "paper"]


class SurveyIn(In):
    """A survey to be begun."""

    title: str = Field(min_length=1, max_length=80)
    questionnaire: str = Field(min_length=1, max_length=40, description="见目录 questionnaires；用最新一版")
    audience: Audience = Field(description="open 向所有人开放，sms 短信邀请，paper 纸质邀请")
    starts_at: AwareDatetime | None = Field(None, description="不写是现在")
    ends_at: AwareDatetime
    unit: UUID | None = Field(None, description="以哪个单位的名义；不写是自己的单位")
    filter: WantedIn | None = Field(None, description="邀请谁；不写是自己范围里的全部")


class CountIn(In):
    """Into which year's ranking."""

    year: int = Field(ge=2000, le=2100)


class SurveyRow(Schema):
    """A survey as it stands in a list."""

    id: UUID
    title: str
    questionnaire: str
    version: int
    audience: Audience
    state: Literal["planned", "open", "over"]
    unit: UnitRef
    starts_at: datetime
    ends_at: datetime
    closed_at: datetime | None
    reminded_at: datetime | None
    asked: int = Field(description="邀请多少家；向所有人开放的是 0")
    address: str = Field(description="向所有人开放的地址；没有就是空")
    counted: bool = Field(description="已计入年度排名")


class PartOut(Schema):
    """One option."""

    code: str
    label: str
    count: int
    points: int | None = Field(description="排序题的得分")


class GroupOut(Schema):
    """Opinions that say about the same."""

    id: UUID
    name: str
    category: str
    count: int


class QuestionOut(Schema):
    """One question: ``base`` is how many answered it, shares are of it."""

    code: str
    kind: Literal["one", "many", "scale", "number", "text", "class", "rank"]
    label: str
    base: int
    mean: float | None
    median: float | None
    parts: list[PartOut]
    groups: list[GroupOut]


class SurveyOut(SurveyRow):
    """A survey with what may be shown of it; without enough answers ``questions`` is empty."""

    spent: int = Field(description="用掉的链接")
    count: int = Field(description="显示的答卷")
    waiting: int = Field(description="等待混合的答卷")
    questions: list[QuestionOut]


class SurveysOut(Schema):
    items: list[SurveyRow]
    next: UUID | None = Field(description="下一页的 after；没有就是到头了")


class CountedOut(Schema):
    """What went into the ranking."""

    year: int
    rows: int
    votes: int
    opinions: int
    categories: int


def _sees(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    if not allows(actor, Perm.SEE):
        raise Denied
    return actor


def _row(one: Round, now: datetime) -> dict[str, Any]:
    plain = ("title", "questionnaire", "version", "audience", "asked")
    return {
        "id": one.pk,
        **{name: getattr(one, name) for name in plain},
        "state": queries.state(one, now),
        "unit": unit_ref(one.unit_id),
        **{name: moment(getattr(one, name)) for name in ("starts_at", "ends_at", "closed_at", "reminded_at")},
        "address": queries.address(one) if one.audience == Round.Audience.OPEN else "",
        "counted": one.counted_id is not None,
    }


def _question(told: Told) -> dict[str, Any]:
    plain = ("code", "kind", "label", "base", "mean", "median")
    return {
        **{name: getattr(told, name) for name in plain},
        "parts": [{"code": p.code, "label": p.label, "count": p.count, "points": p.points} for p in told.parts],
        "groups": [_group(one, one.topic.pk) for one in told.groups if one.topic],
    }


def _group(one: Group, pk: UUID) -> dict[str, Any]:
    return {"id": pk, "name": one.label, "category": one.category, "count": one.count}


def _whole(one: Round, now: datetime) -> dict[str, Any]:
    found, far = results(one), queries.progress(one)
    told = [_question(each) for each in found.questions]
    return {**_row(one, now), "spent": far.spent, "count": found.count, "waiting": far.waiting, "questions": told}


@router.get("", response=SurveysOut, summary="列出看得见的调查")
def list_surveys(request: HttpRequest, said: Query[PageIn]) -> HttpResponse:
    """调查按发起的时间排，新的在前。"""
    refuse_unknown(request.GET, PageIn.model_fields)
    rows, now = queries.visible(_sees(request)).order_by("-id"), timezone.now()
    found = list((rows.filter(pk__lt=said.after) if said.after else rows)[: said.limit + 1])
    more = found[said.limit - 1].pk if len(found) > said.limit else None
    return answer({"items": [_row(one, now) for one in found[: said.limit]], "next": more})


@router.post("", response={201: SurveyOut}, summary="发起一次调查")
def begin_survey(request: HttpRequest, given: SurveyIn, idempotency_key: str = writing.key_needed()) -> HttpResponse:
    """答卷与被邀请者没有关联；邀请的链接只能用一次，由系统发短信，或在工作台打印。"""
    actor, now = actor_of(request), timezone.now()

    def work() -> tuple[Any, str]:
        made = actions.begin(
            title=given.title,
            questionnaire=given.questionnaire,
            audience=given.audience,
            unit=given.unit,
            starts_at=given.starts_at or now,
            ends_at=given.ends_at,
            wanted=wanted(given.filter, now),
            by=actor,
            now=now,
        )
        return _whole(made, now), f"{HERE}{made.pk}"

    return writing.done(request, idempotency_key, by=actor, content=given.json(), now=now, work=work, status=201)


@router.get("/{uuid:survey}", response=SurveyOut, summary="一次调查的结果")
def read_survey(request: HttpRequest, survey: UUID) -> HttpResponse:
    """每题的份数和底数；份数不够时不显示。没有逐份的答卷。"""
    return answer(_whole(queries.round_of(_sees(request), survey), timezone.now()))


@router.post("/{uuid:survey}/remind", response=SurveyOut, summary="提醒没有作答的")
def remind_of_survey(request: HttpRequest, survey: UUID) -> HttpResponse:
    """收到短信还没有作答的各再收到一条，只能提醒一次，在工作时间发出；当月通知已满的不发。"""
    actor, now = actor_of(request), timezone.now()
    actions.remind(round_id=survey, by=actor, now=now)
    return answer(_whole(queries.round_of(actor, survey), now))


@router.post("/{uuid:survey}/close", response=SurveyOut, summary="结束调查")
def close_survey(request: HttpRequest, survey: UUID) -> HttpResponse:
    """不再收答卷；等待混合的答卷够数就一起显示。"""
    actor, now = actor_of(request), timezone.now()
    return answer(_whole(actions.close(round_id=survey, by=actor, now=now), now))


@router.post("/{uuid:survey}/count", response=CountedOut, summary="计入年度十大问题")
def count_survey(request: HttpRequest, survey: UUID, given: CountIn) -> HttpResponse:
    """同一年度先前计入的不再算；计入以后意见的分组不能再改。"""
    made = actions.count_in(round_id=survey, year=given.year, by=actor_of(request), now=timezone.now())
    counts = {name: getattr(made, name) for name in ("rows", "votes", "opinions", "categories")}
    return answer({"year": given.year, **counts})
