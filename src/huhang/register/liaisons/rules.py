"""What a plan of responsibility is: lines, who needs them, whom each leader carries, what is weighed (B1)."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

PLACES = ("bureau", "department", "squad", "branch", "unit")
"""Where an officer of a line has the post, seen from the subject: its own unit, its branch, or anywhere in the city."""
WEIGHTS = ("missing", "change", "skill", "role", "load")
TIERS, CHIEFS = 4, 5


@dataclass(frozen=True)
class Line:
    """One line of responsibility: tier 1 (bureau) to 4 (station), chief 1 (bureau) to 5 (station), 0 for no chief."""

    code: str
    name: str
    name_en: str
    tier: int
    chief: int
    roles: tuple[str, ...]
    where: str
    most: int


@dataclass(frozen=True)
class Sort:
    """Which subjects: of one of the kinds and with one of the flags, as far as either is named.

    ``any_of`` takes a subject that fits the kinds or the flags; ``investment_from`` is in yuan.
    """

    kinds: frozenset[str] = frozenset()
    flags: frozenset[str] = frozenset()
    investment_from: int = 0
    any_of: bool = False

    def holds(self, subject: "Body") -> bool:
        """Whether the subject is of this sort."""
        asked = []
        if self.kinds:
            asked.append(subject.kind in self.kinds)
        if self.flags:
            asked.append(bool(self.flags & subject.flags))
        fits = (any(asked) if self.any_of else all(asked)) if asked else True
        return fits and subject.investment >= self.investment_from


@dataclass(frozen=True)
class Need:
    """Subjects of a sort need these lines; the first need that fits a subject counts."""

    sort: Sort
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Each:
    """Every officer of a line carries one subject of this sort."""

    code: str
    name: str
    name_en: str
    line: str
    sort: Sort


@dataclass(frozen=True)
class Policy:
    """A version of the plan."""

    version: int
    lines: Mapping[str, Line]
    needs: tuple[Need, ...]
    each: tuple[Each, ...]
    skills: Mapping[str, tuple[str, str]]
    wants: Mapping[str, tuple[str, ...]]
    weights: Mapping[str, int]

    def lines_of(self, subject: "Body") -> tuple[str, ...]:
        """The lines a subject needs, none for a subject of no sort named."""
        return next((need.lines for need in self.needs if need.sort.holds(subject)), ())

    def wanted(self, subject: "Body") -> frozenset[str]:
        """The skills its flags ask for."""
        return frozenset(skill for flag in subject.flags for skill in self.wants.get(flag, ()))


@dataclass(frozen=True)
class Body:
    """A subject as the plan sees it."""

    id: uuid.UUID
    kind: str
    flags: frozenset[str]
    unit: uuid.UUID
    branch: uuid.UUID | None
    investment: int = 0
    heads: int = 0


@dataclass(frozen=True)
class Seat:
    """A post an officer holds now."""

    role: str
    unit: uuid.UUID
    level: int
    kind: str


@dataclass(frozen=True)
class Officer:
    """An officer as the plan sees them: posts, and skills of their own or of their units."""

    id: uuid.UUID
    name: str
    seats: tuple[Seat, ...]
    skills: frozenset[str] = frozenset()

    def fits(self, line: Line, subject: Body) -> int | None:
        """How usual this officer is for a line: 0 the first role named, 1 the next; none when not able at all."""
        found = [line.roles.index(s.role) for s in self.seats if s.role in line.roles and stands(line, s, subject)]
        return min(found) if found else None


def stands(line: Line, seat: Seat, subject: Body) -> bool:
    """Whether a post stands where the line wants it."""
    if line.where == "unit":
        return seat.unit == subject.unit
    if line.where == "branch":
        return seat.unit == subject.branch
    return seat.kind == line.where


def area_of(line: Line, subject: Body) -> uuid.UUID | None:
    """What a line is planned within: the subject's unit, its branch, or the whole city (none)."""
    return {"unit": subject.unit, "branch": subject.branch}.get(line.where)


