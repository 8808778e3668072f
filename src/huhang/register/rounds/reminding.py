"""Reminders: one digest an officer a slot of working hours, of what came near or turned late and was not told yet (B2).

What is to be told follows from the duties as they stand, not from ticks: an outage of a day loses none and sends one
digest, and what was done meanwhile is not told of at all.
"""

import uuid
from collections import defaultdict
from datetime import date, datetime, timedelta

from django.db.models import Q

from huhang.base.access.context import SYSTEM
from huhang.base.catalog import queries as catalog
from huhang.base.messages import actions as messages
from huhang.base.people.models import Post, User
from huhang.register.rounds import catalogue, queries
from huhang.register.rounds.deriving import Duty
from huhang.register.rounds.models import Told
from huhang.register.rounds.queries import Wanted
from huhang.register.rounds.rules import LATE, reminded_from

NEAR = "near"
KEPT = timedelta(days=400)
Key = tuple[uuid.UUID, str, uuid.UUID, date, str]


def slot_of(now: datetime) -> datetime | None:
    """The beginning of the slot of working hours an instant lies in; none outside them."""
    slots, calendar = catalog.schedule(), catalog.calendar()
    day = slots.date_of(now)
    if not calendar.kind_of(day).works:
        return None
    return next((start for start, end in slots.spans(day) if start <= now < end), None)


def tell(now: datetime) -> int:
    """Tells everybody who has news and was told nothing in this slot yet. Returns how many were told."""
    slot = slot_of(now)
    if slot is None:
        return 0
    fresh = _news(now)
    if not fresh:
        return 0
    busy = set(Told.objects.filter(at__gte=slot).values_list("user_id", flat=True))
    by_user: dict[uuid.UUID, list[Key]] = defaultdict(list)
    for key in fresh:
        if key[0] not in busy:
            by_user[key[0]].append(key)
    for user, keys in sorted(by_user.items()):
        Told.objects.bulk_create(
            [Told(user_id=user, rule=rule, of=of, day=day, stage=stage, at=now) for _u, rule, of, day, stage in keys],
            ignore_conflicts=True,
        )
        late = sum(stage == LATE for *_rest, stage in keys)
        params = {"near": str(len(keys) - late), "late": str(late)}
        messages.tell_user(user, template="rounds.digest", params=params, by=SYSTEM, now=now)
    Told.objects.filter(at__lt=now - KEPT).delete()
    return len(by_user)


def _news(now: datetime) -> list[Key]:
    """Everything that is near or late and was not told to whoever owes it now."""
    open_now = queries.duties(Wanted(queries.now_open(now), open=True), SYSTEM, now)
    stages = [(duty, stage) for duty in open_now if (stage := _stage(duty, now))]
    posts = _posts({duty.unit_id for duty, _stage_ in stages if duty.subject_id is None}, now)
    wanted: list[Key] = []
    for duty, stage in stages:
        rule = catalogue.rule(duty.rule, duty.version)
        roles = rule.roles if rule else ()
        whose = [duty.officer_id] if duty.subject_id else [user for role in roles for user in posts[duty.unit_id, role]]
        wanted += [(user, duty.rule, duty.of, duty.day, stage) for user in dict.fromkeys(whose) if user is not None]
    users = {key[0] for key in wanted}
    there = set(User.objects.filter(pk__in=users, is_active=True, left_at=None).values_list("pk", flat=True))
    told = set(Told.objects.filter(user__in=there).values_list("user_id", "rule", "of", "day", "stage"))
    return [key for key in wanted if key[0] in there and key not in told]


def _stage(duty: Duty, now: datetime) -> str:
    if duty.state == LATE:
        return LATE
    rule = catalogue.rule(duty.rule, duty.version)
    near = rule is not None and now >= reminded_from(
        rule, duty.last, duty.start, catalog.calendar(), catalog.schedule()
    )
    return NEAR if near else ""


def _posts(units: set[uuid.UUID], now: datetime) -> dict[tuple[uuid.UUID, str], list[uuid.UUID]]:
    """Who holds which role in some units now."""
    held = Post.objects.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=now), unit__in=units, starts_at__lte=now)
    found: dict[tuple[uuid.UUID, str], list[uuid.UUID]] = defaultdict(list)
    for unit, role, user in held.order_by("user_id").values_list("unit_id", "role", "user_id"):
        found[unit, role].append(user)
    return found
