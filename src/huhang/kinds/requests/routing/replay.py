"""How many past requests would go elsewhere under other rules: reads the ledger, writes nothing (C2)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import yaml

from huhang.base.access.queries import visible_to
from huhang.base.access.rules import Actor
from huhang.base.catalog import registry
from huhang.base.catalog.rules import Problem, Sheet, read
from huhang.cases.models import Case
from huhang.kernel.errors import Invalid
from huhang.kernel.text import plain
from huhang.kernel.worktime import Schedule
from huhang.kinds.requests import catalogue
from huhang.kinds.requests.routing.checking import RULES, check_rule, check_rules, newest
from huhang.kinds.requests.routing.conditions import Rule
from huhang.kinds.requests.routing.ground import ground
from huhang.kinds.requests.routing.rules import Fault, Verdict, decide
from huhang.kinds.requests.routing.suggesting import facts_of, rules_in_force
from huhang.register.units.queries import tree

SAMPLES = 5
"""So many numbers are given for each change, newest first."""


@dataclass
class Change:
    """Requests that one rule would send elsewhere: from what rule and value, to what, how many, and some of them."""

    what: str
    before: str
    before_value: str
    after: str
    after_value: str
    cases: int = 0
    like_the_desk: int = 0
    numbers: list[str] = field(default_factory=list)


@dataclass
class Replay:
    """What a replay found.

    Attributes:
        asked: requests looked at; ``elsewhere``: how many get another category or unit proposed.
        before_right, after_right: how often the proposal was what the desk chose in the end, by what and of how many.
    """

    asked: int = 0
    elsewhere: int = 0
    changes: list[Change] = field(default_factory=list)
    before_right: dict[str, tuple[int, int]] = field(default_factory=dict)
    after_right: dict[str, tuple[int, int]] = field(default_factory=dict)
    faults: dict[str, Fault] = field(default_factory=dict)


def rules_at(path: Path) -> list[Rule]:
    """The rules of a catalogue folder, of a folder of rule files, or of one file.

    Raises:
        Invalid: with every problem, file and place.
    """
    sheets, problems = _sheets(path)
    if not problems and not any(sheet.kind == RULES for sheet in sheets):
        raise Invalid("%(path)s 里没有分派规则。", params={"path": path.name})
    if not problems:
        problems = check_rules(sheets)
    if problems:
        raise Invalid("\n".join(str(problem) for problem in problems))
    return newest(sheets)


def _sheets(path: Path) -> tuple[list[Sheet], list[Problem]]:
    if path.is_dir() and any(path.glob("*/*.yaml")):
        return read(path, registry.CHECKERS)
    sheets: list[Sheet] = []
    problems: list[Problem] = []
    for file in sorted(path.glob("*.yaml")) if path.is_dir() else [path]:
        try:
            told = yaml.safe_load(file.read_text(encoding="utf-8"))
        except (yaml.YAMLError, UnicodeDecodeError) as wrong:
            problems.append(Problem(file.name, "", f"不是合格的 YAML：{str(wrong).splitlines()[0]}"))
            continue
        entries = told.get("entries") if isinstance(told, dict) else None
        for body in entries if isinstance(entries, list) else [told]:
            if not isinstance(body, dict) or not body.get("code") or not isinstance(body.get("version"), int):
                problems.append(Problem(file.name, "", "每一条规则要有 code 和 version"))
                continue
            problems += [Problem(file.name, str(body["code"]), says) for says in check_rule(body)]
            sheets.append(Sheet(RULES, str(body["code"]), body["version"], plain(body), file.name))
    known = [Sheet("request_categories", code, 1, {}, "") for code in catalogue.categories()]
    return [*sheets, *known], problems


def replay(rules: Sequence[Rule], *, by: Actor, since: datetime, until: datetime, most: int = 100_000) -> Replay:
    """Compares other rules with those in force over requests received in a span, newest first.

    Each request is asked as it came in, without the category it was given later, so both sides start alike.
    """
    found = Replay()
    changes: dict[tuple[str, str, str, str, str], Change] = {}
    here, known, now_in_force = ground(Schedule().date_of(until)), catalogue.categories(), rules_in_force()
    codes = {str(node.id): node.code for node in tree().nodes.values()}
    for case in _cases(by, since, until, most):
        facts = facts_of(case, case.request.nature)
        fresh = replace(facts, category="")
        old, new = decide(now_in_force, fresh, here, known), decide(rules, fresh, here, known)
        found.asked += 1
        for fault in new.faults:
            found.faults.setdefault(fault.code, fault)
        chosen = {"category": case.category, "unit": codes.get(str(case.unit_id), "") if _sent(case) else ""}
        differs = False
        for what in ("category", "unit"):
            (a, va), (b, vb) = _named(old, what, codes), _named(new, what, codes)
            _count(found.before_right, what, va, chosen[what])
            _count(found.after_right, what, vb, chosen[what])
            if va != vb:
                differs = True
                change = changes.setdefault((what, a, va, b, vb), Change(what, a, va, b, vb))
                change.cases += 1
                change.like_the_desk += bool(vb) and vb == chosen[what]
                if len(change.numbers) < SAMPLES:
                    change.numbers.append(case.number)
        found.elsewhere += differs
    found.changes = sorted(changes.values(), key=lambda c: (-c.cases, c.what, c.after, c.before))
    return found


def _cases(by: Actor, since: datetime, until: datetime, most: int) -> Iterator[Case]:
    rows = visible_to(by, Case.objects.filter(kind="request", received_at__gte=since, received_at__lt=until))
    rows = rows.select_related("subject", "request").defer("search", "folded").order_by("-received_at", "-id")
    yield from rows[:most].iterator(chunk_size=2000)


def _sent(case: Case) -> bool:
    """Whether a unit was chosen for it at all."""
    return case.request.dispatched_at is not None and case.state not in ("registered", "classified")


def _named(verdict: Verdict, what: str, codes: Mapping[str, str]) -> tuple[str, str]:
    """The rule that spoke and what it said; two empty texts when none did."""
    said = verdict.category if what == "category" else verdict.unit
    if said is None:
        return "", ""
    return said.rule.tag, said.value if what == "category" else codes[said.value]


def _count(where: dict[str, tuple[int, int]], what: str, told: str, chosen: str) -> None:
    if told and chosen:
        right, of = where.get(what, (0, 0))
        where[what] = (right + (told == chosen), of + 1)
