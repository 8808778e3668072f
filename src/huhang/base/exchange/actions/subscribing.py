"""Taking a receiver on, agreeing to it, pausing and ending it; each is a line in the journal."""

import secrets
import uuid
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.rules import Actor
from huhang.base.exchange import hosts, providers, queries, sources
from huhang.base.exchange.models import Subscription
from huhang.base.journal import actions as journal
from huhang.base.keyring import keys
from huhang.base.messages import actions as messages
from huhang.base.people.models import User
from huhang.base.vault import rules as sealing
from huhang.kernel.errors import Conflict, Denied, Invalid
from huhang.kernel.text import clean

SEALED_FOR = "exchange.secret"
MOST = 20
"""Receivers one officer may have."""


@transaction.atomic
def subscribe(
    *,
    name: str,
    url: str,
    kinds: Sequence[str] = (),
    moves: Sequence[str] = (),
    owner: uuid.UUID | None = None,
    by: Actor,
    now: datetime,
) -> tuple[Subscription, str]:
    """A new receiver and its secret, which is shown once; it is told of what comes from now on.

    An officer subscribes for themselves. The administrator, who sees no cases, subscribes for an officer, and nothing
    is told before that officer agrees.

    Args:
        kinds, moves: only these; none means all. Names are checked by the door, which knows the kinds.

    Raises:
        Denied: for somebody else without being the administrator.
        Invalid: beside its field.
    """
    if by.user is None:
        raise Denied
    own = owner is None or owner == by.user
    if not own and not queries.oversees(by):
        raise Denied
    label = clean(name, max_length=64)
    if not label:
        raise Invalid("请写明这个订阅做什么用。", field="name")
    address = url.strip()
    hosts.target(address, anywhere=providers.is_sandbox())
    with acting(SYSTEM):
        whose = User.objects.filter(pk=owner or by.user, is_active=True, left_at=None).first()
        if whose is None:
            raise Invalid("没有这个人员。", field="owner")
        if Subscription.objects.filter(owner=whose, ended_at=None).count() >= MOST:
            raise Invalid("一个人最多 %(most)d 个订阅，请先停用不要的。", field="name", params={"most": MOST})
        here = sources.feed().newest()
        secret = f"whs_{secrets.token_urlsafe(32)}"
        made = Subscription(
            owner=whose,
            name=label,
            url=address,
            kinds=list(kinds),
            moves=list(moves),
            secret_sealed=sealing.seal(secret, SEALED_FOR, keys.ring("token")),
            created_at=now,
            created_by_id=by.user,
            confirmed_at=now if own else None,
            first=here,
            cursor=here,
        )
        made.save(force_insert=True)
    _note("webhook.subscribe", made, by=by, now=now)
    if not own:
        messages.tell_user(whose.pk, template="webhook.ask", params={}, by=by, now=now)
    return made, secret


def secret_of(subscription: Subscription) -> str:
    """The secret that signs its messages."""
    return sealing.unseal(bytes(subscription.secret_sealed), SEALED_FOR, keys.ring("token"))


def locked(subscription_id: uuid.UUID, *, by: Actor) -> Subscription:
    """The row, locked until the transaction ends.

    Raises:
        Missing: as `queries.one`. Conflict: it has ended.
    """
    queries.one(subscription_id, by=by)
    found = Subscription.objects.select_for_update().get(pk=subscription_id)
    if found.ended_at is not None:
        raise Conflict("这个订阅已经停用。")
    return found


def _note(action: str, subscription: Subscription, *, by: Actor, now: datetime) -> None:
    journal.write(action, by=by, now=now, about=subscription.name, data={"webhook": str(subscription.pk)})


@transaction.atomic
def confirm(subscription_id: uuid.UUID, *, by: Actor, now: datetime) -> Subscription:
    """The owner agrees to be told of: what they may see goes to that address from now on.

    Raises:
        Denied: somebody else.
    """
    found = locked(subscription_id, by=by)
    if by.user != found.owner_id:
        raise Denied("只有本人可以确认。")
    if found.confirmed_at is None:
        found.confirmed_at = now
        found.first = found.cursor = sources.feed().newest()
        found.save(update_fields=["confirmed_at", "first", "cursor"])
        _note("webhook.confirm", found, by=by, now=now)
    return found


@transaction.atomic
def pause(subscription_id: uuid.UUID, *, by: Actor, now: datetime, why: str = "asked") -> Subscription:
    """Sends nothing until resumed; nothing is lost meanwhile."""
    found = locked(subscription_id, by=by)
    if found.paused_at is None:
        found.paused_at, found.paused_why = now, why
        found.save(update_fields=["paused_at", "paused_why"])
        _note("webhook.pause", found, by=by, now=now)
    return found


@transaction.atomic
def resume(subscription_id: uuid.UUID, *, by: Actor, now: datetime) -> Subscription:
    """Goes on where it was paused, at once."""
    found = locked(subscription_id, by=by)
    if found.paused_at is not None:
        found.paused_at, found.paused_why, found.failures, found.rests_until = None, "", 0, None
        found.save(update_fields=["paused_at", "paused_why", "failures", "rests_until"])
        _note("webhook.resume", found, by=by, now=now)
    return found


@transaction.atomic
def end(subscription_id: uuid.UUID, *, by: Actor, now: datetime) -> Subscription:
    """Ends it for good; what was not sent yet is not sent any more."""
    found = locked(subscription_id, by=by)
    found.ended_at = now
    found.save(update_fields=["ended_at"])
    _note("webhook.end", found, by=by, now=now)
    return found
