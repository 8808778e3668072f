"""Links that work once: by SMS through the worker in portions, or printed; their text is kept nowhere."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.rules import Actor
from huhang.base.journal import actions as journal
from huhang.base.keyring import slips
from huhang.base.messages import actions as messages
from huhang.kernel.errors import Conflict, Denied, Missing
from huhang.kinds.requests.surveying import catalogue, queries
from huhang.kinds.requests.surveying.actions.answering import USE
from huhang.kinds.requests.surveying.models import Invitation, Round
from huhang.register.subjects.models import Contact

PRINTED = 200
"""So many links are printed at a time."""


def base() -> str:
    """Where residents reach this installation; empty when nobody said it."""
    return settings.HUHANG_ADDRESS.rstrip("/")


@transaction.atomic
def invite(round_id: uuid.UUID, *, now: datetime) -> int:
    """Makes and sends the next portion of links; a crash sends none twice, because link and message are one write.

    A subject without a phone keeps its link unmade: whoever asks sees how many were not reached. Returns how many rows
    it went through; none when all are done or the survey is over.
    """
    with acting(SYSTEM):
        row = Round.objects.get(pk=round_id)
        if queries.is_over(row, now) or not base():
            return 0
        rows = Invitation.objects.select_for_update(of=("self",), skip_locked=True)
        portion = list(rows.filter(round=row, digest=None).order_by("id")[: catalogue.policy().portion])
        people = phones([one.subject_id for one in portion])
        for one in portion:
            text, one.digest = slips.fresh(USE)
            person = people.get(one.subject_id)
            one.reached = person is not None
            one.save(update_fields=["digest", "reached"])
            if person is not None:
                messages.tell_person(
                    person,
                    template="survey.ask",
                    params={"link": messages.HIDDEN},
                    hidden=f"{base()}/a/{text}/",
                    by=SYSTEM,
                    now=now,
                )
    return len(portion)


def phones(subjects: list[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
    """Subject → the person to write to: the main contact with a phone, else the one who has spoken for it longest."""
    rows = Contact.objects.filter(subject_id__in=subjects, ended_at__isnull=True).exclude(phone_masked="")
    found: dict[uuid.UUID, uuid.UUID] = {}
    for subject, person in rows.order_by("-main", "since", "id").values_list("subject_id", "person_id"):
        found.setdefault(subject, person)
    return found


@dataclass(frozen=True)
class Printed:
    """A link on paper: for whom, and its address."""

    subject: str
    address: str


@transaction.atomic
def print_links(*, round_id: uuid.UUID, by: Actor, now: datetime) -> list[Printed]:
    """Makes links to be printed for those invited on paper, and for those an SMS did not reach. Earlier ones that were
    printed and not used stop working, because their text is kept nowhere.

    Raises:
        Missing: no such survey for this actor. Denied: not of a unit they ask for.
        Conflict: it is open to all, over, or no public address is set.
    """
    row = queries.round_of(by, round_id)
    if not queries.may_hold(by, row):
        raise Denied("您没有打印这次调查的链接的权限。")
    if row.audience == Round.Audience.OPEN:
        raise Conflict("这次调查向所有人开放，请用二维码。")
    if queries.is_over(row, now):
        raise Conflict("这次调查已经结束。")
    if not base():
        raise Conflict("还没有设置网上大厅地址，做不了链接。", hint="请系统管理员设置 HUHANG_ADDRESS。")
    with acting(SYSTEM):
        rows = Invitation.objects.select_for_update(of=("self",)).filter(round=row, spent=False, reached=False)
        found = list(rows.select_related("subject").order_by("digest", "subject__name")[:PRINTED])
        if not found:
            raise Missing("没有要打印的：都已用短信送达或已作答。")
        made = []
        for one in found:
            text, one.digest = slips.fresh(USE)
            one.save(update_fields=["digest"])
            made.append(Printed(one.subject.name, f"{base()}/a/{text}/"))
    journal.write("survey.print", by=by, now=now, about=row.title, data={"survey": str(row.pk), "count": len(made)})
    return made
