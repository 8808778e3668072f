"""Folding, proving and building the counts. What changes with a subject is counted by the database itself (`walls`)."""

from datetime import datetime
from typing import Any

from django.db import connection

from huhang.base.access.rules import Actor
from huhang.base.journal import actions as journal
from huhang.register.cells.models import Proof

AT_ONCE, ROUNDS = 20_000, 50
"""Fresh rows folded by one statement, and statements of one duty."""


def fold() -> int:
    """Folds fresh rows into one row a sort and square; returns how many. Safe to repeat, changes no sum."""
    taken = 0
    for _round in range(ROUNDS):
        (got,) = _row("SELECT cells_fold(%s)", [AT_ONCE])
        taken += got
        if got < AT_ONCE:
            break
    return taken


def prove(*, by: Actor, now: datetime) -> Proof:
    """Compares the counts with the register; where they differ, counts anew and writes it down."""
    sorts, subjects = _row("SELECT sorts, subjects FROM cells_differ()", [])
    if sorts:
        build()
        journal.write("cells.rebuilt", by=by, now=now, data={"sorts": sorts, "subjects": subjects})
    return Proof.objects.create(at=now, sorts=sorts, subjects=subjects, rebuilt=bool(sorts))


def build() -> None:
    """Counts every subject anew. Nobody who writes waits for it, nor it for them."""
    _row("SELECT cells_build()", [])


def _row(sql: str, values: list[Any]) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchone()
