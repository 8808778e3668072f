"""What people type or paste, made fit to store and to show beside other people's words."""

import re

from huhang.kernel.errors import Invalid

_NEWLINES = re.compile(r"\r\n|[\r\x0b\x0c\x85\u2028\u2029]")

# Controls, soft hyphen, direction marks, overrides and isolates (which can make a text read backwards), zero-width
# characters, annotations, lone surrogates, and tag characters (a way to hide a whole sentence).
# Left alone: tab, newline, variant selectors of names and emoji, the Mongolian vowel separator, Arabic number signs.
_UNSEEN = re.compile(
    "[\x01-\x08\x0e-\x1f\x7f-\x9f\u00ad\u061c\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\ud800-\udfff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e007f]"
)

_PICTURE = "\u2190-\u21ff\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff"
_STRAY_JOINER = re.compile(f"(?<![{_PICTURE}\ufe0f])\u200d|\u200d(?![{_PICTURE}])")


def clean(text: str, *, max_length: int) -> str:
    """The text without characters that hide, reverse or break it; line ends are ``\\n``; outer blanks are gone.

    A joiner stays where it holds an emoji together. Rare and private-use characters of names stay.

    Args:
        text: as received.
        max_length: the most characters allowed, counted after cleaning.

    Raises:
        Invalid: the text holds NUL (a broken or binary file), or is too long.
    """
    if "\0" in text:
        raise Invalid("文字里有不能保存的空字符，可能是从损坏的文件复制来的，请重新输入。")
    kept = _STRAY_JOINER.sub("", _UNSEEN.sub("", _NEWLINES.sub("\n", text))).strip()
    if len(kept) > max_length:
        raise Invalid(
            "最多写 %(most)s 个字，现在有 %(now)s 个字，请删减后再提交。",
            params={"most": max_length, "now": len(kept)},
        )
    return kept
