"""Reading the register of subjects and persons."""

import uuid

from huhang.base.messages.recipients import Reach
from huhang.register.subjects.models import Person


def phone_of(person: uuid.UUID) -> Reach | None:
    """The sealed number and its mask for a message; none without a phone. Only the vault opens the number."""
    sealed, masked = Person.objects.filter(pk=person).values_list("phone_sealed", "phone_masked").first() or (None, "")
    return Reach(bytes(sealed), masked) if sealed is not None else None
