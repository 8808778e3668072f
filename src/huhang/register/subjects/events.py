"""What the register itself tells of a subject's life: entered, given to another unit, closed, merged, contacts."""

import uuid
from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huhang.base.access.rules import Actor
from huhang.register.subjects import belongings, catalogue, life
from huhang.register.subjects.models import Change, Contact, Correction, Subject
from huhang.register.units.queries import tree

REGISTER, CONTACT = "register", "contact"
TELLING = ("unit_id", "state", "name", "merged_into_id")
"""Changes of these fields are part of the life; all others stand in the history."""


def sorts() -> list[tuple[str, Any]]:
    """Two sorts."""
    return [(REGISTER, gettext_lazy("登记")), (CONTACT, gettext_lazy("联系人"))]


def read(
    actor: Actor, subjects: Sequence[uuid.UUID], *, before: life.Mark | None, most: int, only: str
) -> Iterator[life.Happening]:
    """The register's own rows, as far as the wall of the subject lets them through."""
    if only in ("", REGISTER):
        yield from _changes(subjects, before, most)
        yield from _corrections(subjects, before, most)
    if only in ("", CONTACT):
        yield from _contacts(subjects, before, most)


def _changes(subjects: Sequence[uuid.UUID], before: life.Mark | None, most: int) -> Iterator[life.Happening]:
    telling = Q(version=1) | Q(fields__has_any_keys=list(TELLING))
    rows = Change.objects.filter(telling, subject_id__in=subjects)
    if before is not None:
        rows = rows.filter(at__lte=before[0])
    for row in rows.order_by("-at", "-id")[: most + 5]:
        happening = life.Happening(
            at=row.at,
            key=f"r{row.pk:012d}",
            sort=REGISTER,
            title=_title(row),
            text=_text(row),
            who=" ".join(part for part in (tree().label(row.unit), row.by_label) if part),
        )
        if before is None or happening.mark < before:
            yield happening


def _title(row: Change) -> str:
    if "state" in row.fields and row.fields["state"][0] is not None:
        state = row.fields["state"][1]
        return str(dict(Subject.State.choices).get(state, state)) if state != Subject.State.ACTIVE else _("恢复在册")
    if row.version == 1 and all(before is None for before, _after in row.fields.values()):
        return _("登记入库")
    if "unit_id" in row.fields:
        return _("变更责任单位")
    return _("变更名称")


def _text(row: Change) -> str:
    if "state_why" in row.fields and "state" in row.fields:
        return str(row.fields["state_why"][1] or "")
    if "unit_id" in row.fields:
        units = [tree().label(uuid.UUID(one)) if one else "" for one in row.fields["unit_id"]]
        return " → ".join(one for one in units if one)
    names = row.fields.get("name", [None, None])
    return f"{names[0]} → {names[1]}" if names[0] else ""


def _contacts(subjects: Sequence[uuid.UUID], before: life.Mark | None, most: int) -> Iterator[life.Happening]:
    rows = Contact.objects.filter(subject_id__in=subjects)
    asked = (
        (_("新增联系人"), "since", "c", "added_label"),
        (_("停用联系人"), "ended_at", "e", "ended_label"),
    )
    for title, column, letter, who in asked:
        found = rows.filter(**{f"{column}__isnull": False})
        if before is not None:
            found = found.filter(**{f"{column}__lte": before[0]})
        for row in found.order_by(f"-{column}", "-id")[: most + 5]:
            text = f"{catalogue.role_label(row.role)} {row.name_masked}"
            happening = life.Happening(
                getattr(row, column), f"{letter}{row.pk.hex}", CONTACT, title, text, getattr(row, who)
            )
            if before is None or happening.mark < before:
                yield happening


def _corrections(subjects: Sequence[uuid.UUID], before: life.Mark | None, most: int) -> Iterator[life.Happening]:
    rows = Correction.objects.filter(subject_id__in=subjects)
    if before is not None:
        rows = rows.filter(at__lte=before[0])
    for row in rows.order_by("-at", "-id")[: most + 5]:
        state = Correction.State(row.state)
        happening = life.Happening(
            row.at,
            f"k{row.pk.hex}",
            REGISTER,
            _("联系人申请更正"),
            str(state.label),
            row.by_label,
            link=("correction", str(row.pk)),
            open=state == Correction.State.OPEN,
        )
        if before is None or happening.mark < before:
            yield happening


def register() -> None:
    """Declares the register's part in the life, and what of it goes along in a merge."""
    life.declare(life.Source("register", sorts, read))
    like = (
        "EXISTS (SELECT 1 FROM subjects_contact o WHERE o.subject_id = %(to)s AND o.ended_at IS NULL"
        " AND r.ended_at IS NULL AND ((o.person_id = r.person_id AND o.role = r.role) OR (o.main AND r.main)))"
    )
    belongings.declare("subjects_contact", unless=like)
    belongings.declare("subjects_correction")
    belongings.declare("subjects_subject", "within_id")
    belongings.declare("subjects_person", unless="r.subject_id IS NULL")
