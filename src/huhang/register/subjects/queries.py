"""Reading the register of subjects and persons."""

import uuid

from huhang.base.messages.recipients import Reach
from huhang.register.subjects.models import Person


def phone_of(person: uuid.UUID) -> Reach | None:
    """The sealed number and its mask for a message; none without a phone. The number itself is opened by the vault only."""
    found = Person.objects.filter(pk=person, phone_sealed__isnull=False).values_list("phone_sealed", "phone_masked").first()
    return Reach(bytes(found[0]), found[1]) if found and found[0] is not None else None
