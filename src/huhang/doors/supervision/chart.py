"""The line chart of in and out, worked out on the server: points and ticks for an SVG without scripts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from huhang.kernel.worktime import Calendar
from huhang.reading.figures.queries import DayFlow

WIDTH, HEIGHT = 520, 200
_LEFT, _RIGHT, _TOP, _BOTTOM = 36, 8, 10, 26


@dataclass(frozen=True)
class Mark:
    """A point with the words of its tooltip."""

    x: float
    y: float
    text: str


@dataclass(frozen=True)
class Tick:
    """A place on an axis and its label."""

    at: float
    label: str


@dataclass(frozen=True)
class Chart:
    """Everything the template draws, in units of the drawing."""

    width: int
    height: int
    left: int
    right: int
    floor: int
    received: str
    closed: str
    marks: tuple[tuple[Mark, Mark], ...]
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    rest: tuple[float, ...]
    step: float


def step_of(most: int) -> int:
    """A round step that divides the axis into at most five parts."""
    size = 1
    while True:
        for times in (1, 2, 5):
            if size * times * 5 >= most:
                return size * times
        size *= 10


def draw(days: Sequence[DayFlow], calendar: Calendar) -> Chart:
    """The chart of some days; days off are shaded."""
    step = step_of(max([1, *(max(d.received, d.closed) for d in days)]))
    top = step * max(1, -(-max([1, *(max(d.received, d.closed) for d in days)]) // step))
    wide = (WIDTH - _LEFT - _RIGHT) / max(1, len(days))
    floor = HEIGHT - _BOTTOM

    def x(place: int) -> float:
        return round(_LEFT + wide * (place + 0.5), 1)

    def y(count: int) -> float:
        return round(floor - (floor - _TOP) * count / top, 1)

    received = [Mark(x(i), y(d.received), _say(d.day, d.received)) for i, d in enumerate(days)]
    closed = [Mark(x(i), y(d.closed), _say(d.day, d.closed)) for i, d in enumerate(days)]
    return Chart(
        WIDTH,
        HEIGHT,
        _LEFT,
        WIDTH - _RIGHT,
        floor,
        _line(received),
        _line(closed),
        tuple(zip(received, closed, strict=True)),
        tuple(Tick(x(i), f"{d.day.month}/{d.day.day}") for i, d in enumerate(days) if (len(days) - 1 - i) % 5 == 0),
        tuple(Tick(y(n), f"{n:,}") for n in range(0, top + 1, step)),
        tuple(round(x(i) - wide / 2, 1) for i, d in enumerate(days) if not calendar.kind_of(d.day).works),
        round(wide, 1),
    )


def _say(day: date, count: int) -> str:
    return f"{day.month}/{day.day}: {count:,}"


def _line(marks: Sequence[Mark]) -> str:
    return " ".join(f"{m.x},{m.y}" for m in marks)
