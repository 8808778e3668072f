"""Telling PostgreSQL who is acting, for as long as a transaction lasts and no longer.

`set_config(…, true)` ends with the transaction, so nothing leaks to the next user of a pooled connection.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from uuid import UUID

from django.db import connection, transaction

from huhang.base.access.rules import STRANGER, SYSTEM, Actor
from huhang.base.statements.prepared import prepared

__all__ = ["STRANGER", "SYSTEM", "acting", "current"]

_current: ContextVar[Actor] = ContextVar("huhang_actor", default=STRANGER)

_TELL = (
    "SELECT set_config('huhang.scope', %s, true), set_config('huhang.units', %s, true),"
    " set_config('huhang.branches', %s, true), set_config('huhang.user', %s, true),"
    " set_config('huhang.person', %s, true), set_config('huhang.case', %s, true),"
    " set_config('huhang.sensitive', %s, true)"
)


def current() -> Actor:
    """Whoever is acting here."""
    return _current.get()


def _list(ids: Iterable[UUID]) -> str:
    return ",".join(str(one) for one in ids)


def _told(actor: Actor) -> list[str]:
    return [
        "all" if actor.everything else "",
        _list(actor.units),
        _list(actor.branches),
        str(actor.user or ""),
        str(actor.person or ""),
        str(actor.case or ""),
        "yes" if actor.sees_sensitive else "",
    ]


def _tell(actor: Actor) -> None:
    with prepared(), connection.cursor() as cursor:
        cursor.execute(_TELL, _told(actor))


@contextmanager
def acting(actor: Actor, *, apart: bool = True) -> Iterator[Actor]:
    """Runs the block in a transaction in which the database knows who acts.

    Inside another such block the outer actor is put back at the end; the outermost one leaves nothing behind.

    Args:
        apart: whether the block can be undone by itself inside a greater transaction. A step of an action that is whole
            or not at all anyway needs no savepoint of its own; nobody may catch what is raised in it and go on.
    """
    inside = connection.in_atomic_block
    if inside and not apart and _told(actor) == _told(_current.get()):
        token = _current.set(actor)
        try:
            yield actor
        finally:
            _current.reset(token)
        return
    with transaction.atomic(savepoint=apart):
        _tell(actor)
        token = _current.set(actor)
        try:
            yield actor
        finally:
            _current.reset(token)
        # after an exception the savepoint's end puts the settings back, and a broken transaction takes no statement
        if inside and not connection.needs_rollback:
            _tell(_current.get())
