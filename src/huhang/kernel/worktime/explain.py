"""Why this date? A deadline told in lines, from the same trace that draws the day squares."""

from datetime import datetime

from huhang.kernel.worktime.deadline import Deadline, Unit
from huhang.kernel.worktime.trace import WEEKDAYS, Language

_UNITS: dict[Language, dict[Unit, str]] = {
    "zh": {
        Unit.WORKING_DAYS: "个工作日",
        Unit.WORKING_HOURS: "个工作小时",
        Unit.CALENDAR_DAYS: "个自然日",
        Unit.HOURS: "小时",
    },
    "en": {
        Unit.WORKING_DAYS: "working days",
        Unit.WORKING_HOURS: "working hours",
        Unit.CALENDAR_DAYS: "calendar days",
        Unit.HOURS: "hours",
    },
}

_WORDS: dict[Language, dict[str, str]] = {
    "zh": {
        "head": "期限 {amount}，{start} 起算{how}。",
        "same day": "，当日办结",
        "next day": "，次日为第 1 天",
        "next working day": "，次一工作日为第 1 天",
        "at once": "，即时计时",
        "extension": "{at} 批准延期 {amount}{reason}。",
        "reason": "：{}",
        "due": "应于 {due} 前办结。",
        "frozen": "计时暂停，尚余 {left}，恢复后继续计算。",
        "calendar": "依据日历 {version}。",
        "provisional": "日期暂定：所涉日期的放假通知尚未全部发布（年末几天可由次年的通知调整），导入通知后重新计算。",
        "minutes": "{} 分钟",
    },
    "en": {
        "head": "Period of {amount}, started {start}{how}.",
        "same day": ", to be done the same day",
        "next day": ", the next day is day 1",
        "next working day": ", the next working day is day 1",
        "at once": ", counted from that moment",
        "extension": "Extended by {amount}, granted {at}{reason}.",
        "reason": ": {}",
        "due": "Due before {due}.",
        "frozen": "The clock stands still with {left} left; it goes on when the pause ends.",
        "calendar": "According to calendar {version}.",
        "provisional": "Provisional: not every holiday notice concerned is published yet (the next year's may move the "
        "last days of December); the date is computed again when it is imported.",
        "minutes": "{} minutes",
    },
}


def explain(deadline: Deadline, language: Language = "zh") -> list[str]:
    """The whole answer: the period, its extensions, every counted and skipped day with its rule, and the result."""
    say = _WORDS[language]
    how = {Unit.CALENDAR_DAYS: "next day", Unit.WORKING_DAYS: "next working day"}.get(deadline.unit, "at once")
    if deadline.unit.in_days and not deadline.total:
        how = "same day"
    amount = say_amount(deadline.amount, deadline.unit, language)
    lines = [say["head"].format(amount=amount, start=_instant(deadline, deadline.start, language), how=say[how])]
    for extension in deadline.extensions:
        amount = say_amount(extension.amount, deadline.unit, language)
        reason = say["reason"].format(extension.reason) if extension.reason else ""
        lines.append(
            say["extension"].format(amount=amount, at=_instant(deadline, extension.at, language), reason=reason)
        )
    lines += [note.line(language) for note in deadline.trace]
    lines.append(_result(deadline, language))
    if deadline.calendar_version:
        lines.append(say["calendar"].format(version=deadline.calendar_version))
    if deadline.provisional:
        lines.append(say["provisional"])
    return lines


def say_amount(amount: int, unit: Unit, language: Language = "zh") -> str:
    """A period in words: ``5 个工作日``, ``1 working day``."""
    words = _UNITS[language][unit]
    return f"{amount} {words[:-1] if language == 'en' and amount == 1 else words}"


def _result(deadline: Deadline, language: Language) -> str:
    say = _WORDS[language]
    if deadline.due_at:
        return say["due"].format(due=_instant(deadline, deadline.due_at, language))
    left = deadline.remaining_frozen or 0
    in_words = say_amount(left, deadline.unit, language) if deadline.unit.in_days else say["minutes"].format(left)
    return say["frozen"].format(left=in_words)


def _instant(deadline: Deadline, instant: datetime, language: Language) -> str:
    local = deadline.schedule.local(instant)
    weekday = WEEKDAYS[language][local.weekday()]
    if language == "en":
        return f"{local:%Y-%m-%d} {weekday} {local:%H:%M}"
    return f"{local.year}年{local.month}月{local.day}日 周{weekday} {local:%H:%M}"
