"""A1: whose ground a place lies on, as `kernel.geo` says it, holes and parts counted, the smallest unit first."""

import random
import uuid

from huhang.kernel.geo import point_in_polygon
from huhang.register.units.areas import Areas, area_of, rings_of

OUTER = [[0.0, 0.0], [1.0, 0.1], [0.9, 0.9], [0.1, 1.0], [0.0, 0.0]]
HOLE = [[0.4, 0.4], [0.6, 0.4], [0.6, 0.6], [0.4, 0.6], [0.4, 0.4]]
ISLAND = [[2.0, 2.0], [2.2, 2.0], [2.2, 2.2], [2.0, 2.0]]
DRAWN = {"type": "MultiPolygon", "coordinates": [[OUTER, HOLE], [ISLAND]]}


def test_ten_thousand_places_fall_as_the_kernel_says() -> None:
    area = area_of(uuid.UUID(int=1), DRAWN)
    assert area is not None
    rings, areas, dice = rings_of(DRAWN), Areas([area]), random.Random(1)
    for _ in range(10_000):
        lon, lat = dice.uniform(-0.2, 2.4), dice.uniform(-0.2, 2.4)
        assert bool(list(areas.units_at(lon, lat))) == point_in_polygon(lon, lat, rings)


def test_what_is_not_drawn_is_nobodys_ground() -> None:
    assert area_of(uuid.UUID(int=1), None) is None
    assert area_of(uuid.UUID(int=1), {"type": "Point", "coordinates": [1, 2]}) is None
    assert not list(Areas([]).units_at(0, 0))
