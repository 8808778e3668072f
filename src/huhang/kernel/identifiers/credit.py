"""统一社会信用代码, GB 32100-2015 (STANDARDS §1.1): 18 characters of an alphabet of 31, checked modulo 31."""

from dataclasses import dataclass
from typing import Self

from huhang.kernel.errors import Invalid
from huhang.kernel.identifiers.areas import PROVINCE
from huhang.kernel.text.width import squeeze

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_VALUE = {char: value for value, char in enumerate(_ALPHABET)}
_INNER = {char: value for value, char in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")}
_INNER_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_LOOKS_LIKE = {"I": "1", "O": "0", "Z": "2", "S": "5", "V": "U"}


@dataclass(frozen=True, slots=True)
class CreditCode:
    """A valid credit code and its parts. Make one with ``parse``."""

    text: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """The code somebody typed. Raises Invalid as ``check_credit_code``."""
        return cls(check_credit_code(text))

    @property
    def department(self) -> str:
        """登记管理部门代码, one character."""
        return self.text[0]

    @property
    def category(self) -> str:
        """机构类别代码, one character."""
        return self.text[1]

    @property
    def area(self) -> str:
        """登记管理机关行政区划码, six characters."""
        return self.text[2:8]

    @property
    def organisation(self) -> str:
        """主体标识码 (组织机构代码, GB 11714), eight characters and its own check character."""
        return self.text[8:17]

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is unusual about the code; see ``credit_code_warnings``."""
        return credit_code_warnings(self.text)


def check_credit_code(text: str) -> str:
    """The code in one spelling.

    Raises:
        Invalid: wrong length, a character the standard does not use, or a check character that does not fit.
    """
    code = squeeze(text).replace("-", "")
    if len(code) != 18:
        raise Invalid("统一社会信用代码应为 18 位，现在是 %(n)s 位，请对照营业执照核对。", params={"n": len(code)})
    for place, char in enumerate(code, 1):
        if char not in _VALUE:
            raise _foreign(place, char)
    if len(set(code)) == 1:
        raise Invalid("统一社会信用代码不会 18 位全部相同，请对照营业执照填写。")
    if code[17] != _check_char(code):
        raise Invalid("统一社会信用代码的校验位不对，有一位或几位写错了，请对照营业执照逐位核对。")
    return code


def credit_code_warnings(text: str) -> tuple[str, ...]:
    """What is unusual about a valid code, in Chinese; never a reason to refuse it.

    Codes given before 2015 may break the inner GB 11714 check, and area codes change (STANDARDS §1.1, §1.3).

    Raises:
        Invalid: as ``check_credit_code``.
    """
    code = check_credit_code(text)
    found = []
    if code[16] != _inner_check_char(code[8:16]):
        found.append("其中的组织机构代码校验位不一致，较早登记的单位可能如此，请再核对一次。")
    if not code[2:8].isdigit() or not (code[2:4] == "10" or PROVINCE.match(code, 2)):
        found.append("其中的行政区划码不在常用范围内，请再核对一次。")
    return tuple(found)


def complete_credit_code(head: str) -> str:
    """The whole code from its first 16 characters (department, category, area, body); both check characters are added.

    Raises:
        Invalid: a character the standard does not use, or another length.
    """
    inner = head + _inner_check_char(head[8:16])
    return check_credit_code(inner + _check_char(inner))


def _check_char(code: str) -> str:
    """MOD 31 with weights 3^(i-1), not MOD 11 as many pages say (trap 2)."""
    total = sum(_VALUE[char] * pow(3, place, 31) for place, char in enumerate(code[:17]))
    return _ALPHABET[-total % 31]


def _inner_check_char(body: str) -> str:
    total = sum(_INNER[char] * weight for char, weight in zip(body, _INNER_WEIGHTS, strict=True))
    return "0123456789X0"[11 - total % 11]


def _foreign(place: int, char: str) -> Invalid:
    if char in _LOOKS_LIKE:
        return Invalid(
            "统一社会信用代码不用字母 I、O、Z、S、V，第 %(place)s 位是“%(char)s”，请核对是否应为“%(like)s”。",
            params={"place": place, "char": char, "like": _LOOKS_LIKE[char]},
        )
    return Invalid("统一社会信用代码只有数字和大写字母，第 %(place)s 位不是，请核对。", params={"place": place})
