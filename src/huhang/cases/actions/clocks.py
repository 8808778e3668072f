"""Starting, pausing, extending and stopping clocks; each computes the due instant anew from the events that count."""

from collections.abc import Callable, Sequence
from datetime import datetime

from django.db import transaction

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.rules import Actor
from huhang.base.catalog import queries as catalog
from huhang.base.journal import actions as journal
from huhang.base.statements import rows
from huhang.cases.models import Case, Clock, ClockExtension, ClockPause
from huhang.cases.queries import running, testimony
from huhang.cases.rules import Promise
from huhang.kernel.errors import Conflict
from huhang.kernel.numbering import uuid7
from huhang.kernel.worktime import Extension, Pause, Unit


def _settle(case: Case, clock: Clock, *, shown: bool = True) -> None:
    """Computes the clock's due instant and, when ``shown``, shows it on the case row; the caller saves the case."""
    told = testimony(clock)
    clock.due_at, clock.provisional, clock.calendar_version = told.due_at, told.provisional, told.calendar_version
    rows.change(clock, "due_at", "provisional", "calendar_version")
    if not shown:
        return
    case.due_at, case.due_provisional, case.due_from = told.due_at, told.provisional, clock.started_at
    case.waiting = told.due_at is None
    _settle_inners(case, clock)


def _settle_inners(case: Case, clock: Clock) -> None:
    """What runs inside a clock follows it; a case nobody helps with asks nothing of the database."""
    if "support" in case.beside:
        for inner in Clock.objects.filter(within=clock, stopped_at=None):
            _settle_inner(inner, clock)


def _settle_inner(inner: Clock, outer: Clock) -> None:
    """A supporting unit's clock: by its own rule, but never later than the lead's (C2)."""
    told = testimony(inner)
    inner.due_at, inner.provisional, inner.calendar_version = told.due_at, told.provisional, told.calendar_version
    if inner.due_at is not None and outer.due_at is not None and outer.due_at < inner.due_at:
        inner.due_at, inner.provisional = outer.due_at, outer.provisional
    inner.save(update_fields=["due_at", "provisional", "calendar_version"])


def start_within(case: Case, name: str, promise: Promise, *, outer: str, at: datetime) -> Clock:
    """A new clock inside another of the case: its date is never later, and it stands still while that one does.

    Raises:
        Conflict: the other clock does not run, or ran out.
    """
    around = running(case, outer)
    if around is None or (around.due_at is not None and at >= around.due_at):
        raise Conflict("主办时限没有在计或已经超期，不能再约定新的协办期限。")
    clock = start(case, name, promise, at=at, shown=False)
    clock.within = around
    clock.save(update_fields=["within"])
    if around.due_at is None:
        waited = ClockPause.objects.filter(clock=around, ended_at=None).first()
        ClockPause.objects.create(clock=clock, started_at=at, reason=waited.reason if waited else "")
    _settle_inner(clock, around)
    return clock


def start(
    case: Case,
    name: str,
    promise: Promise,
    *,
    at: datetime,
    shown: bool = True,
    pauses: Sequence[Pause] = (),
    extensions: Sequence[Extension] = (),
) -> Clock:
    """A new clock from an instant; when ``shown`` its due instant is the case's. ``case`` changes in memory only.

    ``pauses`` and ``extensions`` are counted in; the caller writes their rows.
    """
    clock = Clock(
        case=case,
        name=name,
        rule=promise.rule,
        unit_of_time=promise.unit_of_time,
        amount=promise.amount,
        started_at=at,
        calendar_version="",
    )
    told = testimony(clock, pauses=pauses, extensions=extensions)
    clock.due_at, clock.provisional, clock.calendar_version = told.due_at, told.provisional, told.calendar_version
    rows.add(clock)
    if shown:
        case.due_at, case.due_provisional, case.due_from = clock.due_at, clock.provisional, at
        case.waiting = clock.due_at is None
    return clock


def stop(case: Case, name: str, *, at: datetime, shown: bool = True) -> None:
    """Ends the running clock of a name, if there is one; an open pause ends with it."""
    clock = running(case, name)
    if clock is not None:
        _end(case, clock, at=at, shown=shown)


