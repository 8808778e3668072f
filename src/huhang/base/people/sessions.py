"""Sessions as Django keeps them, found by a statement that is compiled once (setting SESSION_ENGINE)."""

from datetime import datetime
from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseSessions
from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.utils import timezone

from huhang.base.statements.kept import kept


def _held(*, key: str, now: datetime) -> "QuerySet[Session]":
    return Session.objects.filter(session_key=key, expire_date__gt=now)


class SessionStore(DatabaseSessions):
    """A session of the database; every request of somebody signed in begins with finding it."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        """The table stays Django's own."""
        return Session

    def _get_session_from_db(self) -> Any:
        found = kept(_held, key=self.session_key or "", now=timezone.now())
        if not found:
            self._session_key = None
            return None
        return found[0]
