"""Pictures: measured from their header, then drawn anew by a limited process."""

import struct
import subprocess
import sys
from pathlib import Path

from huhang.base.files import redraw
from huhang.base.files.rules import Kept, refused
from huhang.kernel.errors import Invalid

_TIMEOUT = 15.0
_MEDIA = {"jpg": "image/jpeg", "png": "image/png"}


def size_of(data: bytes) -> tuple[int, int] | None:
    """Width and height a picture's header claims, without decoding it; none when there is no sensible header."""
    try:
        if data.startswith(b"\x89PNG\r\n\x1a\n"):
            return struct.unpack(">II", data[16:24]) if data[12:16] == b"IHDR" else None
        if data.startswith(b"\xff\xd8"):
            return _jpeg_size(data)
        return _webp_size(data)
    except (struct.error, IndexError):
        return None


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    at = 2
    while data[at] == 0xFF:
        while data[at + 1] == 0xFF:
            at += 1
        marker = data[at + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return width, height
        at += 2 if marker == 0x01 or 0xD0 <= marker <= 0xD8 else 2 + struct.unpack(">H", data[at + 2 : at + 4])[0]
    return None


def _webp_size(data: bytes) -> tuple[int, int] | None:
    kind, body = data[12:16], data[20:]
    if kind == b"VP8X":
        return 1 + int.from_bytes(body[4:7], "little"), 1 + int.from_bytes(body[7:10], "little")
    if kind == b"VP8L":
        bits = int.from_bytes(body[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if kind == b"VP8 ":
        width, height = struct.unpack("<HH", body[6:10])
        return width & 0x3FFF, height & 0x3FFF
    return None


def draw_anew(data: bytes) -> Kept:
    """The picture as dots alone: no place, no camera, no comment, nothing after its end (SAFEGUARDS 12).

    Raises:
        Invalid: too many dots, damaged, or more than a limited process could do.
    """
    size = size_of(data)
    if size is None or 0 in size:
        raise refused("图片打不开，可能已经损坏。请重新拍摄或另存后再上传。", code="header")
    if size[0] * size[1] > redraw.DOTS:
        raise _too_large(size)
    code, out = _run(data)
    if code == redraw.TOO_LARGE or code < 0 or (code != 0 and size[0] * size[1] > redraw.COMFORT):
        raise _too_large(size)
    suffix, _, content = out.partition(b"\n")
    kind = suffix.decode("ascii", "replace")
    if code != 0 or kind not in _MEDIA or not content:
        raise refused("图片打不开，可能已经损坏。请重新拍摄或另存后再上传。", code="decode")
    return Kept(kind, _MEDIA[kind], content)


def _too_large(size: tuple[int, int]) -> Invalid:
    # the limit said is one that pictures of every sort pass
    return refused(
        "图片太大（%(wide)d×%(high)d），处理不了。请缩小到 1600 万像素以内再上传。",
        code="dots",
        wide=size[0],
        high=size[1],
    )


def _run(data: bytes) -> tuple[int, bytes]:
    try:
        done = subprocess.run(  # noqa: S603 - our own program under our own interpreter
            [sys.executable, "-I", str(Path(redraw.__file__))],
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_TIMEOUT,
            env={},
            check=False,
        )
    except subprocess.TimeoutExpired:
        return -1, b""
    return done.returncode, done.stdout
