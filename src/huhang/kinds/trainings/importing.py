"""Sessions that were held, brought in from a table: read, checked row by row, saved, taken back within a day (A4, B5).

The file itself is not kept, and what no column of ours can hold is not read: lists of bureaus have columns of names
beside the numbers, and those stay where they are (ADR 37).
"""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.rules import Actor, Perm
from huhang.base.catalog import queries as catalog
from huhang.base.sheets import cells
from huhang.base.sheets.cells import Cell, said
from huhang.cases.actions import move, open_case
from huhang.cases.models import Case
from huhang.cases.tables import Table
from huhang.kernel.errors import Invalid, Sentence
from huhang.kinds.trainings import catalogue
from huhang.kinds.trainings.actions.opening import told_of
from huhang.kinds.trainings.columns import VOCABULARY
from huhang.kinds.trainings.models import Host, ImportRun
from huhang.kinds.trainings.rules import CHECK, MOST_PEOPLE, passed_within
from huhang.register.subjects.queries import named

NUMBERS = ("people", "handed_over", "before_taken", "before_passed", "after_taken", "after_passed")
RETURN = ("return_taken", "return_passed")


def _value(key: str, cell: Cell, by: Actor) -> Any:
    if key in (*NUMBERS, *RETURN):
        number = cells.number(cell, 0, MOST_PEOPLE)
        if number != int(number):
            raise Invalid("请填整数。")
        return int(number)
    if key in ("day", "returned_on"):
        return cells.moment(cell).isoformat()
    if key == "sort":
        return _sort(said(cell).strip())
    if key == "subjects":
        return [str(named(by, one).pk) for one in said(cell).replace("；", ";").split(";") if one.strip()]
    return cells.words(cell, most={"title": 100, "place": 200, "speaker": 80}[key]).replace("\n", " ")


def _sort(text: str) -> str:
    for code, body in catalogue.kinds().items():
        if text in (code, body["name"], body["name_en"]):
            return code
    raise Invalid("目录里没有这个种类，请从模板的下拉列表里选。")


def _whole(values: Mapping[str, Any], seen: set[tuple[Any, ...]], by: Actor, now: datetime) -> list[list[str]]:
    """What is wrong with a row taken together, and whether it was entered before."""
    labels = {one.key: one.label for one in VOCABULARY.things} | {"starts_at": "日期", "results": "移交人数"}
    try:
        given = values_of(values)
        told = told_of(given, by, now)
        if given["starts_at"] > now:
            raise Invalid("还没有举办。", field="starts_at")
        if not given["people"]:
            raise Invalid("没有人来的不用登记。", field="people")
        for stage in ("before", "after", "return"):
            passed_within(values.get(f"{stage}_taken"), values.get(f"{stage}_passed"))
        if told.terms.form == CHECK and (values.get("handed_over") or 0) > given["people"]:
            raise Invalid("移交的人不能比检查的人多。", field="results")
    except Invalid as wrong:
        return [[labels.get(name, name), text] for name, text in wrong.problems.items()] or [["", wrong.text]]
    day = catalog.schedule().date_of(told.starts_at)
    keys = {(told.terms.code, day, told.title, one.pk) for one in told.subjects}
    if keys & seen or _there(told.terms.code, told.starts_at, told.title, [one.pk for one in told.subjects]):
        return [["", Sentence("同一天、同一家、同一名称的已经登记过。")]]
    seen |= keys
    return []


def _there(sort: str, at: datetime, title: str, subjects: Sequence[uuid.UUID]) -> bool:
    first, end = catalog.schedule().whole(catalog.schedule().date_of(at))
    with acting(SYSTEM, apart=False):
        rows = Host.objects.filter(subject__in=subjects, case__category=sort, case__title__startswith=title)
        rows = rows.filter(case__training__starts_at__gte=first, case__training__starts_at__lt=end)
        return rows.exclude(case__state="dropped").exists()


def values_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row as the action takes it; of a check what is not handed over has the first result that is not adverse."""
    given = {key: row[key] for key in (*NUMBERS, "sort", "title", "place", "speaker", "subjects") if key in row}
    at = datetime.fromisoformat(row["day"])
    given["starts_at"] = at if at.tzinfo else catalog.schedule().at(at.date(), at.time())
    if (adverse := given.pop("handed_over", None)) is not None or catalogue.terms(row["sort"]).form == CHECK:
        known = catalogue.terms(row["sort"]).results
        bad, good = (next((code for code, flag in known if flag is kind), "") for kind in (True, False))
        results = {good: given["people"] - (adverse or 0), bad: adverse or 0}
        given["results"] = {code: number for code, number in results.items() if number}
    return given


def _returned(case: Case, values: Mapping[str, Any], by: Actor, now: datetime) -> None:
    if values.get("return_taken") is None:
        return
    day = datetime.fromisoformat(values["returned_on"]).date() if values.get("returned_on") else None
    taken, passed = values["return_taken"], values.get("return_passed") or 0
    terms = catalogue.terms(values["sort"])
    if terms.form == CHECK:
        bad, good = (next((code for code, flag in terms.results if flag is kind), "") for kind in (True, False))
        results = {code: n for code, n in ((good, passed), (bad, taken - passed)) if n}
        given: dict[str, Any] = {"people": taken, "results": results, "on": day}
        move(case_id=case.pk, name="recount", values=given, by=by, now=now)
        return
    move(case_id=case.pk, name="recheck", values={"taken": taken, "passed": passed, "on": day}, by=by, now=now)


class Sessions(Table[ImportRun]):
    """The table of sessions that were held."""

    word, job, run = "training", "trainings.import", ImportRun
    vocabulary, perm = VOCABULARY, Perm.VISIT

    def value(self, key: str, cell: Cell, by: Actor) -> Any:
        """A cell as the row keeps it. Raises Invalid beside its column."""
        return _value(key, cell, by)

    def whole(self, values: dict[str, Any], seen: set[Any], by: Actor, now: datetime) -> list[list[str]]:
        """What is wrong with a row taken together, and whether it was entered before."""
        return _whole(values, seen, by, now)

    def enter(self, values: Mapping[str, Any], run: ImportRun, line: int, by: Actor, now: datetime) -> list[Case]:
        """The session, returned to where the row says so."""
        case = open_case("training", by=by, now=now, **values_of(values))
        _returned(case, values, by, now)
        return [case]

    def take_back(self, cases: Sequence[Case], now: datetime) -> None:
        """Voids the session."""
        for one in cases:
            move(case_id=one.pk, name="void", values={"reason": _("整批撤销导入")}, by=SYSTEM, now=now)


TABLE = Sessions()
