"""Who measures: officers who see everything, one unit, or thirty of them; signed in by session and by token."""

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection
from django.test import Client
from django.utils import timezone

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.rules import Actor
from huhang.base.database import as_owner
from huhang.base.people.models import Post, User
from huhang.base.people.queries import actor_for
from huhang.base.people.tokens import issue
from huhang.kernel.numbering import uuid7
from huhang.register.units.models import Unit

MANY = 30


@dataclass
class Caller:
    """One officer with a browser session and a token."""

    name: str
    actor: Actor
    browser: Client
    token: str

    def page(self, path: str, **query: str) -> Any:
        """A page; anything but 200 is a mistake of the measurement."""
        return _good(self.browser.get(path, query), 200)

    def form(self, path: str, values: dict[str, str], *, wanted: int) -> Any:
        """A form sent with a fresh key."""
        return _good(self.browser.post(path, {**values, "idempotency_key": str(uuid7())}), wanted)

    def get(self, path: str, **query: str) -> Any:
        """A GET of the API."""
        return _good(_programs.get(f"/api/v1{path}", query, headers=self._headers()), 200)

    def post(self, path: str, body: Any, *, wanted: int) -> Any:
        """A POST of the API with a fresh key."""
        headers = {**self._headers(), "Idempotency-Key": str(uuid7())}
        sent = _programs.post(f"/api/v1{path}", json.dumps(body), content_type="application/json", headers=headers)
        return _good(sent, wanted)

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


_programs = Client()


def _good(response: Any, wanted: int) -> Any:
    if response.status_code != wanted:
        raise RuntimeError(f"{response.status_code} instead of {wanted}: {response.content[:400].decode()}")
    return response


def caller(name: str, username: str) -> Caller:
    """An officer ready to ask."""
    with acting(SYSTEM):
        user = User.objects.get(username=username)
        actor = actor_for(username, now=timezone.now(), door="desk")
    with acting(actor):
        _, token = issue(name="bench", by=actor, now=timezone.now())
    browser = Client()
    browser.force_login(user, backend="huhang.base.people.backends.Officers")
    return Caller(name, actor, browser, token)


def widely_posted() -> None:
    """Gives one officer a post in thirty units, as a duty officer over many stations has."""
    with as_owner(connection), acting(SYSTEM):
        user = User.objects.get(username="100005")
        if user.posts.count() > 1:
            return
        since = timezone.now() - timedelta(days=100)
        units = Unit.objects.filter(level=3).order_by("code")[:MANY]
        Post.objects.bulk_create(
            Post(user=user, unit=unit, role="handler", reach="own", first=False, starts_at=since) for unit in units
        )


def cast() -> dict[str, Caller]:
    """The callers by what they see."""
    widely_posted()
    return {
        "all": caller("全市", "100002"),
        "few": caller("一个单位", "100003"),
        "many": caller(f"{MANY} 个单位", "100005"),
    }
