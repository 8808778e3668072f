"""How long a table that was checked and never begun lies: as long as an export, for what is not needed is not kept."""

from datetime import datetime, timedelta

LYING = timedelta(days=7)


def goes_at(checked_at: datetime) -> datetime:
    """When a table taken at this moment is removed unless somebody begins with it."""
    return checked_at + LYING
