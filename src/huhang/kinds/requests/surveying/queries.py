"""Reading surveys: who may see which, how one stands, and how far it has come."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, Q, QuerySet

from huhang.base.access.rules import Actor, Perm
from huhang.kernel.errors import Missing
from huhang.kinds.requests.surveying import catalogue
from huhang.kinds.requests.surveying.models import Answer, Invitation, Round
from huhang.register.subjects.queries import reaches

PLANNED, OPEN, OVER = "planned", "open", "over"


def visible(actor: Actor) -> QuerySet[Round]:
    """The surveys this actor may see; `walls.sees` says the same in the database."""
    if actor.everything:
        return Round.objects.all()
    return Round.objects.filter(Q(unit_id__in=actor.units) | Q(branch__in=actor.branches))


def round_of(actor: Actor, pk: uuid.UUID) -> Round:
    """One survey this actor may see.

    Raises:
        Missing: there is none, or it is not for this actor; the two look the same.
    """
    found = visible(actor).filter(pk=pk).first()
    if found is None:
        raise Missing
    return found


def may_hold(actor: Actor, row: Round) -> bool:
    """Whether this actor may end, print and arrange it: by a post that asks on the ground of its unit."""
    return reaches(actor, Perm.NOTIFY, row.unit_id)


def is_over(row: Round, now: datetime) -> bool:
    """Whether no answer is taken any more."""
    return row.closed_at is not None or now >= row.ends_at


def state(row: Round, now: datetime) -> str:
    """Whether it is planned, open or over."""
    if is_over(row, now):
        return OVER
    return OPEN if now >= row.starts_at else PLANNED


def remindable_from(row: Round) -> datetime:
    """From when on those who have not answered may be reminded."""
    return max(row.starts_at, row.created_at) + timedelta(hours=catalogue.policy().remind_after_hours)


def may_remind(row: Round, now: datetime) -> bool:
    """Whether a reminder can be asked for now, as far as the survey goes."""
    asked = row.audience == Round.Audience.SMS and row.reminded_at is None
    return asked and not is_over(row, now) and now >= remindable_from(row)


@dataclass(frozen=True)
class Progress:
    """How far it has come: invited, links made, phones reached, links used, reached and not
    answered, answers shown, answers still unmixed."""

    asked: int
    made: int
    reached: int
    spent: int
    unanswered: int
    shown: int
    waiting: int


def progress(row: Round) -> Progress:
    """The numbers over a survey's page."""
    links = Invitation.objects.filter(round=row).aggregate(
        unanswered=Count("id", filter=Q(reached=True, spent=False)),  # before the names it asks for are taken
        made=Count("id", filter=Q(digest__isnull=False)),
        reached=Count("id", filter=Q(reached=True)),
        spent=Count("id", filter=Q(spent=True)),
    )
    answers = Answer.objects.filter(round=row).aggregate(
        shown=Count("id", filter=Q(mixed=True)), waiting=Count("id", filter=Q(mixed=False))
    )
    return Progress(asked=row.asked, **links, **answers)


def address(row: Round) -> str:
    """Where an open survey is answered; empty where this installation does not say where residents reach it."""
    base = settings.HUHANG_ADDRESS.rstrip("/")
    return f"{base}/q/{row.entry}/" if base else ""
