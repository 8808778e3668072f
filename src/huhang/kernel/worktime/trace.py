"""One note a day: the single source of the row of day squares and of the lines that answer "why this date?"."""

from datetime import date
from typing import Literal, NamedTuple

from huhang.kernel.worktime.calendars import Kind

Mark = Literal["start", "count", "makeup", "weekend", "holiday", "pause", "due"]
Language = Literal["zh", "en"]

WEEKDAYS: dict[Language, tuple[str, ...]] = {
    "zh": tuple("一二三四五六日"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}
FESTIVALS_EN = {
    "元旦": "New Year's Day",
    "春节": "Spring Festival",
    "清明节": "Tomb-Sweeping Day",
    "劳动节": "Labour Day",
    "端午节": "Dragon Boat Festival",
    "中秋节": "Mid-Autumn Festival",
    "国庆节": "National Day",
    "抗战胜利70周年纪念日": "70th anniversary of victory",
}


WORDS: dict[Language, dict[str, str]] = {
    "zh": {
        "line": "{} 周{}：{}",
        "comma": "，",
        "start": "起算日，当日不计",
        "started": "起算日",
        "count": "",
        "makeup": "",
        "due": "",
        "weekend": "周末，不计",
        "holiday": "{name}放假，不计",
        "pause": "暂停，停计",
        "day": "第 {number} 天",
        "same day": "当日办结",
        "minutes": "计 {minutes} 分",
        "made up": "{name}补班，计",
        "extended": "属延期",
        "falls due": "到期",
        "reason": "原因：{reason}",
        "table": "（日历 {}）",
        "provisional": "［暂定，放假通知尚未发布］",
    },
    "en": {
        "line": "{} {}: {}",
        "comma": ", ",
        "start": "clock starts, this day is not counted",
        "started": "clock starts",
        "count": "",
        "makeup": "",
        "due": "",
        "weekend": "weekend, not counted",
        "holiday": "{name} holiday, not counted",
        "pause": "paused, clock stopped",
        "day": "day {number}",
        "same day": "to be done the same day",
        "minutes": "{minutes} min counted",
        "made up": "make-up working day for {name}, counted",
        "extended": "by extension",
        "falls due": "due",
        "reason": "reason: {reason}",
        "table": " (calendar {})",
        "provisional": " [provisional: holiday notice not yet published]",
    },
}


class DayNote(NamedTuple):
    """What one date meant for a deadline.

    Args:
        mark: what happened: ``start`` the clock began, ``count`` or ``makeup`` (a worked weekend day) counted,
            ``weekend``, ``holiday`` or ``pause`` skipped, ``due`` counted and the last.
        number: which day of the period it is, for periods in days; None when it was not counted.
        minutes: minutes of the period used up on it, for periods in hours.
        kind: what the calendar says of the date.
        name: the holiday it belongs to, if any.
        table: year and version of the deciding holiday table (``2026.1``); version 0: no notice known; empty when the
            period does not ask the calendar.
        reason: why the clock stood still.
        extended: the day was added by an extension.
        provisional: the calendar may still change for this date.
    """

    date: date
    mark: Mark
    number: int | None
    minutes: int | None
    kind: Kind
    name: str
    table: str
    reason: str
    extended: bool
    provisional: bool

    @property
    def counted(self) -> bool:
        """Whether the day, or a part of it, was used up."""
        return bool(self.number or self.minutes)

    @property
    def weekday(self) -> str:
        """One Chinese character, 一 to 日."""
        return WEEKDAYS["zh"][self.date.weekday()]

    @property
    def rule(self) -> str:
        """The rule in Chinese, with the version of the calendar behind it."""
        return self.text()

    def text(self, language: Language = "zh") -> str:
        """The rule in words, with the version of the calendar behind it."""
        say = WORDS[language]
        name = self.name if language == "zh" else "/".join(FESTIVALS_EN.get(n, n) for n in self.name.split("、"))
        parts = [say["started" if self.mark == "start" and self.minutes else self.mark]]
        if self.number is not None:
            parts.append(say["day"] if self.number else say["same day"])
        if self.minutes:
            parts.append(say["minutes"])
        if self.kind == "makeup" and self.table and self.counted:
            parts.append(say["made up"])
        if self.extended:
            parts.append(say["extended"])
        if self.mark == "due":
            parts.append(say["falls due"])
        if self.reason:
            parts.append(say["reason"])
        places = {"name": name, "number": self.number, "minutes": self.minutes, "reason": self.reason}
        text = say["comma"].join(part.format_map(places) for part in parts if part)
        text += say["table"].format(self.table) if self.table else ""
        return text + (say["provisional"] if self.provisional else "")

    def line(self, language: Language = "zh") -> str:
        """Date, weekday and rule: one line of the explanation."""
        weekday = WEEKDAYS[language][self.date.weekday()]
        day = self.date.isoformat() if language == "en" else f"{self.date.month}月{self.date.day}日"
        return WORDS[language]["line"].format(day, weekday, self.text(language))
