"""Which rule speaks for a request: ordered, first match wins, and a rule that fails is stepped over and named (C2)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from huhang.kernel.errors import Sentence
from huhang.kinds.requests.routing.conditions import Broken, Facts, Ground, Rule, holds, unit_of


@dataclass(frozen=True)
class Fault:
    """A rule that could not be carried out, and why."""

    code: str
    version: int
    says: Sentence


@dataclass(frozen=True)
class Said:
    """What one rule proposes."""

    rule: Rule
    value: str


@dataclass(frozen=True)
class Verdict:
    """What the rules say of one request: at most one category and one unit, who came next, and what failed."""

    category: Said | None = None
    unit: Said | None = None
    next_category: Said | None = None
    next_unit: Said | None = None
    faults: tuple[Fault, ...] = ()


def decide(rules: Sequence[Rule], facts: Facts, ground: Ground, categories: Mapping[str, object]) -> Verdict:
    """Asks the rules in order, first for a category, then, knowing it, for a unit.

    A category the person at the desk already chose is not argued with: the unit goes by it.

    Args:
        categories: those in use; a rule that proposes another has failed.
    """
    ordered = sorted(rules, key=lambda r: (r.order, r.code))
    known = {rule.code: rule for rule in ordered}
    faults: dict[str, Fault] = {}

    def category_of(rule: Rule) -> str | None:
        then = _resolved(rule, known)
        said = then.then.get("category")
        if said is not None and said not in categories:
            raise Broken(Sentence("类别“%(category)s”已停用或不存在", {"category": str(said)}))
        return said

    def unit(rule: Rule) -> str | None:
        found = unit_of(_resolved(rule, known).then, facts, ground)
        return str(found) if found else None

    first = _walk(ordered, facts, ground, category_of, faults) if not facts.category else []
    if first:
        facts = replace(facts, category=first[0].value)
    second = _walk(ordered, facts, ground, unit, faults)
    return Verdict(
        first[0] if first else None,
        second[0] if second else None,
        first[1] if len(first) > 1 else None,
        second[1] if len(second) > 1 else None,
        tuple(faults.values()),
    )


def _walk(
    ordered: Sequence[Rule],
    facts: Facts,
    ground: Ground,
    value_of: Callable[[Rule], str | None],
    faults: dict[str, Fault],
) -> list[Said]:
    """The first rule that holds and proposes something, and the first after it that proposes something else."""
    found: list[Said] = []
    for rule in ordered:
        try:
            if not holds(rule, facts, ground):
                continue
            value = value_of(rule)
        except Broken as why:
            faults.setdefault(rule.code, Fault(rule.code, rule.version, why.says))
            continue
        except Exception as why:  # noqa: BLE001 - a rule that passed an older checker must not stop the ones after it
            says = Sentence("执行时出错：%(error)s", {"error": type(why).__name__})
            faults.setdefault(rule.code, Fault(rule.code, rule.version, says))
            continue
        if value is not None and value not in [said.value for said in found]:
            found.append(Said(rule, value))
            if len(found) == 2:
                break
    return found


def _resolved(rule: Rule, known: Mapping[str, Rule]) -> Rule:
    """The rule whose words count when one defers to another.

    Raises:
        Broken: the other one is not there, or they defer in a circle.
    """
    seen = {rule.code}
    while (other := rule.then.get("rule")) is not None:
        if other in seen:
            raise Broken(Sentence("规则互相引用成环：%(rules)s", {"rules": "、".join(sorted(seen))}))
        if other not in known:
            raise Broken(Sentence("引用的规则“%(rule)s”已停用或不存在", {"rule": str(other)}))
        seen.add(other)
        rule = known[other]
    return rule
