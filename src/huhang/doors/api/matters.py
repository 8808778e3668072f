"""What comes up again and again, over the wire: hot matters of a week, the worst of a period, surveys (C6, L3)."""

from datetime import date
from typing import Any, Literal, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router, Schema
from ninja.files import UploadedFile
from ninja.params.functions import File, Form
from pydantic import Field

from huhang.base.access.queries import allows
from huhang.base.access.rules import Actor, Perm
from huhang.base.catalog import queries as catalog
from huhang.doors.api import schemas, writing
from huhang.doors.api.answers import answer
from huhang.doors.api.bodies import refuse_unknown
from huhang.doors.api.inside import digest_of
from huhang.doors.api.shapes import unit_ref
from huhang.doors.frame.gates import actor_of
from huhang.kernel.errors import Denied, Invalid
from huhang.kinds.requests.catalogue import category_label
from huhang.kinds.requests.repeats.catalogue import hot
from huhang.kinds.requests.repeats.surveys import enter
from huhang.reading.figures.periods import from_query
from huhang.reading.figures.scope import scope_for
from huhang.reading.matters import queries
from huhang.reading.matters.queries import Week
from huhang.reading.matters.worst import TOPIC, Ranking, Row, ranking, topics

router = Router(tags=["matters"], by_alias=True)
HERE = "/api/v1/matters"


class Matter(Schema):
    """Several requests about one thing, in one week; never about a person (K4)."""

    id: UUID
    by: Literal["place", "subject", "text"] = Field(description="归在一起是因为同一地点、同一主体还是相近文字")
    name: str = Field(description="起的名称；没有就是空")
    title: str = Field(description="其中最新一件的标题")
    n: int = Field(description="这一周几件")
    usual: float = Field(description="前四周平均每周几件")
    growth: float = Field(description="比平常多几件")
    voices: int = Field(description="几个不同的人；没有留下姓名电话的每件算一个")
    units: list[schemas.UnitRef]
    categories: list[schemas.CategoryRef]
    places: list[str]
    unit: schemas.UnitRef | None = Field(description="跟进单位")
    closed: bool
    version: int


class MatterWeek(Schema):
    """The matters of a week, the fastest growing first; ``next`` asks for those after them."""

    first: date
    last: date
    rules: int = Field(description="目录 request_repeats/hot 的版本")
    items: list[Matter]
    next: int | None


class WeekIn(Schema):
    """Which week, and how much of its list."""

    last: date | None = Field(None, description="这一周的最后一天；不写就是到今天")
    after: int = Field(0, ge=0, le=queries.MOST, description="上一页答复里的 next")
    limit: int = Field(50, ge=1, le=queries.MOST)


class WorstRow(Schema):
    """One of the ten: its counts, and each share between 0 and 1; a share that cannot be had is empty, never 0."""

    place: int
    category: schemas.CategoryRef
    unit: schemas.UnitRef | None = Field(description="by=branch 时的辖区")
    subject: str = Field(description="by=subject 时的主体；其余为空")
    topic: str = Field("", description="by=topic 时的问题；其余为空")
    score: float
    n: int
    late: int
    rated: int
    bad: int
    redo: int
    votes: int | None
    shares: dict[str, float | None]


class Worst(Schema):
    """The worst of a period with the formula by which they are ranked."""

    first: date
    last: date
    rules: int = Field(description="目录 request_repeats/worst 的版本")
    weights: dict[str, int] = Field(description="得分 = Σ 权重×份额 ÷ Σ 权重 × 100；没有数据的一项连同权重不计")
    least: int = Field(description="少于这么多件的不排")
    few: int = Field(description="因件数太少没有排的有几组")
    survey: str = Field(description="并入的问卷；没有就是空")
    items: list[WorstRow]


class WorstIn(Schema):
    """Which period, whose, and what a row is."""

    period: Literal["month", "quarter", "year", "custom"] = "year"
    from_: date | None = Field(None, alias="from", description="period=custom 时的第一天")
    to: date | None = Field(None, description="period=custom 时的最后一天")
    by: Literal["category", "branch", "subject", "topic"] = Field(
        "category", description="topic 是年度问卷里的具体问题"
    )
    unit: UUID | None = Field(None, description="只算这个单位和它下面的")


class SurveyOut(Schema):
    """What was brought in."""

    id: UUID
    name: str
    year: int
    rows: int
    votes: int
    opinions: int
    categories: int


