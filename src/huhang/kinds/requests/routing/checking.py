"""What is wrong with routing rules: each by itself, and all of them together (circles, rules that never fire, unknown
units and categories). Said with file and place before anything is loaded (C2)."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from django.db import DatabaseError

from huhang.base.catalog import registry
from huhang.base.catalog.rules import Problem, Sheet
from huhang.kernel.errors import Invalid
from huhang.kernel.geo import bbox
from huhang.kinds.requests.routing.conditions import (
    AREAS,
    CONDITIONS,
    HOURS,
    NO_SUBJECT,
    TIME,
    WORDS,
    Rule,
    date_of,
    in_list,
)
from huhang.kinds.requests.routing.covering import covers, impossible
from huhang.kinds.requests.rules import CHANNELS, NATURES
from huhang.register.subjects.models import Subject
from huhang.register.units.queries import tree

RULES = "routing_rules"
_CATEGORIES = "request_categories"
_OPEN_REPEATS = 2
"""A pattern with more unbounded repeats can take minutes on a long text; one inside another for ever."""


def register() -> None:
    """Makes routing rules known to the catalogue."""
    registry.register(RULES, check_rule)
    registry.register_whole(RULES, check_rules)


def check_rule(body: dict[str, Any]) -> list[str]:
    """What is wrong with one rule by itself."""
    says = [f"缺少 {key}" for key in ("name", "name_en") if not isinstance(body.get(key), str) or not body[key]]
    if not isinstance(body.get("order"), int) or isinstance(body.get("order"), bool) or body["order"] < 0:
        says.append("order 应当是不小于 0 的整数，小的先问")
    unknown = sorted(set(body) - {"code", "version", "order", "name", "name_en", "when", "then", "about"})
    says += [f"不认识 {key}" for key in unknown]
    when, then = body.get("when", {}), body.get("then")
    says += _when(when) if isinstance(when, dict) else ["when 应当是“条件: 值”的表"]
    says += _then(then) if isinstance(then, dict) else ["缺少 then（category、unit 或 rule）"]
    if not says and (why := impossible(Rule.of(body))):
        says.append(why)
    return says


def _when(when: Mapping[str, Any]) -> list[str]:
    says = [f"when 里不认识 {key}，可以用 {'、'.join(sorted(CONDITIONS))}" for key in sorted(set(when) - CONDITIONS)]
    for name, asked in when.items():
        if name in _CHECKED:
            says += [f"when.{name}：{why}" for why in _CHECKED[name](asked)]
    return says


def _listed(asked: Any, allowed: Iterable[str] | None = None) -> list[str]:
    if not isinstance(asked, list) or not asked or not all(isinstance(one, str) and one for one in asked):
        return ["应当是不空的列表"]
    if allowed is None:
        return []
    known = list(allowed)
    return [f"没有“{one}”，可以用 {'、'.join(known)}" for one in asked if one not in known]


def _words(asked: Any) -> list[str]:
    if not isinstance(asked, dict) or not asked:
        return [f"应当写明 {'、'.join(sorted(WORDS))} 里的一项或几项"]
    says = [f"不认识 {key}" for key in sorted(set(asked) - WORDS)]
    for key in ("any", "all", "none"):
        if key in asked:
            says += [f"{key} {why}" for why in _listed(asked[key])]
    return says + (pattern_problems(asked["pattern"]) if "pattern" in asked else [])


def pattern_problems(pattern: Any) -> list[str]:
    """What is wrong with a regular expression, one that would search for minutes included."""
    if not isinstance(pattern, str) or not pattern or len(pattern) > 200:
        return ["pattern 应当是不超过 200 个字符的正则式"]
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as wrong:
        return [f"pattern 不是合格的正则式：{wrong}"]
    bare = re.sub(r"\\.|\[(?:\\.|[^\]])*\]", "x", pattern)
    if re.search(r"\\\d|\(\?P=", pattern):
        return ["pattern 不能引用前面的组"]
    if re.search(r"\([^()]*[*+}][^()]*\)\s*[*+{]", bare):
        return ["pattern 里一个重复套着另一个重复，长文本会算很久"]
    if len(re.findall(r"[*+]|\{\d*,\}", bare)) > _OPEN_REPEATS:
        return [f"pattern 里不限次数的重复最多 {_OPEN_REPEATS} 处"]
    return []


def _time(asked: Any) -> list[str]:
    if not isinstance(asked, dict) or not asked:
        return [f"应当写明 {'、'.join(sorted(TIME))} 里的一项或几项"]
    says = [f"不认识 {key}" for key in sorted(set(asked) - TIME)]
    if "hours" in asked and asked["hours"] not in HOURS:
        says.append("hours 应当是 office（办公时间）或 outside（办公时间以外）")
    days = asked.get("weekdays", [1])
    if not isinstance(days, list) or not days or not all(type(d) is int and 1 <= d <= 7 for d in days):
        says.append("weekdays 应当是 1（星期一）到 7（星期日）的列表")
    dates = {}
    for key in ("from", "until"):
        try:
            dates[key] = date_of(asked[key]) if key in asked else None
        except ValueError:
            says.append(f"{key} 应当是日期，如 2026-07-01")
    first, last = dates.get("from"), dates.get("until")
    if first and last and last < first:
        says.append("until 早于 from")
    return says


def _area(asked: Any) -> list[str]:
    if not isinstance(asked, dict) or len(asked) != 1 or not set(asked) <= {"units", "polygon"}:
        return ["应当写明 units（单位代码或简称的列表）或 polygon（坐标点的列表）"]
    if "units" in asked:
        return [f"units {why}" for why in _listed(asked["units"])]
    ring = asked["polygon"]
    try:
        if not isinstance(ring, list) or len(ring) < 3:
            return ["polygon 至少要有三个坐标点"]
        bbox([[(float(x), float(y)) for x, y in ring]])
    except (TypeError, ValueError):
        return ["polygon 应当是 [经度, 纬度] 的列表"]
    except Invalid as wrong:
        return [f"polygon：{wrong.text}"]
    return []


def _then(then: Mapping[str, Any]) -> list[str]:
    says = [f"then 里不认识 {key}" for key in sorted(set(then) - {"category", "unit", "rule"})]
    if not set(then) & {"category", "unit", "rule"}:
        says.append("then 要写明 category、unit 或 rule")
    if "rule" in then and len(then) > 1:
        says.append("then.rule 是照另一条规则办，不能再写 category 或 unit")
    says += [f"then.{key} 应当是代码" for key in ("category", "rule") if key in then and not _text(then[key])]
    unit = then.get("unit")
    if "unit" in then and not _text(unit) and not (isinstance(unit, dict) and _by_place(unit)):
        says.append(f"then.unit 应当是单位代码、简称，或 {{area: {'|'.join(AREAS)}}}（地点所在的辖区）")
    return says


def _text(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def _by_place(unit: Mapping[str, Any]) -> bool:
    return set(unit) == {"area"} and unit["area"] in AREAS


_CHECKED: Mapping[str, Callable[[Any], list[str]]] = {
    "category": lambda asked: _listed(asked),
    "channel": lambda asked: _listed(asked, dict(CHANNELS)),
    "nature": lambda asked: _listed(asked, dict(NATURES)),
    "subject": lambda asked: _listed(asked, [*Subject.Kind.values, NO_SUBJECT]),
    "words": _words,
    "time": _time,
    "area": _area,
}


# -- all of them together


def newest(sheets: Sequence[Sheet]) -> list[Rule]:
    """The rules that would be in force: the highest version of every code, in the order they are asked."""
    latest: dict[str, Rule] = {}
    for sheet in sheets:
        if sheet.kind == RULES and not check_rule(sheet.body):
            rule = Rule.of(sheet.body, sheet.file)
            if rule.code not in latest or latest[rule.code].version < rule.version:
                latest[rule.code] = rule
    return sorted(latest.values(), key=lambda r: (r.order, r.code))


def check_rules(sheets: Sequence[Sheet]) -> list[Problem]:
    """What is wrong with the rules taken together. Sheets of other kinds tell which categories there are.

    Units are asked of the unit tree, past ones included, so that a dissolved unit does not keep the catalogue from
    loading (its rule fails by itself and is told to the administrator); before any unit is founded nothing is known.
    """
    rules = newest(sheets)
    categories = {s.code for s in sheets if s.kind == _CATEGORIES}
    says = [*_same_order(rules), *_circles(rules), *_unknown(rules, categories), *_strangers(rules)]
    return says + ([] if says else _shadowed(rules))


def _problem(rule: Rule, says: str) -> Problem:
    return Problem(rule.file, rule.code, says)


def _same_order(rules: Sequence[Rule]) -> list[Problem]:
    return [
        _problem(b, f"order {b.order} 和规则 {a.code} 相同，分不出先后")
        for a, b in pairwise(rules)
        if a.order == b.order
    ]


def _circles(rules: Sequence[Rule]) -> list[Problem]:
    known = {rule.code: rule for rule in rules}
    says = []
    for rule in rules:
        way, at = [rule.code], rule
        while (other := at.then.get("rule")) is not None:
            if other not in known:
                says += [_problem(rule, f"then.rule 引用的规则“{other}”不存在")] if at is rule else []
                break
            if other == rule.code:
                says.append(_problem(rule, f"规则引用成环：{' → '.join([*way, other])}"))
                break
            if other in way:  # a circle further on is told there
                break
            way.append(other)
            at = known[other]
    return says


def _unknown(rules: Sequence[Rule], categories: set[str]) -> list[Problem]:
    if not categories:  # a rule file looked at by itself
        return []
    says = []
    for rule in rules:
        said = rule.then.get("category")
        if said is not None and said not in categories:
            says.append(_problem(rule, f"then.category：没有类别“{said}”"))
        for one in rule.when.get("category", ()):
            if not any(in_list(code, [one]) for code in categories):
                says.append(_problem(rule, f"when.category：没有类别“{one}”"))
    return says


def _strangers(rules: Sequence[Rule]) -> list[Problem]:
    named = [(rule, "then.unit", str(u)) for rule in rules if isinstance(u := rule.then.get("unit"), str)]
    named += [(rule, "when.area", u) for rule in rules for u in rule.when.get("area", {}).get("units", ())]
    if not named:
        return []
    try:
        nodes = tree().nodes.values()
    except DatabaseError:  # a catalogue is also checked where no database runs; loading asks again
        return []
    known = {n.code for n in nodes} | {n.short for n in nodes}
    return [_problem(r, f"{place}：没有单位“{said}”") for r, place, said in named if known and said not in known]


def _shadowed(rules: Sequence[Rule]) -> list[Problem]:
    known = {rule.code: rule for rule in rules}
    says = []
    for n, rule in enumerate(rules):
        earlier = next(
            (r for r in rules[:n] if _gives(r, known, surely=True) >= _gives(rule, known) and covers(r, rule)), None
        )
        if earlier is not None:
            says.append(
                _problem(rule, f"永远轮不到：它的情形都已包括在前面的规则 {earlier.code}（order {earlier.order}）里")
            )
    return says


def _gives(rule: Rule, known: Mapping[str, Rule], *, surely: bool = False) -> set[str]:
    while (other := rule.then.get("rule")) is not None:
        rule = known[other]
    given = {"category", "unit"} & set(rule.then)
    # by the place alone a rule may find nobody, and the ones after it are asked
    return given - {"unit"} if surely and isinstance(rule.then.get("unit"), dict) else given
