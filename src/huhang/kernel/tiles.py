"""Map tiles: which piece of ground a tile is, and points written as a Mapbox Vector Tile (version 2.1).

Web Mercator as every map library cuts it: at zoom z the world is 2^z by 2^z tiles, x from the west, y from the north.
Only points are written; a library that writes everything costs more than the whole tile may (ADR 34).
"""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import atan, degrees, floor, log, pi, radians, sinh, tan
from typing import NamedTuple

from huhang.kernel.errors import Invalid
from huhang.kernel.geo import Box

EXTENT = 4096
"""The side of a tile in its own units."""
DEEPEST = 22
LIMIT = 85.0511287798066
"""The latitude at which Web Mercator ends."""
GRID = 26
"""The finest squares: those of the zoom at which a tile of `DEEPEST` has sixteen along its side."""
CELLS = 16
"""So many squares along a tile's side are counted apart."""

Value = str | int | float | bool


class Tile(NamedTuple):
    """A piece of the map: zoom, column from the west, row from the north."""

    z: int
    x: int
    y: int


@dataclass(frozen=True)
class Dot:
    """A point with what is said of it."""

    lon: float
    lat: float
    said: Mapping[str, Value] = field(default_factory=dict)


def check_tile(z: int, x: int, y: int) -> Tile:
    """The tile, if there is one.

    Raises:
        Invalid: zoom beyond `DEEPEST`, or a column or row that this zoom does not have.
    """
    if not (0 <= z <= DEEPEST and 0 <= x < 2**z and 0 <= y < 2**z):
        raise Invalid("没有这一块地图。")
    return Tile(z, x, y)


def bounds(tile: Tile) -> Box:
    """The ground of a tile in degrees; its east and south edges belong to the next tiles."""
    side = 2**tile.z
    return Box(tile.x / side * 360 - 180, _lat(tile.y + 1, side), (tile.x + 1) / side * 360 - 180, _lat(tile.y, side))


def _lat(y: int, side: int) -> float:
    return degrees(atan(sinh(pi * (1 - 2 * y / side))))


def code(x: int, y: int) -> int:
    """Column and row of a square as one number, bit by bit in turn: squares inside a larger one follow each other."""
    return _apart(x) | _apart(y) << 1


def _apart(n: int) -> int:
    return int(f"{n:b}", 4)


def ground(tile: Tile, level: int = GRID) -> tuple[int, int]:
    """The squares of a finer zoom that a tile holds: the code of the first, and the one after the last."""
    first, below = code(tile.x, tile.y), 2 * (level - tile.z)
    return first << below, first + 1 << below


def covering(box: Box, *, along: int = 4) -> list[tuple[int, int]]:
    """Runs of the finest squares that hold a whole box, from at most ``along`` times as many tiles, and little more."""
    for z in range(DEEPEST, -1, -1):
        (x0, y0), (x1, y1) = _tile_of(box.west, box.north, z), _tile_of(box.east, box.south, z)
        if x1 - x0 < along and y1 - y0 < along:
            break
    runs: list[tuple[int, int]] = []
    for first, end in sorted(ground(Tile(z, x, y)) for x in range(x0, x1 + 1) for y in range(y0, y1 + 1)):
        if runs and runs[-1][1] == first:
            runs[-1] = runs[-1][0], end
        else:
            runs.append((first, end))
    return runs


def _tile_of(lon: float, lat: float, z: int) -> tuple[int, int]:
    x, y = place(lon, lat, Tile(z, 0, 0))
    last = 2**z - 1
    return max(0, min(last, x // EXTENT)), max(0, min(last, y // EXTENT))


def place(lon: float, lat: float, tile: Tile) -> tuple[int, int]:
    """A point in the units of a tile."""
    side, angle = 2**tile.z, radians(max(-LIMIT, min(LIMIT, lat)))
    x = (lon + 180) / 360 * side - tile.x
    y = (1 - log(tan(pi / 4 + angle / 2)) / pi) / 2 * side - tile.y
    return floor(x * EXTENT), floor(y * EXTENT)


def encode(tile: Tile, layers: Mapping[str, Sequence[Dot]]) -> bytes:
    """The tile as bytes; a layer without points is left out."""
    return b"".join(_framed(3, _layer(tile, name, dots)) for name, dots in layers.items() if dots)


def _layer(tile: Tile, name: str, dots: Sequence[Dot]) -> bytes:
    keys: dict[str, int] = {}
    values: dict[tuple[type, Value], int] = {}
    features = bytearray()
    for dot in dots:
        tags = bytearray()
        for key, value in dot.said.items():
            tags += _varint(keys.setdefault(key, len(keys)))
            tags += _varint(values.setdefault((type(value), value), len(values)))
        x, y = place(dot.lon, dot.lat, tile)
        geometry = _varint(9) + _varint(_zigzag(x)) + _varint(_zigzag(y))  # one MoveTo
        features += _framed(2, _framed(2, bytes(tags)) + b"\x18\x01" + _framed(4, geometry))
    out = bytearray(b"\x78\x02")  # version 2
    out += _framed(1, name.encode())
    out += features
    for key in keys:
        out += _framed(3, key.encode())
    for kind, value in values:
        out += _framed(4, _value(kind, value))
    out += b"\x28" + _varint(EXTENT)
    return bytes(out)


def _value(kind: type, value: Value) -> bytes:
    if kind is bool:
        return b"\x38" + _varint(int(value))
    if kind is int:
        return b"\x30" + _varint(_zigzag(int(value)))
    if kind is float:
        return b"\x19" + struct.pack("<d", value)
    return _framed(1, str(value).encode())


def _framed(number: int, body: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(body)) + body


def _zigzag(n: int) -> int:
    return n << 1 if n >= 0 else (-n << 1) - 1


def _varint(n: int) -> bytes:
    if n < 0x80:
        return bytes((n,))
    out = bytearray()
    while n > 0x7F:
        out.append(n & 0x7F | 0x80)
        n >>= 7
    out.append(n)
    return bytes(out)
