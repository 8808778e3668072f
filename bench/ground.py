"""Very many subjects on the ground of the demo city, and what the map and the register cost among them (A1, A2).

The database multiplies: each new row takes unit and place of one there is, moved by some kilometres, one in fifty also
its kind and classes (the others are enterprises with none), under a name put together from characters.
"""

import time
from collections.abc import Callable, Iterator
from math import atan, floor, log, log2, pi, radians, sinh, tan
from typing import TYPE_CHECKING, Any, NamedTuple

from bench.cost import Cost, Meter, yardstick

if TYPE_CHECKING:
    from bench.callers import Caller  # needs settings, which come with the data folder

SCREEN = (1280, 720)
"""A desk's screen in points; the map draws tiles of 512 (MapLibre's own), from the zoom at which the city fits."""
PADDING, SIDE = 40, 512
TWO, FOUR, OFTEN, TRADE = "恒泰", "恒泰精密", "望恒", "精密制造"
"""What one name in 3,249 has, in 22,743, in 57 and in 7."""

_KEEP = """
CREATE TEMP TABLE seed AS SELECT row_number() OVER (ORDER BY s.id) - 1 AS nth, s.kind, s.flags,
    s.unit_id, s.industry, s.address, s.head_count, s.lon, s.lat
FROM subjects_subject s WHERE s.lon IS NOT NULL AND s.kind <> 'post' AND NOT s.sensitive AND s.state = 'active'
"""
_COPY = """
INSERT INTO subjects_subject (id, kind, name, credit_code, flags, sensitive, unit_id, unit_from, industry, address,
    head_count, lon, lat, crs, note, state, created_at)
SELECT gen_random_uuid(), CASE WHEN mod(p.i, 50) = 0 THEN d.kind ELSE 'enterprise' END,
    '望' || substr(%(first)s, 1 + mod(p.i * 7919, %(n)s)::int, 1)
        || substr(%(first)s, 1 + mod(p.i / %(n)s, %(n)s)::int, 1)
        || (ARRAY['精密制造', '新材料', '海洋食品', '物流', '机械设备', '纺织服装', '建筑工程'])[1 + mod(p.i, 7)]
        || '有限公司' || p.i,
    '9137' || lpad(p.i::text, 14, '0'), CASE WHEN mod(p.i, 50) = 0 THEN d.flags ELSE '{}' END, false, d.unit_id,
    'person', d.industry, '海港路' || mod(p.i, 900) || '号', d.head_count,
    d.lon + (mod(abs(hashint8(p.i)), 2001) - 1000) / 25000.0, d.lat + (mod(abs(hashint8(-p.i)), 2001) - 1000) / 33000.0,
    'CGCS2000', '', 'active', %(now)s - make_interval(days => 400)
FROM generate_series(%(from)s::bigint, %(to)s::bigint) AS p (i)
JOIN seed AS d ON d.nth = mod(p.i * 31, (SELECT count(*) FROM seed))
"""
_CHARACTERS = (
    "恒泰盛隆昌达兴旺顺发祥瑞安康宁和平正大华宇宏远博通天润泽源海洋港湾帆舟鑫金银玉龙凤鹏程万里春秋江河山川林森松柏梅兰"
)
_QUIET = ("subjects_entered", "subjects_changed", "subjects_cells_added", "subjects_cells_changed")


def fill(admin: Any, subjects: int, now: Any, say: Callable[[str], None]) -> None:
    """Brings the register to so many subjects; their history is not written, it is not read here."""
    there = admin.execute("SELECT count(*) FROM subjects_subject").fetchone()[0]
    if subjects <= there:
        return
    began, names = time.perf_counter(), {"first": _CHARACTERS, "n": len(_CHARACTERS)}
    for name in _QUIET:
        admin.execute(f"ALTER TABLE subjects_subject DISABLE TRIGGER {name}")
    admin.execute(_KEEP)
    for first in range(there, subjects, 100_000):
        last = min(subjects, first + 100_000) - 1
        admin.execute(_COPY, {**names, "from": first, "to": last, "now": now})
        say(f"· {last + 1:,} 个主体")
    for name in _QUIET:
        admin.execute(f"ALTER TABLE subjects_subject ENABLE TRIGGER {name}")
    admin.execute("SELECT cells_build()")
    admin.execute("VACUUM ANALYZE subjects_subject, cells_counted")
    say(f"· 乘到 {subjects:,} 个主体用了 {time.perf_counter() - began:.0f} 秒")


class Place(NamedTuple):
    """A tile of the screen."""

    z: int
    x: int
    y: int

    @property
    def path(self) -> str:
        return f"/desk/map/tiles/{self.z}/{self.x}/{self.y}.pbf"


