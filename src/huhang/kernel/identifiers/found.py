"""Numbers that lead to somebody, found in running text and hidden: phones, identity numbers, cards, plates, mail."""

import re
import unicodedata

HIDDEN = "〔号码已隐去〕"
LEAST = 7
"""So many digits in a row, with at most one mark between two of them, may be a telephone; a date is none."""

_DATE = r"(?:19|20)\d{2}[-./年]\d{1,2}[-./月]\d{1,2}(?!\d)"
_RUN = rf"\d(?:[ \-_.·—–()]?\d){{{LEAST - 1},}}[xX]?"
_PROVINCE = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_PLATE = rf"[{_PROVINCE}][A-Za-z][ ·•.\-]?[A-Za-z0-9]{{4,5}}[A-Za-z0-9挂学警港澳]"
_MAIL = r"[A-Za-z0-9._%+\-]+@[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)+"
_FOUND = re.compile(f"(?P<date>{_DATE})|{_MAIL}|{_PLATE}|{_RUN}")


def _narrow(char: str) -> str:
    """The narrow form of one character, always one character: full-width letters, and digits of any script."""
    code = ord(char)
    if 0xFF01 <= code <= 0xFF5E:
        return chr(code - 0xFEE0)
    digit = unicodedata.digit(char, None)
    return char if digit is None or char.isascii() else str(digit)


def hide_numbers(text: str) -> str:
    """The text with every such number replaced by `HIDDEN`; all else stays as it was written."""
    narrow = "".join(map(_narrow, text))
    parts, at = [], 0
    for found in _FOUND.finditer(narrow):
        if found["date"]:
            continue
        parts += [text[at : found.start()], HIDDEN]
        at = found.end()
    return "".join([*parts, text[at:]])
