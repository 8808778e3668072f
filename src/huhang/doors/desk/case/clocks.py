"""The clock that explains itself (C3): day squares, a sentence with its rule and calendar, and the remaining time."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import groupby
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from huhang.base.catalog import queries as catalog
from huhang.base.statements.kept import kept
from huhang.cases.models import Assignment, Case, Clock, ClockExtension, ClockPause
from huhang.cases.queries import testimony
from huhang.doors.frame.parts import Day, Left
from huhang.doors.frame.rules import short_day_words
from huhang.kernel.worktime import (
    Deadline,
    Extension,
    Language,
    Pause,
    explain,
    is_late,
    remaining,
    say_amount,
    say_remaining,
    used_fraction,
)
from huhang.kernel.worktime.trace import FESTIVALS_EN, WEEKDAYS, DayNote
from huhang.register.units.queries import tree

MOST_SQUARES = 60
"""More days than these are read on the page of the day-by-day text."""
MOST_LATE = 5
"""So many days past the due one are drawn; the words say how many there are."""


@dataclass(frozen=True)
class Asked:
    """A request for more time that nobody has decided yet."""

    amount: str
    reason: str
    at: datetime


@dataclass(frozen=True)
class Told:
    """One clock, ready to be shown."""

    clock: Clock
    label: str
    running: bool
    left: Left
    days: list[Day]
    sentence: str
    lines: list[str]
    asked: Asked | None
    kept: bool | None
    replaced: bool = False


def language() -> Language:
    """The language worktime speaks for this reader."""
    return "en" if (get_language() or "").startswith("en") else "zh"


def _of_case(*, case: UUID) -> "QuerySet[Clock]":
    stops = (
        ClockPause.objects.filter(clock=OuterRef("pk"))
        .order_by("started_at")
        .values(row=JSONObject(start="started_at", end="ended_at", reason="reason"))
    )
    more = (
        ClockExtension.objects.filter(clock=OuterRef("pk"))
        .order_by("asked_at")
        .values(row=JSONObject(amount="amount", asked="asked_at", at="decided_at", granted="granted", reason="reason"))
    )
    rows = Clock.objects.filter(case=case).order_by("started_at", "id")
    helper = Assignment.objects.filter(clock=OuterRef("pk")).values("unit_id")[:1]
    return rows.annotate(stops=ArraySubquery(stops), more=ArraySubquery(more), helper=Subquery(helper))


def clocks_of(case: Case) -> list[Clock]:
    """Every clock of a case with its pauses and extensions, oldest first: one statement, once for a case object."""
    if "_clocks" not in case.__dict__:
        case.__dict__["_clocks"] = kept(_of_case, case=case.pk)
    return list(case.__dict__["_clocks"])


def shown_clock(case: Case, clocks: list[Clock]) -> Clock | None:
    """The clock the case row shows; when none runs, the last one that promised an answer."""
    going = [c for c in clocks if c.stopped_at is None]
    for clock in going:
        if clock.started_at == case.due_from and clock.due_at == case.due_at:
            return clock
    answers = [c for c in clocks if c.name == "answer"]
    best = answers or going or clocks
    return best[-1] if best else None


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def tell(clock: Clock, now: datetime, *, why_url: str = "") -> Told:
    """Computes a clock's testimony anew and puts it into words."""
    pauses = [Pause(datetime.fromisoformat(p["start"]), _instant(p["end"]), p["reason"]) for p in clock.stops]  # type: ignore[attr-defined]
    more = clock.more  # type: ignore[attr-defined]
    granted = [Extension(e["amount"], datetime.fromisoformat(e["at"]), e["reason"]) for e in more if e["granted"]]
    told = testimony(clock, pauses=pauses, extensions=granted)
    capped = clock.within_id is not None and clock.due_at and told.due_at and clock.due_at < told.due_at
    if capped:  # C2: a supporting unit's date is never later than the lead's
        told = replace(told, due_at=clock.due_at)
    pending = next((e for e in more if e["granted"] is None), None)
    asked = None
    if pending and clock.stopped_at is None:
        amount = say_amount(pending["amount"], told.unit, language())
        asked = Asked(amount, pending["reason"], datetime.fromisoformat(pending["asked"]))
    return Told(
        clock,
        label=name_of(clock),
        running=clock.stopped_at is None,
        left=_left(clock, told, pauses, now, why_url),
        days=_squares(told, now, open_=clock.stopped_at is None),
        sentence=_sentence(clock, told) + (_("不晚于主办时限，以主办到期时间为准。") if capped else ""),
        lines=explain(told, language()),
        asked=asked,
        kept=None if clock.stopped_at is None or told.due_at is None else not is_late(clock.stopped_at, told.due_at),
    )