def _mercator(lat: float) -> float:
    return (1 - log(tan(pi / 4 + radians(lat) / 2)) / pi) / 2


def screen(west: float, south: float, east: float, north: float, *, closer: int = 0) -> list[Place]:
    """The tiles a screen asks for when the map opens on this extent; with ``closer`` after so many clicks on plus."""
    wide, high = (east - west) / 360, _mercator(south) - _mercator(north)
    fits = min((SCREEN[0] - 2 * PADDING) / SIDE / wide, (SCREEN[1] - 2 * PADDING) / SIDE / high)
    zoom = log2(fits) + closer
    x, y = ((west + east) / 2 + 180) / 360, (_mercator(south) + _mercator(north)) / 2
    a, b = SCREEN[0] / SIDE / 2 / 2**zoom, SCREEN[1] / SIDE / 2 / 2**zoom
    z = floor(zoom)
    n = 2**z
    columns = range(floor((x - a) * n), floor((x + a) * n) + 1)
    return [Place(z, c, r) for c in columns for r in range(floor((y - b) * n), floor((y + b) * n) + 1)]


def _centre(place: Place) -> tuple[float, float]:
    n = 2**place.z
    lat = atan(sinh(pi * (1 - 2 * (place.y + 0.5) / n))) * 180 / pi
    return (place.x + 0.5) / n * 360 - 180, lat


class Row(NamedTuple):
    """A line of the table: what was asked, by how many requests, and what the dearest of them cost."""

    name: str
    asks: int
    cost: Cost
    dearest: float
    rod: float


def measured(admin: Any, meter: Meter, who: "Caller", extent: Any, repeats: int) -> Iterator[Row]:
    """Every row of the table, as it is measured."""
    first, near = screen(*extent), screen(*extent, closer=2)
    lon, lat = _centre(near[len(near) // 2])
    circle = {"shape": f"circle:{lon:.6f},{lat:.6f},{5000}"}
    middle = first[len(first) // 2]
    one = admin.execute(
        "SELECT id FROM subjects_subject WHERE name LIKE '望%' ORDER BY created_at DESC, id LIMIT 1"
    ).fetchone()[0]
    layers = {"layers": "subjects"}
    yield _tiles("第一屏全部瓦片", meter, who, first, {}, repeats)
    yield _tiles("第一屏，只看主体", meter, who, first, layers, repeats)
    yield _one("该走访的，整张图一次", meter, lambda: who.page("/desk/map/due.json"), repeats)
    yield _tiles("放大两级的一屏", meter, who, near, {}, repeats)
    yield _tiles("一块瓦片，一种类型", meter, who, [middle], {"kind": "project", **layers}, repeats)
    yield _tiles("一块瓦片，名称里的两个字", meter, who, [middle], {"q": TWO, **layers}, repeats)
    yield _tiles("一块瓦片，圆以内", meter, who, [near[len(near) // 2]], {**circle, **layers}, repeats)
    pages: tuple[tuple[str, str, dict[str, str]], ...] = (
        ("地图页", "/desk/map/", {}),
        ("地图名单", "/desk/map/list/", {}),
        ("地图名单，圆以内", "/desk/map/list/", circle),
        ("主体一页", f"/desk/register/{one}/", {}),
        ("登记列表第一页", "/desk/register/", {}),
        (f"查找“{TWO}”", "/desk/register/", {"q": TWO}),
        (f"查找“{FOUR}”", "/desk/register/", {"q": FOUR}),
        (f"查找“{OFTEN}”", "/desk/register/", {"q": OFTEN}),
        (f"查找“{TRADE}”", "/desk/register/", {"q": TRADE}),
    )
    for name, path, query in pages:
        yield _one(name, meter, lambda path=path, query=query: who.page(path, **query), repeats)  # type: ignore[misc]


def _one(name: str, meter: Meter, work: Callable[[], Any], repeats: int) -> Row:
    rod = yardstick()
    cost = meter.measure(work, repeats=repeats)
    return Row(name, 1, cost, cost.total, (rod + yardstick()) / 2)


def _tiles(name: str, meter: Meter, who: "Caller", places: list[Place], query: dict[str, str], repeats: int) -> Row:
    rod = yardstick()
    costs = [meter.measure(lambda p=p: who.tile(p.path, **query), repeats=repeats) for p in places]  # type: ignore[misc]
    whole = Cost(sum(c.process for c in costs), sum(c.database for c in costs), 0)
    return Row(name, len(places), whole, max(c.total for c in costs), (rod + yardstick()) / 2)
