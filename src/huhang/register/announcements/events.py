"""Notices in the life of a subject (A1, A3)."""

import uuid
from collections.abc import Iterator, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huhang.base.access.rules import Actor
from huhang.register.announcements.models import Copy, Notice
from huhang.register.announcements.queries import COUNTS
from huhang.register.subjects import belongings, life
from huhang.register.units.queries import tree

SORT = "notice"


def sorts() -> list[tuple[str, Any]]:
    """One sort."""
    return [(SORT, gettext_lazy("通知"))]


def read(
    actor: Actor, subjects: Sequence[uuid.UUID], *, before: life.Mark | None, most: int, only: str
) -> Iterator[life.Happening]:
    """Notices it was given, and whether it read them."""
    rows = Copy.objects.filter(subject__in=subjects, sent_at__isnull=False, way__in=COUNTS).select_related("notice")
    if before is not None:
        rows = rows.filter(sent_at__lte=before[0])
    for row in rows.order_by("-sent_at", "-id")[: most + 5]:
        assert row.sent_at is not None
        title = _("通知《%(title)s》") % {"title": row.notice.title}
        who, link = tree().label(row.notice.unit_id), (SORT, str(row.notice_id))
        happening = life.Happening(row.sent_at, f"n{row.pk.hex}", SORT, title, _state(row), who, link)
        if before is None or happening.mark < before:
            yield happening


def _state(row: Copy) -> str:
    if row.notice.state == Notice.State.WITHDRAWN:
        return _("已撤回")
    if row.read_at is not None:
        return _("已阅")
    return _("已打开，未点已阅") if row.opened_at is not None else _("未阅")


def register() -> None:
    """Declares the part in the life; of two subjects that are one the kept row keeps its own copy of a notice."""
    life.declare(life.Source("notices", sorts, read))
    like = "EXISTS (SELECT 1 FROM announcements_copy o WHERE o.subject_id = %(to)s AND o.notice_id = r.notice_id)"
    belongings.declare("announcements_copy", unless=like)
