"""Who came to answer for a subject, and who no longer does, in the life of the subject (A1, B1)."""

import re
import uuid
from collections.abc import Iterator, Sequence
from typing import Any

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from huhang.base.access.rules import Actor
from huhang.register.liaisons.catalogue import newest
from huhang.register.liaisons.models import Liaison
from huhang.register.subjects import belongings, life

SORT = "liaison"


def sorts() -> list[tuple[str, Any]]:
    """One sort."""
    return [(SORT, gettext_lazy("包保责任"))]


def read(
    actor: Actor, subjects: Sequence[uuid.UUID], *, before: life.Mark | None, most: int, only: str
) -> Iterator[life.Happening]:
    """Beginnings and ends of who answers for it."""
    rows = Liaison.objects.filter(subject_id__in=subjects).select_related("officer")
    for title, column, letter, why in (
        (_("由%(who)s负责"), "starts_at", "l", "why"),
        (_("%(who)s不再负责"), "ends_at", "m", "ended_why"),
    ):
        found = rows.filter(**{f"{column}__isnull": False})
        if before is not None:
            found = found.filter(**{f"{column}__lte": before[0]})
        for row in found.order_by(f"-{column}", "-id")[: most + 5]:
            said = title % {"who": row.officer.name}
            reason = getattr(row, why)
            text = " · ".join(part for part in (_line(row.line), reason if _is_words(reason) else "") if part)
            happening = life.Happening(getattr(row, column), f"{letter}{row.pk.hex}", SORT, said, text)
            if before is None or happening.mark < before:
                yield happening


def _is_words(reason: str) -> bool:
    """Whether a person wrote it; a plan keeps its reasons as codes, which its own page explains."""
    return not re.fullmatch(r"[a-z_,]*", reason)


def _line(code: str) -> str:
    line = newest().lines.get(code)
    english = (get_language() or "").startswith("en")
    return (line.name_en if english else line.name) if line else code


def register() -> None:
    """Declares the part in the life; of two subjects that are one the kept row keeps its own officer of a line."""
    life.declare(life.Source("liaisons", sorts, read))
    like = (
        "r.ends_at IS NULL AND EXISTS (SELECT 1 FROM liaisons_liaison o WHERE o.subject_id = %(to)s"
        " AND o.line = r.line AND o.ends_at IS NULL)"
    )
    belongings.declare("liaisons_liaison", unless=like)
