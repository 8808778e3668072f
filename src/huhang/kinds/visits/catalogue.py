"""This room's catalogue entries: the cap with its times, purposes, causes, and questionnaires in versions."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import get_language

from huhang.base.catalog import queries as catalog
from huhang.base.catalog import registry
from huhang.kernel.errors import Conflict
from huhang.kinds.visits.rules import Rule, checking
from huhang.register.subjects.models import Subject

RULES, PURPOSES, CAUSES, SHEETS = "visit_rules", "visit_purposes", "visit_causes", "visit_sheets"
CONDUCT, DO, DONT = "visit_conduct", "do", "dont"
CODE, SHEET = "default", "service"
NEEDS, QUESTIONS = ("note", "follows"), ("one", "many", "number", "text")
_TIMES = (("rate_days", 1, 90), ("back_days", 1, 92), ("gate_minutes", 1, 240), ("gate_days", 1, 366))


def _named(body: Mapping[str, Any], *names: str) -> list[str]:
    return [f"缺少 {key}" for key in names if not isinstance(body.get(key), str) or not body[key]]


def _whole(value: Any, low: int, high: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def check_rule(body: dict[str, Any]) -> list[str]:
    """What is wrong with a cap and its times."""
    says = _named(body, "name", "name_en", "source", "source_en")
    cap = body.get("cap")
    if not isinstance(cap, dict) or "default" not in cap:
        says.append("cap 应当有 default，并可以按主体类型另定")
    else:
        known = {"default", *Subject.Kind.values}
        says += [f"cap 里没有“{kind}”这种主体" for kind in cap if kind not in known]
        says += [f"cap.{kind} 应当是 0 到 92 之间的整数" for kind, most in cap.items() if not _whole(most, 0, 92)]
    for name, low, high in _TIMES:
        if not _whole(body.get(name), low, high):
            says.append(f"{name} 应当是 {low} 到 {high} 之间的整数")
    return says


def _no_check(body: Mapping[str, Any], *names: str) -> list[str]:
    """A service visit is no inspection (STANDARDS §15, 12): its catalogue may not even ask for a finding."""
    words = checking(*(str(body.get(name, "")) for name in names))
    return [f"“{words[0]}”是检查、处罚的用语，走访不得代替检查"] if words else []


def check_purpose(body: dict[str, Any]) -> list[str]:
    """What is wrong with a purpose."""
    says = _named(body, "name", "name_en") + _no_check(body, "name", "name_en")
    return says if isinstance(body.get("order"), int) else [*says, "order 应当是整数"]


def check_cause(body: dict[str, Any]) -> list[str]:
    """What is wrong with a cause: one that does not count must be told more about."""
    says = check_purpose(body)
    counts, needs = body.get("counts"), body.get("needs")
    if not isinstance(counts, bool):
        says.append("counts 应当是 true 或 false")
    if needs is not None and needs not in NEEDS:
        says.append(f"needs 应当是 {'、'.join(NEEDS)} 之一")
    if counts is False and needs is None:
        says.append("不计入频次的缘由要写明依据：needs 不能空")
    return says


def check_conduct(body: dict[str, Any]) -> list[str]:
    """What is wrong with a line of the list of conduct."""
    says = _named(body, "name", "name_en")
    if body.get("sort") not in (DO, DONT):
        says.append(f"sort 应当是 {DO} 或 {DONT}")
    if len(str(body.get("code", ""))) > 24:
        says.append("code 最长 24 个字符")
    return says if isinstance(body.get("order"), int) else [*says, "order 应当是整数"]


def check_sheet(body: dict[str, Any]) -> list[str]:
    """What is wrong with a questionnaire."""
    says = check_purpose(body)
    rows = body.get("questions")
    if not isinstance(rows, list) or not 1 <= len(rows) <= 30:
        return [*says, "questions 应当有 1 到 30 题"]
    codes = [str(row.get("code", "")) if isinstance(row, dict) else "" for row in rows]
    if "" in codes or len(set(codes)) != len(codes) or any(len(code) > 24 for code in codes):
        says.append("每题要有自己的 code，最长 24 个字符，不能重复")
    for code, row in zip(codes, rows, strict=True):
        says += [f"{code or '？'}：{why}" for why in (_question(row) if isinstance(row, dict) else ["应当是一张表"])]
    return says


def _question(row: Mapping[str, Any]) -> list[str]:
    says = _named(row, "text", "text_en") + _no_check(row, "text", "text_en")
    if row.get("kind") not in QUESTIONS:
        return [*says, f"kind 应当是 {'、'.join(QUESTIONS)} 之一"]
    if row["kind"] == "number" and not _whole(row.get("most"), 1, 10**9):
        says.append("most 应当是正整数")
    if row["kind"] in ("one", "many"):
        options = row.get("options")
        if not isinstance(options, list) or not 2 <= len(options) <= 30:
            return [*says, "options 应当有 2 到 30 项"]
        codes = [str(one.get("code", "")) for one in options if isinstance(one, dict)]
        if len(codes) != len(options) or "" in codes or len(set(codes)) != len(codes):
            return [*says, "每个选项要有自己的 code"]
        if any(len(code) > 24 for code in codes):
            says.append("选项的 code 最长 24 个字符")
        for one in options:
            says += _named(one, "name", "name_en") + _no_check(one, "name", "name_en")
    return says


def register() -> None:
    """Makes the kinds of entry known to the catalogue."""
    registry.register(RULES, check_rule)
    registry.register(PURPOSES, check_purpose)
    registry.register(CAUSES, check_cause)
    registry.register(SHEETS, check_sheet)
    registry.register(CONDUCT, check_conduct)


def english() -> bool:
    """Whether the reader reads English."""
    return (get_language() or "").startswith("en")


def say(body: Mapping[str, Any], name: str = "name") -> str:
    """A name of the catalogue in the reader's language."""
    return str(body[f"{name}_en" if english() else name])


