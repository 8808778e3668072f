"""Learning a classifier from decided requests, and saying honestly how it does on later ones (C2).

What is measured is measured on the latest fifth, of which nothing was used before: neither for weights nor for the
temperature. Requests in that fifth that nearly repeat an earlier one are left out, or they would be known by heart.
"""

import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from huhang.kernel.errors import Conflict
from huhang.kinds.requests.routing.classifier import Classifier, probabilities
from huhang.kinds.requests.routing.texts import Read, grams

SMALLEST = 200
"""Decided requests below which nothing is learned."""
A_FEW = 8
"""A label with fewer requests is not learned: it would be proposed by accident."""
GRAMS = 60_000
"""So many runs of characters are kept, those in most requests: what keeps weights within some megabytes."""
LATER = 0.2
"""The part that is measured, by time."""
SURE = 0.9
"""What is said with at least this probability counts as said for sure."""
PARTS = 5
"""Parts by time in which the temperature is looked for: each is answered by what came before it."""
SKETCH, NEAR = 24, 0.5
"""Hashes kept of a text, and the part of them two texts share when one nearly repeats the other."""
STRENGTH, SECOND, ADVICE = 1.5, 1.0, 0.3
"""How little the support vector machine is held back, and the weights beside it of the second machine, which sees every
gram by how much it tells a label from the rest, and of naive Bayes; chosen by five-fold cross-validation inside the
earlier part of public messages (docs/routing.md)."""
EXACT, ROUNDS = 1e-2, 5_000
"""How exactly a machine is solved, and within how many rounds. Ten times as exact takes four times the rounds, changes
no figure above by more than chance, and does not end in time where one text came with many labels."""
_BINS = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.01)


@dataclass(frozen=True)
class Example:
    """A decided request: what is read of it, what it was decided to be, and when it came (none: before all others)."""

    read: Read
    label: str
    at: datetime | None


@dataclass
class Report:
    """On what a classifier was trained and how it did on later requests.

    Attributes:
        macro_f1: mean over labels of the harmonic mean of precision and recall; none when too little was left to test.
        right: part of the tested requests whose first guess was right.
        sure: part answered with at least `SURE`; ``sure_right``: part of those that was right.
        near: tested requests left out because they nearly repeat an earlier one.
        bins: from, to, how many, how many right: what a probability was worth.
    """

    cases: int = 0
    labels: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None
    tested: int = 0
    near: int = 0
    macro_f1: float | None = None
    right: float | None = None
    sure: float | None = None
    sure_right: float | None = None
    by_label: dict[str, list[float]] = field(default_factory=dict)
    too_few: dict[str, int] = field(default_factory=dict)
    bins: list[list[float]] = field(default_factory=list)


@dataclass(frozen=True)
class Learned:
    """A classifier trained on everything, and the report of one trained on the earlier part."""

    classifier: Classifier
    report: Report


def learn(examples: Sequence[Example]) -> Learned:
    """Trains on the earlier part, measures on the later one, then trains on everything with the same settings.

    Raises:
        Conflict: too few decided requests, or all of one label.
    """
    ordered = sorted(examples, key=lambda e: (e.at is not None, e.at.timestamp() if e.at else 0.0))
    if len(ordered) < SMALLEST:
        raise Conflict(
            "台账里已定类、可供学习的诉求只有 %(n)d 件，不足 %(need)d 件，暂不训练；规则照常给出建议。",
            params={"n": len(ordered), "need": SMALLEST},
        )
    report = Report()
    kept = _enough(ordered, report)
    earlier, later = _split(kept, report)
    heat = _temperature(earlier)
    first = fit(earlier, heat)
    _measure(first, later, report)
    return Learned(fit(kept, heat), report)


def _enough(ordered: Sequence[Example], report: Report) -> list[Example]:
    counts = Counter(e.label for e in ordered)
    report.too_few = {label: n for label, n in sorted(counts.items()) if n < A_FEW}
    kept = [e for e in ordered if e.label not in report.too_few]
    if len({e.label for e in kept}) < 2:
        raise Conflict("可供学习的诉求都属同一类，没有可学的；规则照常给出建议。")
    dated = [e.at for e in kept if e.at is not None]
    report.cases, report.labels = len(kept), len(counts) - len(report.too_few)
    report.first_at, report.last_at = min(dated, default=None), max(dated, default=None)
    return kept


