"""Who measures: officers who see everything, one unit, or thirty of them; signed in by session and by token."""

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.db import connection
from django.test import Client
from django.utils import timezone

from bench.wire import Answer, Wire
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
    wire: Wire
    cookies: dict[str, str]
    token: str

    def page(self, path: str, **query: str) -> bytes:
        """A page; anything but 200 is a mistake of the measurement."""
        return _good(self.wire.ask("GET", path, query=query, headers=self._browser()), 200)

    def tile(self, path: str, **query: str) -> bytes:
        """A tile of the map; one with nothing on it is an answer too."""
        answer = self.wire.ask("GET", path, query=query, headers=self._browser())
        return _good(answer, 204 if answer.status == 204 else 200)

    def form(self, path: str, values: dict[str, str], *, wanted: int) -> bytes:
        """A form sent with a fresh key, its forgery check included."""
        sent = {**values, "idempotency_key": str(uuid7()), "csrfmiddlewaretoken": self.cookies["huhang_csrf"]}
        return _good(
            self.wire.ask("POST", path, body=urlencode(sent).encode(), content_type=_FORM, headers=self._browser()),
            wanted,
        )

    def get(self, path: str, **query: str) -> bytes:
        """A GET of the API."""
        return _good(self.wire.ask("GET", f"/api/v1{path}", query=query, headers=self._program()), 200)

    def post(self, path: str, body: Any, *, wanted: int) -> bytes:
        """A POST of the API with a fresh key."""
        headers = {**self._program(), "Idempotency-Key": str(uuid7())}
        text = json.dumps(body).encode()
        sent = self.wire.ask("POST", f"/api/v1{path}", body=text, content_type="application/json", headers=headers)
        return _good(sent, wanted)

    def _browser(self) -> dict[str, str]:
        return {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}

    def _program(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


_FORM = "application/x-www-form-urlencoded"


def _good(answer: Answer, wanted: int) -> bytes:
    if answer.status != wanted:
        raise RuntimeError(f"{answer.status} instead of {wanted}: {answer.content[:400].decode()}")
    return answer.content


def caller(name: str, username: str, wire: Wire) -> Caller:
    """An officer ready to ask."""
    with acting(SYSTEM):
        user = User.objects.get(username=username)
        actor = actor_for(username, now=timezone.now(), door="desk")
    with acting(actor):
        _, token = issue(name="bench", by=actor, now=timezone.now())
    browser = Client()
    browser.force_login(user, backend="huhang.base.people.backends.Officers")
    made = Caller(name, actor, wire, {key: morsel.value for key, morsel in browser.cookies.items()}, token)
    form = wire.ask("GET", "/desk/requests/new/", headers=made._browser())
    made.cookies |= form.cookies
    return made


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
    wire = Wire()
    return {
        "all": caller("全市", "100002", wire),
        "few": caller("一个单位", "100003", wire),
        "many": caller(f"{MANY} 个单位", "100005", wire),
        "leader": caller("局领导", "100008", wire),
    }
