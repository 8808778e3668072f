"""What stands on a tile or in a shape: one grouped statement a layer, under the same sight as the lists (A2)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db.models import (
    BooleanField,
    CharField,
    Count,
    F,
    Func,
    IntegerField,
    Max,
    Min,
    Model,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
)
from django.db.models import (
    Case as When_,
)
from django.db.models.functions import Collate

from huhang.base.access.queries import visible_to
from huhang.base.access.rules import Actor, Perm
from huhang.cases.models import Case
from huhang.kernel.geo import Box
from huhang.kernel.tiles import CELLS, GRID, LIMIT, Dot, Tile, bounds, covering, ground
from huhang.reading.map.rules import Shape
from huhang.register.cells.queries import clusters, placed
from huhang.register.rounds import placing
from huhang.register.subjects import queries as register
from huhang.register.subjects.models import Subject
from huhang.register.subjects.queries import Wanted
from huhang.register.units.models import Unit

M = TypeVar("M", bound=Model)

MOST = 400
"""A tile with more points than this shows how many stand in each cell instead."""
DUE_MOST, DUE_SIDE = 4_000, 0.02
"""More subjects with something due than this come in cells of so many degrees."""
SOON = timedelta(days=1)


class Inside(Func):
    """Whether a row's point lies in a polygon, by PostgreSQL's own geometry."""

    output_field = BooleanField()

    def as_sql(self, compiler: Any, connection: Any, **more: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        parts = [compiler.compile(one) for one in self.get_source_expressions()]
        (shape, a), (lon, b), (lat, c) = parts
        return f"({shape}::polygon @> point({lon}, {lat}))", [*a, *b, *c]


@dataclass(frozen=True)
class Look:
    """What somebody asks of the map: who, when, how the register is narrowed, which layers, within which shape."""

    actor: Actor
    now: datetime
    wanted: Wanted
    layers: frozenset[str]
    shape: Shape | None = None


LAYERS = ("subjects", "due", "posts", "requests", "units", "areas")


def subjects(look: Look) -> QuerySet[Subject]:
    """The subjects the list shows under this filter, those with a place."""
    rows = register.narrowed(register.visible(look.actor), look.wanted).filter(cell__isnull=False)
    return _register_within(rows, look.shape)


def subject_count(look: Look, *, most: int) -> tuple[int, bool]:
    """How many `subjects` there are, and whether there are more: counted up to ``most`` where no counts are kept."""
    kept = None if look.shape else placed(look.actor, look.wanted)
    if kept is not None:
        return kept, False
    found = subjects(look).order_by()[: most + 1].count()
    return min(found, most), found > most


def posts(look: Look) -> QuerySet[Subject]:
    """Police posts that are open and have a place (B4): those of hosts this actor sees; of the unit asked for."""
    seen = register.visible(look.actor)
    rows = seen.filter(post__closed_on__isnull=True, post__host__in=seen, cell__isnull=False, post__isnull=False)
    if look.wanted.unit:
        rows = rows.filter(unit_id__in=register.units_below(look.wanted.unit))
    return _register_within(rows, look.shape)


def due(look: Look, *, most: int) -> tuple[list[placing.Owing], int]:
    """Those of the subjects shown that have a duty due or late, as the lists of duties have it; and how many (B2)."""
    return placing.listed(subjects(look), look.actor, look.now, most=most)


def due_spots(look: Look) -> list[placing.Spot]:
    """The same by place, for the whole map at once: working out who owes what costs more than a tile may (ADR 34)."""
    return placing.spots(subjects(look), look.actor, look.now, most=DUE_MOST, side=DUE_SIDE)


def requests(look: Look) -> QuerySet[Case]:
    """Open requests this actor may see that have a place; of the unit asked for, if one is."""
    rows = visible_to(look.actor, Case.objects.filter(kind="request", is_open=True, lon__isnull=False))
    if look.wanted.unit:
        rows = rows.filter(unit_id__in=register.units_below(look.wanted.unit))
    return _within(rows, look.shape)


def _register_within(rows: QuerySet[Subject], shape: Shape | None) -> QuerySet[Subject]:
    """The squares of the ground around a shape find the few rows that are then cut exactly."""
    return rows if shape is None else _within(_in_runs(rows, covering(shape.box)), shape)


def _on(rows: QuerySet[Subject], tile: Tile, shape: Shape | None) -> QuerySet[Subject]:
    """Those of some rows that stand on a tile; of a shape only the squares that both have are walked."""
    first, end = ground(tile)
    if shape is None:
        return rows.filter(cell__gte=first, cell__lt=end)
    both = [(max(first, a), min(end, b)) for a, b in covering(shape.box) if a < end and first < b]
    return _in_runs(rows, both)


def _in_runs(rows: QuerySet[Subject], runs: Sequence[tuple[int, int]]) -> QuerySet[Subject]:
    held = Q(pk__in=[])
    for first, end in runs:
        held |= Q(cell__gte=first, cell__lt=end)
    return rows.filter(held)


def _within(rows: QuerySet[M], shape: Shape | None) -> QuerySet[M]:
    if shape is None:
        return rows
    return _in_box(rows, shape.box).filter(Inside(Value(shape.sql), F("lon"), F("lat")))


def _in_box(rows: QuerySet[M], box: Box) -> QuerySet[M]:
    return rows.filter(lon__gte=box.west, lon__lt=box.east, lat__gt=box.south, lat__lte=box.north)


def lateness(now: datetime) -> When_:
    """``late``, ``today`` or ``open`` of a case; one that waits for its person is not late."""
    running = Q(waiting=False)
    return When_(
        When(running & Q(due_at__lt=now), then=Value("late")),
        When(running & Q(due_at__lt=now + SOON), then=Value("today")),
        default=Value("open"),
        output_field=CharField(),
    )


def dots(look: Look, tile: Tile) -> dict[str, list[Dot]]:
    """The layers of a tile. A layer with more than `MOST` points comes as cells with how many stand in each."""
    made = {}
    if "subjects" in look.layers:
        made["subjects"] = list(_subject_dots(look, tile))
    if "posts" in look.layers:
        made["posts"] = list(_post_dots(_on(posts(look), tile, look.shape), tile))
    if "requests" in look.layers and Perm.SEE in look.actor.perms:
        made["requests"] = list(_request_dots(_in_box(requests(look), bounds(tile)), look.now, tile))
    return made


def _subject_dots(look: Look, tile: Tile) -> Iterator[Dot]:
    """Many come from the counts of the ground where these can tell; few and what they cannot tell from the register."""
    kept = None if look.shape else clusters(look.actor, look.wanted, tile)
    if kept is not None and (not kept or sum(one.n for one in kept) > MOST):
        for one in kept:
            yield Dot(one.lon, one.lat, {"kind": one.kind, "n": one.n})
        return
    rows = _on(subjects(look), tile, look.shape)
    found: list[Any] = list(rows.order_by().values_list("id", "kind", "name", "lon", "lat")[: MOST + 1])
    if len(found) <= MOST:
        for pk, kind, name, lon, lat in found:
            yield Dot(lon, lat, {"id": str(pk), "kind": kind, "name": name, "n": 1})
        return
    sort = {"first": Min(Collate("kind", "C")), "last": Max(Collate("kind", "C"))}
    for cell in _cells(rows, _square(tile), **sort):
        kind = cell["first"] if cell["first"] == cell["last"] else "mixed"
        yield Dot(cell["x"], cell["y"], {"kind": kind, "n": cell["n"]})


def _post_dots(rows: QuerySet[Subject], tile: Tile) -> Iterator[Dot]:
    found: list[Any] = list(rows.order_by().values_list("post__id", "name", "lon", "lat")[: MOST + 1])
    if len(found) <= MOST:
        for pk, name, lon, lat in found:
            yield Dot(lon, lat, {"id": str(pk), "mark": "police", "name": name, "n": 1})
        return
    for cell in _cells(rows, _square(tile)):
        yield Dot(cell["x"], cell["y"], {"mark": "police", "n": cell["n"]})


def _request_dots(rows: QuerySet[Case], now: datetime, tile: Tile) -> Iterator[Dot]:
    rows = rows.annotate(lateness=lateness(now))
    found: list[Any] = list(rows.order_by().values_list("number", "title", "lateness", "lon", "lat")[: MOST + 1])
    if len(found) <= MOST:
        for number, title, late, lon, lat in found:
            yield Dot(lon, lat, {"id": number, "name": title, "late": late, "n": 1})
        return
    worst = {
        "bad": Count("id", filter=Q(lateness="late")),
        "soon": Count("id", filter=Q(lateness="today")),
    }
    for cell in _cells(rows, _column_and_row(tile), **worst):
        late = "late" if cell["bad"] else "today" if cell["soon"] else "open"
        yield Dot(cell["x"], cell["y"], {"late": late, "bad": cell["bad"], "n": cell["n"]})


def _square(tile: Tile) -> dict[str, Any]:
    """The sixteenths of a tile's side, from the register's own squares."""
    return {"square": F("cell").bitrightshift(2 * (GRID - tile.z) - (CELLS**2).bit_length() + 1)}


def _column_and_row(tile: Tile) -> dict[str, Any]:
    """The same squares of rows that keep no number of theirs."""
    side = 2**tile.z * CELLS
    north = f"radians(greatest(-{LIMIT}, least({LIMIT}, %(expressions)s)))"
    return {
        "column": Func("lon", template=f"floor((%(expressions)s + 180) / 360 * {side})", output_field=IntegerField()),
        "row": Func(
            "lat",
            template=f"floor((1 - ln(tan(pi() / 4 + {north} / 2)) / pi()) / 2 * {side})",
            output_field=IntegerField(),
        ),
    }


def _cells(rows: QuerySet[Any], by: dict[str, Any], **more: Any) -> Iterable[dict[str, Any]]:
    """Points put together square by square; squares are counted from one corner at a zoom, so none jumps."""
    # sums, because an average keeps squares too
    placed: Any = rows.order_by().annotate(**by).values(*by)
    found = placed.annotate(n=Count("*"), x=Sum("lon"), y=Sum("lat"), **more).values("n", "x", "y", *more)
    return [{**row, "x": row["x"] / row["n"], "y": row["y"] / row["n"]} for row in found]


def units() -> list[dict[str, Any]]:
    """Units that stand and have a place."""
    rows = Unit.objects.filter(valid_to__isnull=True, lon__isnull=False, lat__isnull=False).order_by("code")
    return [
        {"id": str(pk), "name": name, "kind": kind, "level": level, "lon": lon, "lat": lat}
        for pk, name, kind, level, lon, lat in rows.values_list("id", "short_name", "kind", "level", "lon", "lat")
    ]


def areas() -> list[dict[str, Any]]:
    """The areas of units that stand, as GeoJSON features; the database keeps them as they are drawn."""
    rows = Unit.objects.filter(valid_to__isnull=True, area__isnull=False).order_by("level", "code")
    return [
        {
            "type": "Feature",
            "geometry": area,
            "properties": {"id": str(pk), "name": name, "level": level, "branch": str(branch or "")},
        }
        for pk, name, level, branch, area in rows.values_list("id", "short_name", "level", "branch_id", "area")
    ]


def extent() -> Sequence[float] | None:
    """West, south, east and north of everything that has a place in the register of units; none for an empty city."""
    rows = Unit.objects.filter(valid_to__isnull=True, lon__isnull=False)
    found = rows.aggregate(w=Min("lon"), s=Min("lat"), e=Max("lon"), n=Max("lat"))
    return None if found["w"] is None else (found["w"], found["s"], found["e"], found["n"])
