"""A program of its own: decodes a picture under hard limits and draws it anew, so that nothing but its dots survives.

Reads the picture from standard input, writes ``jpg`` or ``png``, a line end and the new picture to standard output.
Imports nothing of the product: it runs alone, in a process that may be killed.
"""

import io
import math
import resource
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

MEMORY, SECONDS, DOTS = 300 * 1024 * 1024, 5, 50_000_000
COMFORT, LONGEST = 24_000_000, 6000
"""A picture with more dots than this, or a longer side, is halved (or more): still enough to read small print."""
HEAVY = 16 * 1024 * 1024
"""Bytes above which a photograph that came as PNG is kept as JPEG."""
FORMATS = ("JPEG", "PNG", "WEBP")

TOO_LARGE, BROKEN = 3, 4
"""Exit codes; anything else is a crash or a limit."""


def main() -> int:
    """Draws anew; returns the exit code."""
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_AS, (2 * MEMORY, 2 * MEMORY))  # libraries mapped but not used count here too
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = None  # counted here, before anything is decoded
    dots = 0
    try:
        picture = Image.open(io.BytesIO(sys.stdin.buffer.read()), formats=FORMATS)
        dots = picture.width * picture.height
        if dots > DOTS:
            return TOO_LARGE
        source = picture.format or ""
        sys.stdout.buffer.write(_encode(_upright(picture, dots), source))
    except MemoryError:
        return TOO_LARGE
    except Exception:  # noqa: BLE001 - decoders raise whatever they like at damaged data, and some when memory ends
        return TOO_LARGE if dots > COMFORT else BROKEN
    return 0


def _upright(picture: "Image", dots: int) -> "Image":
    """The first frame, turned as the camera was held, no larger than is comfortable."""
    from PIL import ImageOps

    by = max(math.ceil(max(picture.size) / LONGEST), math.ceil(math.sqrt(dots / COMFORT)))
    if by > 1:
        picture.draft(None, (picture.width // by, picture.height // by))  # a JPEG is decoded smaller at once
    left = math.ceil(max(picture.size) / LONGEST) if by > 1 and picture.format == "JPEG" else by
    drawn = picture.reduce(left) if left > 1 and picture.mode not in ("P", "PA", "1") else picture
    if drawn is not picture:
        drawn.info.update(picture.info)
    ImageOps.exif_transpose(drawn, in_place=True)
    return drawn


def _encode(drawn: "Image", source: str) -> bytes:
    clear = drawn.mode in ("RGBA", "LA", "PA") or "transparency" in drawn.info
    if source == "PNG" or clear:
        out = _png(drawn, clear=clear)
        if len(out) <= HEAVY:
            return b"png\n" + out
    return b"jpg\n" + _jpeg(drawn, clear=clear)


def _png(drawn: "Image", *, clear: bool) -> bytes:
    mode = "RGBA" if clear else ("L" if drawn.mode in ("1", "L") else "RGB")
    plain = drawn if drawn.mode == mode else drawn.convert(mode)
    plain.info = {}
    out = io.BytesIO()
    plain.save(out, "PNG", compress_level=1 if plain.width * plain.height > 4_000_000 else 6)
    return out.getvalue()


def _jpeg(drawn: "Image", *, clear: bool) -> bytes:
    from PIL import Image

    plain = drawn
    if clear:
        over = drawn.convert("RGBA")
        plain = Image.new("RGB", over.size, "white")
        plain.paste(over, mask=over.getchannel("A"))
    elif drawn.mode not in ("L", "RGB"):
        plain = drawn.convert("RGB")
    plain.info = {}
    out = io.BytesIO()
    plain.save(out, "JPEG", quality=88)
    return out.getvalue()


if __name__ == "__main__":
    sys.exit(main())
