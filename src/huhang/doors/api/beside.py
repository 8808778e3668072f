"""What stands beside a request: referrals outside, leaders' instructions, talk with its person."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router, Schema
from pydantic import Field

from huhang.doors.api import schemas, writing
from huhang.doors.api.answers import answer, moment
from huhang.doors.api.requests import case_of
from huhang.doors.api.shapes import BASE, unit_ref
from huhang.doors.frame.gates import actor_of
from huhang.kinds.requests.instructions import queries as instructions
from huhang.kinds.requests.instructions.models import Instruction
from huhang.kinds.requests.outside import queries as outside
from huhang.kinds.requests.outside.models import Referral
from huhang.kinds.requests.talk import actions as talk_actions
from huhang.kinds.requests.talk import queries as talk
from huhang.kinds.requests.talk import rules as talk_rules

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


class Saying(Schema):
    """One thing said between the person and the office."""

    id: UUID
    at: datetime
    side: str = Field(description="person 诉求人，office 承办单位")
    by: str
    unit: schemas.UnitRef | None
    text: str
    files: list[UUID] = Field(description="随附的附件 id")
    read_at: datetime | None = Field(description="对方什么时候看过")
    answered_after: int | None = Field(description="距诉求人上一句没有回复的话多少秒（自然时间）；不是回复时为空")


class Talk(Schema):
    items: list[Saying]
    unread: int = Field(description="诉求人写来、承办单位还没看的")
    waiting_since: datetime | None = Field(description="诉求人从什么时候起在等回复")
    open_until: datetime | None = Field(description="办结后到什么时候还能写；在办时为空")


class SayIn(schemas.In):
    text: str = Field("", description="最多 2,000 字；诉求人原样看到")
    files: list[UUID] = Field([], max_length=5, description="诉求人看得到的附件的 id，先用 attachments 上传")


class ReadOut(Schema):
    marked: int


@router.get("/{number}/talk", response=Talk, summary="与诉求人的对话")
def talk_of(request: HttpRequest, number: str) -> HttpResponse:
    """诉求人和承办人写给对方的话，先写的在前。只读，不标已读。"""
    case = case_of(actor_of(request), number)
    rows = talk.sayings(case)
    waited = talk_rules.waits(rows)
    waiting = next((one.since for one in waited.values() if one.until is None), None)
    return answer(
        {
            "items": [_saying(one, waited.get(one.pk)) for one in rows],
            "unread": sum(one.side == "person" and one.read_at is None for one in rows),
            "waiting_since": moment(waiting),
            "open_until": moment(talk_rules.open_until(case.closed_at)),
        }
    )


def _saying(one: Any, wait: talk_rules.Wait | None) -> dict[str, Any]:
    after = int((wait.until - wait.since).total_seconds()) if wait is not None and wait.until is not None else None
    return {
        "id": one.pk,
        "at": moment(one.at),
        "side": one.side,
        "by": one.by_label,
        "unit": unit_ref(one.unit_id),
        "text": one.text,
        "files": one.files,
        "read_at": moment(one.read_at),
        "answered_after": after,
    }


@router.post("/{number}/talk", response={201: Saying}, summary="写给诉求人")
def say(
    request: HttpRequest, number: str, given: SayIn, idempotency_key: str | None = writing.key_welcome()
) -> HttpResponse:
    """写一句话给诉求人；不改状态，不停表，不代替答复。诉求人在页面上看到，短信里只有编号。"""
    actor, now = actor_of(request), timezone.now()
    case = case_of(actor, number)

    def work() -> tuple[Any, str]:
        made = talk_actions.say(case_id=case.pk, text=given.text, attached=given.files, by=actor, now=now)
        return _saying(made, None), f"{BASE}{case.number}/talk"

    content = {"text": given.text, "files": [str(one) for one in given.files]}
    return writing.done(request, idempotency_key, by=actor, content=content, now=now, work=work, status=201)


@router.post("/{number}/talk/read", response=ReadOut, summary="标为已读")
def mark_talk_read(request: HttpRequest, number: str) -> HttpResponse:
    """把诉求人写来的都标为已读；不是承办的人标不了，得到 0。"""
    actor = actor_of(request)
    case = case_of(actor, number)
    return answer({"marked": talk_actions.mark_read(case, by=actor, now=timezone.now())})
