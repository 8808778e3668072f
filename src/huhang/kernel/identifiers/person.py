"""公民身份号码, GB 11643-1999 (STANDARDS §1.2): area, date of birth, sequence, check character (ISO 7064 MOD 11-2)."""

from dataclasses import dataclass
from datetime import date
from typing import Self

from huhang.kernel.errors import Invalid
from huhang.kernel.identifiers.areas import PROVINCE
from huhang.kernel.text.width import squeeze

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"
_DIGITS = frozenset("0123456789")
_FIRST_YEAR = 1800


@dataclass(frozen=True, slots=True, repr=False)
class IdNumber:
    """A valid number and what it says. Make one with ``parse``. Its ``repr`` shows nothing (SAFEGUARDS 11)."""

    text: str

    @classmethod
    def parse(cls, text: str, *, today: date | None = None) -> Self:
        """The number somebody typed. Raises Invalid as ``check_id_number``."""
        return cls(check_id_number(text, today=today))

    @property
    def area(self) -> str:
        """Six digits of the place of first registration."""
        return self.text[:6]

    @property
    def born(self) -> date:
        """Date of birth."""
        return date(int(self.text[6:10]), int(self.text[10:12]), int(self.text[12:14]))

    @property
    def male(self) -> bool:
        """Odd sequence numbers are given to men, even ones to women."""
        return int(self.text[16]) % 2 == 1

    def __repr__(self) -> str:
        return "IdNumber(…)"


def check_id_number(text: str, *, today: date | None = None) -> str:
    """The number in one spelling (capital X).

    Args:
        text: as typed.
        today: if given, a date of birth after it is refused.

    Raises:
        Invalid: wrong length, other characters, an impossible date of birth, or a check character that does not fit.
    """
    number = squeeze(text).replace("-", "")
    if len(number) == 15:
        raise Invalid("15 位的旧身份证号码已停用，请填写 18 位公民身份号码。")
    if len(number) != 18:
        raise Invalid("公民身份号码应为 18 位，现在是 %(n)s 位，请核对。", params={"n": len(number)})
    if not _DIGITS.issuperset(number[:17]) or number[17] not in _CHECK:
        raise Invalid("公民身份号码前 17 位应为数字，最后一位应为数字或字母 X，请核对。")
    _check_birth(number[6:14], today)
    if number[17] != _CHECK[sum(int(d) * w for d, w in zip(number[:17], _WEIGHTS, strict=True)) % 11]:
        raise Invalid("公民身份号码的校验位不对，有一位或几位写错了，请对照证件逐位核对。")
    return number


def id_number_warnings(text: str) -> tuple[str, ...]:
    """What is unusual about a valid number, in Chinese; never a reason to refuse it (area tables are advisory).

    Numbers that start with 9 are residence cards of foreigners and carry another area meaning.

    Raises:
        Invalid: as ``check_id_number``.
    """
    number = check_id_number(text)
    if number[0] != "9" and not PROVINCE.match(number):
        return ("公民身份号码开头的地区代码不在常用范围内，请再核对一次。",)
    return ()


def _check_birth(digits: str, today: date | None) -> None:
    try:
        born = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        raise Invalid("公民身份号码中的出生日期不存在（第 7 至 14 位），请核对。") from None
    if born.year < _FIRST_YEAR or (today is not None and born > today):
        raise Invalid("公民身份号码中的出生日期不合常理（第 7 至 14 位），请核对。")
