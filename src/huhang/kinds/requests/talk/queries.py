"""What was said in a request, who may write in it, and what is unread."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import Count

from huhang.base.access.queries import allows
from huhang.base.access.rules import Actor, Perm
from huhang.cases.actions.moving import is_their_own
from huhang.cases.models import Attachment, Case
from huhang.kinds.requests.talk.models import Saying
from huhang.kinds.requests.talk.rules import may_still_write

BESIDE = "talk"


def side_of(case: Case, actor: Actor) -> str:
    """For which side this actor would speak: ``person``, ``office``, or neither.

    The office is whoever handles for the owning unit, the officer in charge, and before signature whoever took it.
    """
    if actor.kind == "person":
        return Saying.Side.PERSON if is_their_own(case, actor) else ""
    if actor.user is None or case.kind != "request" or not allows(actor, Perm.COMMENT, case):  # a meeting has no person
        return ""
    theirs = actor.user in (case.officer_id, case.taken_by_id)
    return Saying.Side.OFFICE if theirs or allows(actor, Perm.HANDLE, case) else ""


def may_write(case: Case, actor: Actor, now: datetime) -> bool:
    """Whether a form to write is offered: exactly when `actions.say` would take it."""
    return bool(side_of(case, actor)) and may_still_write(case.closed_at, now)


def sayings(case: Case) -> list[Saying]:
    """Everything said, oldest first; a request without talk costs no statement."""
    return list(Saying.objects.filter(case=case).order_by("at", "id")) if BESIDE in case.beside else []


def files_of(case: Case, rows: Sequence[Saying]) -> dict[uuid.UUID, Attachment]:
    """The files that came with what was said, by id."""
    wanted = [pk for one in rows for pk in one.files]
    if not wanted:
        return {}
    return {one.pk: one for one in Attachment.objects.filter(case=case, pk__in=wanted).select_related("file")}


def unread_by_person(cases: Iterable[Case]) -> dict[uuid.UUID, int]:
    """How many of our sayings their person has not read, by case; one statement, none where nobody talked."""
    ids = [case.pk for case in cases if BESIDE in case.beside]
    if not ids:
        return {}
    rows = Saying.objects.filter(case__in=ids, side=Saying.Side.OFFICE, read_at__isnull=True)
    return dict(rows.values_list("case").annotate(n=Count("pk")))
