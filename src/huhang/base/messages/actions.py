"""Telling people and officers; SMS leaves only after commit, through a job."""

import base64
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.rules import Actor
from huhang.base.jobs import actions as jobs
from huhang.base.journal import actions as journal
from huhang.base.messages import recipients, templates
from huhang.base.messages.models import Message
from huhang.base.messages.shapes import quiet_until
from huhang.base.messages.templates import HIDDEN
from huhang.base.statements import rows
from huhang.base.vault import actions as vault
from huhang.kernel.identifiers import check_phone, mask_phone

__all__ = ["HIDDEN", "mark_read", "send_code", "tell_person", "tell_user"]

PHONE, CODE = "person.phone", "message.code"
"""What the number and the code are sealed for."""


def tell_person(
    person_id: uuid.UUID,
    *,
    template: str,
    params: Mapping[str, str],
    case: uuid.UUID | None = None,
    hidden: str = "",
    urgent: bool = False,
    by: Actor,
    now: datetime,
) -> Message:
    """Tells a person by SMS, or only inside the product when no phone is known. Never waits for the provider.

    The text is in the person's own language. In the quiet hours of the catalogue an SMS is held, unless ``urgent``.

    Args:
        hidden: what stands in the SMS in the place of `HIDDEN` and is stored nowhere, such as a link that works once.

    Raises:
        KeyError: no such template, or a place without a value.
    """
    with acting(SYSTEM, apart=False):  # whoever acts may know the case and yet not the person's row
        reach = recipients.phone_of(person_id) or recipients.Reach(b"", "")
        language = "en" if templates.is_english(reach.language) else "zh-hans"
        text = templates.render(template, params, language)
        message = Message(template=template, text=text, language=language, case=case, person=person_id, created_at=now)
        if not reach.sealed:
            return _keep(message, by=by, now=now)
        message.to_sealed, message.to_masked = reach.sealed, reach.masked
        message.text += "" if hidden else link_to(params.get("number", ""))
        message.held_until = None if urgent else quiet_until(now)
        sealed = base64.b64encode(vault.seal(hidden, CODE)).decode() if hidden else ""
        return _post(message, by=by, now=now, code=sealed)


def link_to(number: str) -> str:
    """The end of an SMS: where the request is found, if this installation says where residents reach it."""
    base = settings.HUHANG_ADDRESS.rstrip("/")
    return f" {base}/r/{number}/" if base and number else ""


def tell_user(
    user_id: uuid.UUID,
    *,
    template: str,
    params: Mapping[str, str],
    case: uuid.UUID | None = None,
    by: Actor,
    now: datetime,
) -> Message:
    """Tells an officer inside the product.

    Raises:
        KeyError: no such template, or a place without a value.
    """
    text = templates.render(template, params)
    with acting(SYSTEM, apart=False):
        return _keep(Message(template=template, text=text, case=case, user=user_id, created_at=now), by=by, now=now)


def send_code(phone: str, code: str, *, now: datetime) -> None:
    """Sends the code of a phone check. The code is sealed on its way and stored nowhere in a message.

    Raises:
        Invalid: this is no phone number.
    """
    number = check_phone(phone)
    message = Message(
        template="phone.code", text=templates.render("phone.code", {"code": templates.HIDDEN}), created_at=now
    )
    message.to_sealed, message.to_masked = vault.seal(number, PHONE), mask_phone(number)
    with acting(SYSTEM):
        _post(message, by=SYSTEM, now=now, code=base64.b64encode(vault.seal(code, CODE)).decode())


def _keep(message: Message, *, by: Actor, now: datetime) -> Message:
    message.channel, message.sent_at = Message.Channel.INSIDE, now
    return _write(message, by=by, now=now)


def _post(message: Message, *, by: Actor, now: datetime, code: str = "") -> Message:
    message.channel = Message.Channel.SMS
    _write(message, by=by, now=now)
    secret: dict[str, Any] = {"code": code} if code else {}
    jobs.enqueue("messages.send", now=now, not_before=message.held_until, message=str(message.pk), **secret)
    return message


def _write(message: Message, *, by: Actor, now: datetime) -> Message:
    rows.add(message)
    journal.write(
        "message.write",
        by=by,
        now=now,
        case=message.case,
        person=message.person,
        data={"message": str(message.pk), "template": message.template, "channel": message.channel},
    )
    return message


def mark_read(user_id: uuid.UUID, *, by: Actor, now: datetime) -> int:
    """Marks everything an officer was told as read. Returns how many were new."""
    with acting(SYSTEM):
        return Message.objects.filter(user=user_id, read_at__isnull=True).update(read_at=now)
