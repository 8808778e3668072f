"""Sending invitations and reminders in portions, and mixing answers as they come."""

import uuid
from datetime import datetime, timedelta

from django.utils import timezone

from huhang.base.jobs.registry import duty, work
from huhang.kinds.requests.surveying.actions import invite, mix_all, remind_portion


@work("surveys.invite", whole=False)
def send_invitations(survey: str) -> None:
    """Every portion is a transaction of its own; begun again after a crash, it goes on where it stopped."""
    while invite(uuid.UUID(survey), now=timezone.now()):
        pass


@work("surveys.remind", whole=False)
def remind_of_survey(survey: str) -> None:
    """The same for reminders; what falls out of working hours goes on when they begin again."""
    while remind_portion(uuid.UUID(survey), now=timezone.now()):
        pass


@duty("surveys.mix", every=timedelta(minutes=5))
def mix_answers(now: datetime) -> None:
    """Shows what may be shown, and parts used links from the order of their use."""
    mix_all(now=now)
