"""txt and csv: readable, without hidden controls, not another format in disguise, no cell that would run."""

import csv
import io
import re

from huhang.base.files.rules import Kept, refused

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_DISGUISED = re.compile(r"(?i)\s*(?:<[!?a-z/]|\{\\rtf|%!|%PDF|#!|MIME-Version:|@echo)")
_MARKUP = re.compile(r"(?i)<\s*(?:script|html|svg|iframe|object|embed|body|img|!doctype|!entity)\b")
_LIVE = re.compile(r"\s*(?:[=@]|[+\-].*?(?:\||[A-Za-z]\())", re.DOTALL)
"""A cell a spreadsheet would run. ``-5``, ``+86 138…`` and ``-见附件`` are none (SAFEGUARDS 13)."""
ENDINGS = ("txt", "csv")


def checked(data: bytes, ending: str) -> Kept:
    """The text, byte for byte, with its encoding named.

    Raises:
        Invalid: not text, marked up, or with a live cell.
    """
    text, encoding = _decoded(data)
    if _CONTROL.search(text) or _DISGUISED.match(text) or _MARKUP.search(text):
        raise refused("文件内容和它的名称不符，不能作为文本上传。", code="disguise")
    if ending == "csv":
        _check_cells(text)
    return Kept(ending, f"text/{'csv' if ending == 'csv' else 'plain'}; charset={encoding}", data)


def _decoded(data: bytes) -> tuple[str, str]:
    for encoding in ("utf-8", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return text.removeprefix("\ufeff"), encoding
    raise refused("文本的编码认不出来，请另存为 UTF-8 再上传。", code="encoding")


def _check_cells(text: str) -> None:
    try:
        rows = csv.reader(io.StringIO(text), delimiter="\t" if "\t" in text.split("\n", 1)[0] else ",")
        live = any(_LIVE.match(cell) for row in rows for cell in row)
    except csv.Error as problem:
        raise refused("表格文本的格式不对，请另存为 csv 再上传。", code="csv") from problem
    if live:
        raise refused("表格里有会当作公式执行的单元格（以 = 或 @ 开头），请改成文字再上传。", code="formula")
