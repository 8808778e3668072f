"""Whoever stands in the hall: a proved phone, a phone on its way to being proved, and what was typed meanwhile.

The session keeps a phone sealed, never plain; a person takes its place as soon as the register knows one.
"""

import base64
import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme, urlencode

from huhang.base.access.rules import Actor
from huhang.base.keyring import keys
from huhang.base.people.public import LASTS, dismiss
from huhang.base.vault import actions as vault
from huhang.base.vault.rules import Unreadable, unseal
from huhang.doors.frame.gates import actor_of
from huhang.kernel.errors import Denied
from huhang.kernel.identifiers import mask_phone
from huhang.kernel.text import canonical_json

Page = Callable[..., HttpResponse]
PHONE, TYPED, RECEIPT = "hall_phone", "hall_typed", "hall_receipt"
SEALED_FOR, TYPED_FOR = "hall.phone", "hall.typed"
TYPED_LASTS = timedelta(hours=2)
"""As long as a draft on a computer anybody may use."""


def source(request: HttpRequest) -> str:
    """Where a try comes from, for limits; kept as a blind index only."""
    return str(request.META.get("REMOTE_ADDR", ""))


# ---- the phone


def remember_phone(session: Any, number: str, *, now: datetime) -> None:
    """A code was sent to this number from this session."""
    sealed = base64.b64encode(vault.seal(number, SEALED_FOR)).decode()
    session[PHONE] = {"sealed": sealed, "masked": mask_phone(number), "at": now.isoformat(), "proved": ""}


def phone_masked(session: Any) -> str:
    """The number on its way, as it may be shown; empty when there is none."""
    return str(session[PHONE]["masked"]) if PHONE in session else ""


def open_phone(session: Any, why: str, *, by: Actor, now: datetime) -> str:
    """The number in plain text; the reading is a row of the journal like every other."""
    sealed = base64.b64decode(session[PHONE]["sealed"])
    return vault.reveal(sealed, SEALED_FOR, person=None, why=why, by=by, now=now)


def mark_proved(session: Any, *, now: datetime) -> None:
    """The code was right but the register knows nobody of this number yet; the session gets a new key."""
    session.cycle_key()
    session[PHONE] = {**session[PHONE], "proved": now.isoformat()}


def proved(session: Any, *, now: datetime) -> bool:
    """Whether a number without a person was proved within the last half hour."""
    at = session.get(PHONE, {}).get("proved")
    return bool(at) and now - datetime.fromisoformat(at) <= LASTS


def forget_phone(session: Any) -> None:
    """A person has taken its place."""
    session.pop(PHONE, None)


# ---- what was typed


def keep_typed(session: Any, values: Mapping[str, str], *, now: datetime) -> None:
    """What was in a form when its sender turned out to have to prove the phone again; never a name, never files.

    Whatever people tell is kept sealed, as a draft no less than as a request.
    """
    sealed = base64.b64encode(vault.seal(canonical_json(dict(values)), TYPED_FOR)).decode()
    session[TYPED] = {"at": now.isoformat(), "sealed": sealed}


def typed(session: Any, *, now: datetime) -> dict[str, str]:
    """What `keep_typed` kept, for two hours; afterwards it is dropped.

    Handing people back their own words is no reading of personal data, so no row of the journal is written.
    """
    entry = session.get(TYPED)
    if entry is None:
        return {}
    if "sealed" in entry and now - datetime.fromisoformat(entry["at"]) <= TYPED_LASTS:
        with suppress(Unreadable):
            held = json.loads(unseal(base64.b64decode(entry["sealed"]), TYPED_FOR, keys.ring("seal")))
            return {str(name): str(value) for name, value in held.items()}
    session.pop(TYPED)
    return {}


# ---- gates


def is_admitted(request: HttpRequest) -> bool:
    """Whether a phone was proved in this session within the last half hour."""
    return actor_of(request).person is not None or proved(request.session, now=timezone.now())


def refuse_officers(request: HttpRequest) -> None:
    """The hall is for residents; an officer's session would answer for a person's otherwise.

    Raises:
        Denied: an officer is signed in.
    """
    if actor_of(request).kind == "officer":
        raise Denied(
            "您现在以工作人员身份登录，不能在这里以个人身份办理。", hint="请先退出登录，或换一个浏览器再打开。"
        )


def to_phone(then: str) -> HttpResponse:
    """To the phone check, and back to ``then``."""
    return redirect(reverse("hall:phone") + "?" + urlencode({"next": then}))


def then_of(request: HttpRequest) -> str:
    """Where to go after the phone check: a page of ours, or the person's own requests."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    ours = wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if ours else reverse("hall:mine")


def with_phone(page: Page) -> Page:
    """Only with a proved phone; others prove it first and come back."""

    @wraps(page)
    def inner(request: HttpRequest, *args: Any, **kw: Any) -> HttpResponse:
        refuse_officers(request)
        if not is_admitted(request):
            return to_phone(request.path)
        return page(request, *args, **kw)

    inner.gate = "person"  # type: ignore[attr-defined]
    return inner


def leave(session: Any) -> None:
    """Ends everything this session was admitted to and forgets what it held."""
    dismiss(session)
    for name in (PHONE, TYPED, RECEIPT):
        session.pop(name, None)
