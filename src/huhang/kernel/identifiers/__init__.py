"""Identifiers people and firms carry: checked, put into one spelling, and masked for showing.

Every ``check_…`` takes what somebody typed (full-width, spaces, lower case) and gives the one spelling that is stored,
or raises ``errors.Invalid`` with a sentence that says what is wrong. Messages never repeat a personal number.
"""

from huhang.kernel.identifiers.certificate import certificate_check_char, check_certificate_id
from huhang.kernel.identifiers.credit import CreditCode, check_credit_code, complete_credit_code, credit_code_warnings
from huhang.kernel.identifiers.found import hide_numbers
from huhang.kernel.identifiers.masks import (
    mask_address,
    mask_bank_card,
    mask_email,
    mask_id,
    mask_mobile,
    mask_name,
    mask_phone,
    mask_plate,
)
from huhang.kernel.identifiers.person import IdNumber, check_id_number, id_number_warnings
from huhang.kernel.identifiers.phones import check_landline, check_mobile, check_phone
from huhang.kernel.identifiers.plates import PlateColour, PlateKind, check_plate, plate_key, plate_kind, show_plate
from huhang.kernel.numbering.documents import check_document_number

__all__ = [
    "CreditCode",
    "IdNumber",
    "PlateColour",
    "PlateKind",
    "certificate_check_char",
    "check_certificate_id",
    "check_credit_code",
    "check_document_number",
    "check_id_number",
    "check_landline",
    "check_mobile",
    "check_phone",
    "check_plate",
    "complete_credit_code",
    "credit_code_warnings",
    "hide_numbers",
    "id_number_warnings",
    "mask_address",
    "mask_bank_card",
    "mask_email",
    "mask_id",
    "mask_mobile",
    "mask_name",
    "mask_phone",
    "mask_plate",
    "plate_key",
    "plate_kind",
    "show_plate",
]
