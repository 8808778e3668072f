"""Officers as actors: one statement brings the user and the posts that hold at this moment."""

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, QuerySet
from django.db.models.functions import JSONObject

from huhang.base.access.rules import Actor, Grant, Reach
from huhang.base.people.models import Post, User


def held(now: datetime) -> Q:
    """Posts that hold at an instant; an end takes effect at once."""
    return Q(starts_at__lte=now) & (Q(ends_at__isnull=True) | Q(ends_at__gt=now))


def with_posts(now: datetime) -> QuerySet[User]:
    """Active users, each with the posts held now as ``held_posts``."""
    posts = (
        Post.objects.filter(held(now), user=OuterRef("pk"))
        .order_by("-first", "starts_at", "id")
        .values(row=JSONObject(role="role", unit="unit_id", reach="reach", short="unit__short_name"))
    )
    return User.objects.filter(is_active=True, left_at__isnull=True).annotate(held_posts=ArraySubquery(posts))


def names(users: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    """The names of officers by id."""
    return dict(User.objects.filter(pk__in=list(users)).values_list("pk", "name"))


def actor_of(user: Any, *, door: str) -> Actor:
    """The actor of a user fetched by `with_posts`."""
    posts = user.held_posts
    grants = tuple(Grant(p["role"], uuid.UUID(p["unit"]), Reach(p["reach"])) for p in posts)
    return Actor(
        kind="officer",
        id=user.pk,
        label=user.name,
        grants=grants,
        door=door,
        unit_label=posts[0]["short"] if posts else "",
    )


def actor_for(username: str, *, now: datetime, door: str = "cli") -> Actor:
    """The actor of one officer by police number, for commands and tests.

    Raises:
        User.DoesNotExist: no such active officer.
    """
    return actor_of(with_posts(now).get(username=username), door=door)
