"""This room's catalogue: questionnaires in versions, and the rules of keeping answers apart."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import get_language

from huhang.base.catalog import queries as catalog
from huhang.base.catalog import registry
from huhang.base.catalog.rules import Problem, Sheet
from huhang.kernel.errors import Invalid
from huhang.kinds.requests.surveying import rules
from huhang.kinds.requests.surveying.rules import Policy

SHEETS, RULES, CODE = "questionnaires", "survey_rules", "default"
_BOUNDS = {
    "least": (3, 100),
    "opens": (2, 100),
    "per_place": (1, 10_000),
    "portion": (1, 1000),
    "most": (1, 200_000),
}
_LATER = {"remind_after_hours": (1, 24 * 30)}
"""What versions of before do not say; the built-in number stands for it."""


def _named(body: Mapping[str, Any], *names: str) -> list[str]:
    return [f"缺少 {key}" for key in names if not isinstance(body.get(key), str) or not body[key]]


def _whole(value: Any, low: int, high: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def check_rules(body: dict[str, Any]) -> list[str]:
    """What is wrong with the rules of surveys."""
    says = [
        f"{name} 应当是 {low} 到 {high} 之间的整数"
        for name, (low, high) in (_BOUNDS | _LATER).items()
        if not _whole(body.get(name, low if name in _LATER else None), low, high)
    ]
    similar = body.get("similar")
    if not isinstance(similar, int | float) or not 0 < similar <= 1:
        says.append("similar 应当大于 0、不超过 1")
    return says


def check_sheet(body: dict[str, Any]) -> list[str]:
    """What is wrong with a questionnaire, question by question."""
    says = _named(body, "name", "name_en", "purpose", "purpose_en")
    if not isinstance(body.get("order"), int):
        says.append("order 应当是整数")
    rows = body.get("questions")
    if not isinstance(rows, list) or not 1 <= len(rows) <= 40:
        return [*says, "questions 应当有 1 到 40 题"]
    if any(not isinstance(row, dict) for row in rows):
        return [*says, "每一题应当是“键: 值”的表"]
    codes = [str(row.get("code", "")) for row in rows]
    if "" in codes or len(set(codes)) != len(codes) or any(len(code) > 24 or "." in code for code in codes):
        says.append("每题要有自己的 code，最长 24 个字符，不含点，不能重复")
    classes = {str(row.get("code")) for row in rows if row.get("kind") == rules.CLASS}
    if len(classes) > 1:
        says.append("五类问题只能问一题")
    for row in rows:
        says += [f"{row.get('code') or '？'}：{why}" for why in _question(row, classes)]
    return says


def _question(row: Mapping[str, Any], classes: set[str]) -> list[str]:
    says, kind = _named(row, "text", "text_en"), row.get("kind")
    if kind not in rules.KINDS:
        return [*says, f"kind 应当是 {'、'.join(rules.KINDS)} 之一"]
    if "default" in row:
        says.append("不能有默认答案（default）")
    if not isinstance(row.get("required", False), bool):
        says.append("required 应当是 true 或 false")
    if kind == rules.NUMBER and not _whole(row.get("most"), 1, 10**9):
        says.append("most 应当是正整数")
    if kind == rules.TEXT:
        if not _whole(row.get("most", 1), 1, rules.LONGEST_TEXT):
            says.append(f"most 应当是 1 到 {rules.LONGEST_TEXT} 之间的整数")
        if row.get("of") is not None and row["of"] not in classes:
            says.append("of 应当是问五类问题的那一题")
    if kind in (rules.ONE, rules.MANY, rules.CLASS, rules.RANK):
        says += _options(row)
    return says


def _options(row: Mapping[str, Any]) -> list[str]:
    options, kind = row.get("options"), row["kind"]
    low, high = (rules.CLASSES, rules.CLASSES) if kind == rules.CLASS else (2, 12 if kind == rules.RANK else 30)
    if not isinstance(options, list) or not low <= len(options) <= high:
        return [f"options 应当有 {low} 到 {high} 项" if low < high else f"options 应当正好 {low} 项"]
    codes = [str(one.get("code", "")) for one in options if isinstance(one, dict)]
    if len(codes) != len(options) or "" in codes or len(set(codes)) != len(codes) or any(len(c) > 24 for c in codes):
        return ["每个选项要有自己的 code，最长 24 个字符"]
    says = [why for one in options for why in _named(one, "name", "name_en")]
    if kind == rules.CLASS:
        says += [why for one in options for why in _named(one, "category")]
    return says


def check_together(sheets: Sequence[Sheet]) -> list[Problem]:
    """Classes that name a category there is not: their opinions would be lost to the ranking."""
    known = {sheet.code for sheet in sheets if sheet.kind == "request_categories"}
    wrong = []
    for sheet in sheets:
        if sheet.kind != SHEETS:
            continue
        asked = [q for q in sheet.body.get("questions") or () if isinstance(q, dict) and q.get("kind") == rules.CLASS]
        for one in (option for question in asked for option in question.get("options") or ()):
            if isinstance(one, dict) and one.get("category") not in known:
                says = f"“{one.get('code')}”的 category {one.get('category')} 不在诉求类别里"
                wrong.append(Problem(sheet.file, sheet.code, says))
    return wrong


def register() -> None:
    """Makes the kinds of entry known."""
    registry.register(SHEETS, check_sheet)
    registry.register(RULES, check_rules)
    registry.register_whole(SHEETS, check_together)


def policy() -> Policy:
    """The rules in force; the built-in ones with no catalogue at all."""
    body = catalog.newest(RULES).get(CODE)
    return Policy(**{name: body[name] for name in Policy.__dataclass_fields__ if name in body}) if body else Policy()


def english() -> bool:
    """Whether the reader reads English."""
    return (get_language() or "").startswith("en")


def say(body: Mapping[str, Any], name: str = "name") -> str:
    """Words of the catalogue in the reader's language."""
    return str(body[f"{name}_en" if english() else name])


def newest() -> list[tuple[str, Mapping[str, Any]]]:
    """The questionnaires that can be sent out, in their order."""
    return sorted(catalog.newest(SHEETS).items(), key=lambda row: (row[1]["order"], row[0]))


def sheet(code: str, version: int) -> Mapping[str, Any]:
    """One questionnaire as it was when its survey began.

    Raises:
        Invalid: there is none.
    """
    body = catalog.version(SHEETS, code, version)
    if body is None:
        raise Invalid("没有这份问卷，请从列出的问卷里选。", field="questionnaire")
    return body
