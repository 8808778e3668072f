"""Officers as actors: one statement brings the user and the posts that hold at this moment."""

import json
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import OuterRef, Q, QuerySet
from django.db.models.functions import JSONObject

from huhang.base.access.rules import Actor, Grant, Reach
from huhang.base.people.models import Post, User
from huhang.base.statements.prepared import prepared


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


_AT, _KEY = datetime(1, 1, 1, tzinfo=UTC), uuid.UUID(int=0)
"""Stand where an instant and a key will stand in a statement that is put together once."""


@cache
def _statement(by_token: bool) -> tuple[str, tuple[Any, ...]]:
    found = with_posts(_AT)
    if by_token:
        found = found.filter(tokens__id=_KEY, tokens__revoked_at__isnull=True, tokens__expires_at__gt=_AT)
    else:
        found = found.filter(pk=_KEY)
    sql, values = found.query.sql_with_params()
    return sql, tuple(values)


def officer(key: Any, *, now: datetime, by_token: bool = False) -> User | None:
    """The active officer of an id, or of a token that holds, with the posts held now; every request begins with this.

    The statement is that of `with_posts`, put together once: the ORM takes longer to compile it than the database to
    answer it.
    """
    sql, values = _statement(by_token)
    with prepared(), connection.cursor() as cursor:
        cursor.execute(sql, [now if value == _AT else key if value == _KEY else value for value in values])
        row = cursor.fetchone()
    if row is None:
        return None
    names = [field.attname for field in User._meta.concrete_fields]
    user = User.from_db(connection.alias, names, row[: len(names)])
    user.held_posts = [json.loads(post) if isinstance(post, str) else post for post in row[len(names)]]  # type: ignore[attr-defined]
    return user


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
