"""Full-width letters and digits, as Chinese keyboards give them, turned into plain ones.

Only the full-width block is touched. NFKC would also read ① as 1 and ² as 2: in an identifier that is a guess.
"""

import re

_HALF = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_UPPER = {code: code - 32 for code in range(ord("a"), ord("z") + 1)}
_UNSEEN = re.compile(r"[\s\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]+")


def half_width(text: str) -> str:
    """The text with full-width ASCII (０Ａ－ and the wide space) made half-width; everything else stays."""
    return text.translate(_HALF)


def squeeze(text: str) -> str:
    """One identifier as typed or pasted, without spaces and invisible marks, half-width, ASCII letters upper-case.

    Only ASCII is raised: ``str.upper`` would turn ß into SS and ı into I.
    """
    return _UNSEEN.sub("", half_width(text)).translate(_UPPER)
