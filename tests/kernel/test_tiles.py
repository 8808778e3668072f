"""A2: tiles as map libraries read them; the bytes are read back by a reader of its own."""

import random
import struct
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest

from huhang.kernel.errors import Invalid
from huhang.kernel.geo import Box
from huhang.kernel.tiles import EXTENT, GRID, Dot, Tile, bounds, check_tile, code, covering, encode, ground, place


def fields(data: bytes) -> Iterator[tuple[int, Any]]:
    at = 0

    def varint() -> int:
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7

    while at < len(data):
        key = varint()
        if key & 7 == 0:
            yield key >> 3, varint()
        elif key & 7 == 1:
            yield key >> 3, data[at : at + 8]
            at += 8
        else:
            size = varint()
            yield key >> 3, data[at : at + size]
            at += size


def numbers(data: bytes) -> list[int]:
    out, value, shift = [], 0, 0
    for byte in data:
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            out.append(value)
            value = shift = 0
    return out


def unzigzag(n: int) -> int:
    return n >> 1 if n & 1 == 0 else -((n + 1) >> 1)


def read(data: bytes) -> dict[str, list[tuple[int, int, dict[str, Any]]]]:
    found = {}
    for number, layer in fields(data):
        assert number == 3
        parts: dict[int, list[Any]] = {}
        for key, value in fields(layer):
            parts.setdefault(key, []).append(value)
        assert parts[15] == [2]
        assert parts[5] == [EXTENT]
        keys = [one.decode() for one in parts.get(3, [])]
        values = [one for raw in parts.get(4, []) for one in [_value(raw)]]
        dots = []
        for raw in parts[2]:
            inner = dict(fields(raw))
            assert inner[3] == 1
            command, x, y = numbers(inner[4])
            assert command == 9
            tags = numbers(inner[2])
            said = {keys[k]: values[v] for k, v in zip(tags[::2], tags[1::2], strict=True)}
            dots.append((unzigzag(x), unzigzag(y), said))
        found[parts[1][0].decode()] = dots
    return found


def _value(raw: bytes) -> Any:
    [(number, value)] = fields(raw)
    return {1: lambda: value.decode(), 3: lambda: struct.unpack("<d", value)[0]}.get(
        number, lambda: bool(value) if number == 7 else unzigzag(value)
    )()


def test_known_tiles_and_points() -> None:
    assert bounds(Tile(0, 0, 0)) == pytest.approx((-180, -85.0511287798066, 180, 85.0511287798066))
    # Yantai on zoom 10: column and row by the published formula
    assert all(0 <= n < EXTENT for n in place(121.391382, 37.539297, Tile(10, 857, 396)))
    assert all(abs(n) <= 1 for n in place(-180, 85.0511287798066, Tile(0, 0, 0)))


def test_a_point_lies_in_exactly_one_tile_of_a_zoom() -> None:
    rng = random.Random(4)
    for _ in range(300):
        lon, lat, z = rng.uniform(-180, 179.9), rng.uniform(-84, 84), rng.randrange(1, 8)
        inside = [
            (x, y)
            for x in range(2**z)
            for y in [*range(2**z)]
            if (b := bounds(Tile(z, x, y))).west <= lon < b.east and b.south < lat <= b.north
        ]
        assert len(inside) == 1
        assert all(-1 <= n <= EXTENT for n in place(lon, lat, Tile(z, *inside[0])))


def test_what_is_written_is_read_back() -> None:
    tile = Tile(10, 857, 395)
    box = bounds(tile)
    dots = [
        Dot(box.west, box.north, {"name": "海晏化工", "n": 1, "far": -70000, "part": 0.25, "on": True}),
        Dot(box.east, box.south, {"name": "海晏化工", "n": 300}),
    ]
    told = read(encode(tile, {"subjects": dots, "empty": []}))
    assert list(told) == ["subjects"]
    (x1, y1, first), (x2, y2, second) = told["subjects"]
    assert first == {"name": "海晏化工", "n": 1, "far": -70000, "part": 0.25, "on": True}
    assert second == {"name": "海晏化工", "n": 300}
    assert (x1, y1) == (0, 0)
    assert abs(x2 - EXTENT) <= 1
    assert abs(y2 - EXTENT) <= 1
    assert encode(tile, {"empty": []}) == b""


@pytest.mark.parametrize(("z", "x", "y"), [(-1, 0, 0), (23, 0, 0), (1, 2, 0), (1, 0, 2), (3, -1, 0)])
def test_there_is_no_such_tile(z: int, x: int, y: int) -> None:
    with pytest.raises(Invalid):
        check_tile(z, x, y)


def test_squares_are_numbered_so_that_a_tile_is_one_run() -> None:
    assert [code(x, y) for y in (0, 1) for x in (0, 1)] == [0, 1, 2, 3]
    assert code(2, 0) == 4
    first, end = ground(Tile(3, 5, 2), 5)
    inside = {code(x, y) for x in range(20, 24) for y in range(8, 12)}
    assert set(range(first, end)) == inside


def test_a_box_is_covered_by_few_runs_and_little_more() -> None:
    dice = random.Random(26)
    for _ in range(200):
        west, south = dice.uniform(-179, 178), dice.uniform(-84, 83)
        box = Box(west, south, west + dice.uniform(1e-5, 1), south + dice.uniform(1e-5, 1))
        runs = covering(box)
        assert 1 <= len(runs) <= 16
        assert all(a < b for a, b in runs)
        assert all(one[1] < other[0] for one, other in pairwise(runs)), "runs that touch are one"
        for _point in range(20):
            x, y = place(dice.uniform(box.west, box.east), dice.uniform(box.south, box.north), Tile(GRID, 0, 0))
            square = code(x // EXTENT, y // EXTENT)
            assert any(first <= square < end for first, end in runs)
    assert covering(Box(-180, -90, 180, 90)) == [(0, 4**GRID)]
