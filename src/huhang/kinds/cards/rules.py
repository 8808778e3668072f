"""From a date and a ladder of thresholds to a level; pure, `now` is an argument (D2, STANDARDS §14)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext_lazy as _

from huhang.kernel.worktime import Calendar, Schedule, Unit, elapsed_working_days, is_late

LEVELS = ("blue", "yellow", "orange", "red")
"""From the mildest to the gravest; a card only ever goes to the right, until it is lifted."""

RANK = {name: place for place, name in enumerate(LEVELS, start=1)}

LABELS = {"blue": _("蓝卡"), "yellow": _("黄卡"), "orange": _("橙卡"), "red": _("红卡")}

CAUSES = (
    ("clock", _("时限")),
    ("rating", _("多次不满意")),
    ("unanswered", _("上一级督办没有按时答复")),
    ("hand", _("督办员发出")),
)
"""Why a card has the level it has."""


@dataclass(frozen=True)
class Band:
    """One level: working days from the due date at which it begins and ends, and the time to answer it in writing."""

    level: str
    first: int
    last: int | None
    amount: int
    unit: str
    unanswered: str = ""


@dataclass(frozen=True)
class Ladder:
    """One version of the thresholds."""

    code: str
    version: int
    bands: tuple[Band, ...]
    times: int
    bad_level: str

    @property
    def name(self) -> str:
        """How a card cites it."""
        return f"{self.code}@{self.version}"

    def band(self, level: str) -> Band:
        """The band of a level; a ladder holds all four."""
        return next(band for band in self.bands if band.level == level)

    def at(self, days: int) -> str:
        """The level at so many working days from the due date; nothing before the first."""
        return next((b.level for b in self.bands if b.first <= days and (b.last is None or days <= b.last)), "")

    def by_clock(
        self, due_at: datetime | None, due_from: datetime, now: datetime, calendar: Calendar, schedule: Schedule
    ) -> str:
        """The level of a running clock; nothing while it stands still or is not near its end.

        A level before the due instant is for a period that grows short: one that was no longer than that to begin with
        (a question to be answered in two days) is not warned of on the day it comes in.
        """
        if due_at is None:
            return ""
        level = self.at(elapsed_working_days(due_at, now, calendar, schedule))
        if not level or is_late(now, due_at):
            return level
        return level if elapsed_working_days(due_at, due_from, calendar, schedule) < self.band(level).first else ""

    def edges(self, now: datetime, calendar: Calendar, schedule: Schedule) -> dict[str, datetime]:
        """For each level the instant before which a due instant must lie to have at least this level now."""
        today = schedule.date_of(now)
        found = {}
        for band in self.bands:
            day, left = today, band.first
            if left <= 0:  # the day after the last one that is near enough
                for _n in range(-left + 1):
                    day = calendar.next_working(day)
            else:
                while True:
                    left -= calendar.kind_of(day).works
                    if left == 0:
                        break
                    day -= timedelta(days=1)
            found[band.level] = schedule.at(day, time())
        return found


def ladder_of(body: Mapping[str, Any]) -> Ladder:
    """A checked catalogue entry as a ladder."""
    bands = tuple(
        Band(
            level,
            int(told["from"]),
            None if told.get("to") is None else int(told["to"]),
            int(told["answer"]["amount"]),
            str(told["answer"]["unit"]),
            str(told.get("unanswered") or ""),
        )
        for level, told in ((level, body["levels"][level]) for level in LEVELS)
    )
    bad = body["dissatisfied"]
    return Ladder(str(body["code"]), int(body["version"]), bands, int(bad["times"]), str(bad["level"]))


def problems(body: Mapping[str, Any]) -> list[str]:
    """What is wrong with thresholds, in sentences for whoever writes them: shape, gaps, overlaps, circles."""
    levels = body.get("levels")
    if not isinstance(levels, dict) or set(levels) != set(LEVELS):
        return ["levels 应当正好有 blue、yellow、orange、red 四级"]
    says = [say for level in LEVELS for say in _shape(level, levels[level])]
    bad = body.get("dissatisfied")
    times = bad.get("times") if isinstance(bad, dict) else None
    if not isinstance(times, int) or not 2 <= times <= 9 or bad.get("level") not in LEVELS:  # type: ignore[union-attr]
        says.append("dissatisfied 应当写明 times（2 到 9）和 level（四级之一）")
    return says or [*_joints(levels), *_circles(levels)]


def _shape(level: str, told: Any) -> list[str]:
    if not isinstance(told, dict) or type(told.get("from")) is not int or not -30 <= told["from"] <= 90:
        return [f"{level}.from 应当是 -30 到 90 之间的整数（到期前为负，到期后为正，单位工作日）"]
    says = []
    if (level == "red") != (told.get("to") is None) or not isinstance(told.get("to"), int | None):
        says.append(f"{level}.to " + ("不写：红卡没有上限" if level == "red" else "应当是整数"))
    answer = told.get("answer")
    if not isinstance(answer, dict) or type(answer.get("amount")) is not int or not 1 <= answer["amount"] <= 60:
        says.append(f"{level}.answer.amount 应当是 1 到 60 之间的整数")
    elif answer.get("unit") not in {u.value for u in Unit}:
        says.append(f"{level}.answer.unit 应当是 {'、'.join(u.value for u in Unit)} 之一")
    if told.get("unanswered") not in (None, *LEVELS):
        says.append(f"{level}.unanswered 应当是四级之一")
    return says


def _joints(levels: Mapping[str, Any]) -> list[str]:
    says = []
    for level in LEVELS[:-1]:
        if levels[level]["to"] < levels[level]["from"]:
            says.append(f"{level} 的 to 比 from 还早")
    for low, high in pairwise(LEVELS):
        end, start = levels[low]["to"], levels[high]["from"]
        if start <= end:
            says.append(f"{low} 到第 {end} 天、{high} 从第 {start} 天起，重叠了：同一天不能有两种颜色")
        elif start > end + 1:
            says.append(f"{low} 到第 {end} 天、{high} 从第 {start} 天起，中间空了 {start - end - 1} 天没有颜色")
    return says


def _circles(levels: Mapping[str, Any]) -> list[str]:
    """Rising must end: unanswered leads to a graver level, never back."""
    says = []
    for level in LEVELS:
        way, here = [level], levels[level].get("unanswered")
        while here and here not in way:
            way.append(here)
            here = levels[here].get("unanswered")
        if here == level:
            says.append(f"没有答复时 {' → '.join([*way, here])}，绕成了圈；只能升到更重的一级")
    if says:
        return says[:1]
    return [
        f"{level} 没有答复升到 {to}，反而更轻；只能升到更重的一级"
        for level in LEVELS
        if (to := levels[level].get("unanswered")) and RANK[to] <= RANK[level]
    ]
