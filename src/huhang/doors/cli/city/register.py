"""Who and where: units with areas, enterprises, projects, communities, and the people who ask."""

import random
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from huhang.doors.cli.city import geography, names
from huhang.doors.cli.city.people import Officer
from huhang.kernel.identifiers import complete_credit_code
from huhang.kernel.numbering import Ordered7

REGION = "3799"
"""The fictional region's code: no such prefecture is published (GB/T 2260)."""

_FOUNDED = datetime(2019, 1, 1, tzinfo=UTC)
COUNTIES = (
    ("临港分局", "临港区", 30),
    ("开发区分局", "开发区", 26),
    ("城区分局", "城区", 44),
    ("河市县局", "河市县", 40),
    ("海阳县局", "海阳县", 40),
)
DEPARTMENTS = (
    ("交警支队", ("秩序管理大队", "货运车辆大队", "事故处理大队", "车管所", "设施大队", "违法处理中心")),
    ("出入境支队", ("证件受理大队", "外国人管理大队")),
    ("治安支队", ("行业场所大队", "危险物品大队", "基层基础大队", "犬类管理大队")),
    ("反诈中心", ("预警劝阻大队", "资金查控大队")),
    ("经侦支队", ("一大队", "二大队")),
    ("督察支队", ("现场督察大队", "投诉核查大队")),
    ("刑侦支队", ("侵财案件大队", "重案大队")),
    ("人口支队", ("户籍管理大队", "身份证受理中心")),
    ("网安支队", ("案件大队", "管理大队")),
    ("法制支队", ("案件审核大队",)),
    ("特警支队", ("巡逻一大队", "巡逻二大队")),
    ("政务服务支队", ("窗口管理大队",)),
)
HARBOUR = "港湾派出所"
"""The station of the cast."""


@dataclass(slots=True, eq=False)
class Place:
    """A unit, with its ground and its people."""

    id: uuid.UUID
    code: str
    name: str
    short: str
    level: int
    kind: str
    parent: "Place | None"
    branch: "Place | None"
    town: str = ""
    ring: list[geography.XY] | None = None
    inner: list[geography.XY] | None = None
    point: geography.XY = (0.0, 0.0)
    address: str = ""
    phone: str = ""
    staff: dict[str, list[Officer]] = field(default_factory=dict)
    subjects: dict[str, list["Body"]] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Body:
    """An enterprise, project, community or other subject of the register."""

    id: uuid.UUID
    kind: str
    name: str
    code: str | None
    flags: list[str]
    unit: Place
    address: str
    heads: int | None
    investment: int | None
    point: geography.XY
    since: datetime


@dataclass(slots=True, eq=False)
class Asker:
    """A resident or a contact of an enterprise; known, with a row key, from the first time they ask."""

    id: uuid.UUID | None
    name: str
    phone: str
    subject: Body | None
    home: Place
    since: datetime


@dataclass
class Register:
    """The whole city at rest."""

    keys: Ordered7
    bureau: Place
    centre: Place
    counties: list[Place]
    departments: list[Place]
    squads: list[Place]
    stations: list[Place]
    by_short: dict[str, Place]
    bodies: list[Body] = field(default_factory=list)
    officers: list[Officer] = field(default_factory=list)
    askers: list[Asker] = field(default_factory=list)
    place_names: list[str] = field(default_factory=list)

    @property
    def branches(self) -> list[Place]:
        """Counties and departments."""
        return [*self.counties, *self.departments]

    @property
    def places(self) -> list[Place]:
        """Every unit, parents first."""
        return [self.bureau, self.centre, *self.branches, *self.squads, *self.stations]


