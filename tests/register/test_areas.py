"""A1: whose ground a place lies on, as `kernel.geo` says it, holes and parts counted, the smallest unit first."""

import json
import random
import uuid
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from huhang.kernel.geo import Crs, Point, point_in_polygon
from huhang.register.units import drawing, queries
from huhang.register.units.areas import Areas, area_of, rings_of, unit_at
from tests.environment import ROOT
from tests.factories.city import make_city

REAL = ROOT.parent / "shared" / "data" / "boundaries" / "city_370600.geojson"

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


def geojson(*features: dict[str, Any]) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def square(name: str, west: float = 121.0) -> dict[str, Any]:
    ring = [[west, 37.0], [west + 0.2, 37.0], [west + 0.2, 37.2], [west, 37.2], [west, 37.0]]
    return {"type": "Feature", "properties": {"name": name}, "geometry": {"type": "Polygon", "coordinates": [ring]}}


@pytest.mark.django_db
def test_an_administrator_draws_areas_and_places_find_their_units() -> None:
    city, client = make_city(), Client()
    client.force_login(city.users["system_admin"], backend="huhang.base.people.backends.Officers")
    assert "港湾派出所" in client.get("/desk/units/areas/").content.decode()

    def sent(content: bytes, crs: str = "GCJ02") -> int:
        file = SimpleUploadedFile("a.geojson", content)
        return client.post("/desk/units/areas/", {"file": file, "crs": crs}).status_code

    good = geojson(square("港湾派出所"), square("望海市公安局码头派出所", 121.2))
    assert sent(good) == 302
    queries.forget()
    on = date(2026, 11, 20)
    # 121.1998 in GCJ-02 lies some 500 m west of 121.2 in CGCS2000: the areas were converted
    assert [getattr(unit_at(Point(lon, 37.1), on=on), "short", None) for lon in (121.1, 121.1975, 121.3, 122.0)] == [
        "港湾派出所",
        "码头派出所",
        "码头派出所",
        None,
    ]
    open_ring = square("港湾派出所")
    open_ring["geometry"]["coordinates"][0].pop()
    for wrong in (
        b"not json",
        geojson(),
        geojson(square("月球派出所")),
        geojson(square("港湾派出所"), square("港湾派出所")),
        geojson({"type": "Feature", "properties": {}, "geometry": None}),
        geojson({**square("港湾派出所"), "geometry": {"type": "Point", "coordinates": [1, 2]}}),
        geojson(open_ring),
        geojson(square("港湾派出所", 999.0)),
        b"[" * 100_000,
    ):
        assert sent(wrong) == 422, wrong[:80]
    assert sent(good, crs="moon") == 422
    assert client.post("/desk/units/areas/", {"crs": "GCJ02"}).status_code == 422
    assert client.post("/desk/units/areas/").status_code == 422


@pytest.mark.django_db
@pytest.mark.skipif(not REAL.exists(), reason="the public boundaries are not beside the project")
def test_real_boundaries_are_understood() -> None:
    drawn = drawing.read(REAL.read_bytes(), Crs.GCJ02)
    assert len(drawn) >= 10
    areas = Areas([area for n, one in enumerate(drawn) if (area := area_of(uuid.UUID(int=n), one.area))])
    here = [drawn[unit.int].names[0] for unit in areas.units_at(121.391382, 37.539297)]
    assert here == ["芝罘区"]
