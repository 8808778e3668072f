"""What a table of earlier work says was raised, line by line in a cell, and how each of it ended (A4)."""

import re
from collections.abc import Mapping
from typing import Any

from huhang.kernel.errors import Invalid

YES, NO = "已解决", "未解决"
"""What a template offers for how something ended."""
_MARK = re.compile(r"^(?:[（(]?\d{1,2}(?:[)）]、?|、|[.．](?!\d))|[-•·])\s*")
_SETTLED = re.compile(r"^(已解决|已办结|是|yes|solved)(?:[：:，,。]\s*(.*))?$", re.IGNORECASE | re.DOTALL)
_OPEN = re.compile(r"^(未解决|没有解决|未办结|正在办理|否|no|open)(?:[：:，,。].*)?$", re.IGNORECASE | re.DOTALL)


def numbered_lines(text: str) -> list[str]:
    """The lines of a cell that say something, without the numbers before them."""
    return [said for line in text.splitlines() if (said := _MARK.sub("", line.strip()).strip())]


def settled(line: str) -> str:
    """What a table says of how something ended: its own words when settled, nothing when it is open.

    Raises:
        Invalid: neither.
    """
    if _SETTLED.match(line):
        return line[:2000]
    if _OPEN.match(line):
        return ""
    raise Invalid("请以“已解决”或“未解决”开头，如“已解决：路灯已装”。")


def ended(values: Mapping[str, Any]) -> list[str]:
    """For each of ``problems`` what ``solved`` says of its end, empty for what is open; one line says it of all.

    Raises:
        Invalid: as many endings as problems, or one, were wanted.
    """
    raised, told = values.get("problems") or [], values.get("solved") or []
    if len(told) == 1:
        told = told * len(raised)
    if (told and len(told) != len(raised)) or (values.get("solved") and not raised):
        raise Invalid(
            "有 %(n)d 个问题、%(m)d 行解决情况，对不上；请逐行对应，或只写一行。",
            field="solved",
            params={"n": len(raised), "m": len(values.get("solved") or [])},
        )
    return told or [""] * len(raised)
