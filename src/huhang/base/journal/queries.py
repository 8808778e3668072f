"""Reading the journal."""

import uuid

from django.db.models import QuerySet

from huhang.base.journal.models import Entry


def of_case(case: uuid.UUID) -> QuerySet[Entry]:
    """Everything done to one case, oldest first."""
    return Entry.objects.filter(case=case).order_by("at", "id")


def reads_of_person(person: uuid.UUID) -> QuerySet[Entry]:
    """Who opened this person's data and why, newest first (SAFEGUARDS 10)."""
    return Entry.objects.filter(person=person, action="person.read").order_by("-at", "-id")
