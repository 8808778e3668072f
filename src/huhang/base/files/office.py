"""docx and xlsx: a zip of XML, unpacked in small pieces under caps and searched for whatever could act."""

import io
import re
import time
import zipfile
from collections.abc import Iterator

from huhang.base.files.rules import Kept, refused
from huhang.kernel.errors import Invalid

_KINDS = {
    "word/document.xml": ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "xl/workbook.xml": ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}
ENTRIES, UNPACKED, RATIO = 2000, 200 * 1024 * 1024, 120
_PIECE, _OVERLAP = 256 * 1024, 512
_SMALL = 1024 * 1024
"""Below this size a part may be packed as tightly as it likes: an empty style sheet is."""

_ACTIVE_NAMES = re.compile(
    r"(?i)vba|\.bin$|activex|/embeddings/|macrosheets|\.(exe|dll|js|vbs|bat|cmd|ps1|sh|html?|svg|jar|lnk|hta|scr|swf)$"
)
# Each begins with fixed letters and repeats within bounds: the text comes from whoever wrote the file.
_ENTITY = re.compile(rb"<!(?:DOCTYPE|ENTITY)")
_TYPES = re.compile(rb"macroEnabled|vbaProject|activeX|oleObject")
_RELATIONS = re.compile(
    rb"Type=[\"'][^\"']{0,200}/(?:oleObject|attachedTemplate|frame|subDocument|control|aFChunk|xl(?:Intl)?Macrosheet"
    rb"|vbaProject)[\"']"
)
_LINK = re.compile(rb"ddeLink|oleLink")
_FIELD = re.compile(rb"instrText[^>]{0,60}>\s{0,9}(?i:dde)|fldSimple\s[^>\"']{0,40}[\"']\s{0,9}(?i:dde)")
_CELL = re.compile(rb"[<:]f(?:\s[^>]{0,200})?>[^<|]{0,300}\|[^<!]{0,300}!")
_CPU_SECONDS = 4.0
"""How long one document is searched before it is taken for one made to keep us busy (SAFEGUARDS 12)."""


def checked(data: bytes) -> Kept:
    """The document, byte for byte.

    Raises:
        Invalid: damaged, a bomb, another sort of zip, or with macros, embedded objects, outside entities or templates.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            entries = packed.infolist()
            kind = _kind(data, entries)
            _weigh(entries)
            _search(packed, entries)
    except (
        zipfile.BadZipFile,
        RuntimeError,  # a compression or encryption that is not known, too
        EOFError,
        OSError,
        ValueError,
        OverflowError,
    ) as problem:
        raise _damaged() from problem
    return Kept(*kind, data)


def _damaged() -> Invalid:
    return refused("文件已损坏或设了密码，请用办公软件打开，另存后再上传。", code="zip")


def _acting(what: str) -> Invalid:
    return refused("文件里带有宏、嵌入对象或外部内容，请另存为不含这些内容的文件再上传。", code=what)


def _kind(data: bytes, entries: list[zipfile.ZipInfo]) -> tuple[str, str]:
    names = [entry.filename for entry in entries]
    if data[-22:-18] != b"PK\x05\x06" or min((e.header_offset for e in entries), default=1) != 0:
        raise _damaged()  # something stands before or after the zip
    if len({name.lower() for name in names}) != len(names) or any(_strays(name) for name in names):
        raise _damaged()
    found = [kind for part, kind in _KINDS.items() if part in names]
    if "[Content_Types].xml" not in names or len(found) != 1:
        raise refused("压缩包不能直接上传，请把里面的文件逐个上传。", code="kind")
    return found[0]


def _strays(name: str) -> bool:
    return name.startswith("/") or "\\" in name or "\0" in name or ".." in name.split("/") or ":" in name


def _weigh(entries: list[zipfile.ZipInfo]) -> None:
    bomb = refused("文件展开后过大，请拆开或删减后再上传。", code="bomb")
    if len(entries) > ENTRIES or sum(entry.file_size for entry in entries) > UNPACKED:
        raise bomb
    for entry in entries:
        if entry.file_size > _SMALL and entry.file_size > RATIO * max(1, entry.compress_size):
            raise bomb
        if entry.flag_bits & 0x1:
            raise _damaged()
        if _ACTIVE_NAMES.search(entry.filename) and not _harmless(entry.filename):
            raise _acting(entry.filename[:60])


def _harmless(name: str) -> bool:
    return re.fullmatch(r"xl/printerSettings/printerSettings\d+\.bin|xl/calcChain\.bin", name) is not None


def _search(packed: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> None:
    left, until = UNPACKED, time.thread_time() + _CPU_SECONDS
    for entry in entries:
        patterns = _patterns(entry.filename)
        for piece, fresh in _pieces(packed, entry):
            left -= fresh
            if left < 0 or time.thread_time() > until:
                raise refused("文件展开后过大，请拆开或删减后再上传。", code="bomb")
            _look_at(piece, patterns)


def _patterns(name: str) -> list[re.Pattern[bytes]]:
    """What is looked for in a part: an outside link is dangerous in one place and a word in another."""
    if not name.lower().endswith((".xml", ".rels", ".vml")):
        return []
    if name == "[Content_Types].xml":
        return [_ENTITY, _TYPES]
    if name.endswith(".rels"):
        return [_ENTITY, _RELATIONS]
    if name.startswith("word/"):
        return [_ENTITY, _FIELD]
    return [_ENTITY, _LINK] if "externalLink" in name else [_ENTITY, _CELL]


def _pieces(packed: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[tuple[bytes, int]]:
    """A part in pieces that overlap a little, so that nothing is missed where two of them meet."""
    kept = b""
    with packed.open(entry) as part:
        while fresh := part.read(_PIECE):
            yield kept + fresh, len(fresh)
            kept = (kept + fresh)[-_OVERLAP:]


def _look_at(piece: bytes, patterns: list[re.Pattern[bytes]]) -> None:
    if patterns and b"\0" in piece:
        raise _damaged()  # XML in two-byte letters hides from the search; no office program writes it
    for pattern in patterns:
        if found := pattern.search(piece):
            raise _acting(found[0][:40].decode("ascii", "replace"))
