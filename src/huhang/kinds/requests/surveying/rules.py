"""Questions and answers, decided without a database: what fits a question, and when answers may be shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from huhang.kernel.errors import Invalid
from huhang.kernel.identifiers import hide_numbers
from huhang.kernel.text import clean
from huhang.kernel.worktime import Calendar, Schedule

ONE, MANY, SCALE, NUMBER, TEXT, CLASS, RANK = "one", "many", "scale", "number", "text", "class", "rank"
KINDS = (ONE, MANY, SCALE, NUMBER, TEXT, CLASS, RANK)
CLASSES = 5
STEPS = (5, 4, 3, 2, 1)
"""Of a scale, 5 is best (GB/T 39735); nothing is chosen beforehand (SAFEGUARDS 20)."""
LONGEST_TEXT = 4000


@dataclass(frozen=True)
class Policy:
    """The numbers of `survey_rules`: see the file."""

    least: int = 5
    opens: int = 3
    per_place: int = 30
    similar: float = 0.3
    portion: int = 100
    most: int = 20_000
    remind_after_hours: int = 48
    version: int = 0


def option_codes(question: Mapping[str, Any]) -> list[str]:
    """The codes one may choose from; of a scale its steps."""
    if question["kind"] == SCALE:
        return [str(step) for step in STEPS]
    return [str(one["code"]) for one in question.get("options", ())]


def checked(questions: Sequence[Mapping[str, Any]], given: Mapping[str, Any]) -> dict[str, Any]:
    """What was answered, question by question; what was left out is not in it.

    Text is cleaned and loses every number that leads to somebody before anything is stored.

    Args:
        given: code → answer: a code, a number as written, a text, or codes in a list (of a ranking: the first first).

    Raises:
        Invalid: question by question what does not fit, under ``answers.<code>``; or nothing was answered.
    """
    values: dict[str, Any] = {}
    problems: dict[str, str] = {}
    known = {str(question["code"]) for question in questions}
    problems |= {f"answers.{code}"[:80]: "问卷里没有这一题。" for code in given if code not in known}
    for question in questions:
        code = str(question["code"])
        try:
            value = _value(question, given.get(code))
        except Invalid as wrong:
            problems[f"answers.{code}"] = wrong.text
            continue
        if value not in (None, "", []):
            values[code] = value
        elif question.get("required"):
            problems[f"answers.{code}"] = "这一题请作答。"
    if not problems and not values:
        raise Invalid("一题都没有作答。请至少回答一题。", field="answers")
    if problems:
        raise Invalid(problems=problems)
    return values


def _value(question: Mapping[str, Any], given: Any) -> Any:
    kind = question["kind"]
    if given is None or given in ("", []):
        return None
    if kind in (MANY, RANK):
        return _several(question, given)
    if isinstance(given, list | dict):
        raise Invalid("这一题只能有一个回答。")
    said = str(given).strip()
    if kind == TEXT:
        return hide_numbers(clean(said, max_length=min(int(question.get("most", LONGEST_TEXT)), LONGEST_TEXT)))
    if kind == NUMBER:
        most = int(question["most"])
        # "²" is a digit to Python and no number to int
        if not (said.isascii() and said.isdigit()) or len(said) > 10 or int(said) > most:
            raise Invalid("请填 0 到 %(most)d 之间的整数。", params={"most": most})
        return int(said)
    if said not in option_codes(question):
        raise Invalid("请从列出的选项里选。")
    return int(said) if kind == SCALE else said


def _several(question: Mapping[str, Any], given: Any) -> list[str]:
    if not isinstance(given, list):
        raise Invalid("这一题的回答应当是一个列表。")
    chosen = [str(one) for one in given]
    codes = option_codes(question)
    if any(one not in codes for one in chosen):
        raise Invalid("请从列出的选项里选。")
    if len(set(chosen)) != len(chosen):
        raise Invalid("同一项不能排两次。" if question["kind"] == RANK else "同一项不能选两次。")
    return chosen if question["kind"] == RANK else [code for code in codes if code in chosen]


def ranked(places: Mapping[str, str]) -> list[str]:
    """Options in the order of the places given to them, ``{"speed": "1", "reply": "2"}``; unplaced ones are left out.

    Raises:
        Invalid: a place is given twice, or one is left out between.
    """
    told = {code: place.strip() for code, place in places.items() if place.strip()}
    if any(not (place.isascii() and place.isdigit() and len(place) < 3) for place in told.values()):
        raise Invalid("请选第几位。")
    taken = sorted(int(place) for place in told.values())
    if taken != list(range(1, len(taken) + 1)):
        raise Invalid("名次应当从第 1 位起，不能重复，也不能跳过。")
    return sorted(told, key=lambda code: int(told[code]))


def released(waiting: int, shown: int, *, over: bool, least: int) -> int:
    """How many of the waiting answers join those that are shown.

    What is shown never changes by fewer than ``least`` answers, so that nobody's answer can be read off by comparing
    before and after; therefore while a survey runs, ``least`` of them always stay behind for the end.
    """
    if over:
        return waiting if shown or waiting >= least else 0
    return waiting - least if waiting >= 2 * least else 0


def working_from(now: datetime, calendar: Calendar, schedule: Schedule) -> datetime:
    """This instant if it lies in working hours, else when they begin again (无事不扰: nobody is reminded at supper)."""
    day = schedule.date_of(now)
    if calendar.kind_of(day).works:
        left = [max(start, now) for start, end in schedule.spans(day) if now < end]
        if left:
            return left[0]
    return schedule.spans(calendar.next_working(day))[0][0]