def tell_all(clocks: list[Clock], now: datetime) -> list[Told]:
    """Every clock, newest first. One whose successor began before it stopped was given anew, not kept or missed."""
    told = []
    for place, clock in enumerate(clocks):
        later = (c for c in clocks[place + 1 :] if c.name == clock.name)
        stopped = clock.stopped_at
        replaced = stopped is not None and any(c.started_at <= stopped for c in later)
        told.append(replace(tell(clock, now), replaced=replaced))
    return told[::-1]


def name_of(clock: Clock) -> str:
    """What a clock is for, in words."""
    if clock.name.startswith("support-"):
        return _("协办期限（%(unit)s）") % {"unit": tree().label(getattr(clock, "helper", None))}
    words = {
        "card_answer": _("书面答复期限"),
        "answer": _("答复期限"),
        "sign": _("签收期限"),
        "revisit": _("回访期限"),
        "outside": _("外单位函复期限"),
        "instruct": _("批示反馈期限"),
        "duty": _("落实期限"),
        "training_record": _("登记期限"),
        "training_return": _("回访期限"),
        "officeday_conclude": _("小结期限"),
        "remove": _("请企业消除的期限"),
        "check": _("复看期限"),
        "settle": _("化解期限"),
        "relapse": _("回访期限"),
        "rectify_contact": _("差评联系期限"),
        "rectify": _("差评整改期限"),
        "rectify_revisit": _("整改回访期限"),
    }
    name, _dash, _n = clock.name.partition("-")  # several of a sort run side by side: outside-1, outside-2
    return words.get(name, clock.name)


def _left(clock: Clock, told: Deadline, pauses: list[Pause], now: datetime, why_url: str) -> Left:
    if told.due_at is None:
        frozen = told.remaining_frozen or 0
        amount = say_amount(frozen, told.unit, language()) if told.unit.in_days else _("%(n)d 分钟") % {"n": frozen}
        return Left(_("暂停中，尚余 %(amount)s") % {"amount": amount}, why_url=why_url)
    at = clock.stopped_at or now
    known, slots = catalog.calendar(), catalog.schedule()
    left = remaining(at, told.due_at, known, slots, told.unit)
    share = used_fraction(clock.started_at, told.due_at, at, known, slots, unit=told.unit, pauses=pauses)
    if clock.stopped_at is None:
        # due before the weekend and looked at in it: late, though no working time has passed since
        text = say_remaining(left, language()) if not left.late or left.working_days or left.minutes else _("已超期")
    else:
        text = _("已超期") if left.late else _("按期完成")
    soon = not left.late and share >= 0.8 and clock.stopped_at is None
    return Left(text, told.due_at, share, late=left.late, soon=soon, provisional=told.provisional, why_url=why_url)


def _squares(told: Deadline, now: datetime, *, open_: bool) -> list[Day]:
    today = told.schedule.date_of(now)
    days = [_square(note, place, today if open_ else None) for note, place in _placed(told.trace[:MOST_SQUARES])]
    if open_ and told.due_at is not None:
        days += _late(told.schedule.date_of(told.due_at), today)
    return days


