"""Duties that come round (B2): the rules, who owes what and whether it is done, coverage, excusing, writing down."""

import uuid
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import AwareDatetime, Field

from huhang.base.access.rules import Actor
from huhang.base.catalog import queries as catalog
from huhang.doors.api import writing
from huhang.doors.api.answers import answer, moment
from huhang.doors.api.bodies import refuse_unknown
from huhang.doors.api.schemas import In, UnitRef
from huhang.doors.api.shapes import unit_ref
from huhang.doors.frame.gates import actor_of
from huhang.doors.frame.saying import say
from huhang.kernel.errors import Invalid
from huhang.register.rounds import actions, catalogue, figures, queries
from huhang.register.rounds.deriving import Duty
from huhang.register.rounds.queries import Tally, Wanted
from huhang.register.units.queries import tree

router = Router(tags=["rounds"], by_alias=True)
HERE = "/api/v1/rounds"
State = Literal["due", "done", "late", "excused"]


class RuleOut(Schema):
    """A rule in force."""

    code: str
    version: int
    name: str
    name_en: str
    about: str
    about_en: str
    period: Literal["week", "month", "quarter", "after"]
    grace: int = Field(description="宽限，工作日")
    after: str = Field(description="从哪一种记录算起；按周、月、季的为空")
    within: int = Field(description="从那件事起几个工作日内")


class RulesOut(Schema):
    items: list[RuleOut]


class PersonRef(Schema):
    id: UUID
    name: str


class DutyOut(Schema):
    """One duty of one period; ``rule``, ``of`` and ``day`` are its key."""

    rule: str
    version: int
    of: UUID = Field(description="主体；单位自己的职责是单位")
    day: date = Field(description="周期的第一天，或那件事发生的一天")
    subject: UUID | None
    name: str
    unit: UnitRef
    officer: PersonRef | None = Field(description="责任人；没有就是还没有责任人，或由单位承担")
    last: date = Field(description="最后一个工作日")
    deadline: datetime = Field(description="从这时起算已迟")
    state: State
    done_at: datetime | None
    record: str = Field(description="走访编号；手工登记的为空")
    made_up_at: datetime | None = Field(description="已迟的后来什么时候补做")
    excuse: UUID | None
    reason: str = Field(description="免办的理由")


class DutiesOut(Schema):
    items: list[DutyOut]
    next: int | None = Field(description="下一页的 skip；没有就是到头了")


class DutiesIn(Schema):
    """How the list is narrowed."""

    month: str = Field("", pattern=r"^(\d{4}-(0[1-9]|1[0-2]))?$", description="如 2026-11；不写是这个月")
    rule: str = Field("", max_length=40)
    state: State | None = None
    unit: UUID | None = Field(None, description="含下级")
    officer: UUID | None = None
    skip: int = Field(0, ge=0, le=1_000_000)
    limit: int = Field(50, ge=1, le=200)


class CoverageIn(Schema):
    """Which month, duty and unit."""

    month: str = Field("", pattern=r"^(\d{4}-(0[1-9]|1[0-2]))?$", description="如 2026-11；不写是这个月")
    rule: str = Field("", max_length=40)
    unit: UUID | None = Field(None, description="含下级")


class TallyOut(Schema):
    """How many duties stand how; ``coverage`` is done ÷ (owed − excused), null where that is zero."""

    owed: int
    done: int
    due: int
    late: int
    excused: int
    made_up: int = Field(description="已迟的里后来补做的")
    coverage: float | None


class UnitTally(TallyOut):
    unit: UnitRef


class RuleTally(TallyOut):
    rule: str


class CoverageOut(Schema):
    formula: str
    whole: TallyOut
    units: list[UnitTally]
    rules: list[RuleTally]


class KeyIn(In):
    """Which duty."""

    rule: str = Field(min_length=1, max_length=40)
    of: UUID
    day: date


