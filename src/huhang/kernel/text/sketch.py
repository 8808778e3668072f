"""A text's sketch: a few numbers by which equal and nearly equal texts are known again without comparing texts (C6).

`letters` is what a text says; its runs of three characters are its *shingles*. Each shingle is hashed once and falls
into one of `BINS` bins; the least hash of every bin makes the sketch (one-permutation MinHash; empty bins are filled
from others by optimal densification, Shrivastava 2017). The share of bins in which two sketches agree estimates the
share of shingles the texts have in common (Jaccard), with a standard error of at most 0.06.

`ROWS` neighbouring bins make a *band*; texts with a band in common are worth comparing. Of two texts with half their
shingles in common 96 in 100 pairs share a band, of two with a hundredth in common 2 in 100,000 do.
"""

import unicodedata
from array import array
from collections.abc import Sequence
from hashlib import blake2b
from zlib import crc32

from huhang.kernel.text.grams import fold

BINS, ROWS = 72, 3
SHINGLE = 3
LEAST = 8
"""A text of fewer letters has no sketch: “您好” would be like everything."""
MOST = 4_000
"""So many letters are sketched; the rest of a longer text counts for equality only."""
_MASK, _ODD = 0xFFFFFFFF, 0x9E3779B1
_NONE = 0xFFFFFFFF
_CARRIAGE = "_x000D_"
"""How workbooks write a carriage return inside a cell; it is no word of anybody's."""


def letters(text: str) -> str:
    """What a text says: letters, digits and private-use characters of names, folded; no spaces, signs or emoji."""
    folded = fold(text.replace(_CARRIAGE, " "))
    return "".join(char for char in folded if unicodedata.category(char) in _SAID)


_SAID = frozenset({"Lu", "Ll", "Lt", "Lm", "Lo", "Nd", "Nl", "No", "Mn", "Mc", "Co"})


def key(said: str, *, salt: str = "") -> int:
    """64 bits of a text as a signed number, as databases keep it; equal texts have equal keys."""
    return int.from_bytes(blake2b(said.encode(), digest_size=8, person=salt.encode()[:16]).digest(), signed=True)


def sketch(said: str) -> bytes:
    """The sketch of what `letters` gives: `BINS` numbers of four bytes; empty for fewer than `LEAST` letters."""
    if len(said) < LEAST:
        return b""
    said = said[:MOST]
    least = [_NONE] * BINS
    for shingle in {said[i : i + SHINGLE] for i in range(len(said) - SHINGLE + 1)}:
        mixed = crc32(shingle.encode()) * _ODD & _MASK
        mixed = (mixed ^ mixed >> 15) * 0x85EBCA77 & _MASK
        value, place = divmod(mixed ^ mixed >> 13, BINS)
        if value < least[place]:
            least[place] = value
    return array("I", _filled(least)).tobytes()


def _filled(least: list[int]) -> list[int]:
    """Every empty bin takes the value of a full one, found by a walk that depends on the bin alone."""
    if _NONE not in least:
        return least
    made = list(least)
    for place, value in enumerate(least):
        step = 0
        while value == _NONE:
            step += 1
            value = least[crc32(b"%d.%d" % (place, step)) * _ODD % (_MASK + 1) % BINS]
        made[place] = value
    return made


def bands(sketched: bytes, *, salt: str = "") -> list[int]:
    """The keys of a sketch's bands; ``salt`` keeps those of different periods apart. Empty for an empty sketch."""
    width = 4 * ROWS
    return [
        int.from_bytes(
            blake2b(b"%d:" % at + sketched[at : at + width], digest_size=8, person=salt.encode()[:16]).digest(),
            signed=True,
        )
        for at in range(0, len(sketched), width)
    ]


def alike(one: bytes, other: bytes) -> float:
    """About which share of their shingles two texts have in common, 0 to 1; nothing where a sketch is empty."""
    if not one or not other:
        return 0.0
    return _same(array("I", one), array("I", other)) / BINS


def _same(one: Sequence[int], other: Sequence[int]) -> int:
    return sum(a == b for a, b in zip(one, other, strict=True))
