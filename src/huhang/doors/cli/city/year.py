"""A year of requests: when they come, from whom, by which channel, about what; and an inbox worth seeing today."""

import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from huhang.base.catalog import queries as catalog
from huhang.doors.cli.city import texts
from huhang.doors.cli.city.geography import point_in
from huhang.doors.cli.city.hours import Office
from huhang.doors.cli.city.life import Life
from huhang.doors.cli.city.pieces import Who, officer, resident
from huhang.doors.cli.city.plans import DAY, Spec, Teller
from huhang.doors.cli.city.register import Asker, Place, Register
from huhang.kernel.numbering import Ordered7, public_number, secret
from huhang.kinds.requests import catalogue

REQUESTS = 5000
"""A year's requests at scale 1."""

_CHANNELS = {
    "web": 22,
    "app": 20,
    "hotline": 23,
    "window": 8,
    "visit": 8,
    "call_110": 7,
    "letter": 4,
    "stuck": 3,
    "symposium": 2,
    "self_check": 1.5,
    "spot_check": 1.5,
}
_ROUND_THE_CLOCK = ("web", "app", "hotline", "call_110")
_HOURS = (1, 0.6, 0.4, 0.3, 0.3, 0.6, 1.6, 4, 8, 10, 10, 8, 5, 5, 8, 9, 9, 8, 6, 6, 6, 5, 3.5, 2)
_SEASON = (0.85, 0.75, 1.0, 1.0, 1.05, 1.15, 1.25, 1.2, 1.1, 1.0, 1.0, 0.95)
_ABOUT = {
    "TR-01": 5, "TR-02": 8, "TR-03": 4, "TR-04": 4, "TR-05": 5, "TR-06": 5, "TR-07": 4,
    "HU-01": 5, "HU-02": 4, "HU-03": 3, "EX-01": 3, "EX-02": 1.5,
    "PS-01": 5, "PS-02": 9, "PS-03": 5, "PS-04": 2, "PS-05": 4, "PS-06": 2,
    "FR-01": 5, "EC-01": 2, "FI-01": 1.2, "FI-02": 1.2, "FI-03": 1.5,
    "EN-01": 3, "EN-02": 2.5, "EN-03": 2, "DI-01": 1.2, "DI-02": 0.6, "DI-03": 0.8,
    "OT-01": 3, "OT-02": 1.5, "OT-03": 3.5, "OT-99": 2,
}  # fmt: skip
_OF_FIRMS = {"EN-01": 9, "EN-02": 6, "EN-03": 6, "TR-03": 5, "EC-01": 4, "FI-01": 3, "FI-03": 3, "EX-02": 2, "FR-01": 2}
_SQUADS = {
    "TR-01": (0.6, "交警秩序管理大队"),
    "TR-02": (0.5, "交警秩序管理大队"),
    "TR-03": (0.5, "交警货运车辆大队"),
    "TR-04": (0.95, "交警设施大队"),
    "TR-05": (0.95, "交警违法处理中心"),
    "TR-06": (1.0, "交警车管所"),
    "TR-07": (0.8, "交警事故处理大队"),
    "HU-01": (0.2, "人口户籍管理大队"),
    "HU-02": (0.3, "人口身份证受理中心"),
    "EX-01": (1.0, "出入证件受理大队"),
    "EX-02": (1.0, "出入外国人管理大队"),
    "PS-01": (0.12, "刑侦侵财案件大队"),
    "PS-05": (0.2, "治安犬类管理大队"),
    "PS-06": (0.2, "特警巡逻一大队"),
    "FR-01": (0.55, "反诈资金查控大队"),
    "EC-01": (1.0, "经侦一大队"),
    "FI-01": (0.8, "治安危险物品大队"),
    "FI-02": (0.8, "治安行业场所大队"),
    "FI-03": (0.8, "治安行业场所大队"),
    "DI-01": (0.9, "督察投诉核查大队"),
    "DI-02": (1.0, "督察投诉核查大队"),
    "DI-03": (0.9, "督察现场督察大队"),
    "OT-01": (0.5, "政务窗口管理大队"),
}
"""How often a category goes to a squad of the city, and which; otherwise to the station of the place."""


