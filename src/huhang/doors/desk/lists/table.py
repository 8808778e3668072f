"""Lines of a list as the ledger table: remaining working time, groups by due day, columns."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from huhang.base.catalog import queries as catalog
from huhang.cases.models import Case
from huhang.cases.registry import kind_of
from huhang.doors.frame.parts import DueGroup, Left, Row
from huhang.doors.frame.rules import moment_words, short_day_words
from huhang.kernel.worktime import Language, Unit, is_late, remaining, say_remaining, used_fraction
from huhang.kinds.requests.catalogue import promise
from huhang.reading.groups import Groups, field_of
from huhang.reading.ledger import OWN_TASK, Line
from huhang.reading.rules import MAIN, Place, category_choices, channel_choices, state_choices
from huhang.register.units.queries import tree

Cells = Mapping[str, Callable[[Line, datetime], str]]
"""What fills the plain columns shown, by column."""

SOON = 0.8
"""From this share of the period used on, the remaining time is shown as pressing."""

LATE, TODAY, TOMORROW, WEEK, LATER, WAITING, NONE = range(7)


def language() -> Language:
    """The language worktime speaks for this reader."""
    return "en" if (get_language() or "").startswith("en") else "zh"


def unit_of_time(line: Line) -> Unit:
    """In what the running period is measured: emergencies run by the wall clock until they are answered."""
    if line.urgency == Case.Urgency.EMERGENCY and line.answered_at is None:
        return Unit(promise("answer", nature="", urgency=line.urgency).unit_of_time)
    return Unit.WORKING_DAYS


class Words:
    """What the rows of one page share: the instant, and labels in the reader's language, each looked up once."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.calendar, self.slots = catalog.calendar(), catalog.schedule()
        self.language, self.spoken = get_language(), language()
        self.today = self.slots.date_of(now)
        self.unclassified, self.sensitive, self.late = _("未归类"), _("涉敏"), _("已超期")
        self.units = tree().label
        self.url = _address()
        self._states: dict[tuple[str, str], tuple[str, str]] = {}
        self._facts: dict[tuple[str, str, int, str, int], tuple[str, str, str, str]] = {}

    def state(self, line: Line) -> tuple[str, str]:
        """The state's label and tone."""
        key = (line.kind, line.state)
        if key not in self._states:
            state = kind_of(line.kind).state(line.state)
            self._states[key] = (str(state.label), state.tone)
        return self._states[key]

    def about(self, line: Line) -> tuple[str, str, str, str]:
        """Kind (unless it is the main one), urgency, category and channel."""
        key = (line.kind, line.category, line.category_version, line.channel, line.urgency)
        if key not in self._facts:
            kind = kind_of(line.kind)
            self._facts[key] = (
                "" if line.kind == MAIN else str(kind.label),
                urgency_of(line),
                category_of(line) or (self.unclassified if kind.categories() else ""),
                channel_of(line),
            )
        return self._facts[key]

    def moment(self, at: datetime) -> str:
        """An instant on the clock of the house."""
        return moment_words(self.slots.local(at), self.language, this_year=self.today.year)


def _address() -> Callable[[str], str]:
    """Where a case is, by number, from one lookup of the address: a number needs no escaping."""
    before, after = reverse("desk:case", kwargs={"number": "0"}).rsplit("0", 1)
    return lambda number: f"{before}{number}{after}"


def left_of(line: Line, words: Words) -> Left | None:
    """Remaining working time with its bar; nothing when no clock runs."""
    if not line.is_open:
        return None
    if line.due_at is None:
        return Left(_("等补充，暂停计时")) if line.waiting else None
    now, known, slots, unit = words.now, words.calendar, words.slots, unit_of_time(line)
    left = remaining(now, line.due_at, known, slots, unit)
    share = used_fraction(line.due_from or line.received_at, line.due_at, now, known, slots, unit=unit)
    # due before the weekend and looked at in it: late, though no working time has passed since
    text = say_remaining(left, words.spoken) if not left.late or left.working_days or left.minutes else words.late
    if line.answered_at is not None and not left.late:
        text = _("%(what)s · %(left)s") % {"what": _("等回访"), "left": text}
    soon = not left.late and share >= SOON
    return Left(text, line.due_at, share, late=left.late, soon=soon, provisional=line.due_provisional)


def moment(at: datetime, now: datetime) -> str:
    """An instant as lists say it."""
    slots = catalog.schedule()
    return moment_words(slots.local(at), get_language(), this_year=slots.date_of(now).year)


def category_of(line: Line) -> str:
    """The name the category had in the version the case keeps."""
    return kind_of(line.kind).category_label(line.category, line.category_version) if line.category else ""


def channel_of(line: Line) -> str:
    """The channel in words."""
    return str(dict(kind_of(line.kind).channels()).get(line.channel, line.channel))