class ExcuseIn(KeyIn):
    """Why a duty need not be done."""

    reason: str = Field(min_length=1, max_length=200)


class ManyIn(In):
    """Why several duties need not be done."""

    duties: list[KeyIn] = Field(min_length=1, max_length=actions.MOST_AT_ONCE)
    reason: str = Field(min_length=1, max_length=200)


class RefusedOut(Schema):
    """A duty that stays as it was."""

    rule: str
    of: UUID
    day: date
    why: str = Field(description="没有免办的理由")


class ManyOut(Schema):
    items: list[DutyOut] = Field(description="已免办的")
    refused: list[RefusedOut]


class RecordIn(KeyIn):
    """What was done without another record of it; no names."""

    held_at: AwareDatetime
    note: str = Field(min_length=1, max_length=2000)
    people: int = Field(ge=1, le=5000)
    bodies: int = Field(1, ge=1, le=2000, description="来了几家")
    place: str = Field("", max_length=120)
    roles: list[str] = Field([], max_length=20, description="见到了哪些身份的联系人")


def _month(text: str, now: datetime) -> date:
    if not text:
        return catalog.schedule().date_of(now)
    try:
        found = date.fromisoformat(f"{text}-01")
    except ValueError:
        found = date.min
    if not 2020 <= found.year <= 2100:
        raise Invalid("请按 2026-11 这样填月份。", field="month")
    return found


def _wanted(said: Any, now: datetime, **more: Any) -> Wanted:
    if said.rule and catalogue.rule(said.rule) is None:
        raise Invalid("没有这项职责。", field="rule")
    if said.unit is not None and said.unit not in tree().nodes:
        raise Invalid("没有这个单位，请重新选择。", field="unit")
    return Wanted(queries.month_of(_month(said.month, now)), rule=said.rule, unit=said.unit, **more)


def duty_row(one: Duty) -> dict[str, Any]:
    """A duty as it is told."""
    return {
        "rule": one.rule,
        "version": one.version,
        "of": one.of,
        "day": one.day,
        "subject": one.subject_id,
        "name": one.name,
        "unit": unit_ref(one.unit_id),
        "officer": {"id": one.officer_id, "name": one.officer or ""} if one.officer_id else None,
        "last": one.last,
        "deadline": moment(one.deadline),
        "state": one.state,
        "done_at": moment(one.done_at),
        "record": one.record,
        "made_up_at": moment(one.later) if one.state == "late" else None,
        "excuse": one.excuse_id,
        "reason": one.reason,
    }


def _tally(one: Tally) -> dict[str, Any]:
    return {
        **{figure.name: figure.of(one) for figure in figures.FIGURES},
        "made_up": one.made_up,
        "coverage": one.coverage,
    }


@router.get("/rules", response=RulesOut, summary="定期职责的规则")
def list_rules(request: HttpRequest) -> HttpResponse:
    """现行的规则：管谁、多久一次、宽限几个工作日。"""
    names = RuleOut.model_fields
    rows = [{name: getattr(rule, name) for name in names} for rule in catalogue.standing()]
    return answer({"items": rows})


@router.get("", response=DutiesOut, summary="列出一个月的定期职责")
def list_duties(request: HttpRequest, said: Query[DutiesIn]) -> HttpResponse:
    """最后一个工作日在当月的职责，已迟的在前。看得到本单位、下级的和自己的。"""
    actor, now = actor_of(request), timezone.now()
    refuse_unknown(request.GET, DutiesIn.model_fields)
    wanted = _wanted(said, now, states=(said.state,) if said.state else (), officer=said.officer)
    found = queries.duties(wanted, actor, now, most=said.limit + 1, skip=said.skip)
    more = said.skip + said.limit if len(found) > said.limit else None
    return answer({"items": [duty_row(one) for one in found[: said.limit]], "next": more})


