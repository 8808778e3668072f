"""What the moves of a session do."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils.translation import gettext as _

from huhang.base.catalog import queries as catalog
from huhang.cases.actions import clocks
from huhang.cases.models import Case
from huhang.cases.rules import Doing, Outcome, Promise
from huhang.kernel.errors import Conflict, Invalid
from huhang.kernel.worktime import Unit
from huhang.kinds.trainings import queries
from huhang.kinds.trainings.actions.forgetting import destroy
from huhang.kinds.trainings.actions.opening import RECORD, RETURN_CLOCK, tell_contacts
from huhang.kinds.trainings.models import Result, Training
from huhang.kinds.trainings.rules import AFTER, AHEAD_DAYS, BEFORE, DOOR, RETURN, added_up, kept, passed_within

HELD = "held"
"""The stage of a check's results at the check itself; at the return it is `RETURN`."""


def _locked(case: Case) -> Training:
    """The detail row, locked like the case, so that what is counted at the door meanwhile is not lost."""
    return Training.objects.select_for_update().get(case=case)


def rearrange(doing: Doing) -> Outcome:
    """Another day, time or place; the contacts are told of the day."""
    case, known = doing.case, _locked(doing.case)
    at = moment(doing.values["day"], doing.values["time"])
    if not doing.now < at <= doing.now + timedelta(days=AHEAD_DAYS):
        raise Invalid("时间应当在现在之后、一年之内。", field="day")
    before, known.starts_at = known.starts_at, at
    known.save(update_fields=["starts_at"])
    if doing.values.get("place"):
        case.place = doing.values["place"]
    clocks.stop(case, RECORD, at=doing.now)
    terms = queries.terms(case)
    promise = Promise(f"training.record.{terms.rule}", terms.record_days, Unit.WORKING_DAYS.value)
    clocks.start(case, RECORD, promise, at=at)
    told = tell_contacts(case, "training.moved", at, by=doing.by, now=doing.now) if terms.tell else 0
    data = {"from": before.isoformat(), "at": at.isoformat(), "told": told}
    return Outcome(note=doing.values["reason"], data=data)


def moment(day: date, clock: str) -> datetime:
    """The instant of a day and a time of day as people write it.

    Raises:
        Invalid: no time of day.
    """
    try:
        hour, minute = clock.strip().replace("：", ":").split(":")
        return catalog.schedule().at(day, time(int(hour), int(minute)))
    except (ValueError, OverflowError):
        raise Invalid("请按 14:30 这样填时间。", field="time") from None


def call_off(doing: Doing) -> Outcome:
    """It does not take place; the contacts who were told of it are told so."""
    case, known = doing.case, _locked(doing.case)
    clocks.stop(case, RECORD, at=doing.now)
    destroy(case, by=doing.by, now=doing.now)
    told = 0
    if queries.terms(case).tell and known.starts_at > doing.now:
        told = tell_contacts(case, "training.off", known.starts_at, by=doing.by, now=doing.now)
    return Outcome(note=doing.values["reason"], data={"told": told})


def hold(doing: Doing) -> Outcome:
    """It was held: how many came, and what a paper quiz or the drill showed; what phones counted is there already."""
    known = _locked(doing.case)
    known.people = _people(doing.values)
    for stage in (BEFORE, AFTER):
        _add(known, stage, doing.values, f"{stage}_taken", f"{stage}_passed")
    return _over(doing, known, {})


def count(doing: Doing) -> Outcome:
    """A check is over: how many were checked and how many of each result. A number, and nobody's name (ADR 37)."""
    known = _locked(doing.case)
    known.people = _people(doing.values)
    results = dict(doing.values["results"])
    known.adverse = _results(doing.case, HELD, results, known.people)
    return _over(doing, known, results)


def _over(doing: Doing, known: Training, results: Mapping[str, int]) -> Outcome:
    case, terms = doing.case, queries.terms(doing.case)
    at = min(known.starts_at, doing.now)
    case.answered_at = at
    known.save()
    clocks.stop(case, RECORD, at=doing.now)
    destroy(case, DOOR, BEFORE, by=doing.by, now=doing.now)
    if terms.returns:
        _return_clock(case, at)
    data = {
        "at": at.isoformat(),
        "form": known.form,
        "people": known.people,
        "reached": known.reached,
        "scanned": known.scanned,
        "adverse": known.adverse,
        "results": dict(results),
    }
    for name in ("before_taken", "before_passed", "after_taken", "after_passed"):
        data[name] = getattr(known, name)
    return Outcome(note=doing.values.get("note") or "", data=data, to=None if terms.returns else "wound_up")


def _return_clock(case: Case, at: datetime) -> None:
    terms = queries.terms(case)
    promise = Promise(f"training.return.{terms.rule}", terms.return_days, Unit.CALENDAR_DAYS.value)
    if terms.by_duty:  # B2: one last day, whether the session or the duty is looked at
        duty = queries.return_duty(terms, at)
        if duty is None:
            return
        promise = Promise(f"duty.{duty.code}@{duty.version}", duty.within, Unit.WORKING_DAYS.value)
    clocks.start(case, RETURN_CLOCK, promise, at=at)


def _people(values: Mapping[str, Any]) -> int:
    if not values["people"]:
        raise Invalid("没有人来的请取消这一场，写明理由。", field="people")
    return int(values["people"])


def _add(known: Training, stage: str, values: Mapping[str, Any], taken: str, passed: str) -> None:
    """Adds what was counted on paper to what phones counted."""
    more, right = values.get(taken) or 0, values.get(passed) or 0
    try:
        passed_within(more, right)
    except Invalid as wrong:
        raise Invalid(wrong.message, field=passed) from None
    setattr(known, f"{stage}_taken", getattr(known, f"{stage}_taken") + more)
    setattr(known, f"{stage}_passed", getattr(known, f"{stage}_passed") + right)