class Hold(NamedTuple):
    """A life that stands in a state today, begun so many working days ago."""

    state: str
    code: str
    days: float
    here: bool = True


_HELP, _PARK, _ASK = "PS-01", "EN-01", "HU-01"
HOLDS = (
    *(Hold("dispatched", c, d) for c, d in ((_HELP, 0.3), ("EN-03", 0.5), (_ASK, 0.6), ("PS-03", 1.2), ("EN-02", 2.6))),
    *(
        Hold("handling", c, d)
        for c, d in (
            (_HELP, 7.2), ("PS-03", 6.1), (_PARK, 8.3), ("EN-02", 5.4), ("PS-02", 5.2), (_PARK, 5.1), (_HELP, 4.6),
            ("EN-03", 4.2), ("PS-05", 3.8), ("TR-03", 3.3), ("PS-03", 2.9), ("PS-06", 6.0), ("EN-02", 2.4),
            ("OT-99", 2.0), (_ASK, 1.6), (_PARK, 1.4), ("PS-02", 1.3), ("TR-03", 1.2),
        )
    ),
    *(Hold("suspended", c, d) for c, d in ((_HELP, 3.4), ("PS-03", 2.8), ("FR-01", 4.1))),
    *(
        Hold("answered", c, d)
        for c, d in ((_HELP, 7.5), ("EN-02", 6.2), ("PS-02", 5.4), (_PARK, 4.6), (_ASK, 3.2), ("PS-05", 8.6))
    ),
    *(Hold("revisited", c, d) for c, d in (("PS-03", 9.5), (_PARK, 8.4), (_HELP, 10.2))),
    Hold("appealed", "PS-02", 13.0),
)  # fmt: skip
_WAITING = {
    "registered": (
        ("TR-02", 0.1), ("PS-02", 0.2), ("HU-02", 0.3), ("DI-01", 0.5), ("FR-01", 0.1), ("TR-04", 0.4), ("OT-03", 1.3),
        ("EN-01", 0.3),
    ),
    "classified": (
        ("TR-01", 0.4), ("PS-05", 0.5), ("EX-01", 0.3), ("PS-01", 0.7), ("OT-03", 2.3), ("TR-07", 0.6), ("EN-02", 0.5),
    ),
}  # fmt: skip
ELSEWHERE = tuple(Hold(state, c, d, here=False) for state, rows in _WAITING.items() for c, d in rows)
_ANY = ("dispatched", "handling", "handling", "handling", "suspended", "answered", "answered", "revisited")


@dataclass
class Topic:
    """Something many people report within days: a hot topic."""

    code: str
    story: int
    station: Place
    day: date
    people: int


