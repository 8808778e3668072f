# A2: one map, under the same sight as the lists
import random
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from huhang.base.access.context import SYSTEM, acting
from huhang.cases.models import Case
from huhang.doors.desk.map import pages
from huhang.kernel.numbering import uuid7
from huhang.kernel.tiles import CELLS, Tile, bounds
from huhang.reading.map import queries
from huhang.reading.map.queries import LAYERS, Look
from huhang.reading.map.rules import read_shape
from huhang.register.rounds import queries as rounds
from huhang.register.subjects.actions import enter_subject
from huhang.register.subjects.models import Subject
from huhang.register.subjects.queries import Wanted
from tests.doors.desk.test_case_page import client_of
from tests.factories.city import LONG_AGO, NOW, City, enterprise, filed, make_city
from tests.kernel.test_tiles import read

pytestmark = pytest.mark.django_db
HERE = Tile(12, 3430, 1583)
BOX = bounds(HERE)
MIDDLE = ((BOX.west + BOX.east) / 2, (BOX.south + BOX.north) / 2)
AT = f"/desk/map/tiles/{HERE.z}/{HERE.x}/{HERE.y}.pbf"


@pytest.fixture(autouse=True)
def the_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW + timedelta(hours=1))


@pytest.fixture
def city() -> City:
    return make_city()


@pytest.fixture
def firm(city: City) -> Subject:
    made = enterprise(city)
    Subject.objects.filter(pk=made.pk).update(lon=MIDDLE[0], lat=MIDDLE[1])
    return made


def case_here(city: City, **more: Any) -> Case:
    case = filed(city).case
    Case.objects.filter(pk=case.pk).update(lon=MIDDLE[0], lat=MIDDLE[1], **more)
    return case


def tile(city: City, who: str, query: str = "") -> dict[str, list[tuple[int, int, dict[str, Any]]]]:
    answer = client_of(city, who).get(AT + query)
    assert answer.status_code in (200, 204), answer.content.decode()[:300]
    return read(answer.content)


def due(city: City, who: str, query: str = "") -> list[dict[str, Any]]:
    answer = client_of(city, who).get("/desk/map/due.json" + query)
    assert answer.status_code == 200
    return [one["properties"] for one in answer.json()["features"]]


def test_a_tile_shows_what_the_list_shows(city: City, firm: Subject) -> None:
    case = case_here(city, due_at=NOW)
    told = tile(city, "supervisor")
    assert [one[2]["id"] for one in told["subjects"]] == [str(firm.pk)]
    assert [(one[2]["id"], one[2]["late"]) for one in told["requests"]] == [(case.number, "late")]
    listed = client_of(city, "supervisor").get("/desk/map/list/").content.decode()
    assert firm.name in listed
    assert case.number in listed
    assert "超期" in listed


def test_nobody_sees_a_foreign_request_on_the_map(city: City) -> None:
    case = case_here(city)
    assert "requests" in tile(city, "clerk")
    for who in ("other_handler", "traffic"):
        assert "requests" not in tile(city, who)
        assert case.number not in client_of(city, who).get("/desk/map/list/").content.decode()
    Case.objects.filter(pk=case.pk).update(
        sensitive=True, unit=city.units["harbour"], branch=city.units["port"], officer=None, taken_by=None
    )
    assert "requests" not in tile(city, "second_handler")
    assert "requests" in tile(city, "chief")


def test_a_secret_place_is_not_shown_to_everybody(city: City, firm: Subject) -> None:
    Subject.objects.filter(pk=firm.pk).update(sensitive=True)
    assert "subjects" not in tile(city, "other_handler")
    assert "subjects" in tile(city, "handler"), "the post that answers for it"
    assert "subjects" in tile(city, "supervisor")


def test_filters_and_layers_stand_in_the_address(city: City, firm: Subject) -> None:
    case_here(city)
    assert list(tile(city, "clerk", "?layers=subjects")) == ["subjects"]
    assert "subjects" not in tile(city, "clerk", "?kind=project")
    assert "subjects" in tile(city, "clerk", "?kind=enterprise")
    page = client_of(city, "clerk").get("/desk/map/?kind=enterprise&layers=subjects.areas").content.decode()
    assert "/desk/map/tiles/{z}/{x}/{y}.pbf" in page
    assert 'aria-current="true"' in page


