"""Writing proposals down, beside the case and never in its way; and what the desk chose (C2)."""

import logging
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import DatabaseError, transaction

from huhang.base.access.context import SYSTEM
from huhang.base.jobs import actions as jobs
from huhang.base.journal import actions as journal
from huhang.cases.actions.moving import note_beside
from huhang.cases.models import Case
from huhang.cases.rules import Doing
from huhang.kernel.errors import Sentence
from huhang.kinds.requests.routing.actions.faults import report
from huhang.kinds.requests.routing.models import Choice, Mark, Proposal, Source, What
from huhang.kinds.requests.routing.queries import BESIDE, proposals_of
from huhang.kinds.requests.routing.rules import Fault as Failed
from huhang.kinds.requests.routing.suggesting import WAITING, Suggestion, suggest

log = logging.getLogger(__name__)

AT_ONCE = 200
"""So many requests are looked at in one round; the rest wait for the next."""
OVERLAP = timedelta(minutes=15)
"""Row keys are made before their transaction commits: so far back the worker looks again for those that came late."""
ITSELF = "routing"
"""Stands for a rule's code where not a rule but the working out failed."""
_MARK, _BEGINNING = "proposals", datetime(1970, 1, 2, tzinfo=UTC)


@transaction.atomic
def propose(case_id: uuid.UUID, *, now: datetime) -> list[Proposal]:
    """Writes down what is proposed for a request that waits for a category or a unit; nothing when it does no more."""
    rows = Case.objects.select_for_update(of=("self",)).select_related("subject").defer("search", "folded")
    case = rows.filter(pk=case_id, kind="request", state__in=WAITING).first()
    if case is None:
        return []
    told = suggest(case, now)
    report(told.faults, now=now)
    failed = [
        {"rule": f"{f.code}@{f.version}", "message": f.says.message, "params": f.says.params} for f in told.faults
    ]
    made = [_row(case, row, failed, now) for row in told.rows]
    Proposal.objects.bulk_create(made)
    note_beside(case, BESIDE)
    case.save(update_fields=["beside"])  # no step and no version: the officer's open form stays good
    journal.write("routing.propose", by=SYSTEM, now=now, case=case.pk, data={row.what: _tag(row) for row in made})
    return made


def _row(case: Case, row: Suggestion, failed: list[dict[str, Any]], now: datetime) -> Proposal:
    return Proposal(
        case=case,
        what=row.what,
        at=now,
        source=row.source,
        rule=row.rule.code if row.rule else "",
        rule_version=row.rule.version if row.rule else 0,
        model=row.model,
        value=row.value,
        confidence=row.confidence,
        next_value=row.next_value,
        next_source=row.next_source,
        next_by=row.next_by,
        next_confidence=row.next_confidence,
        faults=failed,
    )


def _tag(row: Proposal) -> dict[str, str]:
    by = f"{row.rule}@{row.rule_version}" if row.source == Source.RULE else row.model.tag if row.model else ""
    return {"value": row.value, "by": by}


def look(now: datetime) -> int:
    """Proposes for every request that came in since the last round; returns how many.

    Filing does nothing for it: row keys rise with time, so what is new is found by key. An outage only delays it.
    """
    mark, _new = Mark.objects.get_or_create(name=_MARK, defaults={"at": _BEGINNING})
    waiting = (
        Case.objects.filter(kind="request", state__in=WAITING, is_open=True, pk__gte=_first_key(mark.at - OVERLAP))
        .exclude(beside__contains=[BESIDE])
        .order_by("pk")
        .values_list("pk", flat=True)[: AT_ONCE + 1]
    )
    found = list(waiting)
    for pk in found[:AT_ONCE]:
        _propose_or_say(pk, now)
    reached = _moment(found[AT_ONCE]) if len(found) > AT_ONCE else now
    Mark.objects.filter(pk=mark.pk).update(at=reached)
    return min(len(found), AT_ONCE)


def _propose_or_say(pk: uuid.UUID, now: datetime) -> None:
    """One request that cannot be looked at must not hold up the others: it gets no proposal, and somebody is told."""
    try:
        propose(pk, now=now)
    except DatabaseError:
        raise
    except Exception as problem:
        log.exception("no proposal for %s", pk)
        said = Sentence("执行时出错：%(error)s", {"error": type(problem).__name__})
        with transaction.atomic():
            report([Failed(ITSELF, 0, said)], now=now)
            case = Case.objects.select_for_update(of=("self",)).defer("search", "folded").get(pk=pk)
            failed = [{"rule": f"{ITSELF}@0", "message": said.message, "params": dict(said.params)}]
            Proposal.objects.bulk_create([_row(case, Suggestion(what), failed, now) for what in What])
            note_beside(case, BESIDE)
            case.save(update_fields=["beside"])


def _first_key(at: datetime) -> uuid.UUID:
    """The lowest row key of a moment (RFC 9562 §5.7: the first 48 bits are milliseconds)."""
    return uuid.UUID(int=max(0, int(at.timestamp() * 1000)) << 80)


def _moment(key: uuid.UUID) -> datetime:
    return datetime.fromtimestamp((key.int >> 80) / 1000, UTC)


def note_choice(doing: Doing, what: What, chosen: str) -> None:
    """Keeps what the desk chose beside what was proposed; called by the effects of classify, dispatch and reassign.

    A category that was not the proposed one makes the proposed unit doubtful: it is proposed anew, after the commit.
    """
    case = doing.case
    if BESIDE not in case.beside:
        return
    shown = proposals_of(case).get(what)
    if shown is not None and shown.source != Source.NONE:
        Choice.objects.create(
            case=case,
            proposal=shown,
            what=what,
            source=shown.source,
            rule=shown.rule,
            rule_version=shown.rule_version,
            model_id=shown.model_id,
            proposed=shown.value,
            chosen=chosen,
            agreed=shown.value == chosen,
            at=doing.now,
            by_id=doing.by.user,
        )
    if what == What.CATEGORY and (shown is None or shown.value != chosen):
        jobs.enqueue("routing.propose", now=doing.now, case=str(case.pk))
