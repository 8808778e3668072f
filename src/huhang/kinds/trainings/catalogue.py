"""This room's catalogue entries: kinds of session with their times and results, and quizzes in versions."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import get_language

from huhang.base.catalog import queries as catalog
from huhang.base.catalog import registry
from huhang.base.catalog.rules import Problem, Sheet
from huhang.kernel.errors import Conflict
from huhang.kinds.trainings.rules import CHECK, FORMS, LECTURE, Terms
from huhang.register.rounds.catalogue import DUTIES

KINDS, QUIZZES = "training_kinds", "training_quizzes"
_TIMES = (("record_days", 1, 30), ("return_from", 0, 365), ("return_days", 0, 366), ("keep", 0, 100))
BY_DUTY = "duty"
"""As ``return_days``: the recurring duty a session of this form gives rise to says until when (B2)."""


def _named(body: Mapping[str, Any], *names: str) -> list[str]:
    return [f"缺少 {key}" for key in names if not isinstance(body.get(key), str) or not body[key]]


def _whole(value: Any, low: int, high: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _coded(rows: Any, low: int, high: int, what: str) -> list[str]:
    if not isinstance(rows, list) or not low <= len(rows) <= high or not all(isinstance(row, dict) for row in rows):
        return [f"{what} 应当有 {low} 到 {high} 项"]
    codes = [str(row.get("code", "")) for row in rows]
    if "" in codes or len(set(codes)) != len(codes) or any(len(code) > 24 for code in codes):
        return [f"{what} 里每项要有自己的 code，最长 24 个字符，不能重复"]
    return []


def check_kind(body: dict[str, Any]) -> list[str]:
    """What is wrong with a kind of session."""
    says = _named(body, "name", "name_en")
    says += [
        f"{n} 应当是 {low} 到 {high} 之间的整数"
        for n, low, high in _TIMES
        if not _whole(body.get(n), low, high) and (n, body.get(n)) != ("return_days", BY_DUTY)
    ]
    if body.get("form") not in dict(FORMS):
        says.append(f"form 应当是 {'、'.join(name for name, _label in FORMS)} 之一")
    if not isinstance(body.get("tell"), bool):
        says.append("tell 应当是 true 或 false")
    if not isinstance(body.get("order"), int):
        says.append("order 应当是整数")
    days = body.get("return_days")
    if not says and days != BY_DUTY and days and body["return_from"] >= body["return_days"]:
        says.append("return_from 应当早于 return_days")
    return says + _results(body)


def _results(body: Mapping[str, Any]) -> list[str]:
    if body.get("form") != CHECK:
        return ["只有集中检查有 results"] if body.get("results") else []
    if body.get("quiz"):
        return ["集中检查没有测验"]
    says = _coded(body.get("results"), 2, 12, "results")
    for row in [] if says else body["results"]:
        says += _named(row, "name", "name_en")
        if not isinstance(row.get("adverse"), bool):
            says.append(f"{row['code']}：adverse 应当是 true 或 false")
    return says


def check_quiz(body: dict[str, Any]) -> list[str]:
    """What is wrong with a quiz."""
    says = _named(body, "name", "name_en") + _coded(body.get("questions"), 1, 20, "questions")
    if not _whole(body.get("pass"), 1, 100):
        says.append("pass 应当是 1 到 100 之间的整数")
    if says:
        return says
    for row in body["questions"]:
        wrong = _named(row, "text", "text_en") + _coded(row.get("options"), 2, 8, "options")
        if not wrong:
            wrong += [why for one in row["options"] for why in _named(one, "name", "name_en")]
            if row.get("right") not in {one["code"] for one in row["options"]}:
                wrong.append("right 应当是一个选项的 code")
        says += [f"{row['code']}：{why}" for why in wrong]
    if not says and not any(row.get("again") for row in body["questions"]):
        says.append("至少一题 again: true，回访时再问")
    return says


def check_whole(sheets: Sequence[Sheet]) -> list[Problem]:
    """Every quiz a kind of session names is there; when it is returned to is said once, by itself or by a duty."""
    duties = {str(sheet.body.get("after")) for sheet in sheets if sheet.kind == DUTIES and sheet.body.get("after")}
    known = {sheet.code for sheet in sheets if sheet.kind == QUIZZES}
    rows = [(sheet, sheet.body.get("quiz")) for sheet in sheets if sheet.kind == KINDS]
    found = [Problem(s.file, s.code, f"没有“{quiz}”这份测验") for s, quiz in rows if quiz and quiz not in known]
    for sheet in (sheet for sheet, _quiz in rows):
        raises, days = sort_of(str(sheet.body.get("form"))) in duties, sheet.body.get("return_days")
        if days == BY_DUTY and not raises:
            found.append(Problem(sheet.file, sheet.code, "没有由它引起的定期职责，return_days 应当写天数"))
        if raises and days not in (BY_DUTY, 0):
            found.append(Problem(sheet.file, sheet.code, "回访的期限由定期职责定，return_days 应当写 duty，不另写一个"))
    return found


def sort_of(form: str) -> str:
    """As what a session of a form stands among the records of recurring duties (`doing`)."""
    return "training" if form == LECTURE else form


def register() -> None:
    """Makes the kinds of entry known to the catalogue."""
    registry.register(KINDS, check_kind)
    registry.register(QUIZZES, check_quiz)
    registry.register_whole(KINDS, check_whole)


def say(body: Mapping[str, Any], name: str = "name") -> str:
    """A name of the catalogue in the reader's language."""
    return str(body[f"{name}_en" if (get_language() or "").startswith("en") else name])


