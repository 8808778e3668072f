"""Stars and the national satisfaction code, which run in opposite directions (STANDARDS §2.2, §15.1).

We store stars alone, 5 best (GB/T 39735). GB/T 39046-2020 A.8 codes satisfaction from 1 (very satisfied) to 5 (very
dissatisfied). Whatever comes from or goes to a national or provincial platform passes here, and nothing else does.
"""

from typing import Any

from huhang.kernel.errors import Invalid

_TURN = 6


def national_code(stars: int) -> str:
    """The A.8 code of a rating.

    Raises:
        ValueError: these are no stars; what is stored is always between 1 and 5.
    """
    if not 1 <= stars <= 5:
        raise ValueError(f"not between one and five stars: {stars}")
    return str(_TURN - stars)


def stars_of(code: Any) -> int:
    """The stars of an A.8 code as another platform sends it.

    Raises:
        Invalid: not one of the five codes.
    """
    text = str(code).strip()
    if text not in ("1", "2", "3", "4", "5"):
        raise Invalid("满意度代码应当是 1 到 5（1 非常满意，5 非常不满意，GB/T 39046）。")
    return _TURN - int(text)
