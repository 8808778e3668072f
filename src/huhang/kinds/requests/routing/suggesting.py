"""What would be proposed for a request now: rules first, then the model. Reads only, so a page may ask for it too."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from huhang.base.catalog import queries as catalog
from huhang.cases.models import Case
from huhang.kernel.worktime import Schedule
from huhang.kinds.requests import catalogue
from huhang.kinds.requests.models import Request
from huhang.kinds.requests.routing.checking import RULES
from huhang.kinds.requests.routing.classifier import Guess
from huhang.kinds.requests.routing.conditions import Facts, Ground, Rule
from huhang.kinds.requests.routing.ground import ground
from huhang.kinds.requests.routing.models import Model, Source, What
from huhang.kinds.requests.routing.rules import Fault, Said, Verdict, decide
from huhang.kinds.requests.routing.speaking import guesses, live, rule_rate
from huhang.kinds.requests.routing.texts import Read, reading
from huhang.register.units.queries import tree

WAITING = ("registered", "classified")
"""States in which a category or a unit is still to be chosen."""
MOST = 0.99
"""A model never says more: texts it has not met do not follow the ones it was calibrated on."""
LEAST = 0.35
"""Below this probability the model keeps silent: a guess at random costs the desk more than it gives."""


@dataclass
class Suggestion:
    """A proposal before it is written down."""

    what: What
    source: Source = Source.NONE
    value: str = ""
    rule: Rule | None = None
    model: Model | None = None
    confidence: float | None = None
    next_value: str = ""
    next_source: Source = Source.NONE
    next_by: str = ""
    next_confidence: float | None = None


@dataclass
class Suggestions:
    """Everything proposed for a request now, and the rules that failed on the way."""

    rows: list[Suggestion] = field(default_factory=list)
    faults: tuple[Fault, ...] = ()


def rules_in_force() -> list[Rule]:
    """The newest version of every rule that is not withdrawn."""
    return [Rule.of(body) for body in catalog.newest(RULES).values()]


def facts_of(case: Case, nature: str) -> Facts:
    """What rules may look at in a request."""
    local = Schedule().local(case.received_at)
    return Facts(
        text=f"{case.title}\n{case.body}",
        category=case.category,
        channel=case.channel,
        nature=nature,
        subject=case.subject.kind if case.subject else "",
        received=local,
        office_hours=in_office_hours(local),
        lon=case.lon,
        lat=case.lat,
    )


def in_office_hours(local: datetime) -> bool:
    """Whether a moment lies in the office hours of a working day."""
    known = catalog.schedule()
    if not catalog.calendar().kind_of(local.date()).works:
        return False
    return any(start <= local.time() < end for start, end in known.slots)


def suggest(case: Case, now: datetime) -> Suggestions:
    """Category and unit as rules and models propose them now; reads only, so a page may ask for it too."""
    if case.state not in WAITING:
        return Suggestions()
    nature = Request.objects.values_list("nature", flat=True).get(case=case)
    facts = facts_of(case, nature)
    here = ground(Schedule().date_of(now))
    verdict = decide(rules_in_force(), facts, here, catalogue.categories())
    rows: list[Suggestion] = []
    category = case.category
    if case.state == "registered" or not category:
        first = _category(case, facts, verdict)
        rows.append(first)
        category = first.value
        if category and verdict.category is None:  # a model gave the category: rules for the unit may go by it
            again = decide(rules_in_force(), replace(facts, category=category), here, catalogue.categories())
            verdict = Verdict(verdict.category, again.unit, verdict.next_category, again.next_unit, again.faults)
    rows.append(_unit(case, facts, here, category, verdict))
    return Suggestions(rows, verdict.faults)


def _category(case: Case, facts: Facts, verdict: Verdict) -> Suggestion:
    known = catalogue.categories()
    offered = [g for g in guesses(What.CATEGORY, category_reading(case, facts)) if g.label in known]
    return _made(What.CATEGORY, verdict.category, verdict.next_category, offered)


def _unit(case: Case, facts: Facts, here: Ground, category: str, verdict: Verdict) -> Suggestion:
    standing = {code for code, unit in here.by_code.items() if unit in here.standing}
    offered = [g for g in guesses(What.UNIT, unit_reading(case, facts, here, category)) if g.label in standing]
    return _made(What.UNIT, _coded(verdict.unit), _coded(verdict.next_unit), offered)


def _coded(said: Said | None) -> Said | None:
    """A unit is kept by its code: it means the same in every installation and in every report."""
    nodes = {str(node.id): node.code for node in tree().nodes.values()}
    return Said(said.rule, nodes[said.value]) if said else None


def _made(what: What, first: Said | None, second: Said | None, offered: list[Guess]) -> Suggestion:
    made = Suggestion(what)
    model = live(what)
    others = list(offered)
    if first is not None:
        made.source, made.value, made.rule = Source.RULE, first.value, first.rule
        made.confidence = rule_rate(what, first.rule.code, first.rule.version)
    elif others and others[0].probability >= LEAST:
        best = others.pop(0)
        made.source, made.value, made.model, made.confidence = (
            Source.MODEL,
            best.label,
            model,
            min(best.probability, MOST),
        )
    others = [g for g in others if g.label != made.value]
    if second is not None:
        made.next_value, made.next_source, made.next_by = second.value, Source.RULE, second.rule.tag
        made.next_confidence = rule_rate(what, second.rule.code, second.rule.version)
    elif made.value and others and model is not None:
        made.next_value, made.next_source, made.next_by = others[0].label, Source.MODEL, model.tag
        made.next_confidence = others[0].probability
    return made


def category_reading(case: Case, facts: Facts) -> Read:
    """What the model of categories reads."""
    return reading(case.title, case.body, f"nature:{facts.nature}", f"subject:{facts.subject}")


def unit_reading(case: Case, facts: Facts, here: Ground, category: str) -> Read:
    """What the model of units reads: the words, and the category, place and responsible unit as words of their own."""
    codes = tree().nodes
    station = here.around(facts.lon, facts.lat, "station") if facts.lon is not None and facts.lat is not None else None
    own = case.subject.unit_id if case.subject else None
    both = f"{category}/{codes[station].code}" if station and category else ""
    return reading(
        f"{case.place} {case.title}",
        case.body,
        f"category:{category}" if category else "",
        f"station:{codes[station].code}" if station else "",
        f"both:{both}" if both else "",
        f"own:{codes[own].code}" if own in codes else "",
    )
