"""Handing one message to the provider: the number is journalled, then opened; no transaction waits for the network."""

import base64
import threading
import uuid
from datetime import datetime, timedelta

from huhang.base.access.context import SYSTEM, acting
from huhang.base.jobs.rules import failure
from huhang.base.messages import templates
from huhang.base.messages.actions import CODE, PHONE
from huhang.base.messages.models import Message
from huhang.base.messages.providers import Provider, Sandbox, chosen
from huhang.base.vault import actions as vault
from huhang.kernel.errors import Unavailable

WHY = "发送办理短信"
PATIENCE = 10.0
"""Seconds a provider has to answer."""
CODE_LASTS = timedelta(minutes=10)


def send(message_id: uuid.UUID, *, code: str = "", now: datetime) -> bool:
    """Sends a message once; says whether it went out now. A code too old to be of use is not sent any more.

    Args:
        code: what is hidden in the stored text (the code of a phone check, a link that works once), sealed, as base64.

    Raises:
        Unavailable: the provider did not take it, or in time; the message is marked and may be tried again.
    """
    with acting(SYSTEM):
        message = Message.objects.select_for_update().filter(pk=message_id, sent_at__isnull=True).first()
        if message is None or message.to_sealed is None:
            return False
        if code and message.template == "phone.code" and now - message.created_at > CODE_LASTS:
            _mark(message, failed_at=now, last_error="expired")
            return False
        to, text = _open(message, code, now)
    try:
        reference = _hand_over(chosen(), to, text, str(message.pk))
    except Exception as problem:
        with acting(SYSTEM):
            _mark(message, failed_at=now, last_error=failure(problem), attempts=message.attempts + 1)
        raise
    with acting(SYSTEM):
        _mark(message, sent_at=now, failed_at=None, last_error="", provider_ref=reference[:80])
    return True


def _open(message: Message, code: str, now: datetime) -> tuple[str, str]:
    def plain(sealed: bytes, purpose: str) -> str:
        return vault.reveal(sealed, purpose, person=message.person, why=WHY, by=SYSTEM, now=now, case=message.case)

    assert message.to_sealed is not None
    to = plain(bytes(message.to_sealed), PHONE)
    if not code:
        return to, message.text
    # the hidden part is nobody's personal data: it names no person, so the person's page does not list it
    told = vault.reveal(base64.b64decode(code), CODE, person=None, why=WHY, by=SYSTEM, now=now, case=message.case)
    return to, message.text.replace(templates.HIDDEN, told)


def _mark(message: Message, **values: object) -> None:
    Message.objects.filter(pk=message.pk).update(**values)


def _hand_over(provider: Provider, to: str, text: str, ref: str) -> str:
    """The provider's reference, or `Unavailable` when it has not answered in time."""
    if isinstance(provider, Sandbox):
        with acting(SYSTEM):
            return provider.send(to, text, ref)
    answer: list[str] = []
    trouble: list[Exception] = []

    def call() -> None:
        try:
            answer.append(provider.send(to, text, ref))
        except Exception as problem:  # noqa: BLE001 - carried over to the waiting thread
            trouble.append(problem)

    thread = threading.Thread(target=call, name=f"sms {ref}", daemon=True)
    thread.start()
    thread.join(PATIENCE)
    if trouble:
        raise trouble[0]
    if not answer:
        raise Unavailable("短信通道没有及时应答。", hint="系统会自动重发。")
    return answer[0]