def _late(due: date, today: date) -> Iterator[Day]:
    for n in range(1, min((today - due).days, MOST_LATE) + 1):
        day = due + timedelta(days=n)
        mark = "late today" if day == today else "late"
        yield Day(mark, day, pgettext("day square", "超"), WEEKDAYS[language()][day.weekday()])


def _placed(trace: tuple[DayNote, ...]) -> Iterator[tuple[DayNote, int]]:
    """Each note with its place in a run of equal holidays, so that the name of the holiday can be spelt over them."""
    for _key, run in groupby(trace, key=lambda note: (note.mark, note.name)):
        yield from ((note, place) for place, note in enumerate(run))


def _square(note: DayNote, place: int, today: date | None) -> Day:
    marks = {"weekend": "rest", "makeup": "count makeup"}.get(note.mark, str(note.mark))
    if note.mark == "due" and note.kind == "makeup":
        marks += " makeup"
    if note.date == today:
        marks += " today"
    weekday = WEEKDAYS[language()][note.date.weekday()]
    extra = {
        "start": pgettext("day square", "起算"),
        "makeup": pgettext("day square", "补班"),
        "due": pgettext("day square", "到期"),
        "pause": pgettext("day square", "暂停"),
    }.get(note.mark, "")
    return Day(marks, note.date, _number(note, place), f"{weekday} {extra}".strip())


def _number(note: DayNote, place: int) -> str:
    if note.mark == "start":
        return pgettext("day square", "起")
    if note.mark == "pause":
        return pgettext("day square", "停")
    if note.number:
        return str(note.number)
    if note.minutes:
        return f"{note.minutes / 60:.1f}".removesuffix(".0") + "h"
    if note.mark == "holiday" and language() == "zh" and place < len(note.name):
        return note.name[place]
    return str(note.date.day) if note.mark == "weekend" else ""


def _sentence(clock: Clock, told: Deadline) -> str:
    code, _at, version = clock.rule.partition("@")
    period = say_amount(told.amount, told.unit, language())
    said = _("%(what)s %(period)s（规则 %(code)s 第 %(version)s 版") % {
        "what": name_of(clock),
        "period": period,
        "code": code,
        "version": version or "—",
    }
    said += _("；日历 %(calendar)s）。") % {"calendar": told.calendar_version} if told.calendar_version else _("）。")
    parts = list(_remarks(told))
    if parts:
        said += _("；").join(parts) + _("。")
    return said + (_("放假通知尚未全部发布，日期暂定，通知发布后重新计算。") if told.provisional else "")


def _remarks(told: Deadline) -> Iterator[str]:
    """What an ordinary week does not explain: holidays, make-up days, pauses, extensions."""
    for (mark, name, reason), run in groupby(told.trace, key=lambda n: (_sort(n), n.name, n.reason)):
        notes = list(run)
        span = _span(notes[0].date, notes[-1].date)
        if mark == "holiday":
            said = "/".join(FESTIVALS_EN.get(n, n) for n in name.split("、")) if language() == "en" else name
            yield _("%(days)s%(name)s放假，不计") % {"days": span, "name": said}
        elif mark == "makeup":
            yield _("%(days)s补班，计") % {"days": span}
        elif mark == "pause":
            yield _("%(days)s暂停（%(reason)s）") % {"days": span, "reason": reason}
    for extension in told.extensions:
        yield _("批准延期 %(amount)s") % {"amount": say_amount(extension.amount, told.unit, language())}


def _sort(note: DayNote) -> str:
    return "makeup" if note.kind == "makeup" and note.counted else str(note.mark)


def _span(first: date, last: date) -> str:
    if first == last:
        return _short(first)
    return f"{_short(first)}–{_short(last)}"


def _short(day: date) -> str:
    return short_day_words(day, get_language(), this_year=day.year).split(" 星期")[0]