def test_a_shape_cuts_exactly(city: City, firm: Subject) -> None:
    lon, lat = MIDDLE
    near, far = f"circle:{lon:.6f},{lat:.6f},200", f"circle:{lon + 0.02:.6f},{lat:.6f},200"
    here = client_of(city, "dispatcher")
    assert firm.name in here.get("/desk/map/list/", {"shape": near}).content.decode()
    assert firm.name not in here.get("/desk/map/list/", {"shape": far}).content.decode()
    # a corner of the box around a circle is not in the circle
    edge = f"circle:{lon + 0.0019:.6f},{lat + 0.0019:.6f},220"
    assert firm.name not in here.get("/desk/map/list/", {"shape": edge}).content.decode()
    file = here.get("/desk/map/list.csv", {"shape": near})
    assert firm.name in file.content.decode("utf-8-sig")
    assert here.get("/desk/map/list.xlsx", {"shape": near}).status_code == 200
    assert firm.name not in here.get("/desk/map/list.csv", {"shape": far}).content.decode("utf-8-sig")
    assert client_of(city, "clerk").get("/desk/map/list.csv").status_code == 403
    assert here.get("/desk/map/list.pdf").status_code == 404
    assert here.get("/desk/map/list/", {"shape": "circle:x"}).status_code == 422


def test_many_points_come_as_cells_that_count_every_one(city: City) -> None:
    unit = city.units["harbour"]
    wide, high = BOX.east - BOX.west, BOX.north - BOX.south
    rows = [
        Subject(
            id=uuid7(),
            kind="enterprise" if i % 2 else "project",
            name=f"企业{i}",
            unit=unit,
            lon=BOX.west + wide * (i % 37 + 0.5) / 37,
            lat=BOX.south + high * (i % 29 + 0.5) / 29,
            created_at=NOW,
        )
        for i in range(queries.MOST + 200)
    ]
    Subject.objects.bulk_create(rows)
    cells = tile(city, "supervisor")["subjects"]
    assert len(cells) <= CELLS**2
    assert sum(one[2]["n"] for one in cells) == len(rows)
    assert {one[2]["kind"] for one in cells} <= {"enterprise", "project", "mixed"}


def test_a_tile_costs_two_statements_a_layer_at_most(city: City, firm: Subject) -> None:
    case_here(city)
    actor = city.actor("supervisor")
    look = Look(actor, NOW, Wanted(), frozenset(LAYERS))
    with acting(actor), CaptureQueriesContext(connection) as told:
        queries.dots(look, HERE)
    assert len(told) == 4, "subjects are counted first; few are then asked for one by one"


def test_tiles_that_are_not_there(city: City) -> None:
    here = client_of(city, "clerk")
    for where in ("23/0/0", "1/2/0", "1/0/2"):
        assert here.get(f"/desk/map/tiles/{where}.pbf").status_code == 404
    assert here.get("/desk/map/tiles/3/0/0.pbf").status_code == 204
    assert here.get(AT + "?unit=x").status_code == 422


def test_areas_and_units(city: City) -> None:
    ring = [[121.0, 37.0], [121.2, 37.0], [121.2, 37.2], [121.0, 37.0]]
    with acting(SYSTEM):
        unit = city.units["harbour"]
        unit.area = {"type": "Polygon", "coordinates": [ring]}
        unit.lon, unit.lat = 121.1, 37.1
        unit.save()
    told = client_of(city, "clerk").get("/desk/map/areas.json").json()
    assert [one["properties"]["name"] for one in told["areas"]["features"]] == ["港湾派出所"]
    assert [one["name"] for one in told["units"]] == ["港湾派出所"]
    page = client_of(city, "clerk").get("/desk/map/").content.decode()
    assert "121.1" in page


def test_whom_a_visit_is_due_with_is_a_layer_of_its_own(city: City) -> None:  # A2, B2
    """The marks are those of the list of duties: late or due, for whoever sees them."""
    one = enter_subject(kind="project", name="海上风电一期", unit_id=city.units["harbour"].pk, by=SYSTEM, now=LONG_AGO)
    fresh = enter_subject(
        kind="project", name="滨海快速路", unit_id=city.units["harbour"].pk, by=SYSTEM, now=NOW - timedelta(days=40)
    )
    Subject.objects.filter(pk__in=[one.pk, fresh.pk]).update(lon=MIDDLE[0], lat=MIDDLE[1])
    when = NOW + timedelta(hours=1)
    with acting(SYSTEM):
        open_ = rounds.duties(rounds.Wanted(rounds.now_open(when), open=True), SYSTEM, when)
    listed = {d.name: any(e.state == "late" for e in open_ if e.name == d.name) for d in open_ if d.subject_id}
    assert listed["海上风电一期"]
    assert {p["name"]: p["due"] == "overdue" for p in due(city, "supervisor")} == listed
    assert {p["name"] for p in due(city, "handler")} == set(listed)
    assert not due(city, "other_handler"), "duties of another branch are not listed to it"
    assert not due(city, "supervisor", "?kind=enterprise")
    Subject.objects.filter(pk=one.pk).update(sensitive=True)
    assert len(due(city, "supervisor")) == len(listed)
    page = client_of(city, "supervisor").get("/desk/map/list/?layers=due").content.decode()
    assert "海上风电一期" in page
    assert "已迟" in page
    assert "没有在办诉求" not in page
    legend = client_of(city, "supervisor").get("/desk/map/?layers=due").content.decode()
    assert "走访和巡访：已迟" in legend


