"""A program of its own: decodes a picture under hard limits and draws it anew, so that nothing but its dots survives.

Reads the picture from standard input, writes ``jpg`` or ``png``, a line end and the new picture to standard output.
Imports nothing of the product: it runs alone, in a process that may be killed.
"""

import io
import resource
import sys

MEMORY, SECONDS, DOTS = 300 * 1024 * 1024, 5, 50_000_000
LONGEST = 6000
"""Dots of the longer side kept: enough to read a page of small print, small enough to open on a telephone."""
FORMATS = ("JPEG", "PNG", "WEBP")

TOO_LARGE, BROKEN = 3, 4
"""Exit codes; anything else is a crash or a limit."""


def main() -> int:
    """Draws anew; returns the exit code."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = None  # counted here, before anything is decoded
    data = sys.stdin.buffer.read()
    try:
        picture = Image.open(io.BytesIO(data), formats=FORMATS)
        if picture.width * picture.height > DOTS:
            return TOO_LARGE
        picture.draft(None, (LONGEST, LONGEST))  # a JPEG is then decoded at a half, a quarter or an eighth
        drawn: Image.Image = ImageOps.exif_transpose(picture)
        drawn.thumbnail((LONGEST, LONGEST), reducing_gap=1.1)
        sys.stdout.buffer.write(_encode(drawn, picture.format or ""))
    except MemoryError:
        return TOO_LARGE
    except Exception:  # noqa: BLE001 - decoders raise whatever they like at damaged data
        return BROKEN
    return 0


def _encode(drawn: "object", source: str) -> bytes:
    from PIL import Image

    assert isinstance(drawn, Image.Image)
    clear = drawn.mode in ("RGBA", "LA", "PA") or "transparency" in drawn.info
    out = io.BytesIO()
    if source == "PNG" or clear:
        mode = "RGBA" if clear else ("L" if drawn.mode in ("1", "L") else "RGB")
        plain = drawn if drawn.mode == mode else drawn.convert(mode)
        plain.info.clear()
        plain.save(out, "PNG", compress_level=4)
        return b"png\n" + out.getvalue()
    plain = drawn if drawn.mode in ("L", "RGB") else drawn.convert("RGB")
    plain.info.clear()
    plain.save(out, "JPEG", quality=88)
    return b"jpg\n" + out.getvalue()


if __name__ == "__main__":
    sys.exit(main())
