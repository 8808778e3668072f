"""What the house knows of itself: who I am, units, categories, natures, states, kinds, the calendar."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema
from pydantic import Field

from huhang.base.access.rules import ROLES
from huhang.base.catalog import queries as catalog
from huhang.cases.registry import kind_of, kinds
from huhang.cases.rules import Kind, State
from huhang.doors.api import schemas
from huhang.doors.api.answers import answer
from huhang.doors.api.bodies import refuse_unknown
from huhang.doors.api.shapes import field_shape, unit_ref
from huhang.doors.frame.gates import actor_of
from huhang.kernel.errors import Missing
from huhang.kinds.requests.catalogue import NATURE_TIMES, category_choices
from huhang.kinds.requests.rules import NATURES
from huhang.register.units.queries import Node, tree

router = Router(tags=["reference"], by_alias=True)
_YEARS = range(2000, 2101)


@router.get("/me", response=schemas.Me, summary="这个令牌是谁")
def me(request: HttpRequest) -> HttpResponse:
    """令牌代表的人，现在的岗位和权限。"""
    actor = actor_of(request)
    posts = [
        {"role": g.role, "label": str(ROLES[g.role].label), "unit": unit_ref(g.unit), "reach": str(g.reach)}
        for g in actor.grants
    ]
    return answer({"id": actor.id, "name": actor.label, "posts": posts, "permissions": sorted(actor.perms)})


class UnitsIn(Schema):
    """Past units are left out unless asked for."""

    all: bool = Field(False, description="连同已撤销和尚未设立的")


@router.get("/units", response=schemas.Units, summary="单位")
def units(request: HttpRequest, said: Query[UnitsIn]) -> HttpResponse:
    """全部单位，按机构代码排序；派单时用 id。"""
    refuse_unknown(request.GET, UnitsIn.model_fields)
    known = tree()
    today = catalog.schedule().date_of(timezone.now())
    rows = known.nodes.values() if said.all else known.standing(today)
    return answer({"items": [_unit(node) for node in rows]})


def _unit(node: Node) -> dict[str, Any]:
    return {
        "id": node.id,
        "code": node.code,
        "name": node.name,
        "short_name": node.short,
        "level": node.level,
        "kind": node.kind,
        "parent": node.parent,
        "branch": node.branch,
        "valid_from": node.valid_from,
        "valid_to": node.valid_to,
        "successor": node.successor,
    }


def _time(body: Mapping[str, Any], name: str) -> dict[str, Any] | None:
    value = body.get(name)
    return {"amount": value["amount"], "unit": value["unit"]} if value else None


@router.get("/categories", response=schemas.Categories, summary="诉求类别")
def categories(request: HttpRequest) -> HttpResponse:
    """在用的类别，各带版本和答复期限；诉求记住归类时的版本。"""
    known = kind_of("request").categories()
    rows = [
        {
            "code": code,
            "version": known[code]["version"],
            "label": label,
            "nature": known[code].get("nature"),
            "answer": _time(known[code], "answer"),
        }
        for code, label in category_choices()
    ]
    return answer({"items": rows})


@router.get("/natures", response=schemas.Natures, summary="诉求性质和各自的时限")
def natures(request: HttpRequest) -> HttpResponse:
    """咨询、求助、建议、投诉、举报、表扬，各有答复、签收、退单、回访的时限。"""
    known = catalog.newest(NATURE_TIMES)
    times = ("answer", "sign", "give_back", "revisit")
    rows = [
        {"code": code, "label": str(label), **{name: _time(known.get(code, {}), name) for name in times}}
        for code, label in NATURES
    ]
    return answer({"items": rows})


def _state(state: State) -> dict[str, Any]:
    return {
        "name": state.name,
        "label": str(state.label),
        "public_label": str(state.public),
        "final": state.final,
    }


@router.get("/states", response=schemas.States, summary="诉求的状态")
def states(request: HttpRequest) -> HttpResponse:
    """每个状态对工作人员和对诉求人的说法，以及是不是终点。"""
    return answer({"items": [_state(state) for state in kind_of("request").states]})


@router.get("/kinds", response=schemas.Kinds, summary="事项种类和办理步骤表")
def list_kinds(request: HttpRequest) -> HttpResponse:
    """每种事项的状态和步骤：从哪到哪、要什么权限、要填什么。页面上的按钮也由这张表来。"""
    return answer({"items": [_kind(kind) for kind in kinds().values()]})


def _kind(kind: Kind) -> dict[str, Any]:
    return {
        "name": kind.name,
        "label": str(kind.label),
        "prefix": kind.prefix,
        "initial": kind.initial,
        "states": [_state(state) for state in kind.states],
        "moves": [
            {
                "name": move.name,
                "label": str(move.label),
                "from": list(move.from_),
                "to": move.to,
                "needs": str(move.needs),
                "by_person": move.by_person,
                "bulk": move.bulk,
                "help": str(move.help),
                "fields": [field_shape(field) for field in move.fields],
            }
            for move in kind.moves
        ],
    }


@router.get("/calendar/{int:year}", response=schemas.CalendarYear, summary="一年的工作日历")
def calendar(request: HttpRequest, year: int) -> HttpResponse:
    """放假和补班的日子，依据哪一版通知，以及办公时段。没有通知的年份按周一至周五暂定，并说明是暂定。"""
    if year not in _YEARS:
        raise Missing(_("日历从 2000 年到 2100 年。"))
    known, schedule = catalog.calendar(), catalog.schedule()
    first, end = date(year, 1, 1), date(year + 1, 1, 1)
    days = [known.kind_of(first + timedelta(days=i)) for i in range((end - first).days)]
    version = max(day.version for day in days if day.year == year)
    return answer(
        {
            "year": year,
            "version": version,
            "provisional": any(day.provisional for day in days),
            "working_days": known.works_between(first, end),
            "days": [
                {"date": day.date, "kind": day.kind, "name": day.name}
                for day in days
                if day.kind in ("holiday", "makeup")
            ],
            "slots": [f"{a:%H:%M}-{b:%H:%M}" for a, b in schedule.slots],
            "zone": schedule.zone,
        }
    )
