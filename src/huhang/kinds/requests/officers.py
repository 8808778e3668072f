"""Whom a unit's matters are told to: the officer in charge, and the unit's chiefs."""

import uuid
from datetime import datetime

from huhang.base.people.models import Post
from huhang.base.people.queries import held
from huhang.cases.models import Case
from huhang.register.units.queries import tree


def chiefs_of(unit: uuid.UUID, *, now: datetime) -> list[uuid.UUID]:
    """Who answers for a unit now: its own chiefs, or those of the unit above where it has none."""
    place: uuid.UUID | None = unit
    while place is not None:
        posts = Post.objects.filter(held(now), unit=place, role="chief", user__is_active=True, user__left_at=None)
        found = list(posts.order_by("starts_at", "id").values_list("user", flat=True))
        if found:
            return list(dict.fromkeys(found))
        place = tree()[place].parent
    return []


def officers_of(case: Case, *, now: datetime) -> list[uuid.UUID]:
    """The officer in charge; the chiefs where nobody is in charge."""
    return [case.officer_id] if case.officer_id is not None else chiefs_of(case.unit_id, now=now)