def urgency_of(line: Line) -> str:
    """“urgent”, “emergency”, or nothing for what is ordinary."""
    return str(Case.Urgency(line.urgency).label) if line.urgency else ""


def _facts(line: Line, words: Words) -> tuple[str, ...]:
    kind, urgency, category, channel = words.about(line)
    said = [
        kind,
        line.number,
        urgency,
        words.units(line.unit_id),
        category,
        channel,
        words.sensitive if line.sensitive else "",
        _("请本单位协办") if OWN_TASK in line.beside else "",
        _("未读留言 %(n)d") % {"n": line.unread} if line.unread else "",
        _("%(at)s 结束") % {"at": words.moment(line.closed_at)} if line.closed_at else "",
    ]
    return tuple([one for one in said if one])


def row_of(line: Line, words: Words, cells: Cells) -> Row:
    """A line as a row; the checkbox carries the version seen, so that a bulk move notices what changed since."""
    label, tone = words.state(line)
    return Row(
        id=f"{line.id}:{line.version}",
        url=words.url(line.number),
        title=line.title,
        facts=_facts(line, words),
        state=label,
        tone=tone,
        left=left_of(line, words),
        card=cells["card"](line, words.now) if "card" in cells else "",
        cells={name: fill(line, words.now) for name, fill in cells.items()},
    )


def group_of(line: Line, now: datetime) -> int:
    """Which group of an inbox a line stands in."""
    if line.due_at is None:
        return WAITING if line.waiting else NONE
    if is_late(now, line.due_at):
        return LATE
    slots = catalog.schedule()
    today, due = slots.date_of(now), slots.date_of(line.due_at)
    if due <= today + timedelta(days=1):
        return TODAY if due == today else TOMORROW
    return WEEK if due <= today + timedelta(days=6 - today.weekday()) else LATER


def _label(group: int, today: date) -> str:
    def with_day(word: str, day: date) -> str:
        return f"{word} {short_day_words(day, get_language(), this_year=today.year)}"

    if group == TODAY:
        return with_day(_("今天"), today)
    if group == TOMORROW:
        return with_day(_("明天"), today + timedelta(days=1))
    words = {LATE: _("已超期"), WEEK: _("本周"), LATER: _("以后"), WAITING: _("等补充"), NONE: _("没有时限")}
    return words[group]


def due_groups(
    lines: Sequence[Line], now: datetime, cells: Cells, before: Place | None, after: Place | None
) -> list[DueGroup]:
    """Rows under the days they are due; a group that may go on over the edge of the page is not counted."""
    today = catalog.schedule().date_of(now)
    # waiting rows and rows without a clock come last together, in order of id: sorted apart here, within the page
    ordered = sorted(lines, key=lambda one: group_of(one, now))
    words = Words(now)
    runs = [
        (key, [row_of(one, words, cells) for one in run])
        for key, run in groupby(ordered, key=lambda one: group_of(one, now))
    ]
    made = []
    for place, (key, rows) in enumerate(runs):
        whole = (place > 0 or before is None) and (place < len(runs) - 1 or after is None)
        if key in (WAITING, NONE) and (before or after):
            whole = False
        made.append(DueGroup(_label(key, today), rows, len(rows) if whole else None, late=key == LATE))
    return made


def plain_group(lines: Sequence[Line], now: datetime, cells: Cells) -> list[DueGroup]:
    """Rows as they come, under no heading."""
    words = Words(now)
    return [DueGroup("", [row_of(one, words, cells) for one in lines])]


def value_groups(lines: Sequence[Line], now: datetime, cells: Cells, column: str, known: Groups) -> list[DueGroup]:
    """The rows of a page under the value they share, most frequent in the whole list first; counts are of the list."""
    counts, words = dict(known.counts), Words(now)
    held: dict[object, list[Line]] = {}
    for line in lines:
        held.setdefault(_value(line, column), []).append(line)
    order = sorted(held, key=lambda value: (-counts.get(value, 0), str(value)))
    return [
        DueGroup(
            value_label(column, value, held[value][0]),
            [row_of(one, words, cells) for one in held[value]],
            None if known.over else counts.get(value),
        )
        for value in order
    ]


def _value(line: Line, column: str) -> Any:
    return tree().branch_of(line.unit_id) if column == "branch" else getattr(line, field_of(column))


def value_label(column: str, value: Any, line: Line | None = None) -> str:
    """A value of a grouping in words; ``line`` is a row that has it, for what only rows know."""
    if value in (None, ""):
        return {"officer": _("没有承办人"), "category": _("未归类")}.get(column, _("没有"))
    match column:
        case "unit" | "branch":
            return tree().label(value)
        case "state":
            return str(state_choices().get(value, value))
        case "channel":
            return str(channel_choices().get(value, value))
        case "category":
            return category_of(line) if line else str(category_choices().get(value, value))
        case "urgency":
            return str(Case.Urgency(value).label)
    return (line.officer if line else "") or _("承办人")
