"""What a file truly is: told by its content, never by its name or by what the browser claims (SAFEGUARDS 12)."""

from typing import IO

from huhang.base.files import office, pdfs, pictures, texts
from huhang.base.files.rules import Kept, ending, refused
from huhang.kernel.errors import Invalid

_PIECE = 256 * 1024


def read_within(content: IO[bytes], most: int) -> bytes:
    """Everything, read piece by piece and no further than the limit.

    Raises:
        Invalid: empty, or larger than ``most`` bytes.
    """
    pieces, total = [], 0
    while piece := content.read(_PIECE):
        total += len(piece)
        if total > most:
            raise Invalid(
                "文件超过 %(most)d MB，请缩小或拆开后再上传。", field="file", params={"most": most // (1024 * 1024)}
            )
        pieces.append(piece)
    if not total:
        raise Invalid("文件是空的，请重新选择。", field="file")
    return b"".join(pieces)


def checked(name: str, data: bytes) -> Kept:
    """The file as it may be stored.

    Raises:
        Invalid: not one of the kinds taken, damaged, or carrying something active; with what to do.
    """
    if data.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")) or (data[:4] == b"RIFF" and data[8:12] == b"WEBP"):
        return pictures.draw_anew(data)
    if data.startswith(b"%PDF-"):
        return pdfs.checked(data)
    if data.startswith(b"PK\x03\x04"):
        return office.checked(data)
    claimed = ending(name)
    if claimed in texts.ENDINGS:
        return texts.checked(data, claimed)
    raise refused("不能上传这种文件。", code="kind")
