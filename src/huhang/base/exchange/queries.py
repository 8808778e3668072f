"""Reading subscriptions and what became of their messages."""

import uuid
from collections.abc import Iterable
from datetime import datetime

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet

from huhang.base.access.rules import Actor, Perm
from huhang.base.exchange.models import Delivery, Subscription
from huhang.kernel.errors import Missing

WAITING = Q(sent_at=None, parked_at=None)


def owned(by: Actor) -> QuerySet[Subscription]:
    """Those an actor may look at: an officer's own; the administrator's and the system's are all."""
    rows = Subscription.objects.select_related("owner").order_by("-created_at")
    return rows if oversees(by) else rows.filter(owner_id=by.user, ended_at=None)


def oversees(by: Actor) -> bool:
    """Whether the actor keeps the exchange running for everybody."""
    return by.kind == "system" or Perm.MANAGE_SYSTEM in by.perms


def counted(rows: QuerySet[Subscription]) -> QuerySet[Subscription]:
    """With how many messages wait and are parked, and when the last one was taken."""
    return rows.annotate(
        waiting=Count("deliveries", filter=Q(deliveries__sent_at=None, deliveries__parked_at=None)),
        parked=Count("deliveries", filter=Q(deliveries__parked_at__isnull=False)),
        last_sent=Max("deliveries__sent_at"),
    )


def one(subscription_id: uuid.UUID, *, by: Actor) -> Subscription:
    """One of them.

    Raises:
        Missing: none of this id, or somebody else's: both look the same.
    """
    found = owned(by).filter(pk=subscription_id).first()
    if found is None:
        raise Missing
    return found


def deliveries(subscription: Subscription, state: str = "") -> QuerySet[Delivery]:
    """Its messages, newest first; of one state (``waiting``, ``sent``, ``parked``) if given."""
    rows = Delivery.objects.filter(subscription=subscription).order_by("-created_at", "-id")
    narrowed = {"waiting": WAITING, "sent": Q(sent_at__isnull=False), "parked": Q(parked_at__isnull=False)}
    return rows.filter(narrowed[state]) if state else rows


def live(now: datetime) -> QuerySet[Subscription]:
    """Those that are told now: agreed to by their owner, not paused, not ended."""
    return Subscription.objects.filter(confirmed_at__lte=now, paused_at=None, ended_at=None)


def due(now: datetime, *, but: Iterable[uuid.UUID] = ()) -> list[uuid.UUID]:
    """Receivers with something to be sent now, the longest-waiting first; ``but`` leaves out those in hand."""
    waiting = Delivery.objects.filter(WAITING, subscription=OuterRef("pk"), not_before__lte=now)
    free = (Q(rests_until=None) | Q(rests_until__lte=now)) & (Q(busy_until=None) | Q(busy_until__lte=now))
    rows = live(now).filter(free, Exists(waiting)).exclude(pk__in=list(but))
    return list(rows.order_by("failures", "rests_until", "id").values_list("pk", flat=True)[:100])
