"""The work of sending."""

import uuid

from django.utils import timezone

from huhang.base.jobs.registry import work
from huhang.base.messages.sending import send


@work("messages.send", whole=False, forget=("code",))
def send_message(message: str, code: str = "") -> None:
    """Sends one message, marks it, and lets the ledger try again when the provider does not take it."""
    send(uuid.UUID(message), code=code, now=timezone.now())