def found(seed: int, scale: float) -> Register:
    """Units and ground."""
    rng = random.Random(f"units{seed}")  # noqa: S311  a demonstration, made again from its seed
    keys = Ordered7(rng)
    counts = [max(2, round(n * scale)) for _, _, n in COUNTIES]
    ground = geography.make_ground(counts, seed)
    ms = int(_FOUNDED.timestamp() * 1000)

    def place(code: str, name: str, short: str, level: int, kind: str, parent: Place | None) -> Place:
        made = Place(keys.at(ms), code.ljust(12, "0"), name, short, level, kind, parent, None)
        made.branch = made if level == 2 else parent.branch if parent and level == 3 else None
        made.phone = f"0999-{rng.randrange(2_000_000, 8_999_999)}"
        return made

    bureau = place(REGION, "望海市公安局", "市局", 1, "bureau", None)
    centre = place(f"{REGION}0001", "望海市公安局诉求中心", "诉求中心", 2, "centre", bureau)
    register = Register(keys, bureau, centre, [], [], [], [], {})
    for i, (short, teams) in enumerate(DEPARTMENTS):
        head = place(f"{REGION}00{20 + i}", f"望海市公安局{short}", short, 2, "department", bureau)
        register.departments.append(head)
        for j, team in enumerate(teams):
            code = f"{head.code[:8]}{j + 1:02d}"
            register.squads.append(place(code, f"{head.name}{team}", f"{short[:2]}{team}", 3, "squad", head))
    for i, ((short, area, _), _n) in enumerate(zip(COUNTIES, counts, strict=True)):
        head = place(f"{REGION}{i + 1:02d}", f"望海市公安局{short}", short, 2, "county", bureau)
        head.town, head.ring = area, ground.counties[i]
        head.point = geography.centre(ground.counties[i])
        register.counties.append(head)
    _stations(register, ground, place, rng)
    _settle_offices(register, ground, rng)
    register.by_short = {p.short: p for p in register.places}
    return register


_Make = Callable[[str, str, str, int, str, Place | None], Place]


def _stations(register: Register, ground: geography.Ground, place: _Make, rng: random.Random) -> None:
    """Every station with its area and town; the first one of the port is the cast's."""
    register.place_names = names.places(rng)
    pool = iter(register.place_names)
    for head, rings, inner in zip(register.counties, ground.stations, ground.inner, strict=True):
        for j, (ring, core) in enumerate(zip(rings, inner, strict=True)):
            first = head is register.counties[0] and j == 0
            town = "港湾" if first else next(pool)
            short = HARBOUR if first else f"{town}派出所"
            made = place(f"{head.code[:6]}{j + 1:02d}", f"望海市公安局{head.short}{short}", short, 3, "station", head)
            made.ring, made.inner, made.point = ring, core, geography.point_in(core, rng)
            made.town = town + ("街道" if head.short.endswith("分局") else "镇")
            made.address = f"{head.town}{made.town}{names.road(rng)}{rng.randrange(1, 280)}号"
            register.stations.append(made)


def _settle_offices(register: Register, ground: geography.Ground, rng: random.Random) -> None:
    """Bureau, centre and departments stand in the inner city, a county bureau in the middle of its county."""
    town = ground.inner[2]
    for office in (register.bureau, register.centre, *register.departments, *register.squads):
        office.point = geography.point_in(town[rng.randrange(len(town))], rng)
        office.address = f"城区{names.road(rng)}{rng.randrange(1, 280)}号"
    for head in register.counties:
        head.point = round(head.point[0], 5), round(head.point[1], 5)
        head.address = f"{head.town}{names.road(rng)}{rng.randrange(1, 280)}号"


