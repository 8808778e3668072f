"""Folding, proving and building the counts. What changes with a case is counted by the database itself (`walls`)."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import connection

from huhang.base.access.rules import Actor
from huhang.base.journal import actions as journal
from huhang.cases.counts.models import Proof
from huhang.cases.counts.walls import TRIGGERS

AT_ONCE, ROUNDS = 20_000, 50
"""Fresh rows folded by one statement, and statements of one duty: a day without any is folded by the first."""


def fold() -> int:
    """Folds fresh rows into one row a sort of case; returns how many. Safe to repeat, changes no sum."""
    taken = 0
    for _round in range(ROUNDS):
        got = int(_value("SELECT cases_counted_fold(%s)", [AT_ONCE]))
        taken += got
        if got < AT_ONCE:
            break
    return taken


def prove(*, by: Actor, now: datetime) -> Proof:
    """Compares the counts with the cases; where they differ, counts anew and writes it down."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT sorts, cases FROM cases_counted_differ()")
        sorts, cases = cursor.fetchone()
    if sorts:
        build()
        journal.write("counts.rebuilt", by=by, now=now, data={"sorts": sorts, "cases": cases})
    return Proof.objects.create(at=now, sorts=sorts, cases=cases, rebuilt=bool(sorts))


def build() -> None:
    """Counts every case anew. Nobody who writes waits for it, nor it for them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT cases_counted_build()")


@contextmanager
def counting_later(cursor: Any) -> Iterator[None]:
    """For loading very many cases as the tables' owner in one transaction: nothing is counted inside, all at the end.

    Others who would write wait until the transaction ends. A failure leaves everything as it was.
    """
    for name in TRIGGERS:
        cursor.execute(f"ALTER TABLE cases_case DISABLE TRIGGER {name}")
    yield
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # no check may be pending when the table is altered
    for name in TRIGGERS:
        cursor.execute(f"ALTER TABLE cases_case ENABLE TRIGGER {name}")
    cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    cursor.execute("SELECT cases_counted_build()")


def _value(sql: str, values: list[Any]) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchone()[0]
