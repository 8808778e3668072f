"""Answering: by the address of an open survey, or by a link that works once and is not remembered with its answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from huhang.base.access.context import STRANGER, SYSTEM, acting
from huhang.base.journal import actions as journal
from huhang.base.keyring import slips
from huhang.base.people.limits import admit_some
from huhang.kinds.requests.surveying import catalogue, queries, rules
from huhang.kinds.requests.surveying.models import Answer, Invitation, Round

USE, TRIES = "survey.link", "survey.answer"
OPEN, PLANNED, OVER, SPENT, UNKNOWN = "open", "planned", "over", "spent", "unknown"


@dataclass(frozen=True)
class Look:
    """How a survey stands for whoever opened it."""

    state: str
    round: Round | None = None


def look(*, entry: str = "", link: str = "", now: datetime) -> Look:
    """Where an address or a link leads. Reads only; whoever holds it is nobody we know, so it is read as the system."""
    with acting(SYSTEM):
        found = _invitation(link) if link else None
        row = found.round if found else _open_round(entry)
    if row is None:
        return Look(UNKNOWN)
    return Look(SPENT if found is not None and found.spent else queries.state(row, now), row)


def _open_round(entry: str) -> Round | None:
    if not entry or len(entry) > 16:
        return None
    return Round.objects.filter(entry=entry, audience=Round.Audience.OPEN).first()


def _invitation(link: str) -> Invitation | None:
    held = slips.digests(link, USE)
    return Invitation.objects.select_related("round").filter(_held(held)).first() if held else None


def _held(digests: Sequence[bytes]) -> Q:
    """The link of the invitation or that of the reminder; either uses up both."""
    return Q(digest__in=digests) | Q(again__in=digests)


@transaction.atomic
def answer(values: Mapping[str, Any], *, entry: str = "", link: str = "", source: str = "", now: datetime) -> Look:
    """Takes an answer. A link is spent in the same transaction, and nothing that is written names the other (ADR 38).

    Answers to one survey come one after the other, so two who hold one link do not both answer.

    Args:
        source: where it comes from, for the limit of an open survey; kept as a blind index for ten minutes.

    Raises:
        Invalid: what does not fit a question. TooMany: too many from one place.
    """
    with acting(SYSTEM):
        seen = look(entry=entry, link=link, now=now)
        if seen.round is None:
            return seen
        row = Round.objects.select_for_update(of=("self",), no_key=True).get(pk=seen.round.pk)
        again = look(entry=entry, link=link, now=now)  # whoever came first has spent it by now
        if again.state != OPEN:
            return again
        body = catalogue.sheet(row.questionnaire, row.version)
        said = rules.checked(body["questions"], values)
        if link:
            Invitation.objects.filter(_held(slips.digests(link, USE))).update(spent=True)
        elif source:
            admit_some(TRIES, f"{row.pk}\x00{source}", most=catalogue.policy().per_place, now=now)
        Answer.objects.create(round=row, values=said)
        # that somebody answered, not who and not what
        journal.write(TRIES, by=STRANGER, now=now, data={"survey": str(row.pk)})
    return Look(OPEN, row)
