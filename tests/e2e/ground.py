"""A base map for the walks: pictures of one colour, as tiles and as a PMTiles file, from a server of the tests."""

import io
import json
import re
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from PIL import Image

COLOUR = (200, 120, 40)
DEEP = 4
"""Zooms of the file: a tile further in is the same picture enlarged."""


def picture() -> bytes:
    """A tile of 256 by 256."""
    out = io.BytesIO()
    Image.new("RGB", (256, 256), COLOUR).save(out, "PNG")
    return out.getvalue()


def _varint(n: int) -> bytes:
    out = bytearray()
    while n > 0x7F:
        out.append(n & 0x7F | 0x80)
        n >>= 7
    return bytes([*out, n])


def pmtiles(content: bytes, *, kind: int) -> bytes:
    """A PMTiles file (version 3), every tile down to zoom `DEEP` the same; ``kind`` 2 is PNG, 1 lines and areas."""
    count = sum(4**z for z in range(DEEP + 1))
    # one entry: the first tile's id, how many in a row are alike, its length, and where it begins (plus one)
    root = b"".join(map(_varint, (1, 0, count, len(content), 1)))
    about = json.dumps({"name": "walk"}).encode()
    at_about = 127 + len(root)
    at_tiles = at_about + len(about)
    places = (127, len(root), at_about, len(about), at_tiles, 0, at_tiles, len(content), count, 1, 1)
    # clustered, nothing compressed, kind of tile, zooms, the whole world, and a centre
    rest = struct.pack(
        "<BBBBBBiiiiBii", 1, 1, 1, kind, 0, DEEP, *(-1800000000, -850000000, 1800000000, 850000000), 0, 0, 0
    )
    return b"PMTiles\x03" + struct.pack("<11Q", *places) + rest + root + about + content


class Ground(BaseHTTPRequestHandler):
    """Answers as map servers do: XYZ, WMTS with its parameters, a file in ranges; everybody may read."""

    protocol_version = "HTTP/1.1"
    asked: list[str]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        files = {"/pictures.pmtiles": pmtiles(picture(), kind=2), "/lines.pmtiles": pmtiles(b"\x1a\x00", kind=1)}
        if self.path in files:
            return self._part(files[self.path])
        xyz = re.fullmatch(r"/xyz/\d+/\d+/\d+\.png", self.path)
        wmts = re.fullmatch(r"/wmts\?SERVICE=WMTS&TILEMATRIX=\d+&TILEROW=\d+&TILECOL=\d+", self.path)
        return self._say(200, picture(), "image/png") if xyz or wmts else self._say(403, b"", "text/plain")

    def _part(self, whole: bytes) -> None:
        asked = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
        first, last = (int(asked[1]), min(int(asked[2]), len(whole) - 1)) if asked else (0, len(whole) - 1)
        more = {"Content-Range": f"bytes {first}-{last}/{len(whole)}", "ETag": '"1"'}
        self._say(206, whole[first : last + 1], "application/octet-stream", more)

    def _say(self, status: int, body: bytes, kind: str, more: dict[str, str] | None = None) -> None:
        self.send_response(status)
        head = {"Content-Type": kind, "Content-Length": str(len(body)), "Access-Control-Allow-Origin": "*"}
        for name, value in {**head, **(more or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_said: object) -> None:
        """Says nothing."""


@contextmanager
def serving() -> Iterator[tuple[str, list[str]]]:
    """The server's address, and what it was asked for so far."""
    asked: list[str] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Here", (Ground,), {"asked": asked}))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()
