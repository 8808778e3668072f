"""PDF: nothing that runs, opens, or hides another file; never opened here, only looked through within limits."""

import re
import zlib
from collections.abc import Iterable, Iterator

from huhang.base.files.rules import Kept, refused
from huhang.kernel.errors import Invalid

_HASHED = re.compile(rb"#([0-9a-fA-F]{2})")
_HASHED_NAME = re.compile(rb"/[^\s/<>\[\](){}%]{0,30}#[0-9a-fA-F]{2}[^\s/<>\[\](){}%]{0,60}")
_STREAM = re.compile(rb"(?<!end)stream\r?\n")
_INFLATED = 48 * 1024 * 1024
"""Bytes of packed object lists looked at in one file."""
_MANY = 100_000
"""More streams, or names spelt in hex, than this are not looked through one by one."""

_FORBIDDEN = {
    b"/Encrypt": "这个 PDF 设了密码或权限，请去掉密码后再上传。",
    b"/JavaScript": "这个 PDF 里带有脚本，不能上传。请打印成新的 PDF 再试。",
    b"/JS": "这个 PDF 里带有脚本，不能上传。请打印成新的 PDF 再试。",
    b"/Launch": "这个 PDF 会启动其他程序，不能上传。请打印成新的 PDF 再试。",
    b"/EmbeddedFile": "这个 PDF 里夹带了别的文件，请分开上传。",
    b"/EmbeddedFiles": "这个 PDF 里夹带了别的文件，请分开上传。",
    b"/RichMedia": "这个 PDF 里带有动画或播放器，不能上传。请打印成新的 PDF 再试。",
    b"/XFA": "这个 PDF 是动态表单，不能上传。请打印成新的 PDF 再试。",
    b"/SubmitForm": "这个 PDF 会向外发送内容，不能上传。请打印成新的 PDF 再试。",
    b"/ImportData": "这个 PDF 会读入别的文件，不能上传。请打印成新的 PDF 再试。",
}
_SHORT = frozenset({b"/JS", b"/XFA"})
"""Three letters turn up by chance in packed pictures: these are looked for outside streams only."""


def _any(words: Iterable[bytes]) -> re.Pattern[bytes]:
    return re.compile(b"(?:" + b"|".join(sorted(words, reverse=True)) + rb")(?![A-Za-z0-9])")


_LONG_WORD, _WORD = _any(_FORBIDDEN.keys() - _SHORT), _any(_FORBIDDEN)


def checked(data: bytes) -> Kept:
    """The PDF, byte for byte.

    Raises:
        Invalid: it is cut off or something else hangs on to it, it is locked, or it carries something active.
    """
    end = data.rfind(b"%%EOF")
    if end < 0 or data[end + 5 :].strip(b"\0\t\n\f\r ") or b"startxref" not in data[max(0, end - 4096) : end]:
        raise refused("PDF 不完整，或者后面接了别的内容，请重新导出后再上传。", code="cut")
    _refuse(_LONG_WORD.search(data))
    _look_at(b" ".join(_outside_streams(data)))
    budget = _INFLATED
    for part in _packed_lists(data):
        budget -= len(part)
        if budget < 0:
            raise refused("PDF 里的内容展开后过大，请打印成新的 PDF 再试。", code="bomb")
        _look_at(part)
    return Kept("pdf", "application/pdf", data)


def _refuse(found: re.Match[bytes] | None) -> None:
    if found:
        raise refused(_FORBIDDEN[found[0]], code=found[0].decode())


def _look_at(part: bytes) -> None:
    _refuse(_WORD.search(part))
    for count, name in enumerate(_HASHED_NAME.finditer(part)):
        _enough(count)
        _refuse(_WORD.fullmatch(_plain(name[0])))


def _enough(count: int) -> None:
    if count > _MANY:
        raise _strange()


def _strange() -> Invalid:
    return refused("PDF 的写法不常见，无法检查。请打印成新的 PDF 再试。", code="strange")


def _outside_streams(data: bytes) -> Iterator[bytes]:
    at = 0
    while start := _STREAM.search(data, at):
        yield data[at : start.start()]
        end = data.find(b"endstream", start.end())
        if end < 0:
            return
        at = end + len(b"endstream")
    yield data[at:]


def _plain(name: bytes) -> bytes:
    """A name as a reader understands it: ``/J#53`` is ``/JS``."""
    return _HASHED.sub(lambda found: bytes((int(found[1], 16),)), name)


def _packed_lists(data: bytes) -> Iterator[bytes]:
    """Each packed list of objects, unpacked."""
    for count, start in enumerate(_STREAM.finditer(data)):
        _enough(count)
        before = data[max(0, start.start() - 2000) : start.start()]
        head = _plain(before[before.rfind(b"obj") :])
        if b"/ObjStm" not in head:
            continue
        if b"/Filter" not in head:
            end = data.find(b"endstream", start.end())
            if end < 0:
                raise _strange()
            yield data[start.end() : end]
            continue
        filters = re.findall(rb"/(\w+Decode|Fl)\b", head)
        if filters not in ([b"FlateDecode"], [b"Fl"]):
            raise _strange()
        yield _inflate(data, start.end())


def _inflate(data: bytes, at: int) -> bytes:
    unpacking = zlib.decompressobj()
    try:
        return unpacking.decompress(memoryview(data)[at:], _INFLATED + 1)
    except zlib.error as problem:
        raise refused("PDF 已损坏，请重新导出后再上传。", code="zlib") from problem
