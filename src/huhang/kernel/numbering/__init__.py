"""Numbers the product gives out: keys of rows, case numbers and secrets for people, document numbers."""

from huhang.kernel.numbering.documents import check_document_number, document_number
from huhang.kernel.numbering.ids import Ordered7, uuid7
from huhang.kernel.numbering.public import (
    ALPHABET,
    normalise_number,
    normalise_secret,
    phone_code,
    public_number,
    secret,
)

__all__ = [
    "ALPHABET",
    "Ordered7",
    "check_document_number",
    "document_number",
    "normalise_number",
    "normalise_secret",
    "phone_code",
    "public_number",
    "secret",
    "uuid7",
]
