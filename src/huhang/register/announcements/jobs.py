"""Sending notices and reminders in portions."""

import uuid

from django.utils import timezone

from huhang.base.jobs.registry import work
from huhang.register.announcements.actions import deliver, deliver_again


@work("notices.deliver", whole=False)
def deliver_notice(notice: str) -> None:
    """Every portion is a transaction of its own; begun again after a crash, it goes on where it stopped."""
    while deliver(uuid.UUID(notice), now=timezone.now()):
        pass


@work("notices.remind", whole=False)
def remind_of_notice(notice: str) -> None:
    """The same for reminders."""
    while deliver_again(uuid.UUID(notice), now=timezone.now()):
        pass