def _end(case: Case, clock: Clock, *, at: datetime, shown: bool = True, paused: bool = True) -> None:
    if paused:
        ClockPause.objects.filter(clock=clock, ended_at__isnull=True).update(ended_at=at)
    if clock.due_at is None and shown:
        _settle(case, clock)
    clock.stopped_at = at
    rows.change(clock, "stopped_at")
    if shown:
        case.due_at, case.due_from, case.due_provisional, case.waiting = None, None, False, False


def promise_anew(case: Case, name: str, promise: Promise, *, at: datetime) -> None:
    """Another rule for a running clock: it goes on from where it began, with its pauses and granted extensions."""
    old = running(case, name)
    if old is None:
        start(case, name, promise, at=at)
        return
    pauses = rows.some(ClockPause, clock_id=old.pk, order="started_at")
    granted = rows.some(ClockExtension, clock_id=old.pk, granted=True, order="decided_at")
    waits = [Pause(p.started_at, p.ended_at, p.reason) for p in pauses]
    more = [Extension(e.amount, e.decided_at or e.asked_at, e.reason) for e in granted]
    _end(case, old, at=at, paused=any(p.ended_at is None for p in pauses))
    new = start(case, name, promise, at=old.started_at, pauses=waits, extensions=more)
    for pause_ in pauses:
        pause_.pk, pause_.clock = uuid7(), new
        rows.add(pause_)
    for extension in granted:
        extension.pk, extension.clock = uuid7(), new
        rows.add(extension)
    if "support" in case.beside:
        Clock.objects.filter(within=old, stopped_at=None).update(within=new)
        _settle_inners(case, new)


def pause(case: Case, name: str, *, reason: str, at: datetime) -> None:
    """Stops counting from an instant on.

    Raises:
        Conflict: the clock does not run, is paused already, or ran out: waiting does not mend what is late.
    """
    clock = running(case, name)
    if clock is None or clock.due_at is None:
        raise Conflict("时限现在没有在计，不能暂停。")
    if at >= clock.due_at:
        raise Conflict("已经超期，不能再暂停计时；请尽快答复，需要补充的内容可以写在答复或电话里问清。")
    ClockPause.objects.create(clock=clock, started_at=at, reason=reason)
    if "support" in case.beside:  # whoever helps waits too; what is late already is not mended by waiting
        for inner in Clock.objects.filter(within=clock, stopped_at=None, due_at__gt=at):
            ClockPause.objects.create(clock=inner, started_at=at, reason=reason)
    _settle(case, clock)


def resume(case: Case, name: str, *, at: datetime, supplied: bool) -> None:
    """Counts again from an instant on.

    A pause touches whole working days. One that an officer takes back on the day it began, with nothing supplied by
    the person, is therefore void: it must not be a way to more time.

    Raises:
        Conflict: the clock is not paused.
    """
    clock = running(case, name)
    waited = ClockPause.objects.filter(clock=clock, ended_at__isnull=True).first() if clock else None
    if clock is None or waited is None:
        raise Conflict("时限没有暂停，不用恢复。")
    slots = catalog.schedule()
    same_day = slots.date_of(waited.started_at) == slots.date_of(at)
    waited.ended_at = waited.started_at if same_day and not supplied else at
    waited.save(update_fields=["ended_at"])
    if "support" in case.beside:
        for inner in ClockPause.objects.filter(clock__within=clock, ended_at=None):
            inner.ended_at = max(inner.started_at, waited.ended_at)
            inner.save(update_fields=["ended_at"])
    _settle(case, clock)


def ask_extension(
    case: Case, name: str, *, amount: int, reason: str, by: Actor, at: datetime, most: int | None = None
) -> ClockExtension:
    """Asks for more time: before the due instant, once, and no more than the original period (STANDARDS §4.3).

    ``most`` is what another rule allows instead of the original period.

    Raises:
        Conflict: no running clock, past due, asked before, or more than the original period.
    """
    clock = running(case, name)
    if clock is None or clock.due_at is None:
        raise Conflict("时限现在没有在计，不用延期。")
    if not Unit(clock.unit_of_time).in_days:
        raise Conflict("按小时计的时限不能延期，请尽快办理。")
    if at >= clock.due_at:
        raise Conflict("已经到期，不能再申请延期；请尽快答复，并向督办说明原因。")
    if clock.extensions.filter(granted__isnull=True).exists():
        raise Conflict("已有一份延期申请在等审批。")
    if clock.extensions.filter(granted=True).exists():
        raise Conflict("这件事已经延期过一次，不能再延。")
    most = clock.amount if most is None else most
    if amount > most:
        raise Conflict("延期不能超过原来的期限（%(most)d）。", field="amount", params={"most": most})
    return ClockExtension.objects.create(clock=clock, amount=amount, reason=reason, asked_at=at, asked_by_id=by.user)