def settle(register: Register, scale: float, now: datetime, rng: random.Random) -> None:
    """Enterprises, projects, communities, chambers and parks in the published numbers (A1)."""
    stations = register.stations
    spread = [1.0 + 2.2 * rng.random() ** 2 for _ in stations]
    spread[0] = 5.0
    taken: set[str] = set()

    def once(make: Callable[[], str]) -> str:
        for attempt in range(60):
            name = make() if attempt < 50 else f"{make()}（{attempt}）"
            if name not in taken:
                break
        taken.add(name)
        return name

    def put(kind: str, name: str, unit: Place, flags: list[str], **rest: Any) -> Body:
        assert unit.inner is not None
        since = now - timedelta(days=rng.randint(400, 2400), seconds=rng.randrange(86_400))
        address = f"{unit.branch.town if unit.branch else ''}{unit.town}{names.road(rng)}{rng.randrange(1, 400)}号"
        body = Body(
            register.keys.at(int(since.timestamp() * 1000)),
            kind,
            name,
            rest.get("code"),
            flags,
            unit,
            address,
            rest.get("heads"),
            rest.get("investment"),
            geography.point_in(unit.inner, rng),
            since,
        )
        unit.subjects.setdefault(kind, []).append(body)
        register.bodies.append(body)
        return body

    codes = _codes(rng)
    firms = max(6, round(1018 * scale))
    must = max(1, round(138 * scale))
    for i, unit in enumerate(rng.choices(stations, spread, k=firms)):
        name = once(lambda: f"望海{names.firm(rng)}有限公司")
        heads = int(20 + rng.paretovariate(1.1) * 45)
        put(
            "enterprise",
            name,
            unit,
            _firm_flags(name, must=i < must, central=i % 128 == 5),
            code=next(codes)("9", "1", unit),
            heads=min(heads, 12_000),
        )
    for i, unit in enumerate(rng.choices(stations, spread, k=max(3, round(201 * scale)))):
        town = unit.town[:2]
        name = once(lambda town=town: f"{town}{rng.choice(names.PROJECT_WORKS)}")  # type: ignore[misc]
        money = int(rng.lognormvariate(19.8, 0.9)) // 1_000_000 * 1_000_000
        put("project", name, unit, ["province" if i % 10 < 3 else "city"], investment=money)
    for i in range(max(len(stations), round(1352 * scale))):
        unit = stations[i % len(stations)]
        rural = unit.town.endswith("镇")
        name = once(
            lambda rural=rural: rng.choice(register.place_names) + ("村" if rural and rng.random() < 0.8 else "社区")  # type: ignore[misc]
        )
        put(
            "community",
            name,
            unit,
            ["village" if name.endswith("村") else "urban"],
            code=next(codes)("5", "5" if rural else "4", unit),
        )
    for trade in names.CHAMBER_TRADES[: max(1, round(18 * scale))]:
        put(
            "chamber",
            f"望海市{trade}商会",
            rng.choice(stations),
            [],
            code=next(codes)("5", "1", stations[0]),
        )
    for _ in range(max(1, round(12 * scale))):
        unit = rng.choices(stations, spread)[0]
        name = once(lambda unit=unit: f"{unit.town[:2]}{rng.choice(names.PARK_KINDS)}")  # type: ignore[misc]
        put("park", name, unit, ["industry_park"], heads=rng.randrange(800, 9000))
    _sights_and_posts(register, put, once, max(1, round(9 * scale)), random.Random(f"posts{firms}"))  # noqa: S311


def _sights_and_posts(
    register: Register, put: Callable[..., Body], once: Callable[[Callable[[], str]], str], n: int, rng: random.Random
) -> None:
    """Scenic areas with a post each, and posts in the largest enterprises (B4), from dice of their own."""
    for _ in range(n):
        unit = rng.choice(register.stations)
        sight = once(lambda unit=unit: f"{unit.town[:2]}{rng.choice(('湾', '山', '湖', '古城', '湿地'))}景区")  # type: ignore[misc]
        put("scenic", sight, unit, [])
        put("post", f"{sight}警务室", unit, ["scenic_post"], heads=rng.randrange(2, 9))
    large = sorted((b for b in register.bodies if b.kind == "enterprise"), key=lambda b: -(b.heads or 0))[: n + 2]
    for firm in large:
        put(
            "post",
            f"{firm.name.removesuffix('有限公司')}警务站",
            firm.unit,
            ["enterprise_post"],
            heads=rng.randrange(3, 20),
        )


def _firm_flags(name: str, *, must: bool, central: bool) -> list[str]:
    flags = ["above_scale"]
    if central:
        flags.append("central")
    if must:
        flags.append("must_visit")
    if "化工" in name:
        flags.append("hazmat")
    if any(word in name for word in ("物流", "仓储", "冷链")):
        flags.append("logistics")
    return flags


def _codes(rng: random.Random) -> Iterator[Callable[[str, str, Place], str]]:
    """Ever new makers of valid credit codes: registering department, class, and the county's area code."""
    numbers = rng.sample(range(10_000_000, 99_999_999), 20_000)
    for number in numbers:

        def make(department: str, sort: str, unit: Place, number: int = number) -> str:
            return complete_credit_code(f"{department}{sort}{unit.code[:6]}{number}")

        yield make


def populate(register: Register, wanted: int, now: datetime, rng: random.Random) -> None:
    """People who may ask, three in ten of them for an enterprise; phones are of the fictional sort 13800000001."""
    firms = [b for b in register.bodies if b.kind in ("enterprise", "project", "chamber", "park")]
    weights = [
        4.0 if u.short == HARBOUR else 1.5 if u.branch is register.counties[2] else 1.0 for u in register.stations
    ]
    homes = rng.choices(register.stations, weights, k=wanted)
    for i, home in enumerate(homes):
        firm = rng.choice(firms) if rng.random() < 0.3 else None
        register.askers.append(
            Asker(None, names.person(rng), f"138{i + 1:08d}", firm, firm.unit if firm else home, now)
        )
