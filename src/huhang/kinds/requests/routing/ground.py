"""The unit tree as rules ask it: codes, names, areas, who stands today. Held for a minute, as the tree itself is."""

import time
from collections.abc import Sequence
from datetime import date
from typing import Any

from huhang.kernel.geo import Ring
from huhang.kinds.requests.routing.conditions import Ground
from huhang.register.units.models import Unit
from huhang.register.units.queries import FRESH, Tree, tree

_held: tuple[float, Tree, date, Ground] | None = None


def ground(on: date) -> Ground:
    """Where units are on a day."""
    global _held
    known = tree()
    fresh = _held is not None and time.monotonic() - _held[0] <= FRESH
    if _held is None or not fresh or _held[1] is not known or _held[2] != on:
        _held = (time.monotonic(), known, on, _of(known, on))
    return _held[3]


def _of(known: Tree, on: date) -> Ground:
    nodes = known.nodes
    areas = Unit.objects.exclude(area=None).order_by("code").values_list("id", "area")
    # one that stands comes after those that have ended, so that a name used twice means the living one
    ordered = sorted(nodes.values(), key=lambda node: node.stands(on))
    return Ground(
        by_code={node.code: node.id for node in ordered},
        by_name={node.short: node.id for node in ordered},
        areas={unit: rings for unit, area in areas if (rings := rings_of(area))},
        kinds={node.id: node.kind for node in nodes.values()},
        above={node.id: node.branch for node in nodes.values()},
        standing=frozenset(node.id for node in nodes.values() if node.stands(on)),
    )


def rings_of(area: Any) -> list[Ring]:
    """The rings of a stored area: a GeoJSON polygon or multipolygon, or plain rings."""
    if isinstance(area, dict):
        parts = area.get("coordinates") or []
        polygons = parts if area.get("type") == "MultiPolygon" else [parts]
        return [_ring(ring) for polygon in polygons for ring in polygon]
    return [_ring(ring) for ring in area or []]


def _ring(points: Sequence[Any]) -> Ring:
    return [(float(point[0]), float(point[1])) for point in points]
