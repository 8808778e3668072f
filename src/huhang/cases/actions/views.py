"""Views people keep."""

import uuid
from datetime import datetime

from django.db import transaction

from huhang.base.access.rules import Actor
from huhang.base.journal import actions as journal
from huhang.cases.models import SavedView
from huhang.kernel.errors import Denied, Invalid, Missing
from huhang.kernel.text import clean


@transaction.atomic
def keep_view(*, page: str, name: str, query: str, shared: bool, by: Actor, now: datetime) -> SavedView:
    """Keeps the filters of a list under a name, for oneself or for one's unit; the same name again replaces it.

    Raises:
        Denied: not an officer.
        Invalid: no name, or too long.
    """
    if by.user is None:
        raise Denied
    label = clean(name, max_length=40)
    if not label:
        raise Invalid("请给这个视图起个名字。", field="name")
    if len(query) > 500:
        raise Invalid("筛选条件太长，存不下。", field="name")
    view, _ = SavedView.objects.update_or_create(
        owner_id=by.user,
        page=page[:24],
        name=label,
        defaults={"query": query, "unit_id": by.unit if shared else None, "created_at": now},
    )
    journal.write("view.keep", by=by, now=now, data={"view": str(view.pk)})
    return view


@transaction.atomic
def forget_view(*, view_id: uuid.UUID, by: Actor, now: datetime) -> None:
    """Removes one's own view.

    Raises:
        Missing: no such view of this actor.
    """
    gone, _ = SavedView.objects.filter(pk=view_id, owner_id=by.user).delete()
    if not gone:
        raise Missing
    journal.write("view.forget", by=by, now=now, data={"view": str(view_id)})
