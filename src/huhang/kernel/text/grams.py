"""Folding and two-character grams: exact search for any two neighbouring characters (HOUSE §4, search).

Every character is folded by itself, never by its neighbours. That is what makes the promise provable: the fold of a
part of a text is a part of the fold of the text, so the grams of a query are always among the grams of a text that
contains it. (NFKC composes across characters and would break this; decomposition gives the same matches.)
"""

import re
import unicodedata
from itertools import pairwise

from huhang.kernel.errors import Invalid

_KEPT = 65_536  # one table entry for every character of ordinary use; hostile input cannot make it grow further
_ACCENTS = re.compile(r"[\u0300-\u036f\ufe00-\ufe0f\U000e0100-\U000e01ef]")  # accents, and variant selectors
_SPACES = frozenset({"Zs", "Zl", "Zp", "Cc", "Cs"})


class _Folding(dict[int, str]):
    """A translation table that works out a character the first time it is met."""

    def __missing__(self, code: int) -> str:
        folded = _fold_character(chr(code))
        if len(self) < _KEPT:
            self[code] = folded
        return folded


def _fold_character(char: str) -> str:
    category = unicodedata.category(char)
    if category in _SPACES:
        return " "
    if category == "Cf":
        return ""  # a zero-width mark inside a word must not hide the word
    plain = unicodedata.normalize("NFKD", char).casefold()
    return _ACCENTS.sub("", unicodedata.normalize("NFKD", plain))


_FOLDING = _Folding()


def fold(text: str) -> str:
    """The text as it is compared: wide and narrow, upper and lower case, accents and spacing made the same.

    Store ``fold`` of a text beside it and match ``like_pattern`` of the query against that column.
    """
    return " ".join(text.translate(_FOLDING).split())


def _is_boundary(char: str) -> bool:
    return char == " " or unicodedata.category(char)[0] == "P"


def _pairs(folded: str) -> frozenset[str]:
    boundary = {char for char in set(folded) if _is_boundary(char)}
    return frozenset(a + b for a, b in pairwise(folded) if a not in boundary and b not in boundary)


def bigrams(text: str) -> frozenset[str]:
    """Every pair of neighbouring characters of the folded text; spaces and punctuation part the runs.

    Pairs cross from Latin to Chinese, and hold neither quote, backslash nor space, so ``'…'`` quotes one safely as a
    lexeme. Symbols such as ``|`` and emoji are ordinary characters here.
    """
    return _pairs(fold(text))


def query_bigrams(query: str) -> frozenset[str]:
    """The pairs a text must all have to contain ``query``; the match itself is settled by ``like_pattern``.

    Raises:
        Invalid: the query holds no two neighbouring characters to look for.
    """
    pairs = bigrams(query)
    if not pairs:
        raise Invalid("请至少输入两个相连的字再查找，标点和空格不算。")
    return pairs


def query_words(query: str) -> tuple[str, ...]:
    """The folded words of a query, in order, once each: people who type a space mean "both"."""
    return tuple(dict.fromkeys(fold(query).split()))


def like_pattern(query: str) -> str:
    r"""A ``LIKE`` pattern (escape character ``\``) for the folded query anywhere; ``%`` and ``_`` mean themselves."""
    return "%" + re.sub(r"([\\%_])", r"\\\1", fold(query)) + "%"