def kinds() -> Mapping[str, Mapping[str, Any]]:
    """Every kind of session in force, by code."""
    return catalog.newest(KINDS)


def choices(*forms: str) -> list[tuple[str, str]]:
    """Kinds of session to choose from, of these forms or of all."""
    rows = sorted(kinds().items(), key=lambda row: (row[1]["order"], row[0]))
    return [(code, say(body)) for code, body in rows if not forms or body["form"] in forms]


def _body(code: str, version: int) -> Mapping[str, Any]:
    found = catalog.version(KINDS, code, version) if version else kinds().get(code)
    return found or kinds().get(code) or {}


def label(code: str, version: int) -> str:
    """What a kind of session is called, by the version it was chosen in; the code itself when nobody knows it."""
    body = _body(code, version)
    return say(body) if body else code


def terms(code: str, version: int = 0) -> Terms:
    """What the catalogue says of a kind of session, in one exact version or the newest.

    Raises:
        Conflict: nobody knows it.
    """
    body = _body(code, version)
    if not body:
        raise Conflict("还没有装入讲座演练目录，请管理员先装入目录。")
    results = tuple((str(row["code"]), bool(row["adverse"])) for row in body.get("results") or [])
    by_duty = body["return_days"] == BY_DUTY
    times = {name: int(body[name]) for name, _low, _high in _TIMES if not (by_duty and name == "return_days")}
    form, quiz = str(body["form"]), str(body.get("quiz") or "")
    return Terms(
        code,
        int(body["version"]),
        form,
        bool(body["tell"]),
        quiz,
        results=results,
        by_duty=by_duty,
        **{"return_days": 0, **times},
    )


def result_choices(code: str, version: int) -> list[tuple[str, str]]:
    """Results of a check by their names."""
    return [(str(row["code"]), say(row)) for row in _body(code, version).get("results") or []]


def quiz(code: str, version: int = 0) -> Mapping[str, Any] | None:
    """A quiz in one exact version, or the newest."""
    return catalog.version(QUIZZES, code, version) if version else catalog.newest(QUIZZES).get(code)


def questions(body: Mapping[str, Any], *, again: bool) -> list[Mapping[str, Any]]:
    """What is asked: everything, or the few that are asked again at the return."""
    return [row for row in body["questions"] if not again or row.get("again")]
