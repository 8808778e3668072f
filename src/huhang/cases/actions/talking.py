"""Notes among colleagues, and files that belong to a case."""

import io
import uuid
from datetime import datetime
from typing import IO

from django.db import transaction

from huhang.base.access.queries import allows
from huhang.base.access.rules import Actor, Perm
from huhang.base.files import actions as files
from huhang.base.journal import actions as journal
from huhang.cases import cohandling
from huhang.cases.actions.moving import locked
from huhang.cases.models import Assignment, Attachment, Case, Comment
from huhang.cases.queries import supports
from huhang.kernel.errors import Denied, Invalid
from huhang.kernel.text import clean


@transaction.atomic
def comment(*, case_id: uuid.UUID, text: str, by: Actor, now: datetime) -> Comment:
    """Adds a note that colleagues see and the person does not.

    Raises:
        Missing, Denied, Invalid: as the checks find.
    """
    case = locked(case_id, by)
    if not allows(by, Perm.COMMENT, case) or by.user is None:
        raise Denied
    body = clean(text, max_length=4000)
    if not body:
        raise Invalid("请写下内容再提交。", field="text")
    made = Comment.objects.create(case=case, at=now, by_id=by.user, by_label=by.label, text=body)
    journal.write(f"{case.kind}.comment", by=by, now=now, case=case.pk)
    return made


@transaction.atomic
def attach(
    *, case_id: uuid.UUID, name: str, content: IO[bytes], public: bool, label: str = "", by: Actor, now: datetime
) -> Attachment:
    """Stores a file with the case; ``public`` ones the person sees too. What a person sends is always public to them.

    Args:
        label: what the file is, in words; its own name when nothing is said.

    Raises:
        Missing, Denied: as the checks find.
        Invalid: the file is refused (kind, size, damage), with what to do.
    """
    case = locked(case_id, by)
    owner = by.person is not None or by.case == case.pk
    if not owner and not allows(by, Perm.ATTACH, case):
        raise Denied
    stored = files.store(name=name, content=content, case=case.pk, person=case.requester_id, by=by, now=now)
    made = Attachment.objects.create(
        case=case,
        file=stored,
        label=clean(label, max_length=100) or stored.name,
        public=public or owner,
        at=now,
        by_label=by.label,
        support=_part(case, by),
    )
    journal.write(
        f"{case.kind}.attach", by=by, now=now, case=case.pk, data={"file": str(stored.pk), "size": stored.size}
    )
    return made


def attach_paper(case: Case, *, number: str, content: bytes, label: str, by: Actor, now: datetime) -> Attachment:
    """Seals a numbered official paper, a Word file, among the files of a case; it is not the person's to see.

    Raises:
        Missing, Denied, Invalid: as `attach` does.
    """
    return attach(
        case_id=case.pk,
        name=f"{number}.docx",
        content=io.BytesIO(content),
        public=False,
        label=f"{label} {number}",
        by=by,
        now=now,
    )


def _part(case: Case, by: Actor) -> Assignment | None:
    """What a supporting unit attaches while its task is open is that task's evidence (C2)."""
    if "support" not in case.beside or cohandling.leads(case, by):
        return None
    return next((p for p in supports(case) if p.ended_at is None and cohandling.supports(p, by)), None)