def _split(kept: Sequence[Example], report: Report) -> tuple[list[Example], list[Example]]:
    dated = sum(1 for e in kept if e.at is not None)
    cut = len(kept) - int(dated * LATER)
    earlier, later = list(kept[:cut]), list(kept[cut:])
    fresh = unlike([e.read for e in earlier], [e.read for e in later])
    report.near = len(later) - len(fresh)
    return earlier, [later[i] for i in fresh]


def sketch(read: Read) -> frozenset[int]:
    """A text as the smallest hashes of its runs of five characters."""
    text = read[0]
    hashes = {zlib.crc32(text[i : i + 5].encode()) for i in range(max(1, len(text) - 4))}
    return frozenset(sorted(hashes)[:SKETCH])


def unlike(known: Sequence[Read], asked: Sequence[Read]) -> list[int]:
    """Which of the asked texts do not nearly repeat a known one."""
    sketches = [sketch(read) for read in known]
    where: dict[int, list[int]] = {}
    for i, one in enumerate(sketches):
        for value in one:
            where.setdefault(value, []).append(i)
    fresh = []
    for n, read in enumerate(asked):
        mine = sketch(read)
        shared = Counter(i for value in mine for i in where.get(value, ()))
        near = any(count / min(len(mine), len(sketches[i])) >= NEAR for i, count in shared.most_common(3))
        if not near:
            fresh.append(n)
    return fresh


def fit(examples: Sequence[Example], temperature: float) -> Classifier:
    """One classifier from these examples: three linear ones added, each brought to the same spread of scores first."""
    from sklearn.naive_bayes import ComplementNB

    counts = [grams(e.read) for e in examples]
    spread = Counter(gram for one in counts for gram in one)
    chosen = [gram for gram, n in spread.most_common(GRAMS) if n >= 2]
    vocabulary = {gram: i for i, gram in enumerate(chosen)}
    idf = np.array([np.log((1 + len(counts)) / (1 + spread[gram])) + 1 for gram in chosen], dtype=np.float32)
    table = _table(counts, vocabulary, idf)
    labels = tuple(sorted({e.label for e in examples}))
    known = np.array([labels.index(e.label) for e in examples])
    machine = _machine(STRENGTH).fit(table, known)
    parts = [
        (1.0, *_both_sides(machine.coef_, machine.intercept_)),
        (SECOND, *_telling(table, known, len(labels))),
        (ADVICE, ComplementNB(alpha=0.1).fit(table, known).feature_log_prob_, np.zeros(len(labels))),
    ]
    weights, bias = np.zeros((len(labels), len(chosen))), np.zeros(len(labels))
    for share, rows, shift in parts:
        scale = share / _scale(table @ rows.T + shift)
        weights, bias = weights + rows * scale, bias + shift * scale
    return Classifier(labels, vocabulary, idf, weights.T.astype(np.float32), bias.astype(np.float32), temperature)


def _machine(strength: float) -> Any:
    from sklearn.svm import LinearSVC

    return LinearSVC(C=strength, class_weight="balanced", random_state=0, tol=EXACT, max_iter=ROUNDS)


