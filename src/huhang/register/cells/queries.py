"""Clusters of a tile from the counts, under the sight and the filters of the list of subjects (A2, ADR 40)."""

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import F, Q, Sum

from huhang.base.access.rules import Actor
from huhang.kernel.tiles import CELLS, Tile, ground
from huhang.register.cells.models import Counted, Proof
from huhang.register.cells.walls import LEVELS
from huhang.register.subjects.queries import Wanted, near, units_below, works_here
from huhang.register.units.queries import tree


@dataclass
class Cluster:
    """So many subjects in one square, the middle of them, and their kind when it is one."""

    n: int = 0
    x: int = 0
    y: int = 0
    kind: str = ""

    @property
    def lon(self) -> float:
        return self.x / self.n / 1e7

    @property
    def lat(self) -> float:
        return self.y / self.n / 1e7


def clusters(actor: Actor, wanted: Wanted, tile: Tile) -> list[Cluster] | None:
    """What stands in each square of a tile; none when the counts cannot tell and the subjects must be asked.

    They know class, flags, unit, state and place. They do not know words, trade, what lies inside what, or who was
    visited, and they are for whoever works here.
    """
    fine = tile.z + CELLS.bit_length() - 1
    level = next((one for one in LEVELS if one >= fine), None)
    if level is None or not _tells(actor, wanted):
        return None
    first, end = ground(tile, level)
    rows = Counted.objects.filter(_seen(actor), _wanted(wanted), level=level, cell__gte=first, cell__lt=end)
    squares = rows.annotate(square=F("cell").bitrightshift(2 * (level - fine))).values("square", "kind")
    found: dict[int, Cluster] = defaultdict(Cluster)
    summed = squares.annotate(total=Sum("n"), xs=Sum("x"), ys=Sum("y")).exclude(total=0)
    for square, kind, n, x, y in summed.values_list("square", "kind", "total", "xs", "ys"):
        one = found[square]
        one.kind = kind if one.kind in ("", kind) else "mixed"
        one.n, one.x, one.y = one.n + n, one.x + int(x), one.y + int(y)
    return list(found.values())


def placed(actor: Actor, wanted: Wanted) -> int | None:
    """How many subjects with a place this filter leaves; none when the counts cannot tell."""
    if not _tells(actor, wanted):
        return None
    rows = Counted.objects.filter(_seen(actor), _wanted(wanted), level=LEVELS[0])
    return int(rows.aggregate(n=Sum("n", default=0))["n"])


def _tells(actor: Actor, wanted: Wanted) -> bool:
    asked_more = wanted.q or wanted.industry or wanted.within or wanted.silent_since is not None
    return not asked_more and wanted.placed is not False and works_here(actor)


def _seen(actor: Actor) -> Q:
    """As `subjects.queries.seen` says it of a subject."""
    return Q() if actor.sees_sensitive else Q(sensitive=False) | Q(unit__in=near(actor))


def _wanted(wanted: Wanted) -> Q:
    """As `subjects.queries.narrowed` says it of a subject."""
    asked = Q()
    if wanted.kind:
        asked &= Q(kind=wanted.kind)
    if wanted.state and wanted.state != "all":
        asked &= Q(state=wanted.state)
    if wanted.flags:
        asked &= Q(flags__contains=list(wanted.flags))
    if wanted.unit and wanted.unit != tree().root.id:
        asked &= Q(unit__in=units_below(wanted.unit))
    return asked


def fresh() -> int:
    """Rows waiting to be folded."""
    return Counted.objects.filter(fresh=True).count()


def last_proof() -> Proof | None:
    """The newest comparison."""
    return Proof.objects.order_by("-at").first()


def last_fault() -> Proof | None:
    """The newest comparison in which something differed."""
    return Proof.objects.filter(sorts__gt=0).order_by("-at").first()
