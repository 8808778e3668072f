"""What was answered: counts and shares with the base they stand on, never fewer than the catalogue allows (C6)."""

import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count

from huhang.kinds.requests.surveying import catalogue, rules
from huhang.kinds.requests.surveying.models import Answer, Opinion, Round, Topic
from huhang.kinds.requests.surveying.rules import Policy

MOST = 20_000
"""So many answers are read for one page."""


@dataclass(frozen=True)
class Part:
    """One option: its code, what it says, how many chose it, and whether so many that their answers may be opened.

    ``points`` is, for a ranking, what the option got: of k options the first place gives k points, the last one.
    """

    code: str
    label: str
    count: int
    opens: bool
    points: int | None = None


@dataclass(frozen=True)
class Group:
    """Opinions that say about the same."""

    topic: Topic | None
    label: str
    category: str
    count: int


@dataclass(frozen=True)
class Told:
    """One question: how many answered it (the base of its shares), its options, and one number where there is one."""

    code: str
    kind: str
    label: str
    base: int
    parts: Sequence[Part] = ()
    groups: Sequence[Group] = ()
    mean: float | None = None
    median: float | None = None


@dataclass(frozen=True)
class Results:
    """All questions of a round; ``shown`` is False while there are too few answers, and then nothing else is told."""

    round: Round
    count: int
    shown: bool
    questions: Sequence[Told]
    policy: Policy


def results(row: Round) -> Results:
    """What may be shown of a round. Whether the reader may see it is the caller's to have asked."""
    policy = catalogue.policy()
    values = list(Answer.objects.filter(round=row, mixed=True).values_list("values", flat=True)[:MOST])
    shown = len(values) >= policy.least
    body = catalogue.sheet(row.questionnaire, row.version)
    told = [_told(row, one, values, policy) for one in body["questions"]] if shown else []
    return Results(row, len(values) if shown else 0, shown, told, policy)


def _told(row: Round, question: Mapping[str, Any], values: list[dict[str, Any]], policy: Policy) -> Told:
    code, kind, label = str(question["code"]), str(question["kind"]), catalogue.say(question, "text")
    if kind == rules.TEXT:
        groups = _groups(row, code)
        return Told(code, kind, label, sum(one.count for one in groups), groups=groups)
    given = [one[code] for one in values if code in one]
    if kind == rules.NUMBER:
        few = len(given) < policy.least
        middle = None if few else float(statistics.median(given))
        return Told(code, kind, label, len(given), mean=None if few else statistics.fmean(given), median=middle)
    counts = Counter(str(part) for one in given for part in (one if isinstance(one, list) else [one]))
    points = _points(question, given) if kind == rules.RANK else {}
    parts = [
        Part(name, words, counts[name], counts[name] >= policy.opens, points.get(name, 0) if points else None)
        for name, words in labels(question)
    ]
    if kind == rules.RANK:
        parts.sort(key=lambda part: -(part.points or 0))
    mean = statistics.fmean(given) if kind == rules.SCALE and given else None
    return Told(code, kind, label, len(given), parts, mean=mean)


def labels(question: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Options with their words; of a scale its steps."""
    if question["kind"] == rules.SCALE:
        return [(str(step), str(step)) for step in rules.STEPS]
    return [(str(one["code"]), catalogue.say(one)) for one in question["options"]]


def _points(question: Mapping[str, Any], given: list[list[str]]) -> dict[str, int]:
    whole = len(question["options"])
    found: Counter[str] = Counter()
    for order in given:
        for place, code in enumerate(order):
            found[code] += whole - place
    return dict(found)


def _groups(row: Round, question: str) -> list[Group]:
    rows = Topic.objects.filter(round=row, question=question).annotate(n=Count("opinions")).filter(n__gt=0)
    return [Group(one, one.name, one.category, one.n) for one in rows.order_by("-n", "name")]


def sheets_of(row: Round, question: str, part: str) -> list[dict[str, Any]] | None:
    """The whole answers behind a number, in an order that says nothing; none when they are too few to be opened.

    Free text is not among them: it stands by itself (ADR 38).
    """
    policy = catalogue.policy()
    held = Answer.objects.filter(round=row, mixed=True)
    if held.count() < policy.least:
        return None
    if question:
        rows = held.values_list("values", flat=True)
        found = [one for one in rows if _has(one.get(question), part)]
        return found if len(found) >= policy.opens else None
    return list(held.order_by("id").values_list("values", flat=True)[:MOST])


def _has(value: Any, part: str) -> bool:
    return part in value if isinstance(value, list) else value is not None and str(value) == part


def in_words(row: Round, values: Mapping[str, Any]) -> list[str]:
    """One answer, question by question without the free texts, in words."""
    said = []
    for question in closed_questions(row):
        value = values.get(str(question["code"]))
        names = dict(labels(question)) if question["kind"] != rules.NUMBER else {}
        several = value if isinstance(value, list) else [] if value is None else [value]
        joint = " > " if question["kind"] == rules.RANK else "、"
        said.append(joint.join(str(names.get(str(one), one)) for one in several))
    return said


def closed_questions(row: Round) -> list[Mapping[str, Any]]:
    """The questions that are not answered by free text."""
    return [one for one in catalogue.sheet(row.questionnaire, row.version)["questions"] if one["kind"] != rules.TEXT]


def opinions_of(row: Round, *, topic: Topic | None = None) -> list[Opinion]:
    """Opinions of a group, or all, in an order that says nothing; none while there are too few answers."""
    if Answer.objects.filter(round=row, mixed=True).count() < catalogue.policy().least:
        return []
    rows = Opinion.objects.filter(round=row) if topic is None else Opinion.objects.filter(round=row, topic=topic)
    return list(rows.select_related("topic").order_by("category", "topic__name", "id")[:MOST])


@dataclass(frozen=True)
class Pair:
    """One option, or one mean, in two rounds: shares (or means) before and now, each with its base."""

    question: str
    label: str
    before: float | None
    before_base: int
    after: float | None
    after_base: int
    mean: bool = False


def compared(before: Results, after: Results) -> list[Pair]:
    """Two rounds of one questionnaire, question by question where both versions ask the same in the same way."""
    earlier = {(told.code, told.kind): told for told in before.questions}
    rows = []
    for now in after.questions:
        then = earlier.get((now.code, now.kind))
        if then is None:
            continue
        if now.kind in (rules.SCALE, rules.NUMBER):
            rows.append(Pair(now.label, "", then.mean, then.base, now.mean, now.base, mean=True))
        counts = {part.code: part.count for part in then.parts}
        rows += [
            Pair(
                now.label,
                part.label,
                _share(counts[part.code], then.base),
                then.base,
                _share(part.count, now.base),
                now.base,
            )
            for part in now.parts
            if part.code in counts
        ]
    return rows


def _share(count: int, base: int) -> float | None:
    return count / base if base else None
