# B1: a plan that covers everybody, keeps bounds, prefers skills, and changes as little as can be
import random
import uuid
from collections import Counter
from pathlib import Path

import pytest
import yaml

from huhang.base.access.rules import ROLES
from huhang.register.liaisons.planning import REASONS, Plan, plan
from huhang.register.liaisons.rules import Body, Officer, Policy, Seat, policy_of, problems

ENTRY = yaml.safe_load(Path("catalog/liaison_plan/default.yaml").read_text("utf-8"))["entries"][0]
POLICY = policy_of(1, ENTRY)


class Town:
    """The published size: 1,018 enterprises, 201 projects, 18 chambers, 180 stations, some 4,000 officers."""

    def __init__(self, seed: int = 7, stations: int = 180, staff: int = 20) -> None:
        self.rng = random.Random(seed)
        self.officers: list[Officer] = []
        self.bodies: list[Body] = []
        bureau, self.branches = self.key(), [self.key() for _ in range(5)]
        self.stations = [(self.key(), self.rng.choice(self.branches)) for _ in range(stations)]
        self.put(6, "leader", bureau, 1, "bureau")
        for branch in self.branches:
            self.put(4, "chief", branch, 2, "county")
        for _ in range(12):
            department = self.key()
            self.put(2, "chief", department, 2, "department")
            for _squad in range(2):
                self.put(1, "chief", self.key(), 3, "squad")
        for station, _branch in self.stations:
            self.put(2, "chief", station, 3, "station")
            self.put(1, "liaison", station, 3, "station")
            self.put(staff, "handler", station, 3, "station")
        for i in range(1018):
            flags = {"must_visit"} if i < 138 else set()
            flags |= {"central"} if i % 100 == 0 else set()
            flags |= {"hazmat"} if i % 20 == 0 else set()
            self.subject("enterprise", flags, heads=self.rng.randrange(20, 6000))
        for _ in range(201):
            self.subject("project", set(), investment=self.rng.randrange(1, 900) * 1_000_000)
        for _ in range(18):
            self.subject("organisation", {"chamber"})

    def key(self) -> uuid.UUID:
        return uuid.UUID(int=self.rng.getrandbits(128))

    def put(self, n: int, role: str, unit: uuid.UUID, level: int, kind: str) -> None:
        for _ in range(n):
            skills = frozenset({self.rng.choice(sorted(POLICY.skills))}) if self.rng.random() < 0.2 else frozenset()
            self.officers.append(Officer(self.key(), "甲", (Seat(role, unit, level, kind),), skills))

    def subject(self, kind: str, flags: set[str], **size: int) -> None:
        unit, branch = self.rng.choice(self.stations)
        self.bodies.append(Body(self.key(), kind, frozenset(flags), unit, branch, **size))


@pytest.fixture(scope="module")
def town() -> Town:
    return Town()


@pytest.fixture(scope="module")
def first(town: Town) -> Plan:
    return plan(POLICY, town.bodies, town.officers, {})


def held_of(made: Plan) -> dict[tuple[uuid.UUID, str], uuid.UUID]:
    return {(row.subject, row.line): row.after for row in made.rows if row.after}


def test_the_shipped_plan_has_no_problems() -> None:
    assert problems(ENTRY, ROLES) == []
    assert {line.tier for line in POLICY.lines.values()} == {1, 2, 3, 4}
    assert {line.chief for line in POLICY.lines.values()} == {0, 1, 2, 3, 4, 5}


def test_everybody_has_one_of_each_line_needed_within_bounds(town: Town, first: Plan) -> None:
    held, by_id = held_of(first), {officer.id: officer for officer in town.officers}
    assert first.of("missing") == []
    for body in town.bodies:
        for line in POLICY.lines_of(body):
            officer = by_id[held[body.id, line]]
            assert officer.fits(POLICY.lines[line], body) is not None
    load = Counter((officer, line) for (_subject, line), officer in held.items())
    assert all(n <= POLICY.lines[line].most for (_officer, line), n in load.items())
    assert {reason for row in first.rows for reason in row.why} <= set(REASONS)


def test_each_leader_carries_one_of_each_sort_and_nobody_twice(town: Town, first: Plan) -> None:
    carried = [row for row in first.rows if row.line == "bureau_chief"]
    leaders = {officer.id for officer in town.officers if officer.seats[0].role == "leader"}
    assert Counter((row.after, row.each) for row in carried) == {
        (leader, sort.code): 1 for leader in leaders for sort in POLICY.each
    }
    assert len({row.subject for row in carried}) == len(carried) == 18


