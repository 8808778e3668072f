"""Which unit answers for a place: the units' areas in memory, looked at as the tree is."""

import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from huhang.kernel.geo import Box, Point, bbox
from huhang.register.units.models import Unit
from huhang.register.units.queries import ALSO, FRESH, Node, tree

SQUARE = 0.05
"""Degrees of the squares by which areas near a place are found: an import asks for a hundred thousand places."""
Edge = tuple[float, float, float, float]
"""An edge from its lower end to its upper: x1, y1, x2, y2."""


@dataclass(frozen=True)
class Area:
    """The ground of one unit."""

    unit: uuid.UUID
    box: Box
    edges: tuple[Edge, ...]

    def holds(self, lon: float, lat: float) -> bool:
        """Whether a place lies in it, as `kernel.geo.point_in_polygon` says; holes and parts count as there."""
        box = self.box
        if not (box.west <= lon <= box.east and box.south <= lat <= box.north):
            return False
        inside = False
        for x1, y1, x2, y2 in self.edges:
            if y1 <= lat < y2 and lon < x1 + (lat - y1) * (x2 - x1) / (y2 - y1):
                inside = not inside
        return inside


def rings_of(area: Mapping[str, Any] | None) -> list[list[tuple[float, float]]]:
    """All rings of a GeoJSON polygon or multi-polygon; none of anything else."""
    if not area:
        return []
    shapes = {"Polygon": [area.get("coordinates")], "MultiPolygon": area.get("coordinates")}.get(str(area.get("type")))
    return [[(float(p[0]), float(p[1])) for p in ring] for shape in shapes or [] for ring in shape or []]


def _edges(rings: Sequence[Sequence[tuple[float, float]]]) -> Iterator[Edge]:
    for ring in rings:
        for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True):
            yield (x1, y1, x2, y2) if y1 <= y2 else (x2, y2, x1, y1)


def area_of(unit: uuid.UUID, area: Mapping[str, Any] | None) -> Area | None:
    """The area of a unit, ready to be asked; none when nothing is drawn."""
    rings = rings_of(area)
    return Area(unit, bbox(rings), tuple(_edges(rings))) if rings else None


class Areas:
    """Every unit's ground, the smallest units first: a station answers before its county bureau."""

    def __init__(self, areas: Sequence[Area]) -> None:
        self.areas = areas
        self._squares: dict[tuple[int, int], list[Area]] = {}
        for area in areas:
            box = area.box
            for x in range(int(box.west // SQUARE), int(box.east // SQUARE) + 1):
                for y in range(int(box.south // SQUARE), int(box.north // SQUARE) + 1):
                    self._squares.setdefault((x, y), []).append(area)

    def units_at(self, lon: float, lat: float) -> Iterator[uuid.UUID]:
        """Every unit a place belongs to, from the smallest; only areas near the place are looked at."""
        near = self._squares.get((int(lon // SQUARE), int(lat // SQUARE)), ())
        return (area.unit for area in near if area.holds(lon, lat))


_held: tuple[float, Areas] | None = None


def areas() -> Areas:
    """The areas as of at most a minute ago."""
    global _held
    if _held is None or time.monotonic() - _held[0] > FRESH:
        rows = Unit.objects.filter(area__isnull=False).order_by("-level", "code").values_list("id", "area")
        _held = (time.monotonic(), Areas([one for one in (area_of(pk, area) for pk, area in rows) if one]))
    return _held[1]


def forget() -> None:
    """Looks again at the next use; called after a change in this process."""
    global _held
    _held = None


ALSO.append(forget)


def unit_at(place: Point, *, on: date) -> Node | None:
    """The smallest standing unit whose area holds a place (A1); none where no area does, and a person chooses."""
    for unit in areas().units_at(place.lon, place.lat):
        node = tree().nodes.get(unit)
        if node is not None and node.stands(on):
            return node
    return None