@router.get("/coverage", response=CoverageOut, summary="覆盖率")
def read_coverage(request: HttpRequest, said: Query[CoverageIn]) -> HttpResponse:
    """一个月里应办、已办、未到期、已迟、免办各多少，按单位、按职责；覆盖率的分母为零时是 null。"""
    actor, now = actor_of(request), timezone.now()
    refuse_unknown(request.GET, CoverageIn.model_fields)
    found = queries.tallies(_wanted(said, now), actor, now)
    units = queries.summed(found, "unit")
    return answer(
        {
            "formula": str(figures.COVERAGE),
            "whole": _tally(queries.summed(found, "all").get(None, Tally())),
            "units": [{"unit": unit_ref(unit), **_tally(one)} for unit, one in units.items()],
            "rules": [{"rule": code, **_tally(one)} for code, one in queries.summed(found, "rule").items()],
        }
    )


@router.post("/excuses", response={201: DutyOut}, summary="说明免办")
def make_excuse(request: HttpRequest, given: ExcuseIn, idempotency_key: str = writing.key_needed()) -> HttpResponse:
    """单位负责人说明一项职责为什么免办；自己的职责由上级说明。已经免办、已经做到的是 409。"""
    actor, now = actor_of(request), timezone.now()

    def work() -> tuple[Any, str]:
        actions.excuse(**given.dict(), by=actor, now=now)
        return _now(given.rule, given.of, given.day, actor, now), ""

    return writing.done(request, idempotency_key, by=actor, content=given.dict(), now=now, work=work, status=201)


@router.post("/excuses/batch", response={200: ManyOut}, summary="一个理由免办几项")
def make_excuses(request: HttpRequest, given: ManyIn, idempotency_key: str = writing.key_needed()) -> HttpResponse:
    """每一项各留一条记录；一项没有免办的不影响别的，理由在 refused 里。"""
    actor, now = actor_of(request), timezone.now()

    def work() -> tuple[Any, str]:
        keys = [(one.rule, one.of, one.day) for one in given.duties]
        told = actions.excuse_many(keys=keys, reason=given.reason, by=actor, now=now)
        left = {key for key, _name, _why in told.refused}
        items = [_now(*key, actor, now) for key in dict.fromkeys(keys) if key not in left]
        refused = [
            dict(zip(("rule", "of", "day"), key, strict=True)) | {"why": say(why)} for key, _n, why in told.refused
        ]
        return {"items": items, "refused": refused}, ""

    return writing.done(request, idempotency_key, by=actor, content=given.dict(), now=now, work=work)


@router.post("/excuses/{pk}/end", response=DutyOut, summary="收回免办")
def end_excuse(request: HttpRequest, pk: UUID, idempotency_key: str | None = writing.key_welcome()) -> HttpResponse:
    """免办收回以后，职责按记录和时间重新算。"""
    actor, now = actor_of(request), timezone.now()

    def work() -> tuple[Any, str]:
        row = actions.end_excuse(excuse_id=pk, by=actor, now=now)
        return _now(row.rule, row.subject_id or row.unit_id or row.pk, row.day, actor, now), ""

    return writing.done(request, idempotency_key, by=actor, content={"excuse": str(pk)}, now=now, work=work)


@router.post("/records", response={201: DutyOut}, summary="登记已经做了")
def make_record(request: HttpRequest, given: RecordIn, idempotency_key: str = writing.key_needed()) -> HttpResponse:
    """没有别的记录时用：见面、巡查、座谈会。走访过的不用登记，会自动算上。不够算做到的会说明缺什么。"""
    actor, now = actor_of(request), timezone.now()

    def work() -> tuple[Any, str]:
        actions.record(**given.dict(), by=actor, now=now)
        return _now(given.rule, given.of, given.day, actor, now), ""

    return writing.done(request, idempotency_key, by=actor, content=given.dict(), now=now, work=work, status=201)


def _now(rule: str, of: uuid.UUID, day: date, actor: Actor, now: datetime) -> dict[str, Any]:
    return duty_row(queries.duty_of(rule, of, day, actor, now))