def _supervisor(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    if not allows(actor, Perm.SUPERVISE):
        raise Denied
    return actor


def _category(code: str) -> dict[str, str]:
    return {"code": code, "name": category_label(code, 0)}


@router.get("/week", response=MatterWeek, summary="一周的热点")
def matter_week(request: HttpRequest, said: Query[WeekIn]) -> HttpResponse:
    """一周里比前四周增加最多的事，增加多的在前；只算看得见的诉求，件数或人数太少的不列，以免指向个人。"""
    actor = _supervisor(request)
    refuse_unknown(request.GET, WeekIn.model_fields)
    today = catalog.schedule().date_of(timezone.now())
    if said.last is not None and not 2000 <= said.last.year <= 2100:
        raise Invalid(problems={"last": "请填 2000 年到 2100 年之间的日期。"})
    asked = Week(min(said.last or today, today))
    lines = queries.week(actor, asked)
    shown = lines[said.after : said.after + said.limit]
    end = said.after + len(shown)
    data = {"first": asked.first, "last": asked.last, "rules": hot().version, "items": [_matter(one) for one in shown]}
    return answer(data | {"next": end if end < len(lines) else None})


def _matter(one: queries.Line) -> dict[str, Any]:
    known = one.matter
    return {
        "id": known.pk,
        "by": known.by,
        "name": known.name,
        "title": one.title,
        "n": one.n,
        "usual": one.usual,
        "growth": one.growth,
        "voices": one.voices,
        "units": [unit_ref(unit) for unit in one.units],
        "categories": [_category(code) for code in one.categories],
        "places": list(one.places),
        "unit": unit_ref(known.unit_id) if known.unit_id else None,
        "closed": known.closed_at is not None,
        "version": known.version,
    }


@router.get("/worst", response=Worst, summary="十大问题")
def worst_of(request: HttpRequest, said: Query[WorstIn]) -> HttpResponse:
    """一个时段里最突出的十类问题，连同怎么算的；by 说一行是类别、类别加辖区、类别加主体还是问卷里的问题。"""
    actor, now = _supervisor(request), timezone.now()
    refuse_unknown(request.GET, ("period", "from", "to", "by", "unit"))
    days = {"from": str(said.from_ or ""), "to": str(said.to or ""), "period": said.period}
    try:
        period = from_query(days, catalog.schedule().date_of(now), "year")
    except Invalid as problem:
        raise Invalid(problems={problem.field or "period": problem.text}) from problem
    scope = scope_for(actor, str(said.unit or ""), "")
    window = period.window(now, catalog.schedule())
    if said.by == TOPIC:
        found = topics(actor, window, scope.where)
    else:
        found = ranking(actor, window, said.by, scope.where)
    rows = [_row(row, place, said.by) for place, row in enumerate(found.rows, 1)]
    return answer({"first": period.first, "last": period.last, "items": rows, **_formula(found)})


def _formula(found: Ranking) -> dict[str, Any]:
    weights = {name: getattr(found.weights, name) for name in ("count", "late", "bad", "redo", "survey")}
    survey = found.survey.name if found.survey else ""
    told = {"rules": found.weights.version, "least": found.weights.least, "few": found.few}
    return {**told, "weights": weights, "survey": survey}


def _row(row: Row, place: int, by: str) -> dict[str, Any]:
    counts = {name: getattr(row, name) for name in ("n", "late", "rated", "bad", "redo", "votes")}
    return {
        "place": place,
        "category": _category(row.category),
        "unit": unit_ref(row.other) if by == "branch" and row.other else None,
        "subject": "" if by == TOPIC else row.other_label,
        "topic": row.other_label if by == TOPIC else "",
        "score": round(row.score, 1),
        **counts,
        "shares": {name: None if value is None else round(value, 4) for name, value in row.shares.items()},
    }


@router.post("/surveys", response={201: SurveyOut}, summary="导入一年的问卷")
def enter_survey(
    request: HttpRequest,
    file: UploadedFile = File(..., description="xlsx 或 csv，第一行是列名：类别、问题，可以有票数和意见"),
    name: str = Form(..., max_length=80),
    year: int = Form(..., ge=2000, le=2100),
    idempotency_key: str | None = writing.key_welcome(),
) -> HttpResponse:
    """导入一份年度问卷（multipart/form-data），“十大问题”从此算上它。

    有一行不能用就整份不收；同年度以前那份留着但不再算。
    """
    actor, now = _supervisor(request), timezone.now()
    refuse_unknown([*request.POST, *request.FILES], ("file", "name", "year"))

    def work() -> tuple[Any, str]:
        made = enter(name=name, year=year, content=cast(Any, file).read(), by=actor, now=now)
        counts = {key: getattr(made, key) for key in ("rows", "votes", "opinions", "categories")}
        return {"id": made.survey.pk, "name": made.survey.name, "year": year, **counts}, f"{HERE}/worst"

    content = [name, year, digest_of(file)] if idempotency_key else None
    return writing.done(request, idempotency_key, by=actor, content=content, now=now, work=work, status=201)