def decide_extension(
    case: Case, name: str, *, granted: bool, decision: str, by: Actor, at: datetime, shown: bool = True
) -> ClockExtension:
    """Grants or refuses the pending request; never by the one who asked. ``shown`` as in `start`.

    Raises:
        Conflict: nothing is pending, or the decider asked for it.
    """
    clock = running(case, name)
    asked = ClockExtension.objects.filter(clock=clock, decided_at__isnull=True).first() if clock else None
    if clock is None or asked is None:
        raise Conflict("没有等待审批的延期申请。")
    if asked.asked_by_id == by.user:
        raise Conflict("延期由别人审批，不能自己批自己。")
    if granted and clock.due_at is not None and at >= clock.due_at:
        raise Conflict("已经到期，到期后不能再同意延期，只能不同意。")
    asked.decided_at, asked.decided_by_id, asked.granted, asked.decision = at, by.user, granted, decision
    asked.save(update_fields=["decided_at", "decided_by", "granted", "decision"])
    if granted:
        _settle(case, clock, shown=shown)
    return asked


def tell_run_out(
    names: Sequence[str], *, kind: str = "", now: datetime, most: int, tell: Callable[[Case, Clock], None]
) -> int:
    """Tells once, for every running clock of these names that ran out, whoever answers for it. Returns how many.

    A ``kind`` is named where clocks of other kinds may bear the same names.

    What is to be told stands in the database, so a duty that did not run for a day loses none, and one that runs twice
    tells nobody twice: the case row is locked and the clock looked at again in the transaction that tells.
    """
    with acting(SYSTEM):
        rows = Clock.objects.filter(name__in=names, due_at__lte=now, stopped_at=None, told_at=None)
        rows = rows.filter(case__kind=kind) if kind else rows
        due = list(rows.order_by("due_at", "id").values_list("pk", "case_id")[:most])
    told = 0
    for pk, case_id in due:
        with acting(SYSTEM), transaction.atomic():
            case = Case.objects.select_for_update(of=("self",)).defer("search", "folded").get(pk=case_id)
            clock = Clock.objects.filter(pk=pk, due_at__lte=now, stopped_at=None, told_at=None).first()
            if clock is None:
                continue
            tell(case, clock)
            clock.told_at = now
            clock.save(update_fields=["told_at"])
            data = {"clock": clock.name, "due": clock.due_at}
            journal.write("clock.run_out", by=SYSTEM, now=now, case=case.pk, data=data)
            told += 1
    return told


def recount(*, by: Actor, now: datetime) -> int:
    """Computes every running provisional clock anew, after a new holiday notice. Returns how many moved.

    Whoever keeps the catalogue sees no cases, so this runs as the system; the journal names who brought the notice in.
    """
    with acting(SYSTEM):
        return _recount(by, now)


def _recount(by: Actor, now: datetime) -> int:
    moved = 0
    rows = Clock.objects.filter(provisional=True, stopped_at__isnull=True).order_by("id").values_list("pk", flat=True)
    for pk in list(rows):
        case = Case.objects.select_for_update().get(clocks=pk)
        clock = Clock.objects.get(pk=pk)
        before = clock.due_at
        if clock.stopped_at is not None:
            continue
        shown = case.due_at == before and clock.within is None
        if clock.within is not None:
            _settle_inner(clock, clock.within)
        else:
            _settle(case, clock)
        if shown:
            case.save(update_fields=["due_at", "due_provisional", "due_from", "waiting"])
        if clock.due_at != before:
            moved += 1
            journal.write(
                "clock.recount",
                by=by,
                now=now,
                case=case.pk,
                data={"clock": clock.name, "from": before, "to": clock.due_at},
            )
    return moved
