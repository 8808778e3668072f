"""What routing proposes for a request, with its rule or model, and what was chosen (C2)."""

from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router, Schema
from pydantic import Field

from huhang.doors.api.answers import answer, moment
from huhang.doors.api.requests import case_of
from huhang.doors.frame.gates import actor_of
from huhang.doors.frame.saying import say
from huhang.kinds.requests.routing import queries

router = Router(tags=["requests"], by_alias=True)


class Proposed(Schema):
    """A category or unit by its code, and who proposes it."""

    value: str = Field(description="类别代码或机构代码", examples=["TR-02"])
    label: str
    source: Literal["rule", "model"]
    by: str = Field(description="规则代码@版本，或模型名-版本", examples=["R-140@1", "category-3"])
    name: str = Field(description="规则的名称；模型没有")
    confidence: float | None = Field(description="0 到 1：规则是它以往的采纳率（用得还少时没有），模型是校准过的概率")


class ChosenOut(Schema):
    """What the desk chose where this had been proposed."""

    value: str
    label: str
    agreed: bool
    at: datetime


class ProposalOut(Schema):
    """One proposal with its runner-up; without ``first`` nobody was sure enough."""

    what: Literal["category", "unit"]
    first: Proposed | None
    second: Proposed | None
    chosen: ChosenOut | None


class FailedRule(Schema):
    """A rule that could not be carried out and was stepped over."""

    rule: str
    why: str


class ProposalsOut(Schema):
    """All that is proposed now, and the rules that failed on the way."""

    items: list[ProposalOut]
    faults: list[FailedRule]


@router.get("/{number}/proposal", response=ProposalsOut, summary="分派建议")
def proposal(request: HttpRequest, number: str) -> HttpResponse:
    """类别和主办单位的建议：依据哪条规则第几版或哪个模型、把握多大、其次是什么，最后选了什么。

    后台还没有做到这一件时当场算出；只是建议，归类和派单仍由有权限的人办理。
    """
    case = case_of(actor_of(request), number)
    shown = queries.shown(case, timezone.now())
    faults = {rule: say(why) for one in shown for rule, why in one.faults}
    items = [_shape(one) for one in shown]
    return answer({"items": items, "faults": [{"rule": rule, "why": why} for rule, why in faults.items()]})


def _shape(one: queries.Shown) -> dict[str, Any]:
    chosen = one.chosen and {
        "value": one.chosen.chosen,
        "label": queries.value_label(one.what, one.chosen.chosen),
        "agreed": one.chosen.agreed,
        "at": moment(one.chosen.at),
    }
    return {"what": one.what, "first": _named(one.first), "second": _named(one.second), "chosen": chosen}


def _named(named: queries.Named | None) -> dict[str, Any] | None:
    if named is None:
        return None
    return {
        "value": named.value,
        "label": named.label,
        "source": named.source,
        "by": named.by,
        "name": named.name,
        "confidence": named.confidence,
    }
