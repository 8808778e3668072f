"""What something costs in processor time, whoever else uses the machine: this process and its database sessions."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

Work = Callable[[], Any]


@dataclass(frozen=True)
class Cost:
    """Milliseconds of processor time a call, and statements a call."""

    process: float
    database: float
    statements: float

    @property
    def total(self) -> float:
        """Both together."""
        return self.process + self.database


QUIET = 4.0
"""The yardstick on the same machine when nobody else is busy; totals are brought to it in the column 折合."""
WARM = 12
"""Calls before counting: each session of the pool prepares a statement when it comes the third time (ADR 26)."""


class Meter:
    """Reads how long the sessions of one server have been on a processor, to the nanosecond where Linux tells it."""

    def __init__(self, admin: psycopg.Connection[Any]) -> None:
        self._admin = admin

    def database(self) -> dict[int, float]:
        """Seconds each session has used; the one asking is left out."""
        rows = self._admin.execute(
            "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        ).fetchall()
        return {pid: _seconds(pid) for (pid,) in rows}

    def measure(self, work: Work, *, repeats: int, counted: Callable[[], int] = lambda: 0) -> Cost:
        """The mean cost of ``repeats`` calls, after some that warm caches and plans and are not counted."""
        for _ in range(min(WARM, repeats)):
            work()
        before, statements, began = self.database(), counted(), time.process_time()
        for _ in range(repeats):
            work()
        spent, after = time.process_time() - began, self.database()
        used = sum(seconds - before.get(pid, 0.0) for pid, seconds in after.items())
        return Cost(spent / repeats * 1000, used / repeats * 1000, (counted() - statements) / repeats)


def yardstick() -> float:
    """Milliseconds of processor time of one fixed piece of work, the median of five.

    Shared caches and shared cores make the same work dearer when others are busy; two tables can be compared by this.
    """
    taken = []
    for _ in range(5):
        began = time.process_time()
        text = ",".join(str(number * number) for number in range(20_000))
        sorted(text.split(","))
        taken.append((time.process_time() - began) * 1000)
    return sorted(taken)[2]


def _seconds(pid: int) -> float:
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9
    except (OSError, ValueError, IndexError):
        import psutil

        times = psutil.Process(pid).cpu_times()
        return float(times.user + times.system)
