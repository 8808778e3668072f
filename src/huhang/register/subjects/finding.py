"""Which rows may be one subject: the same name, or a like one near by. Proposals only; a person decides (A1)."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import combinations
from typing import NamedTuple

from django.db import transaction

from huhang.base.access.context import SYSTEM, acting
from huhang.kernel.geo import haversine_m
from huhang.register.subjects import catalogue
from huhang.register.subjects.catalogue import Likeness
from huhang.register.subjects.models import Pair, Subject
from huhang.register.subjects.rules import core, likeness

MOST_IN_A_CELL = 400
"""A place with more rows than this (a tower of offices) is compared by equal names only."""
MOST_NAMESAKES = 20
"""A name held by more rows than this is a common name, not a mistake."""
_CELL = 0.01


class Row(NamedTuple):
    """What is compared of a subject."""

    id: uuid.UUID
    kind: str
    core: str
    credit_code: str | None
    lon: float | None
    lat: float | None


class Found(NamedTuple):
    """Two rows that may be one, and why."""

    one: uuid.UUID
    other: uuid.UUID
    why: str
    likeness: float
    metres: float | None


def look(*, now: datetime) -> int:
    """Compares the whole register and proposes new pairs; pairs nobody judged and that no longer fit go.

    Returns how many are proposed now.
    """
    rule = catalogue.likeness()
    with acting(SYSTEM):
        fresh = {(one.one, one.other): one for one in pairs_among(_rows(rule), rule)}
        with transaction.atomic():
            known = {(p.one_id, p.other_id): p for p in Pair.objects.all()}
            stale = [p.pk for key, p in known.items() if p.decided_at is None and p.why != "hand" and key not in fresh]
            Pair.objects.filter(pk__in=stale).delete()
            new = [one for key, one in fresh.items() if key not in known and (key[1], key[0]) not in known]
            Pair.objects.bulk_create(
                [
                    Pair(
                        one_id=one.one,
                        other_id=one.other,
                        why=one.why,
                        likeness=one.likeness,
                        metres=one.metres,
                        found_at=now,
                    )
                    for one in new
                ],
                batch_size=1000,
            )
            return Pair.objects.filter(decided_at__isnull=True).count()


def _rows(rule: Likeness) -> Iterator[Row]:
    columns = ("id", "kind", "name", "credit_code", "lon", "lat")
    standing = Subject.objects.exclude(state__in=("merged", "struck_off"))
    for pk, kind, name, code, lon, lat in standing.order_by("id").values_list(*columns).iterator(chunk_size=5000):
        yield Row(pk, kind, core(name, rule.drop), code, lon, lat)


def pairs_among(rows: Iterable[Row], rule: Likeness) -> Iterator[Found]:
    """Every pair the rule proposes; the row with the smaller id is the first."""
    names: dict[tuple[str, str], list[Row]] = defaultdict(list)
    cells: dict[tuple[int, int], list[Row]] = defaultdict(list)
    for row in rows:
        names[row.kind, row.core].append(row)
        if row.lon is not None and row.lat is not None:
            cells[int(row.lon // _CELL), int(row.lat // _CELL)].append(row)
    done: set[tuple[uuid.UUID, uuid.UUID]] = set()
    for group in names.values():
        if 1 < len(group) <= MOST_NAMESAKES:
            for one, other in combinations(group, 2):
                if not _known_apart(one, other):
                    done.add((one.id, other.id))
                    yield Found(one.id, other.id, "name", 1.0, _metres(one, other))
    for (x, y), here in cells.items():
        around = [row for dx, dy in ((0, 1), (1, -1), (1, 0), (1, 1)) for row in cells.get((x + dx, y + dy), ())]
        if len(here) + len(around) > MOST_IN_A_CELL:
            continue
        near = [*combinations(here, 2), *((one, other) for one in here for other in around)]
        for a, b in near:
            one, other = (a, b) if a.id < b.id else (b, a)
            if one.kind != other.kind or (one.id, other.id) in done or _known_apart(one, other):
                continue
            alike = likeness(one.core, other.core)
            if alike < rule.near:
                continue
            metres = _metres(one, other)
            if metres is not None and metres <= rule.near_metres:
                done.add((one.id, other.id))
                yield Found(one.id, other.id, "near", round(alike, 3), metres)


def _known_apart(one: Row, other: Row) -> bool:
    """Two credit codes are two subjects, however alike the names are."""
    return bool(one.credit_code and other.credit_code)


def _metres(one: Row, other: Row) -> float | None:
    if one.lon is None or one.lat is None or other.lon is None or other.lat is None:
        return None
    return round(haversine_m(one.lon, one.lat, other.lon, other.lat), 1)
