"""发文字号, the number of an official document: 烟公通报〔2026〕3号 (STANDARDS §1.5, §9, trap 15)."""

import re

from huhang.kernel.errors import Invalid
from huhang.kernel.text.width import squeeze

_ORGAN = re.compile(r"[\u3400-\u9fff]{2,20}")
_NUMBER = re.compile(r"(?P<organ>[\u3400-\u9fff]{2,20})〔(?P<year>[12]\d{3})〕(?P<n>[1-9][0-9]{0,5})号", re.ASCII)
_BRACKETS = str.maketrans("[]()【】{}「」〖〗", "〔〕" * 6)


def document_number(organ: str, year: int, n: int) -> str:
    """The number in its official form: hexagonal brackets U+3014/3015, no zeros in front, no 第.

    Raises:
        ValueError: the organ mark is not 2–20 Chinese characters, the year has not four digits, or n is not 1–999999.
    """
    if not _ORGAN.fullmatch(organ) or not 1000 <= year <= 2999 or not 1 <= n <= 999_999:
        raise ValueError("a document number needs an organ mark, a four-digit year and a number from 1")
    return f"{organ}〔{year}〕{n}号"


def check_document_number(text: str) -> str:
    """A document number as typed, in its official form; other brackets and full-width digits are put right.

    Raises:
        Invalid: 第 or zeros in front of the number, or another form altogether.
    """
    tidy = squeeze(text).translate(_BRACKETS)
    if "〕第" in tidy:
        raise Invalid("发文字号的序号前不加“第”字，应当像 烟公通报〔2026〕3号。")
    if "〕0" in tidy:
        raise Invalid("发文字号的序号前不补 0，应当像 烟公通报〔2026〕3号。")
    if not _NUMBER.fullmatch(tidy):
        raise Invalid("发文字号应当由机关代字、六角括号中的四位年份和序号组成，像 烟公通报〔2026〕3号。")
    return tidy
