"""Telephone numbers of the mainland (STANDARDS §1.5; the patterns are general usage, not a cited standard)."""

import re

from huhang.kernel.errors import Invalid
from huhang.kernel.text.width import squeeze

_MARKS = re.compile(r"[-\u2010-\u2015\u2212.()]")
_COUNTRY = re.compile(r"^(?:\+86|0086)")
_BEFORE_MOBILE = re.compile(r"^(?:86|0)(?=1[3-9][0-9]{9}$)")
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_LANDLINE = re.compile(r"(010|02[0-9]|0[3-9][0-9]{2})([2-9][0-9]{6,7})")


def check_mobile(text: str) -> str:
    """A mobile number as eleven digits; +86, a leading 0 and dashes are taken off.

    Raises:
        Invalid: it is not eleven digits, or does not begin with 13–19.
    """
    digits = _digits(text)
    if len(digits) != 11:
        raise Invalid("手机号码应为 11 位数字，现在是 %(n)s 位，请核对。", params={"n": len(digits)})
    if not _MOBILE.fullmatch(digits):
        raise Invalid("手机号码应全部为数字，并以 13 至 19 开头，请核对。")
    return digits


def check_landline(text: str) -> str:
    """A fixed line with its area code, as ``0535-1234567``.

    Raises:
        Invalid: no area code, an extension, or a wrong number of digits.
    """
    digits = _digits(text)
    if not digits.startswith("0") and _COUNTRY.match(_MARKS.sub("", squeeze(text))):
        digits = "0" + digits  # +86 stands for the 0 of the area code
    if not digits.startswith("0"):
        raise Invalid("固定电话请加上区号，像 0535-2345678。")
    found = _LANDLINE.fullmatch(digits)
    if found is None:
        raise Invalid("固定电话应为区号加 7 或 8 位号码，像 0535-2345678；分机号请写在备注里。")
    return "-".join(found.groups())


def check_phone(text: str) -> str:
    """A mobile number or a fixed line, whichever it is. Raises Invalid as ``check_mobile`` or ``check_landline``."""
    return check_mobile(text) if re.match(r"1[3-9]", _digits(text)) else check_landline(text)


def _digits(text: str) -> str:
    return _BEFORE_MOBILE.sub("", _COUNTRY.sub("", _MARKS.sub("", squeeze(text))))