def test_ten_officers_move_and_nobody_else_changes(town: Town, first: Plan) -> None:
    held = held_of(first)
    answering = sorted({officer for (_s, line), officer in held.items() if line == "officer"})
    gone = set(town.rng.sample(answering, 10))
    left = [officer for officer in town.officers if officer.id not in gone]
    lost = {key for key, officer in held.items() if officer in gone}
    second = plan(POLICY, town.bodies, left, held)
    changed = {(row.subject, row.line) for row in second.rows if row.change != "keep"}
    assert changed == lost
    assert len(lost) >= 10
    assert all(row.why[-1] == "gone" for row in second.of("replace"))


def test_a_second_plan_over_the_same_city_changes_nothing(town: Town, first: Plan) -> None:
    again = plan(POLICY, town.bodies, town.officers, held_of(first))
    assert {row.change for row in again.rows} == {"keep"}


def small(most: int = 2, officers: int = 2, subjects: int = 5, **wants: tuple[str, ...]) -> tuple[Policy, Town]:
    body = {**ENTRY, "lines": {**ENTRY["lines"], "officer": {**ENTRY["lines"]["officer"], "most": most}}, "each": []}
    body["needs"] = [{"kinds": ["organisation"], "lines": ["officer"]}]
    town = Town(stations=1)
    town.officers = [o for o in town.officers if o.seats[0].role == "handler"][:officers]
    town.bodies = []
    for _ in range(subjects):
        town.subject("organisation", set())
    return policy_of(1, {**body, "wants": wants}), town


def test_what_cannot_be_satisfied_is_named_with_its_cause() -> None:
    policy, town = small(most=2, officers=2, subjects=5)
    made = plan(policy, town.bodies, town.officers, {})
    assert [row.why for row in made.of("missing")] == [("full",)]
    nobody = plan(policy, town.bodies, [], {})
    assert {row.why for row in nobody.of("missing")} == {("none",)}
    assert len(nobody.rows) == 5


def test_loads_are_even_among_equals() -> None:
    policy, town = small(most=6, officers=3, subjects=9)
    made = plan(policy, town.bodies, town.officers, {})
    assert Counter(row.after for row in made.rows).most_common()[0][1] == 3


def test_a_skill_the_subject_wants_decides() -> None:
    policy, town = small(most=9, officers=5, subjects=3, foreign=("english",))
    town.bodies = [Body(b.id, b.kind, frozenset({"foreign"}), b.unit, b.branch) for b in town.bodies]
    seat = town.officers[0].seats
    town.officers = [
        Officer(o.id, o.name, seat, frozenset({"english"} if i == 3 else set())) for i, o in enumerate(town.officers)
    ]
    made = plan(policy, town.bodies, town.officers, {})
    assert {row.after for row in made.rows} == {town.officers[3].id}
    assert {row.skills for row in made.rows} == {("english",)}
    unable = plan(policy, town.bodies, [o for o in town.officers if not o.skills], {})
    assert all("skills_missing" in row.why and row.skills == ("english",) for row in unable.rows)


def test_who_carries_too_much_is_relieved_of_as_little_as_needed() -> None:
    policy, town = small(most=2, officers=3, subjects=5)
    keeper = town.officers[0].id
    held = {(body.id, "officer"): keeper for body in town.bodies}
    made = plan(policy, town.bodies, town.officers, held)
    assert Counter(row.change for row in made.rows) == {"keep": 2, "relieve": 3}


def test_what_is_needed_no_longer_ends() -> None:
    policy, town = small(subjects=1)
    body = town.bodies[0]
    made = plan(policy, [Body(body.id, "enterprise", frozenset(), body.unit, body.branch)], town.officers, {
        (body.id, "officer"): town.officers[0].id
    })  # fmt: skip
    assert [(row.change, row.why) for row in made.rows] == [("end", ("unneeded",))]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"lines": {}}, "lines"),
        ({"needs": [{"lines": ["nobody"]}]}, "nobody"),
        ({"needs": [{"lines": ["officer", "officer"]}]}, "重复"),
        ({"each": [{"line": "nobody"}]}, "each"),
        ({"wants": {"hazmat": ["flying"]}}, "flying"),
        ({"weights": {**ENTRY["weights"], "load": 10**12}}, "由大到小"),
        ({"lines": {"officer": {**ENTRY["lines"]["officer"], "most": 0}}}, "most"),
        ({"lines": {"officer": {**ENTRY["lines"]["officer"], "roles": ["king"]}}}, "roles"),
        ({"lines": {"officer": {**ENTRY["lines"]["officer"], "where": "moon"}}}, "where"),
    ],
)
def test_a_plan_written_wrong_is_named_where(change: dict[str, object], says: str) -> None:
    assert any(says in one for one in problems({**ENTRY, **change}, ROLES))
