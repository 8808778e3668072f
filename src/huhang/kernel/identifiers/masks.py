"""Personal data as it is shown in lists (STANDARDS §10). Seeing more is an act of its own, with a purpose (vault).

A mask never fails and never shows more of a value it does not recognise: such a value becomes stars.
"""

import re

from huhang.kernel.text.width import squeeze

_STARS = "****"
_COMPOUND = re.compile(
    "欧阳|太史|端木|上官|司马|东方|独孤|南宫|万俟|闻人|夏侯|诸葛|尉迟|公羊|赫连|澹台|皇甫|宗政|濮阳|公冶|太叔|申屠|公孙|慕容|仲孙|钟离|长孙|宇文|司徒|鲜于"
    "|司空|闾丘|子车|亓官|司寇|巫马|公西|颛孙|壤驷|公良|漆雕|乐正|宰父|谷梁|拓跋|夹谷|轩辕|令狐|段干|百里|呼延|东郭|南门|羊舌|微生|左丘|东门|西门|南荣|第五"
    "|贺兰|完颜|纳兰|叶赫|耶律|哥舒|即墨"
)
_MARKS = re.compile(r"[^\w+]|_")
_LINE = re.compile(r"(0[0-9]{2,3})-([0-9]{7,8})")
_NAME_PARTS = re.compile(r"[\s·•・‧.\-]")
_ROAD = re.compile(r"[^\d０-９号楼室栋幢弄户]+?(?:街道|大道|[路街镇乡巷])")
_DISTRICT = re.compile(r"(?:[^\d０-９号楼室栋幢弄户]{1,8}?(?:省|自治区|自治州|市|(?<!小)区|县|旗|盟))+")


def mask_name(name: str) -> str:
    """The surname and one star for each further character: 张*, 欧阳**. A single character becomes a star."""
    tidy = name.strip()
    shown = 2 if len(tidy) > 2 and _COMPOUND.match(tidy) else 1
    if len(tidy) <= shown:
        return "*" * len(tidy)
    return tidy[:shown] + "".join(c if _NAME_PARTS.match(c) else "*" for c in tidy[shown:])


def mask_id(number: str) -> str:
    """``370602********0016``; other documents keep two characters at each end if they are long enough."""
    tidy = _bare(number)
    return _ends(tidy, 6, 4) if len(tidy) == 18 else _ends(tidy, 2, 2)


def mask_mobile(number: str) -> str:
    """``138****0000``."""
    tidy = _bare(number)
    return _ends(tidy, 3, 4) if len(tidy) == 11 else _ends(tidy, 2, 2)


def mask_phone(number: str) -> str:
    """A mobile number as ``mask_mobile``; a fixed line keeps its area code and last two digits: ``0535-*****78``."""
    tidy = squeeze(number)
    line = _LINE.fullmatch(tidy)
    return f"{line[1]}-{_ends(line[2], 0, 2)}" if line else mask_mobile(tidy)


def mask_plate(plate: str) -> str:
    """``鲁F·**345``."""
    tidy = _bare(plate)
    return f"{tidy[:2]}·{_ends(tidy[2:], 0, 3)}" if len(tidy) in (7, 8) else "*" * len(tidy)


def mask_bank_card(number: str) -> str:
    """Stars and the last four digits."""
    return _ends(_bare(number), 0, 4)


def mask_email(address: str) -> str:
    """``a***@example.com``: the number of stars says nothing."""
    name, at, host = address.strip().rpartition("@")
    return f"{name[:1] if len(name) > 1 else ''}***@{host}" if at and name else "***"


def mask_address(address: str) -> str:
    """The address as far as the first street, road or town, else as far as city, district or county; then stars."""
    found = _ROAD.match(address) or _DISTRICT.match(address)
    return (found.group() if found else "") + _STARS


def _bare(text: str) -> str:
    """Without spaces and marks, which would pass for hidden characters."""
    return _MARKS.sub("", squeeze(text))


def _ends(text: str, head: int, tail: int) -> str:
    """First and last characters with stars between; all stars when fewer than a third would stay hidden."""
    hidden = len(text) - head - tail
    if hidden < 2 or hidden * 3 < len(text):
        return "*" * len(text)
    return text[:head] + "*" * hidden + text[len(text) - tail :]
