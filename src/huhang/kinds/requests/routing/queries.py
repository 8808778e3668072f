"""What was proposed for a request, what was chosen, how often the desk agreed, and which rules failed."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet
from django.utils.translation import get_language

from huhang.base.access.queries import visible_to
from huhang.base.access.rules import Actor
from huhang.base.catalog import queries as catalog
from huhang.cases.models import Case
from huhang.kernel.errors import Sentence
from huhang.kinds.requests import catalogue
from huhang.kinds.requests.routing.checking import RULES
from huhang.kinds.requests.routing.models import Choice, Fault, Model, Proposal, Source, What
from huhang.kinds.requests.routing.suggesting import Suggestion, suggest
from huhang.register.units.queries import tree

BESIDE = "proposal"
"""How a case notes that proposals stand beside it."""


@dataclass(frozen=True)
class Named:
    """A proposed value with who proposes it and how sure; ``by`` is a rule's or a model's code and version."""

    value: str
    label: str
    source: str
    by: str
    name: str
    confidence: float | None


@dataclass(frozen=True)
class Shown:
    """A proposal as pages and programs show it, and what was chosen in the end."""

    what: str
    first: Named | None
    second: Named | None
    faults: tuple[tuple[str, Sentence], ...]
    chosen: Choice | None = None


def shown(case: Case, now: datetime) -> list[Shown]:
    """The proposals that stand beside a case; worked out on the spot when the worker has not come to it yet."""
    if BESIDE in case.beside:
        chosen = {choice.proposal_id: choice for choice in choices_of(case)}
        return [_stored(row, chosen.get(row.pk)) for row in proposals_of(case).values()]
    told = suggest(case, now)
    failed = tuple((f"{f.code}@{f.version}", f.says) for f in told.faults)
    return [Shown(row.what, _first(row), _second(row), failed) for row in told.rows]


def _first(row: Suggestion) -> Named | None:
    if row.source == Source.NONE:
        return None
    by = row.rule.tag if row.rule else row.model.tag if row.model else ""
    name = rule_name(row.rule.code, row.rule.version) if row.rule else ""
    return Named(row.value, value_label(row.what, row.value), row.source, by, name, row.confidence)


def _second(row: Suggestion | Proposal) -> Named | None:
    if not row.next_value:
        return None
    code, _at, version = row.next_by.rpartition("@")
    name = rule_name(code, int(version)) if row.next_source == Source.RULE else ""
    label = value_label(row.what, row.next_value)
    return Named(row.next_value, label, row.next_source, row.next_by, name, row.next_confidence)


def _stored(row: Proposal, chosen: Choice | None) -> Shown:
    failed = tuple((f["rule"], Sentence(f["message"], f["params"])) for f in row.faults)
    first = None
    if row.source != Source.NONE:
        by = f"{row.rule}@{row.rule_version}" if row.source == Source.RULE else row.model.tag if row.model else ""
        name = rule_name(row.rule, row.rule_version) if row.source == Source.RULE else ""
        first = Named(row.value, value_label(row.what, row.value), row.source, by, name, row.confidence)
    return Shown(row.what, first, _second(row), failed, chosen)


def proposals_of(case: Case) -> dict[str, Proposal]:
    """The newest proposal of each sort for a case."""
    rows = Proposal.objects.filter(case=case).select_related("model").defer("model__weights").order_by("at", "id")
    return {row.what: row for row in rows}


def choices_of(case: Case) -> list[Choice]:
    """What was chosen, oldest first."""
    return list(Choice.objects.filter(case=case).order_by("at", "id"))


@dataclass(frozen=True)
class Rate:
    """How often the desk took what one rule or model proposed; ``by`` as a proposal names it."""

    what: str
    source: str
    by: str
    chosen: int
    agreed: int

    @property
    def share(self) -> float | None:
        """Agreed of chosen; none for 0 of 0."""
        return self.agreed / self.chosen if self.chosen else None


def rates(actor: Actor) -> dict[tuple[str, str], Rate]:
    """Agreement by what and by whom, over the choices this actor may see."""
    rows = (
        visible_to(actor, Choice.objects.all(), prefix="case__")
        .values("what", "source", "rule", "rule_version", "model__version")
        .annotate(n=Count("pk"), yes=Count("pk", filter=Q(agreed=True)))
    )
    found = {}
    for row in rows:
        rule = row["source"] == Source.RULE
        by = f"{row['rule']}@{row['rule_version']}" if rule else f"{row['what']}-{row['model__version']}"
        found[row["what"], by] = Rate(row["what"], row["source"], by, row["n"], row["yes"])
    return found


def choices_behind(actor: Actor, what: str, by: str, *, only_other: bool = False) -> QuerySet[Choice]:
    """The choices behind one rate, newest first: the drill-down. Nothing for a name that is none."""
    rows = visible_to(actor, Choice.objects.filter(what=what), prefix="case__").select_related("case", "by")
    rows = rows.defer("case__search", "case__folded", "case__body").order_by("-at", "-id")
    code, at, version = by.rpartition("@")
    if not at:
        code, _dash, version = by.rpartition("-")
    if not (version.isascii() and version.isdigit() and len(version) < 9):
        return rows.none()
    rows = rows.filter(rule=code, rule_version=version) if at else rows.filter(model__version=version)
    return rows.filter(agreed=False) if only_other else rows


def faults() -> list[Fault]:
    """Rules that failed and are not settled, newest first."""
    return list(Fault.objects.filter(settled_at=None).order_by("-last_at"))


def fault_says(fault: Fault) -> Sentence:
    """Why it failed, as a sentence a door can say in either language."""
    return Sentence(fault.message, fault.params)


def rule_name(code: str, version: int) -> str:
    """What a rule is called in the version that spoke."""
    body = catalog.version(RULES, code, version) or catalog.newest(RULES).get(code)
    if body is None:
        return code
    return str(body["name_en"] if (get_language() or "").startswith("en") else body["name"])


def value_label(what: str, value: str) -> str:
    """What a proposed category or unit is called."""
    if what == What.CATEGORY:
        body = catalogue.categories().get(value)
        return catalogue.category_label(value, int(body["version"]) if body else 0)
    node = next((n for n in tree().nodes.values() if n.code == value), None)
    if node is None:
        return value
    above = tree().label(node.branch) if node.branch and node.branch != node.id else ""
    return f"{above} {node.short}".strip()


def models() -> list[Model]:
    """Every trained model, newest first, without its weights."""
    rows = Model.objects.defer("weights").select_related("promoted_by")
    return list(rows.order_by("what", "-version")[:60])
