"""What was excused and what was written down of a duty, in the life of a subject (A1, B2)."""

import uuid
from collections.abc import Iterator, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huhang.base.access.rules import Actor
from huhang.register.rounds import catalogue
from huhang.register.rounds.models import Excuse, Record
from huhang.register.subjects import life

SORT = "round"


def sorts() -> list[tuple[str, Any]]:
    """One sort."""
    return [(SORT, gettext_lazy("定期职责"))]


def read(
    actor: Actor, subjects: Sequence[uuid.UUID], *, before: life.Mark | None, most: int, only: str
) -> Iterator[life.Happening]:
    """Records by hand and excuses; only officers are shown them."""
    if actor.kind not in ("officer", "system"):
        return
    records = Record.objects.filter(subject_id__in=subjects, voided_at__isnull=True)
    excuses = Excuse.objects.filter(subject_id__in=subjects, ended_at__isnull=True)
    if before is not None:
        records, excuses = records.filter(held_at__lte=before[0]), excuses.filter(at__lte=before[0])
    for row in records.order_by("-held_at", "-id")[: most + 5]:
        made = life.Happening(
            row.held_at, f"o{row.pk.hex}", SORT, _named(row.rule, row.version), row.note, row.by_label
        )
        if before is None or made.mark < before:
            yield made
    for one in excuses.order_by("-at", "-id")[: most + 5]:
        title = _("免办：%(what)s") % {"what": _named(one.rule, one.version)}
        told = life.Happening(one.at, f"x{one.pk.hex}", SORT, title, one.reason, one.by_label)
        if before is None or told.mark < before:
            yield told


def _named(code: str, version: int) -> str:
    rule = catalogue.rule(code, version)
    return catalogue.name_of(rule) if rule else code


def register() -> None:
    """Declares the part in the life."""
    life.declare(life.Source("rounds", sorts, read))