class Year:
    """Makes the lives of one year up to ``now``."""

    def __init__(self, register: Register, scale: float, seed: int, now: datetime) -> None:
        self.register, self.scale, self.now = register, scale, now
        self.rng = random.Random(f"year{seed}")  # noqa: S311  a demonstration, made again from its seed
        self.keys = Ordered7(random.Random(f"keys{seed}"))  # noqa: S311
        local = catalog.schedule()
        self.today = local.date_of(now)
        first = self.today - timedelta(days=380)
        self.office = Office(catalog.calendar(), local, first, self.today + timedelta(days=120))
        self.teller = Teller(register, self.office, self.rng)
        self.lives: list[Life] = []
        self.numbers: set[str] = set()
        self.parks = [b.name for b in register.bodies if b.kind == "park"]
        self._squads = {u.short: u for u in register.squads}
        self._at_home: dict[str, list[Asker]] = {}
        for asker in register.askers:
            self._at_home.setdefault(asker.home.short, []).append(asker)

    def tell(self) -> list[Life]:
        """All lives, in the order in which they came in."""
        moments = [(at, None) for at in self._arrivals(round(REQUESTS * self.scale))]
        topical = [(at, topic) for topic in self._topics() for at in self._of_topic(topic)]
        for at, topic in sorted([*moments, *topical], key=lambda pair: pair[0]):
            self._one(at, topic)
        for hold in (*HOLDS, *ELSEWHERE, *self._scattered()):
            self._held(hold)
        self.lives.sort(key=lambda life: (life.received, life.id))
        return self.lives

    # -- when

    def _arrivals(self, wanted: int) -> list[datetime]:
        days = [self.today - timedelta(days=i) for i in range(365)]
        weights = [self._busy(day, i) for i, day in enumerate(days)]
        chosen = self.rng.choices(days, weights, k=wanted)
        return [at for day in chosen if (at := self._moment(day)) < self.now]

    def _busy(self, day: date, ago: int) -> float:
        works = self.office.calendar.kind_of(day).works
        return _SEASON[day.month - 1] * (1.0 if works else 0.42) * (1.15 - 0.3 * ago / 365)

    def _moment(self, day: date) -> datetime:
        hour = self.rng.choices(range(24), _HOURS)[0]
        midnight = self.office.schedule.whole(day)[0]
        return midnight + timedelta(hours=hour, seconds=self.rng.randrange(3600))

    def _topics(self) -> list[Topic]:
        made = []
        for _ in range(max(1, round(9 * self.scale))):
            code = self.rng.choice(("PS-02", "TR-02", "TR-03", "OT-03", "FR-01", "PS-01"))
            day = self.today - timedelta(days=self.rng.randrange(15, 350))
            people = self.rng.randint(4, 9)
            made.append(Topic(code, self.rng.randrange(3), self.rng.choice(self.register.stations), day, people))
        port = self.register.stations[0]
        return [*made, Topic("TR-03", 0, port, self.today - timedelta(days=6), 7)]

    def _of_topic(self, topic: Topic) -> list[datetime]:
        span = [topic.day + timedelta(days=self.rng.randrange(6)) for _ in range(topic.people)]
        return [at for day in span if (at := self._moment(day)) < self.now]

    # -- what and who

    def _one(self, at: datetime, topic: Topic | None) -> None:
        rng = self.rng
        if topic is None and rng.random() < 0.03 and self.lives:
            self._repeat(at)
            return
        channel = rng.choices(list(_CHANNELS), list(_CHANNELS.values()))[0]
        if channel not in _ROUND_THE_CLOCK:
            at = self.office.later(at, rng.random() * 60)
            if at >= self.now:
                return
        code = topic.code if topic else self._category(channel, at)
        station = topic.station if topic else None
        asker = self._asker(code, channel, station)
        home = station or (asker.home if asker else rng.choice(self.register.stations))
        urgency = self._urgency(code, at)
        spec = Spec(at, code, self._target(code, home), urgency)
        self._begin(spec, channel, asker, home, story=topic.story if topic else None)

    def _urgency(self, code: str, at: datetime) -> int:
        if self.rng.random() < 0.93:
            return 0
        open_now = self.office.at(self.office.minute(at)) == at
        return 2 if open_now and code in ("PS-04", "FR-01", "PS-03") and self.rng.random() < 0.4 else 1

    def _category(self, channel: str, at: datetime) -> str:
        weights = dict(_ABOUT)
        if channel in ("visit", "symposium"):
            weights = {code: _OF_FIRMS.get(code, 0.3) for code in weights}
        month = self.office.schedule.local(at).month
        if month in (6, 7, 8):
            weights["PS-02"] *= 1.8
            weights["PS-06"] *= 2
        if month in (8, 9):
            weights["HU-01"] *= 1.8
        return self.rng.choices(list(weights), list(weights.values()))[0]

    def _asker(self, code: str, channel: str, station: Place | None) -> Asker | None:
        if channel in ("self_check", "spot_check") or (channel == "letter" and self.rng.random() < 0.3):
            return None
        near = self._at_home.get(station.short, []) if station else self.register.askers
        firms = code in _OF_FIRMS
        for _ in range(12):
            asker = self.rng.choice(near or self.register.askers)
            if (asker.subject is not None) is firms or self.rng.random() < 0.1:
                return asker
        return self.rng.choice(near or self.register.askers)

    def _target(self, code: str, home: Place) -> Place:
        chance, squad = _SQUADS.get(code, (0.0, ""))
        return self._squads[squad] if self.rng.random() < chance else home

    def _repeat(self, at: datetime) -> None:
        """The same person, or a neighbour, asks the same again by another channel."""
        recent = [one for one in self.lives[-40:] if one.dispatched and one.asker and one.merged_into is None]
        if not recent:
            return
        into = self.rng.choice(recent)
        channel = self.rng.choice(("hotline", "web", "app", "call_110"))
        spec = Spec(at, into.category, into.unit, repeats=into)
        self._begin(spec, channel, into.asker, into.asker.home if into.asker else into.unit, like=into)

    # -- today

    def _scattered(self) -> list[Hold]:
        wanted = max(8, round(45 * min(1.0, self.scale * 2)))
        codes = [c for c in _ABOUT if not c.startswith("DI")]
        return [
            Hold(self.rng.choice(_ANY), self.rng.choice(codes), self.rng.uniform(0.6, 7.5), here=False)
            for _ in range(wanted)
        ]

    def _held(self, hold: Hold) -> None:
        at = self.office.at(self.office.minute(self.now) - hold.days * DAY - self.rng.random() * 40)
        channel = self.rng.choice(
            ("web", "app") if hold.state in ("appealed", "registered") else ("hotline", "web", "window")
        )
        station = self.register.stations[0] if hold.here else self.rng.choice(self.register.stations)
        near = self._at_home.get(station.short) or self.register.askers
        asker = self.rng.choice(near)
        target = station if hold.here else self._target(hold.code, station)
        spec = Spec(at, hold.code, target, hold=hold.state, lead=hold.here and self.rng.random() < 0.7)
        self._begin(spec, channel, asker, station)

    # -- beginning

    def _begin(
        self,
        spec: Spec,
        channel: str,
        asker: Asker | None,
        home: Place,
        *,
        story: int | None = None,
        like: Life | None = None,
    ) -> None:
        rng = self.rng
        subject = asker.subject if asker and (spec.code in _OF_FIRMS or rng.random() < 0.3) else None
        if channel == "visit" and subject is None:
            bodies = home.subjects.get("enterprise")
            subject = rng.choice(bodies) if bodies else None
        on = self.office.schedule.date_of(spec.at)
        park = rng.choice(self.parks)
        title, body, place = texts.tell(spec.code, home, subject, park, on, rng, story)
        if like is not None:
            title, place = like.title, like.place
            body = rng.choice(("再次反映：", "上次反映的事还没解决。", "补充一下：")) + like.body
        life = Life(
            office=self.office,
            keys=self.keys,
            until=self.now,
            number=self._number(),
            title=title,
            body=body,
            channel=channel,
            nature=self._nature(spec.code),
            asker=asker,
            subject=subject,
            place=place,
            point=self._point(home),
        )
        life.confidential = rng.random() < 0.05
        life.secret = secret(rng=rng)
        self._introduce(asker, spec.at)
        by, unit, classifies = self._taker(channel, asker, home, spec)
        self.teller.tell(life, spec, by, unit, category=spec.code if classifies else "")
        if life.steps:
            self.lives.append(life)

    def _taker(self, channel: str, asker: Asker | None, home: Place, spec: Spec) -> tuple[Who, Place, bool]:
        """Who takes it, which unit it is with, and whether it is classified at once."""
        centre, sensitive = self.register.centre, spec.code.startswith("DI")
        if channel in ("web", "app") and asker is not None:
            return resident(asker), centre, False
        if channel == "visit":
            return officer(self.teller.somebody("liaison", home)), home, not sensitive
        if channel == "window" and self.rng.random() < 0.5:
            return officer(self.teller.somebody("clerk", home)), home, not sensitive
        return officer(self.teller.somebody("clerk")), centre, not sensitive and spec.hold != "registered"

    def _number(self) -> str:
        while (number := public_number("HS", self.rng)) in self.numbers:
            pass
        self.numbers.add(number)
        return number

    def _nature(self, code: str) -> str:
        usual = str(catalogue.categories()[code]["nature"])
        return usual if self.rng.random() < 0.9 else self.rng.choice(("help", "complaint", "consult"))

    def _point(self, home: Place) -> tuple[float, float] | None:
        return point_in(home.inner, self.rng) if home.inner and self.rng.random() < 0.75 else None

    def _introduce(self, asker: Asker | None, at: datetime) -> None:
        if asker is not None and (asker.id is None or at < asker.since):
            asker.id, asker.since = asker.id or self.keys.at(int(at.timestamp() * 1000)), at
