"""The transaction of an action: whole or not at all, with one savepoint however many actions stand inside."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import connection, transaction

_inside: ContextVar[bool] = ContextVar("huhang_whole", default=False)


@contextmanager
def whole() -> Iterator[None]:
    """Runs the block in a transaction that leaves nothing when something is raised in it; also a decorator.

    The outermost one is a savepoint inside a request's transaction, so that a page can show what was refused. One
    inside another opens none: beginning and ending them was a third of all statements of filing and moving. What is
    raised in it marks the whole as broken, and nothing more can be asked of the database until the outer one, or a
    `transaction.atomic()` put between on purpose, has undone everything: half a change cannot stay.

    Raises:
        TransactionManagementError: what was raised by an inner action was swallowed, so that nothing can be kept.
    """
    if _inside.get() and connection.in_atomic_block:
        with transaction.atomic(savepoint=False):
            yield
        return
    token = _inside.set(True)
    try:
        with transaction.atomic():
            yield
            if connection.needs_rollback:
                raise transaction.TransactionManagementError("an inner action failed, was caught, and undid all of it")
    finally:
        _inside.reset(token)