def _results(case: Case, stage: str, told: Mapping[str, int], people: int) -> int:
    """Writes how many there were of each result. Returns how many are adverse.

    Raises:
        Invalid: results that do not add up to the people checked, or that this check has not.
    """
    adverse = added_up(told, people, dict(queries.terms(case).results))
    Result.objects.filter(case=case, stage=stage).exclude(code__in=told).update(taken=0)
    for code, number in told.items():
        Result.objects.update_or_create(case=case, stage=stage, code=code, defaults={"taken": number})
    return adverse


def recheck(doing: Doing) -> Outcome:
    """Somebody returned: how many took the short quiz or the drill again, and how many still knew."""
    known = _locked(doing.case)
    _add(known, RETURN, doing.values, "taken", "passed")
    if not known.return_taken:
        raise Invalid("还没有人在手机上答题；请填参加考核的人数。", field="taken")
    return _returned(doing, known, known.return_taken, known.return_passed, {})


def recount(doing: Doing) -> Outcome:
    """A later check of the same fleet, by number again."""
    known = _locked(doing.case)
    known.return_taken, results = _people(doing.values), dict(doing.values["results"])
    known.return_adverse = _results(doing.case, RETURN, results, known.return_taken)
    known.return_passed = known.return_taken - known.return_adverse
    return _returned(doing, known, known.return_taken, known.return_passed, results)


def _returned(doing: Doing, known: Training, taken: int, passed: int, results: Mapping[str, int]) -> Outcome:
    case, terms = doing.case, queries.terms(doing.case)
    at = _on(doing, case)
    known.returned_at, known.kept = at, kept(taken, passed, terms.keep)
    known.in_time = case.due_at is None or at < case.due_at
    known.save()
    clocks.stop(case, RETURN_CLOCK, at=doing.now)
    destroy(case, by=doing.by, now=doing.now)
    data = {"taken": taken, "passed": passed, "kept": known.kept, "in_time": known.in_time, "on": at.isoformat()}
    note = doing.values.get("note") or ""
    if not known.kept:
        below = _("低于 %(keep)d%%，没有保持住") % {"keep": terms.keep}
        note = f"{below}。{note}"
    return Outcome(note=note, data={**data, "results": dict(results)})


def _on(doing: Doing, case: Case) -> datetime:
    """When somebody returned: now, or at noon of an earlier day that is told."""
    day = doing.values.get("on")
    if day is None:
        return doing.now
    at = catalog.schedule().at(day, time(12))
    opens = queries.terms(case).return_opens(case.answered_at) if case.answered_at else at
    today = catalog.schedule().date_of(doing.now)
    if day > today or day < catalog.schedule().date_of(opens):
        raise Invalid("回访日期应当在可以回访的日子之后、今天或以前。", field="on")
    return min(at, doing.now)


def again(doing: Doing) -> Outcome:
    """The skill was not kept: it is taught once more, and somebody returns once more, by a new date.

    What the first return found stays in its step; the columns are of the newest.
    """
    known = _locked(doing.case)
    if known.kept:
        raise Conflict("回访时已经达标，不用再补；请直接办结。")
    known.return_taken = known.return_passed = known.return_adverse = 0
    known.returned_at = known.in_time = known.kept = None
    known.save()
    Result.objects.filter(case=doing.case, stage=RETURN).update(taken=0, right=0)
    _return_clock(doing.case, doing.now)
    return Outcome(note=doing.values["what"])


def finish(doing: Doing) -> Outcome:
    """Over; where the skill was not kept it is said what follows."""
    known, note = _locked(doing.case), doing.values.get("note") or ""
    if known.kept is False and not note:
        raise Invalid("没有达标的，请写明后续怎么办，或选“再补一次”。", field="note")
    return Outcome(note=note, data={"kept": known.kept})


def skip(doing: Doing) -> Outcome:
    """Nobody can return (the firm closed, the guards left): said with a reason, and never counted as returned."""
    clocks.stop(doing.case, RETURN_CLOCK, at=doing.now)
    destroy(doing.case, by=doing.by, now=doing.now)
    return Outcome(note=doing.values["reason"])


def correct(doing: Doing) -> Outcome:
    """Numbers entered by mistake are put right by somebody else; the step keeps both."""
    case, known = doing.case, _locked(doing.case)
    people, results = doing.values.get("people") or known.people, doing.values.get("results")
    before = {"people": known.people, "adverse": known.adverse}
    if queries.a_check(case, doing.by, doing.now) is None:
        if not results:
            raise Invalid("请把各项结果重新填一遍。", field="results")
        known.adverse = _results(case, HELD, dict(results), int(people or 0))
    elif not doing.values.get("people"):
        raise Invalid("请填更正后的人数。", field="people")
    known.people = people
    known.save(update_fields=["people", "adverse"])
    data = {"before": before, "people": known.people, "adverse": known.adverse, "results": results or {}}
    return Outcome(note=doing.values["reason"], data=data)


def void(doing: Doing) -> Outcome:
    """It was entered by mistake: it counts nowhere any more, and stays readable; nobody returns."""
    case, known = doing.case, _locked(doing.case)
    clocks.stop(case, RETURN_CLOCK, at=doing.now)
    destroy(case, by=doing.by, now=doing.now)
    case.answered_at = known.returned_at = known.kept = known.in_time = None
    known.save(update_fields=["returned_at", "kept", "in_time"])
    return Outcome(note=doing.values["reason"], data={"people": known.people})