def policy_of(version: int, body: Mapping[str, Any]) -> Policy:
    """The plan of a catalogue entry that passed `problems`."""
    lines = {
        code: Line(
            code,
            str(said["name"]),
            str(said["name_en"]),
            int(said["tier"]),
            int(said["chief"]),
            tuple(said["roles"]),
            str(said["where"]),
            int(said["most"]),
        )
        for code, said in body["lines"].items()
    }
    lines = dict(sorted(lines.items(), key=lambda one: (one[1].tier, one[1].chief or CHIEFS + 1)))
    return Policy(
        version,
        lines,
        tuple(Need(_sort(said), tuple(said["lines"])) for said in body["needs"]),
        tuple(
            Each(said["code"], said["name"], said["name_en"], said["line"], _sort(said))
            for said in body.get("each", ())
        ),
        {code: (said["name"], said["name_en"]) for code, said in body.get("skills", {}).items()},
        {flag: tuple(skills) for flag, skills in body.get("wants", {}).items()},
        {name: int(body["weights"][name]) for name in WEIGHTS},
    )


def _sort(said: Mapping[str, Any]) -> Sort:
    return Sort(
        frozenset(said.get("kinds", ())),
        frozenset(said.get("flags", ())),
        int(said.get("investment_from", 0)),
        bool(said.get("any_of", False)),
    )


def problems(body: Mapping[str, Any], roles: Iterable[str]) -> list[str]:
    """What is wrong with a plan; each line says where."""
    lines = body.get("lines")
    if not isinstance(lines, dict) or not lines:
        return ["lines 要写明每条责任线"]
    says = [wrong for code, said in lines.items() for wrong in _line_problems(str(code), said, set(roles))]
    needs = body.get("needs")
    if not isinstance(needs, list) or not needs:
        says.append("needs 要写明哪些主体需要哪些责任线")
    for i, said in enumerate(needs if isinstance(needs, list) else [], start=1):
        named = said.get("lines") if isinstance(said, dict) else None
        if not isinstance(named, list) or not named:
            says.append(f"needs 第 {i} 条没有 lines")
        elif set(named) - set(lines):
            says.append(f"needs 第 {i} 条用了没有的责任线：{'、'.join(sorted(set(named) - set(lines)))}")
        elif len(set(named)) != len(named):
            says.append(f"needs 第 {i} 条的责任线有重复")
    for said in body.get("each", ()):
        if not isinstance(said, dict) or said.get("line") not in lines:
            says.append("each 的 line 不是已有的责任线")
    skills = body.get("skills", {})
    strange = {s for named in body.get("wants", {}).values() for s in named} - set(skills)
    if strange:
        says.append(f"wants 用了没有的技能：{'、'.join(sorted(strange))}")
    weights = body.get("weights")
    if not isinstance(weights, dict) or any(not isinstance(weights.get(name), int) for name in WEIGHTS):
        says.append(f"weights 要有 {'、'.join(WEIGHTS)}，都是整数")
    elif sorted((weights[name] for name in WEIGHTS), reverse=True) != [weights[name] for name in WEIGHTS]:
        says.append("weights 要按 missing、change、skill、role、load 由大到小")
    return says


def _line_problems(code: str, said: Any, roles: set[str]) -> list[str]:
    if not isinstance(said, dict):
        return [f"责任线 {code} 写法不对"]
    says = [f"责任线 {code} 缺少 {key}" for key in ("name", "name_en") if not said.get(key)]
    if said.get("where") not in PLACES:
        says.append(f"责任线 {code} 的 where 只能是 {'、'.join(PLACES)}")
    if not isinstance(said.get("tier"), int) or not 1 <= said["tier"] <= TIERS:
        says.append(f"责任线 {code} 的 tier 是 1 到 {TIERS}")
    if not isinstance(said.get("chief"), int) or not 0 <= said["chief"] <= CHIEFS:
        says.append(f"责任线 {code} 的 chief 是 0 到 {CHIEFS}")
    if not isinstance(said.get("most"), int) or said["most"] < 1:
        says.append(f"责任线 {code} 的 most 至少是 1")
    named = said.get("roles")
    if not isinstance(named, list) or not named or set(named) - roles:
        says.append(f"责任线 {code} 的 roles 要用已有的角色")
    return says