def _both_sides(coef: NDArray[Any], intercept: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """With two labels a machine keeps one side only; the other is its opposite."""
    if coef.shape[0] == 1:
        return np.vstack([-coef, coef]), np.concatenate([-intercept, intercept])
    return coef, intercept


def _telling(table: Any, known: NDArray[Any], labels: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """A machine for every label over grams weighed by how much they tell it from the rest (Wang and Manning 2012)."""
    there = (table > 0).astype(np.float64)
    rows, shifts = np.zeros((labels, table.shape[1])), np.zeros(labels)
    for label in range(labels):
        mine = known == label
        inside = (np.asarray(there[mine].sum(axis=0)).ravel() + 1) / mine.sum()
        outside = (np.asarray(there[~mine].sum(axis=0)).ravel() + 1) / (~mine).sum()
        ratio = np.sqrt(np.abs(np.log(inside / outside)))
        weighed = table.multiply(ratio).tocsr()
        length = float(np.sqrt(weighed.multiply(weighed).sum(axis=1)).mean()) or 1.0
        machine = _machine(1.0).fit(weighed / length, mine)
        rows[label], shifts[label] = machine.coef_[0] * ratio / length, machine.intercept_[0]
    return rows, shifts


def _scale(scores: NDArray[Any]) -> float:
    """The spread of scores around each request's mean, so that two sorts of score can be added."""
    return float(np.std(scores - scores.mean(axis=1, keepdims=True))) or 1.0


def _table(counts: Sequence[Counter[str]], vocabulary: dict[str, int], idf: NDArray[Any]) -> Any:
    from scipy.sparse import csr_matrix
    from sklearn.preprocessing import normalize

    data: list[float] = []
    columns: list[int] = []
    starts = [0]
    for one in counts:
        for gram, n in one.items():
            at = vocabulary.get(gram)
            if at is not None:
                columns.append(at)
                data.append(n)
        starts.append(len(columns))
    values = (1 + np.log(np.array(data, dtype=np.float64))) * idf[columns]
    return normalize(csr_matrix((values, columns, starts), shape=(len(counts), len(vocabulary))))


def _temperature(earlier: Sequence[Example]) -> float:
    """The temperature at which probabilities fit best, over parts each answered by what came before it."""
    edges = [len(earlier) * n // PARTS for n in range(PARTS + 1)]
    found: list[tuple[NDArray[np.float64], int]] = []
    for n in range(2, PARTS):
        before = earlier[: edges[n]]
        made = fit(before, 1.0)
        place = {label: i for i, label in enumerate(made.labels)}
        found += [(made.scores(e.read), place[e.label]) for e in earlier[edges[n] : edges[n + 1]] if e.label in place]
    return min(np.arange(0.5, 8.01, 0.1), key=lambda heat: _loss(found, float(heat)))


def _loss(found: Sequence[tuple[NDArray[np.float64], int]], heat: float) -> float:
    """Mean surprise at the right answers."""
    total = 0.0
    for scores, right in found:
        total -= float(np.log(max(probabilities(scores[None, :], heat)[0][right], 1e-9)))
    return total / max(1, len(found))


def _measure(made: Classifier, later: Sequence[Example], report: Report) -> None:
    report.tested = len(later)
    if not later:
        return
    told = [made.guesses(e.read, most=1)[0] for e in later]
    hits = [guess.label == e.label for guess, e in zip(told, later, strict=True)]
    report.right = sum(hits) / len(hits)
    sure = [hit for hit, guess in zip(hits, told, strict=True) if guess.probability >= SURE]
    report.sure = len(sure) / len(hits)
    report.sure_right = sum(sure) / len(sure) if sure else None
    report.by_label = {
        label: _of_label(label, told, later) for label in sorted({e.label for e in later} | {g.label for g in told})
    }
    tested = [row for row in report.by_label.values() if row[3]]
    report.macro_f1 = sum(row[2] for row in tested) / len(tested)
    for low, high in pairwise(_BINS):
        inside = [hit for hit, g in zip(hits, told, strict=True) if low <= g.probability < high]
        report.bins.append([low, min(high, 1.0), len(inside), sum(inside)])


def _of_label(label: str, told: Sequence[Any], later: Sequence[Example]) -> list[float]:
    """Precision, recall, their harmonic mean, and how many there were."""
    both = sum(1 for g, e in zip(told, later, strict=True) if g.label == e.label == label)
    said, there = sum(1 for g in told if g.label == label), sum(1 for e in later if e.label == label)
    precision, recall = both / said if said else 0.0, both / there if there else 0.0
    mean = 2 * precision * recall / (precision + recall) if both else 0.0
    return [round(precision, 4), round(recall, 4), round(mean, 4), there]