def test_what_is_due_is_one_statement_for_the_map(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(3):
        made = enter_subject(kind="project", name=f"项目{n}", unit_id=city.units["harbour"].pk, by=SYSTEM, now=LONG_AGO)
        Subject.objects.filter(pk=made.pk).update(lon=MIDDLE[0], lat=MIDDLE[1])
    actor = city.actor("supervisor")
    look = Look(actor, NOW + timedelta(hours=1), Wanted(), frozenset(LAYERS))
    with acting(actor):
        assert len(queries.due_spots(look)) == 3
        with CaptureQueriesContext(connection) as told:
            queries.due_spots(look)
        # which records raised a duty, the duties themselves, and acting as the system and back
        assert len(told) == 4
        monkeypatch.setattr(queries, "DUE_MOST", 2)
        assert [(s.n, s.bad, s.late) for s in queries.due_spots(look)] == [(3, 3, True)]


def test_the_list_tells_how_many_there_are_without_counting_them_all(
    city: City, firm: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    unit = city.units["harbour"]
    rows = [
        Subject(id=uuid7(), kind="park", name=f"园区{i}", unit=unit, lon=MIDDLE[0], lat=MIDDLE[1], created_at=NOW)
        for i in range(9)
    ]
    Subject.objects.bulk_create(rows)
    monkeypatch.setattr(pages, "LISTED", 4)
    monkeypatch.setattr(pages, "COUNTED", 6)
    here, around = client_of(city, "clerk"), f"circle:{MIDDLE[0]:.6f},{MIDDLE[1]:.6f},900"

    def told(**query: str) -> str:
        return here.get("/desk/map/list/", {"layers": "subjects", **query}).content.decode()

    with CaptureQueriesContext(connection) as asked:
        assert "10 个有坐标的，列出前 4 个" in told()
    counted = [str(one["sql"]) for one in asked.captured_queries if "COUNT(*)" in str(one["sql"])]
    assert not [sql for sql in counted if "subjects_subject" in sql]
    assert "9 个有坐标的，列出前 4 个" in told(kind="park")
    assert "超过 6 个有坐标的" in told(q="园区")
    assert "超过 6 个有坐标的" in told(shape=around)
    monkeypatch.setattr(pages, "COUNTED", 10)
    assert "9 个有坐标的，列出前 4 个" in told(q="园区", shape=around)


def test_a_shape_cuts_the_tiles_as_it_cuts_the_list(city: City) -> None:
    dice, unit = random.Random(2), city.units["harbour"]
    lon, lat = MIDDLE
    rows = [
        Subject(
            id=uuid7(),
            kind="park",
            name=f"园区{i}",
            unit=unit,
            lon=lon + dice.uniform(-0.06, 0.06),
            lat=lat + dice.uniform(-0.06, 0.06),
            created_at=NOW,
        )
        for i in range(300)
    ]
    Subject.objects.bulk_create(rows)
    corners = ((-0.05, -0.04), (0.03, -0.05), (0.055, 0.02), (0.0, 0.0), (-0.02, 0.05))
    shape = "polygon:" + ";".join(f"{lon + x:.6f},{lat + y:.6f}" for x, y in corners)
    actor = city.actor("supervisor")
    look = Look(actor, NOW, Wanted(), frozenset({"subjects"}), read_shape(shape))
    with acting(actor):
        listed = set(queries.subjects(look).values_list("pk", flat=True))
        assert 0 < len(listed) < 300
        seen = [queries.dots(look, Tile(HERE.z, HERE.x + x, HERE.y + y)) for x in (-1, 0, 1) for y in (-1, 0, 1)]
    assert sorted(str(one.said["id"]) for tile in seen for one in tile["subjects"]) == sorted(map(str, listed))
