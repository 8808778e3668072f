"""Shapes drawn on the map, and how late a request is as the map says it (A2)."""

import math
import re
from dataclasses import dataclass

from huhang.kernel.errors import Invalid
from huhang.kernel.geo import Box, Point, check_point

LATENESS = ("late", "today", "open")
"""Past its date, due within a day, or neither; the first that holds."""
MOST_CORNERS, WIDEST_M = 200, 100_000
_SIDES = 64
_METRES_A_DEGREE = 111_194.93
_NUMBER = re.compile(r"-?\d{1,3}(\.\d{1,9})?", re.ASCII)


@dataclass(frozen=True)
class Shape:
    """A piece of ground as a closed line of corners; a circle is one of 64."""

    corners: tuple[Point, ...]
    text: str

    @property
    def sql(self) -> str:
        """As PostgreSQL writes a polygon."""
        return "(" + ",".join(f"({p.lon:.7f},{p.lat:.7f})" for p in self.corners) + ")"

    @property
    def box(self) -> Box:
        """The smallest rectangle around it."""
        xs, ys = [p.lon for p in self.corners], [p.lat for p in self.corners]
        return Box(min(xs), min(ys), max(xs), max(ys))


def read_shape(text: str) -> Shape | None:
    """The shape of an address: ``circle:lon,lat,metres`` or ``polygon:lon,lat;lon,lat;…``; none for nothing.

    Raises:
        Invalid: not one of the two, too wide, too few or too many corners, or not on Earth.
    """
    if not text:
        return None
    sort, _, rest = text.partition(":")
    if len(text) > 6000 or sort not in ("circle", "polygon"):
        raise Invalid("画的范围读不出来，请重新画。", field="shape")
    return _circle(rest, text) if sort == "circle" else _polygon(rest, text)


def _numbers(text: str, n: int) -> list[float]:
    parts = text.split(",")
    if len(parts) != n or not all(_NUMBER.fullmatch(one) for one in parts[:2]):
        raise Invalid("画的范围读不出来，请重新画。", field="shape")
    try:
        return [float(one) for one in parts]
    except ValueError:
        raise Invalid("画的范围读不出来，请重新画。", field="shape") from None


def _circle(rest: str, text: str) -> Shape:
    lon, lat, metres = _numbers(rest, 3)
    here = check_point(lon, lat)
    if not 1 <= metres <= WIDEST_M or abs(lat) > 80:
        raise Invalid("半径要在 1 米到 100 公里之间。", field="shape")
    high = metres / _METRES_A_DEGREE
    wide = high / math.cos(math.radians(lat))
    turns = (2 * math.pi * i / _SIDES for i in range(_SIDES))
    return Shape(tuple(Point(here.lon + wide * math.cos(t), here.lat + high * math.sin(t)) for t in turns), text)


def _polygon(rest: str, text: str) -> Shape:
    corners = [check_point(*_numbers(one, 2)) for one in rest.split(";")]
    if not 3 <= len(corners) <= MOST_CORNERS:
        raise Invalid("画的范围要有 3 到 200 个角。", field="shape")
    return Shape(tuple(corners), text)
