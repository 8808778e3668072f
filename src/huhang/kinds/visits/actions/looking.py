"""Reading the name of somebody who was met: for a stated purpose, written down first (SAFEGUARDS 10)."""

import uuid
from datetime import datetime

from django.db import transaction

from huhang.base.access.queries import allows
from huhang.base.access.rules import Actor, Perm
from huhang.base.vault import actions as vault
from huhang.cases.models import Case
from huhang.kernel.errors import Denied, Missing
from huhang.kinds.visits.actions.opening import NAME
from huhang.kinds.visits.models import Met


@transaction.atomic
def reveal_met(*, case: Case, met: uuid.UUID, why: str, by: Actor, now: datetime) -> str:
    """The plain name of somebody met; the person sees the line where a phone says who it is.

    Raises:
        Denied: without the permission to look in this visit.
        Missing: nobody of this visit.
        Invalid: no purpose.
    """
    if not allows(by, Perm.REVEAL, case):
        raise Denied("您没有查看完整个人信息的权限。")
    found = Met.objects.filter(case=case, pk=met).first()
    if found is None:
        raise Missing
    return vault.reveal(bytes(found.name_sealed), NAME, person=found.person_id, why=why, by=by, now=now, case=case.pk)
