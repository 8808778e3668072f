"""Reading the register of subjects and persons."""

import uuid

from huhang.base.messages.recipients import Reach
from huhang.register.subjects.models import Person


def phone_of(person: uuid.UUID) -> Reach | None:
    """The sealed number, its mask and the language for a message. Only the vault opens the number."""
    row = Person.objects.filter(pk=person).values_list("phone_sealed", "phone_masked", "language").first()
    if row is None:
        return None
    sealed, masked, language = row
    return Reach(bytes(sealed) if sealed is not None else b"", masked, language)
