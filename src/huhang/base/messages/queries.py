"""Reading messages."""

import uuid

from django.db.models import QuerySet

from huhang.base.messages.models import Message, Outbox


def unread(user: uuid.UUID) -> int:
    """How many messages an officer has not read."""
    return Message.objects.filter(user=user, read_at__isnull=True).count()


def of_user(user: uuid.UUID) -> QuerySet[Message]:
    """What an officer was told, newest first."""
    return Message.objects.filter(user=user).order_by("-created_at", "-id")


def of_person(person: uuid.UUID) -> QuerySet[Message]:
    """What a person was told, newest first."""
    return Message.objects.filter(person=person).order_by("-created_at", "-id")


def outbox(limit: int = 100) -> list[Outbox]:
    """What the sandbox provider was given, newest first."""
    return list(Outbox.objects.order_by("-at", "-id")[:limit])
