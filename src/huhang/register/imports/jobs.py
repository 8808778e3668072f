"""Work of the register's imports."""

import uuid
from datetime import datetime, timedelta

from huhang.base.jobs.registry import duty, work
from huhang.register.imports import actions


@work("register.check", whole=False)
def check_table(run: str) -> None:
    """Checks a large table; nothing is saved."""
    actions.check(uuid.UUID(run))


@work("register.import", whole=False)
def import_table(run: str) -> None:
    """Saves a checked table; stopped anywhere, it goes on there."""
    actions.save(uuid.UUID(run))


@work("register.undo", whole=False)
def undo_table(run: str) -> None:
    """Takes an import back, as far as nobody changed it since."""
    actions.take_back(uuid.UUID(run))


@duty("register.import_files", every=timedelta(hours=6))
def forget_files(now: datetime) -> None:
    """Removes checked tables nobody began with in time, and the files of imports that can no longer be undone."""
    actions.forget_files(now=now)
