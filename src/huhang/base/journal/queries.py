"""Reading the journal."""

import uuid

from django.db.models import QuerySet

from huhang.base.journal.models import Entry


def of_case(case: uuid.UUID) -> QuerySet[Entry]:
    """Everything done to one case, oldest first."""
    return Entry.objects.filter(case=case).order_by("at", "id")


def reads_of_person(person: uuid.UUID, *, by_people: bool | None = None) -> QuerySet[Entry]:
    """Who opened this person's data and why, newest first (SAFEGUARDS 10).

    ``by_people`` keeps what officers opened apart from what the system opened by itself, such as a number to send an
    SMS to; without it everything is listed.
    """
    rows = Entry.objects.filter(person=person, action="person.read").order_by("-at", "-id")
    if by_people is None:
        return rows
    return rows.exclude(actor_kind="system") if by_people else rows.filter(actor_kind="system")
