"""The ground of the city: five counties and their station areas, which tile it without gap or overlap.

Sites are spread county by county, cells are the Voronoi cells of all sites together, and every edge is roughened by a
rule that depends on the edge alone, so that neighbours keep one common border. The city lies in open water on purpose:
nothing of it can be mistaken for a real place.
"""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, field

XY = tuple[float, float]
Ring = list[XY]

_HULL: Ring = [
    (123.02, 35.46),
    (123.18, 35.22),
    (123.47, 35.12),
    (123.78, 35.2),
    (124.02, 35.38),
    (124.12, 35.66),
    (123.98, 35.94),
    (123.66, 36.08),
    (123.3, 36.02),
    (123.08, 35.8),
]
"""The outline before roughening: convex, so that cells stay convex until their edges are drawn."""

_CENTRES: tuple[XY, ...] = ((123.95, 35.52), (123.78, 35.82), (123.63, 35.58), (123.26, 35.8), (123.32, 35.36))
_GRIP = (0.004, -0.002, -0.012, 0.0, 0.0)
"""How much nearer than it is each county's centre counts: the inner city is small."""


@dataclass
class Ground:
    """Areas by county and station, as rings of longitude and latitude (first point not repeated)."""

    stations: list[list[Ring]]
    counties: list[Ring]
    inner: list[list[Ring]] = field(default_factory=list)
    """The same station areas before their edges were drawn: convex, to pick points in."""


def _clip(ring: Ring, a: XY, b: XY, shift: float = 0.0) -> Ring:
    """The part of a convex ring nearer to ``a`` than to ``b``."""
    nx, ny = b[0] - a[0], b[1] - a[1]
    limit = (b[0] ** 2 + b[1] ** 2 - a[0] ** 2 - a[1] ** 2 - shift) / 2
    out: Ring = []
    sides = [x * nx + y * ny - limit for x, y in ring]
    for i, (point, side) in enumerate(zip(ring, sides, strict=True)):
        before, was = ring[i - 1], sides[i - 1]
        if (side > 0) != (was > 0):
            t = was / (was - side)
            out.append((before[0] + (point[0] - before[0]) * t, before[1] + (point[1] - before[1]) * t))
        if side <= 0:
            out.append(point)
    return out


def _cells(sites: Sequence[XY], bound: Ring) -> list[Ring]:
    """The Voronoi cell of every site inside a convex bound."""
    cells = []
    for a in sites:
        ring = bound
        others = sorted((math.dist(a, b), b) for b in sites if b is not a)
        for distance, b in others:
            if distance > 2 * max(math.dist(a, p) for p in ring):
                break
            ring = _clip(ring, a, b)
        cells.append(ring)
    return cells


def centre(ring: Ring) -> XY:
    """The centre of gravity of a ring."""
    area = x = y = 0.0
    for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True):
        cross = x1 * y2 - x2 * y1
        area, x, y = area + cross, x + (x1 + x2) * cross, y + (y1 + y2) * cross
    return x / (3 * area), y / (3 * area)


def point_in(ring: Ring, rng: random.Random) -> XY:
    """A point in a convex ring, away from its border, to about a metre."""
    cx, cy = centre(ring)
    i = rng.randrange(len(ring))
    (x1, y1), (x2, y2) = ring[i - 1], ring[i]
    u, v = sorted((rng.random(), rng.random()))
    x, y = cx * u + x1 * (v - u) + x2 * (1 - v), cy * u + y1 * (v - u) + y2 * (1 - v)
    return round(cx + (x - cx) * 0.85, 5), round(cy + (y - cy) * 0.85, 5)


def _county_rings() -> list[Ring]:
    rings = []
    for i, a in enumerate(_CENTRES):
        ring = _HULL
        for j, b in enumerate(_CENTRES):
            if i != j:
                ring = _clip(ring, a, b, _GRIP[j] - _GRIP[i])
        rings.append(ring)
    return rings


def _sites(ring: Ring, wanted: int, rng: random.Random) -> list[XY]:
    """Points in a county, evened out twice (Lloyd)."""
    sites = [point_in(ring, rng) for _ in range(wanted)]
    for _ in range(2):
        sites = [centre(cell) for cell in _cells(sites, ring)]
    return sites


def _rounded(ring: Ring) -> Ring:
    out: Ring = []
    for x, y in ring:
        point = round(x, 5), round(y, 5)
        if not out or (point != out[-1] and point != out[0]):
            out.append(point)
    return out


def _drawn(a: XY, b: XY, depth: int, seed: int) -> Ring:
    """The points between two corners: halves pushed aside by an amount that the two ends decide."""
    if depth == 0 or math.dist(a, b) < 0.004:
        return []
    low, high = min(a, b), max(a, b)
    push = random.Random(f"{seed}{low}{high}").uniform(-0.11, 0.11)  # noqa: S311  scenery, not secrets
    middle = (
        round((low[0] + high[0]) / 2 - (high[1] - low[1]) * push, 5),
        round((low[1] + high[1]) / 2 + (high[0] - low[0]) * push, 5),
    )
    return [*_drawn(a, middle, depth - 1, seed), middle, *_drawn(middle, b, depth - 1, seed)]


def _rough(ring: Ring, seed: int) -> Ring:
    out: Ring = []
    for a, b in zip(ring, [*ring[1:], ring[0]], strict=True):
        out += [a, *_drawn(a, b, 2, seed)]
    return out


def outline(rings: list[Ring]) -> Ring:
    """The longest border of several areas: edges that two of them share fall away."""
    ahead: dict[tuple[XY, XY], None] = {}
    for ring in rings:
        for a, b in zip(ring, [*ring[1:], ring[0]], strict=True):
            if (b, a) in ahead:
                del ahead[b, a]
            else:
                ahead[a, b] = None
    follows: dict[XY, list[XY]] = {}
    for a, b in ahead:
        follows.setdefault(a, []).append(b)
    loops: list[Ring] = []
    while follows:
        start = next(iter(follows))
        loop, at = [start], _step(follows, start)
        while at != start:
            loop.append(at)
            at = _step(follows, at)
        loops.append(loop)
    return max(loops, key=len)


def _step(follows: dict[XY, list[XY]], at: XY) -> XY:
    ways = follows[at]
    to = ways.pop()
    if not ways:
        del follows[at]
    return to


def make_ground(counts: Sequence[int], seed: int) -> Ground:
    """The ground for so many stations in each county."""
    rng = random.Random(f"ground{seed}")  # noqa: S311  scenery, not secrets
    parts = [_sites(ring, n, rng) for ring, n in zip(_county_rings(), counts, strict=True)]
    cells = [_rounded(cell) for cell in _cells([s for part in parts for s in part], _HULL)]
    ground, at = Ground([], []), 0
    for n in counts:
        ground.inner.append(cells[at : at + n])
        ground.stations.append([_rough(cell, seed) for cell in cells[at : at + n]])
        ground.counties.append(outline(ground.stations[-1]))
        at += n
    return ground


def polygon(ring: Ring) -> dict[str, object]:
    """A ring as GeoJSON (RFC 7946): closed, counter-clockwise."""
    return {"type": "Polygon", "coordinates": [[list(p) for p in [*ring, ring[0]]]]}
