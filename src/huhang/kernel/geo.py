"""Places as longitude and latitude, and the three coordinate systems Chinese maps use (STANDARDS §12).

Always longitude first, in degrees. WGS84 and CGCS2000 are the same here: they differ by less than a decimetre.
GCJ02 (national map offset) lies 100–700 m from them inside China; BD09 is a further offset on top of GCJ02.
"""

from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from itertools import chain
from math import asin, atan2, cos, hypot, isfinite, pi, radians, sin, sqrt
from typing import NamedTuple

from huhang.kernel.errors import Invalid

_A = 6378245.0
_EE = 0.00669342162296594323
_X_PI = pi * 3000 / 180
_EARTH_M = 6_371_008.8
_ROUNDS = 12  # four reach 1e-9 degrees; the loop leaves when nothing moves any more


class Crs(StrEnum):
    """The coordinate system a point is recorded in; kept with every point."""

    WGS84 = "WGS84"
    CGCS2000 = "CGCS2000"
    GCJ02 = "GCJ02"
    BD09 = "BD09"


class Point(NamedTuple):
    """A place in degrees."""

    lon: float
    lat: float


class Box(NamedTuple):
    """A rectangle in degrees."""

    west: float
    south: float
    east: float
    north: float


Ring = Sequence[tuple[float, float]]


def check_point(lon: float, lat: float) -> Point:
    """The point, if it lies on Earth.

    Raises:
        Invalid: not finite, longitude beyond ±180 or latitude beyond ±90 degrees.
    """
    if not (isfinite(lon) and isfinite(lat)):
        raise Invalid("坐标不是有效的数字，请重新选点或填写经纬度。")
    if abs(lat) > 90 and abs(lat) <= 180 and abs(lon) <= 90:
        raise Invalid("纬度超出了 -90 到 90，经度和纬度可能填反了：先填经度，再填纬度。")
    if abs(lat) > 90:
        raise Invalid("纬度应在 -90 到 90 之间，请核对。")
    if abs(lon) > 180:
        raise Invalid("经度应在 -180 到 180 之间，请核对。")
    return Point(lon, lat)


def convert(lon: float, lat: float, from_: Crs, to: Crs) -> Point:
    """The same place in another coordinate system; outside the box around China nothing is offset.

    There and back again gives the point to within 1e-9 degrees, except within 1 km of that box's edge.

    Raises:
        Invalid: the point is not on Earth.
    """
    here = check_point(lon, lat)
    return here if _offset(from_) == _offset(to) else _from_wgs(_to_wgs(here, from_), to)


def haversine_m(lon1: float, lat1: float, lon2: float, lat2: float) -> float:
    """Distance over the ground in metres on a sphere (within 0.6 % of the ellipsoid). Raises Invalid as check_point."""
    a, b = check_point(lon1, lat1), check_point(lon2, lat2)
    half = sin(radians(b.lat - a.lat) / 2) ** 2
    half += cos(radians(a.lat)) * cos(radians(b.lat)) * sin(radians(b.lon - a.lon) / 2) ** 2
    return 2 * _EARTH_M * asin(sqrt(min(1.0, half)))


def point_in_polygon(lon: float, lat: float, rings: Sequence[Ring]) -> bool:
    """Whether the point lies in the area; a ring inside another is a hole, rings beside one another are parts.

    A point on a border shared by two areas belongs to exactly one of them, so areas that tile a city count it once.

    Raises:
        Invalid: the point is not on Earth, or a ring has fewer than three points.
    """
    here = check_point(lon, lat)
    return sum(_crosses(here, a, b) for a, b in chain.from_iterable(map(_edges, rings))) % 2 == 1


def bbox(rings: Sequence[Ring]) -> Box:
    """The smallest rectangle around all rings.

    Raises:
        Invalid: there is no point, or one is not on Earth.
    """
    points = [check_point(x, y) for ring in rings for x, y in ring]
    if not points:
        raise Invalid("这个范围里没有任何坐标点，请重新画出范围。")
    xs, ys = [p.lon for p in points], [p.lat for p in points]
    return Box(min(xs), min(ys), max(xs), max(ys))


def _edges(ring: Ring) -> Iterator[tuple[tuple[float, float], tuple[float, float]]]:
    if len(ring) < 3:
        raise Invalid("一个范围至少要有三个坐标点，请重新画出范围。")
    return zip(ring, [*ring[1:], ring[0]], strict=True)


def _crosses(here: Point, a: tuple[float, float], b: tuple[float, float]) -> bool:
    """Whether the ray from here to the east crosses the edge; the lower end belongs to the edge, the upper does not."""
    (x1, y1), (x2, y2) = (a, b) if a[1] <= b[1] else (b, a)  # one order, so both neighbours reckon alike
    return y1 <= here.lat < y2 and here.lon < x1 + (here.lat - y1) * (x2 - x1) / (y2 - y1)


def _offset(crs: Crs) -> Crs:
    """The system up to a decimetre."""
    return Crs.WGS84 if crs is Crs.CGCS2000 else crs


def _to_wgs(p: Point, crs: Crs) -> Point:
    if crs is Crs.BD09:
        p = _inverse(_gcj_to_bd, p)
    return _inverse(_wgs_to_gcj, p) if crs in (Crs.GCJ02, Crs.BD09) else p


def _from_wgs(p: Point, crs: Crs) -> Point:
    if crs in (Crs.GCJ02, Crs.BD09):
        p = _wgs_to_gcj(p)
    return _gcj_to_bd(p) if crs is Crs.BD09 else p


def _in_china(p: Point) -> bool:
    return 72.004 <= p.lon <= 137.8347 and 0.8293 <= p.lat <= 55.8271


def _inverse(forward: Callable[[Point], Point], target: Point) -> Point:
    """The point that ``forward`` takes to target, by correcting the miss until it is gone."""
    guess = target
    for _ in range(_ROUNDS):
        reached = forward(guess)
        miss = Point(reached.lon - target.lon, reached.lat - target.lat)
        guess = Point(guess.lon - miss.lon, guess.lat - miss.lat)
        if hypot(*miss) < 1e-12:
            break
    return guess


def _wgs_to_gcj(p: Point) -> Point:
    if not _in_china(p):
        return p
    x, y = p.lon - 105.0, p.lat - 35.0
    common = (20 * sin(6 * x * pi) + 20 * sin(2 * x * pi)) * 2 / 3
    root = 0.1 * sqrt(abs(x))
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 2 * root + common
    north += (20 * sin(y * pi) + 40 * sin(y / 3 * pi)) * 2 / 3
    north += (160 * sin(y / 12 * pi) + 320 * sin(y * pi / 30)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + root + common
    east += (20 * sin(x * pi) + 40 * sin(x / 3 * pi)) * 2 / 3
    east += (150 * sin(x / 12 * pi) + 300 * sin(x / 30 * pi)) * 2 / 3
    phi = radians(p.lat)
    magic = 1 - _EE * sin(phi) ** 2
    dlat = north * 180 / ((_A * (1 - _EE)) / (magic * sqrt(magic)) * pi)
    dlon = east * 180 / (_A / sqrt(magic) * cos(phi) * pi)
    return Point(p.lon + dlon, p.lat + dlat)


def _gcj_to_bd(p: Point) -> Point:
    if not _in_china(p):
        return p
    length = hypot(p.lon, p.lat) + 0.00002 * sin(p.lat * _X_PI)
    angle = atan2(p.lat, p.lon) + 0.000003 * cos(p.lon * _X_PI)
    return Point(length * cos(angle) + 0.0065, length * sin(angle) + 0.006)