def rule() -> Rule:
    """The cap and the times in force.

    Raises:
        Conflict: no catalogue is loaded.
    """
    body = catalog.newest(RULES).get(CODE)
    if not body:
        raise Conflict("还没有装入走访频次规则，请管理员先装入目录。")
    times = {name: int(body[name]) for name, _low, _high in _TIMES}
    return Rule(f"{CODE}@{body['version']}", {k: int(v) for k, v in body["cap"].items()}, **times)


def _ordered(kind: str) -> list[tuple[str, Mapping[str, Any]]]:
    return sorted(catalog.newest(kind).items(), key=lambda row: (row[1]["order"], row[0]))


def purposes() -> Mapping[str, Mapping[str, Any]]:
    """Every purpose in force, by code."""
    return catalog.newest(PURPOSES)


def purpose_choices() -> list[tuple[str, str]]:
    """Purposes to choose from."""
    return [(code, say(body)) for code, body in _ordered(PURPOSES)]


def conduct(sort: str) -> list[tuple[str, str]]:
    """What is done, or not done, on a visit (D6)."""
    return [(code, say(body)) for code, body in _ordered(CONDUCT) if body["sort"] == sort]


def conduct_labels(codes: Iterable[str]) -> list[str]:
    """The lines of some codes; a code itself when nobody knows it any more."""
    return [label(CONDUCT, code, 0) for code in codes]


def causes() -> Mapping[str, Mapping[str, Any]]:
    """Every cause in force, by code."""
    return catalog.newest(CAUSES)


def cause_choices() -> list[tuple[str, str]]:
    """Causes to choose from, the one that counts first by the catalogue's order."""
    return [(code, say(body)) for code, body in _ordered(CAUSES)]


def label(kind: str, code: str, version: int) -> str:
    """What a code is called, by the version it was chosen in; the code itself when nobody knows it."""
    body = catalog.version(kind, code, version) or catalog.newest(kind).get(code)
    return say(body) if body else code


def purpose_label(code: str, version: int) -> str:
    """What a purpose is called."""
    return label(PURPOSES, code, version)


def sheet(code: str, version: int = 0) -> Mapping[str, Any] | None:
    """A questionnaire in one exact version, or the newest."""
    return catalog.version(SHEETS, code, version) if version else catalog.newest(SHEETS).get(code)
