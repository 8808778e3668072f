"""What stands beside a request: referrals outside, leaders' instructions."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router, Schema
from pydantic import Field

from huhang.doors.api import schemas
from huhang.doors.api.answers import answer, moment
from huhang.doors.api.requests import case_of
from huhang.doors.api.shapes import unit_ref
from huhang.doors.frame.gates import actor_of
from huhang.kinds.requests.instructions import queries as instructions
from huhang.kinds.requests.instructions.models import Instruction
from huhang.kinds.requests.outside import queries as outside
from huhang.kinds.requests.outside.models import Referral

router = Router(tags=["beside"], by_alias=True)


class Urged(Schema):
    """One letter of reminder."""

    number: str
    at: datetime
    by: str
    letter: UUID = Field(description="催办函在附件里的 id")


class ReferralOut(Schema):
    """One letter to an authority outside, and what came of it."""

    id: UUID
    authority: str
    name: str
    number: str = Field(description="公函文号")
    letter: UUID = Field(description="公函在附件里的 id")
    asked: str
    unit: schemas.UnitRef
    sent_at: datetime
    sent_by: str
    due_at: datetime
    late: bool
    interim_at: datetime | None = Field(description="何时先把进展告知了诉求人")
    urged: list[Urged]
    ended_at: datetime | None
    ended_why: str = Field(description="answered 已函复，called_off 撤回，closed、withdrawn、merged 随诉求结束；空在等")
    result: str
    answer: str
    answer_file: UUID | None
    said: str = Field(description="告诉诉求人的话")


class Referrals(Schema):
    items: list[ReferralOut]


class InstructionOut(Schema):
    """A leader's instruction and the report on it."""

    id: UUID
    text: str
    unit: schemas.UnitRef
    given_at: datetime
    given_by: str
    due_at: datetime | None
    late: bool
    ended_at: datetime | None
    ended_why: str = Field(description="reported 已反馈，withdrawn 随诉求撤回终止；空为等反馈")
    report: str
    report_by: str


class Instructions(Schema):
    items: list[InstructionOut]


@router.get("/{number}/outside", response=Referrals, summary="外单位协助")
def referrals(request: HttpRequest, number: str) -> HttpResponse:
    """转请外单位协助的每一件函：何时发、请谁办、何时应复、催办几次、怎么答复。先发的在前。"""
    case, now = case_of(actor_of(request), number), timezone.now()
    return answer({"items": [_referral(one, now) for one in outside.all_of(case)]})


def _referral(one: Referral, now: datetime) -> dict[str, Any]:
    due = outside.due_of(one)
    return {
        "id": one.pk,
        "authority": one.authority,
        "name": outside.label(one),
        "number": one.number,
        "letter": one.letter_id,
        "asked": one.asked,
        "unit": unit_ref(one.unit_id),
        "sent_at": moment(one.sent_at),
        "sent_by": one.sent_by,
        "due_at": moment(due),
        "late": one.ended_at is None and now >= due,
        "interim_at": moment(one.interim_at),
        "urged": [
            {"number": u.number, "at": moment(u.at), "by": u.by_label, "letter": u.letter_id}
            for u in sorted(one.urgings.all(), key=lambda u: u.at)
        ],
        "ended_at": moment(one.ended_at),
        "ended_why": one.ended_why,
        "result": one.result,
        "answer": one.answer,
        "answer_file": one.answer_file_id,
        "said": one.said,
    }


@router.get("/{number}/instructions", response=Instructions, summary="局领导批示")
def instructed(request: HttpRequest, number: str) -> HttpResponse:
    """局领导对这件诉求的批示，和主办单位的反馈。先批的在前。"""
    case, now = case_of(actor_of(request), number), timezone.now()
    return answer({"items": [_instruction(one, now) for one in instructions.all_of(case)]})


def _instruction(one: Instruction, now: datetime) -> dict[str, Any]:
    return {
        "id": one.pk,
        "text": one.text,
        "unit": unit_ref(one.unit_id),
        "given_at": moment(one.given_at),
        "given_by": one.given_label,
        "due_at": moment(one.clock.due_at) if one.clock else None,
        "late": one.ended_at is None and instructions.late(one, now),
        "ended_at": moment(one.ended_at),
        "ended_why": one.ended_why,
        "report": one.report,
        "report_by": one.report_label,
    }
