"""The catalogue's own kinds: holiday calendars and office hours."""

from typing import Any

from huhang.base.catalog import registry
from huhang.kernel.errors import Invalid
from huhang.kernel.worktime import Schedule, validate, year_of


def check_calendar(body: dict[str, Any]) -> list[str]:
    """What is wrong with a year's holiday table."""
    try:
        return validate(year_of(body))
    except Invalid as problem:
        return [problem.text]


def check_schedule(body: dict[str, Any]) -> list[str]:
    """What is wrong with office hours such as ``08:30-12:00,13:30-17:30``."""
    try:
        Schedule.parse(str(body.get("slots", "")))
    except Invalid as problem:
        return [problem.text]
    return []


def register() -> None:
    """Makes both kinds known."""
    registry.register("calendars", check_calendar)
    registry.register("schedules", check_schedule)
