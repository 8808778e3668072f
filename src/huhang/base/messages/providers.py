"""Who carries an SMS. A provider is named by its dotted path in ``settings.HUHANG_SMS`` and can be exchanged."""

import uuid
from typing import Protocol

from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string

from huhang.base.messages.models import Message, Outbox
from huhang.kernel.errors import Unavailable
from huhang.kernel.identifiers import mask_phone


class Provider(Protocol):
    """Something that sends an SMS."""

    def send(self, to: str, text: str, ref: str) -> str:
        """Sends it and returns the provider's own reference.

        Args:
            ref: our id of the message; sending the same one again must not send a second SMS.

        Raises:
            Exception: anything; the message is tried again later.
        """


class Sandbox:
    """Sends nothing: keeps what it would have sent on the outbox page.

    A code in the text is kept only on a trial installation; elsewhere the stored text without the code is shown.
    """

    def send(self, to: str, text: str, ref: str) -> str:
        message = Message.objects.get(pk=uuid.UUID(ref))
        shown = text if settings.HUHANG_TRIAL else message.text
        row = Outbox(id=message.pk, message=message.pk, to_masked=mask_phone(to), text=shown, at=timezone.now())
        Outbox.objects.bulk_create([row], ignore_conflicts=True)
        return f"sandbox-{ref}"


class Failing:
    """A provider that is down, for tests of survival (SAFEGUARDS 19)."""

    def send(self, to: str, text: str, ref: str) -> str:
        raise Unavailable("短信通道没有应答。", hint="系统会自动重发。")


def chosen() -> Provider:
    """The provider of this installation.

    Raises:
        Unavailable: a trial installation is set to send real messages, or the path names nothing.
    """
    try:
        found = import_string(settings.HUHANG_SMS)
    except ImportError as problem:
        raise Unavailable("短信通道的设置不对。", hint="请检查 HUHANG_SMS。") from problem
    if settings.HUHANG_TRIAL and found is not Sandbox:
        raise Unavailable("试用环境不向外发短信。", hint="正式使用时设置 HUHANG_TRIAL=0。")
    provider: Provider = found()
    return provider
