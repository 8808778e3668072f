"""What is due, what is running, and one page of any list of cases."""

from collections.abc import Iterable

from huhang.base.catalog import queries as catalog
from huhang.cases.models import Case, Clock
from huhang.kernel.worktime import Deadline, Extension, Pause, Unit, due


def running(case: Case, name: str) -> Clock | None:
    """The clock of a name that has not been stopped."""
    return Clock.objects.filter(case=case, name=name, stopped_at__isnull=True).first()


def testimony(
    clock: Clock, *, pauses: Iterable[Pause] | None = None, extensions: Iterable[Extension] | None = None
) -> Deadline:
    """The clock's due instant with its day-by-day explanation, computed from the events that count (C3)."""
    if pauses is None:
        pauses = [Pause(p.started_at, p.ended_at, p.reason) for p in clock.pauses.order_by("started_at")]
    if extensions is None:
        granted = clock.extensions.filter(granted=True).order_by("decided_at")
        extensions = [Extension(e.amount, e.decided_at or e.asked_at, e.reason) for e in granted]
    return due(
        start=clock.started_at,
        amount=clock.amount,
        unit=Unit(clock.unit_of_time),
        calendar=catalog.calendar(),
        schedule=catalog.schedule(),
        pauses=tuple(pauses),
        extensions=tuple(extensions),
    )
