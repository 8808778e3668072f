"""Webhooks of the token's owner: receivers, what became of their messages, trying, sending again (L3, ADR 20)."""

from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from huhang.base.exchange import actions, queries
from huhang.base.exchange.models import Delivery, Subscription
from huhang.cases.registry import kinds
from huhang.doors.api import schemas, writing
from huhang.doors.api.answers import answer, moment
from huhang.doors.api.bodies import refuse_unknown
from huhang.doors.frame.gates import actor_of
from huhang.kernel.errors import Invalid

router = Router(tags=["webhooks"], by_alias=True)
HERE = "/api/v1/webhooks/"
SHOWN = 100


def check_names(only: list[str], moves: list[str]) -> None:
    """Raises: Invalid: a kind or a move that does not exist; it would be waited for in vain."""
    if set(only) - set(kinds()):
        raise Invalid(problems={"kinds": "没有这种事项，请从列出的种类里选。"})
    known = {move.name for kind in kinds().values() for move in kind.moves} | ENGINE
    if set(moves) - known:
        raise Invalid(problems={"moves": "没有这个步骤，请从 /kinds 里选。"})


ENGINE = {"open", "joined", "hand_over", "parted"}
"""Steps that the engine and joining append themselves."""


def webhook_shape(found: Subscription) -> dict[str, Any]:
    """A receiver as published."""
    live = "live" if found.confirmed_at else "waiting"
    return {
        "id": found.pk,
        "name": found.name,
        "url": found.url,
        "kinds": found.kinds,
        "moves": found.moves,
        "state": "ended" if found.ended_at else "paused" if found.paused_at else live,
        "cursor": str(found.cursor),
        "failures": found.failures,
        "rests_until": moment(found.rests_until),
        "created_at": moment(found.created_at),
    }


def _delivery(row: Delivery) -> dict[str, Any]:
    return {
        "id": row.pk,
        "event": str(row.event) if row.event is not None else None,
        "type": row.type,
        "number": row.number,
        "state": row.state,
        "attempts": row.attempts,
        "last_status": row.last_status,
        "last_error": row.last_error,
        "created_at": moment(row.created_at),
        "sent_at": moment(row.sent_at),
        "not_before": moment(row.not_before),
    }


@router.get("", response=schemas.Webhooks, summary="我的推送")
def list_webhooks(request: HttpRequest) -> HttpResponse:
    """当前令牌的人设的推送，新的在前。"""
    actor = actor_of(request)
    rows = queries.owned(actor).filter(owner_id=actor.user, ended_at=None)
    return answer({"items": [webhook_shape(row) for row in rows]})


@router.post("", response={201: schemas.WebhookMade}, summary="设一个推送")
def subscribe(
    request: HttpRequest, given: schemas.WebhookIn, idempotency_key: str | None = writing.key_welcome()
) -> HttpResponse:
    """从现在起，您看得见的事项每办一步，就向这个地址 POST 一条签名的消息。secret 只在这里给一次。

    签名：Huhang-Signature 是 v1= 加上 HMAC-SHA256(secret, 时间戳 + "." + 正文) 的十六进制；时间戳在 Huhang-Timestamp，
    与您的时钟差 5 分钟以上的不要收。同一条消息重发时 Huhang-Delivery 不变，请据此去重。
    """
    actor, now = actor_of(request), timezone.now()
    check_names(given.kinds, given.moves)

    def work() -> tuple[Any, str]:
        made, secret = actions.subscribe(by=actor, now=now, **given.dict())
        return {**webhook_shape(made), "secret": secret}, HERE + str(made.pk)

    return writing.done(request, idempotency_key, by=actor, content=given.dict(), now=now, work=work, status=201)


@router.get("/{uuid:webhook}", response=schemas.Webhook, summary="一个推送")
def read_webhook(request: HttpRequest, webhook: UUID) -> HttpResponse:
    """它送到哪里了，连续失败了几次，歇到什么时候。"""
    return answer(webhook_shape(queries.one(webhook, by=actor_of(request))))


class DeliveriesIn(Schema):
    """Which messages."""

    state: Literal["", "waiting", "sent", "parked"] = Field("", description="waiting 等着送，sent 已收下，parked 搁置")


@router.get("/{uuid:webhook}/deliveries", response=schemas.Deliveries, summary="最近的消息和结果")
def list_deliveries(request: HttpRequest, webhook: UUID, said: Query[DeliveriesIn]) -> HttpResponse:
    """最近 100 条，新的在前。"""
    refuse_unknown(request.GET, DeliveriesIn.model_fields)
    found = queries.one(webhook, by=actor_of(request))
    return answer({"items": [_delivery(row) for row in queries.deliveries(found, said.state)[:SHOWN]]})


@router.post("/{uuid:webhook}/ping", response=schemas.Delivery, summary="试一下")
def ping(request: HttpRequest, webhook: UUID) -> HttpResponse:
    """送一条 type 是 ping 的消息，与别的消息一样签名。"""
    return answer(_delivery(actions.ping(webhook, by=actor_of(request), now=timezone.now())))


@router.post("/{uuid:webhook}/replay", response=schemas.Replayed, summary="从某处起再送一遍")
def replay(request: HttpRequest, webhook: UUID, given: schemas.ReplayIn) -> HttpResponse:
    """丢了数据的接收方用它补齐：这个位置之后的消息用原来的编号再送一遍，没有做过的现在做。"""
    told = actions.replay(webhook, after=int(given.after), by=actor_of(request), now=timezone.now())
    return answer({"again": told, "cursor": str(int(given.after))})


@router.post("/{uuid:webhook}/deliveries/{uuid:delivery}/again", response=schemas.Delivery, summary="搁置的再送")
def again(request: HttpRequest, webhook: UUID, delivery: UUID) -> HttpResponse:
    """试了多次送不到的消息会搁置；修好接收方以后用它再送。"""
    return answer(_delivery(actions.again(webhook, delivery, by=actor_of(request), now=timezone.now())))


@router.post("/{uuid:webhook}/{act}", response=schemas.Webhook, summary="暂停、恢复、停用")
def change(request: HttpRequest, webhook: UUID, act: Literal["pause", "resume", "end"]) -> HttpResponse:
    """pause 暂停（不丢，恢复后接着送），resume 恢复，end 停用（不能恢复）。"""
    doing = {"pause": actions.pause, "resume": actions.resume, "end": actions.end}[act]
    return answer(webhook_shape(doing(webhook, by=actor_of(request), now=timezone.now())))
