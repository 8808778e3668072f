"""Statements the database plans once a session instead of every time (ADR 26)."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.db.backends.postgresql.base import ServerBindingCursor


@contextmanager
def prepared() -> Iterator[None]:
    """What is asked in the block goes with its values apart from its text, so that psycopg prepares what comes again.

    For statements that find by key or add rows: their plan is the same whatever the values are. Lists are asked outside
    of it, because which index serves them hangs on the values. Also a decorator.
    """
    connection.ensure_connection()
    session = connection.connection
    before = session.cursor_factory
    session.cursor_factory = ServerBindingCursor
    try:
        yield
    finally:
        session.cursor_factory = before
