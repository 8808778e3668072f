"""Case numbers and secrets that people read out, write down and type in again (C7, SAFEGUARDS: not guessable).

31 symbols, a prime number of them: ten digits and the letters without I, L, O (they look like 1 and 0), U and V (they
look like one another). A number is a weighted sum that must be 0 modulo 31, with a different weight at every place, so
one wrong symbol or two swapped ones are always noticed, in the prefix too.
"""

import re
import secrets
from typing import Protocol

from huhang.kernel.errors import Invalid
from huhang.kernel.text.width import squeeze

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTWXYZ"
_VALUE = {symbol: value for value, symbol in enumerate(ALPHABET)}
_LOOK_ALIKES = str.maketrans("OIL", "011")
_DASHES = re.compile(r"[-\u00ad\u2010-\u2015\u2212\u2500\u30fc_.·]+")
_BODY = 8
_SECRET = 10  # 31**10 > 2**49
_PREFIX = re.compile(r"[ABCDEFGHJKMNPQRSTWXYZ]{1,4}")


class Chooser(Protocol):
    """What picks the symbols: the module ``secrets``, or a seeded ``random.Random`` for demonstration data."""

    def choice(self, seq: str, /) -> str:
        """One character of ``seq``, each as likely as another."""
        ...


def _sum(symbols: str) -> int:
    """Σ value·3^place modulo 31, the last symbol at place 0. 3 has order 30, so up to 30 places differ in weight."""
    return sum(_VALUE[s] * pow(3, place, 31) for place, s in enumerate(reversed(symbols))) % 31


def public_number(prefix: str, rng: Chooser = secrets) -> str:
    """A new number such as ``HS-7QK4-2M9D``: prefix, seven random symbols (2.7·10¹⁰), one check symbol.

    Args:
        prefix: one to four letters of ``ALPHABET``; it says what sort of thing this is.
        rng: source of chance. Two numbers may collide: the caller's unique index decides.

    Raises:
        ValueError: the prefix has other characters.
    """
    if not _PREFIX.fullmatch(prefix):
        raise ValueError("a prefix is one to four of the letters in ALPHABET")
    body = "".join(rng.choice(ALPHABET) for _ in range(_BODY - 1))
    body += ALPHABET[-_sum(prefix + body + "0") % 31]
    return f"{prefix}-{body[:4]}-{body[4:]}"


def normalise_number(text: str) -> str:
    """A number as somebody typed it, in the form ``public_number`` gives.

    Lower case, spaces, other or missing dashes, full-width characters, and O for 0 or I, L for 1 are put right.

    Raises:
        Invalid: it cannot be a number of ours, or its check symbol says that it is mistyped.
    """
    bare = _bare(text)
    prefix, body = bare[:-_BODY], bare[-_BODY:]
    if not _PREFIX.fullmatch(prefix):
        raise Invalid("编号的样子不对，应当像 HS-7QK4-2M9D：开头是字母，后面八位字母或数字。请对照回执重新填写。")
    _refuse_foreign(body)
    if _sum(prefix + body) != 0:
        raise Invalid("编号有一处写错了或两处写反了，请对照回执或短信逐位核对。")
    return f"{prefix}-{body[:4]}-{body[4:]}"


def secret(n: int = _SECRET, rng: Chooser = secrets) -> str:
    """A new secret of ``n`` symbols to be shown once beside the number; ten symbols are 49 bits.

    Raises:
        ValueError: fewer than ten symbols are asked for.
    """
    if n < _SECRET:
        raise ValueError("a secret has at least ten symbols (48 bits)")
    return "".join(rng.choice(ALPHABET) for _ in range(n))


def normalise_secret(text: str, n: int = _SECRET) -> str:
    """A secret as somebody typed it, in the form ``secret`` gives; put right as ``normalise_number`` does.

    Raises:
        Invalid: its length or one of its characters cannot be right. The characters are not repeated in the message.
    """
    bare = _bare(text)
    if len(bare) != n:
        raise Invalid("查询码应为 %(n)s 位，请对照回执重新填写。", params={"n": n})
    _refuse_foreign(bare)
    return bare


def phone_code(rng: Chooser = secrets) -> str:
    """Six random digits for a text message, leading zeros kept."""
    return "".join(rng.choice("0123456789") for _ in range(6))


def _bare(text: str) -> str:
    return _DASHES.sub("", squeeze(text)).translate(_LOOK_ALIKES)


def _refuse_foreign(symbols: str) -> None:
    if not all(symbol in _VALUE for symbol in symbols):
        raise Invalid("只用数字和大写字母，不用字母 I、L、O、U、V，也没有其他符号。请对照回执重新填写。")
