"""This room's catalogue entries: categories, natures with their times, rating reasons."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import get_language

from huhang.base.catalog import queries as catalog
from huhang.base.catalog import registry
from huhang.cases.rules import Promise
from huhang.kernel.worktime import Unit
from huhang.kinds.requests.rules import NATURES

CATEGORIES, NATURE_TIMES, REASONS = "request_categories", "request_natures", "rating_reasons"
FALLBACK = Promise("help@0", 5, Unit.WORKING_DAYS.value)
"""With no catalogue loaded at all a request still gets five working days (STANDARDS §4.3)."""


def _time(body: Mapping[str, Any], name: str, *, needed: bool) -> list[str]:
    value = body.get(name)
    if value is None:
        return [f"缺少 {name}（amount、unit）"] if needed else []
    if not isinstance(value, dict) or not isinstance(value.get("amount"), int) or value["amount"] < 0:
        return [f"{name}.amount 应当是不小于 0 的整数"]
    if value.get("unit") not in {u.value for u in Unit}:
        return [f"{name}.unit 应当是 {'、'.join(u.value for u in Unit)} 之一"]
    return []


def _named(body: Mapping[str, Any]) -> list[str]:
    return [f"缺少 {key}" for key in ("name", "name_en") if not isinstance(body.get(key), str) or not body[key]]


def check_category(body: dict[str, Any]) -> list[str]:
    """What is wrong with a category."""
    says = _named(body) + _time(body, "answer", needed=False)
    if body.get("nature") not in (None, *(n for n, _ in NATURES)):
        says.append("nature 不是已知的性质")
    return says


def check_nature(body: dict[str, Any]) -> list[str]:
    """What is wrong with a nature's times."""
    says = _named(body)
    for name in ("answer", "sign", "give_back", "revisit"):
        says += _time(body, name, needed=True)
    return says


def check_reason(body: dict[str, Any]) -> list[str]:
    """What is wrong with a preset rating reason; its first digit is the star (STANDARDS §3)."""
    code = str(body.get("code", ""))
    ok = len(code) == 3 and code.isdigit() and code[0] in "12345"
    return _named(body) + ([] if ok else ["code 应当是三位数字，首位是星级"])


def register() -> None:
    """Makes the kinds of entry known to the catalogue."""
    registry.register(CATEGORIES, check_category)
    registry.register(NATURE_TIMES, check_nature)
    registry.register(REASONS, check_reason)


def _say(body: Mapping[str, Any]) -> str:
    english = (get_language() or "").startswith("en")
    return str(body["name_en"] if english else body["name"])


def categories() -> Mapping[str, Mapping[str, Any]]:
    """Categories in use, by code."""
    return catalog.newest(CATEGORIES)


def category_choices() -> list[tuple[str, str]]:
    """Categories to choose from, in order of code."""
    return [(code, _say(body)) for code, body in sorted(categories().items())]


def category_label(code: str, version: int) -> str:
    """The name a case's category had in the version the case keeps."""
    body = catalog.version(CATEGORIES, code, version) or categories().get(code)
    return _say(body) if body else code


def reason_choices(stars: int | None = None) -> list[tuple[str, str]]:
    """Preset reasons, of one number of stars if given."""
    rows = sorted(catalog.newest(REASONS).items())
    if stars is None:  # all of them side by side: each says which stars it belongs to
        return [(code, f"{code[0]}★ {_say(body)}") for code, body in rows]
    return [(code, _say(body)) for code, body in rows if code[0] == str(stars)]


def promise(name: str, *, nature: str, category: str = "", version: int = 0, urgency: int = 0) -> Promise:
    """The time a clock gets: emergency before category before nature; the rule's name and version go into the clock."""
    natures = catalog.newest(NATURE_TIMES)
    if urgency == 2 and name == "answer" and "emergency" in natures:
        return _promise("emergency", natures["emergency"], name)
    body = catalog.version(CATEGORIES, category, version) if category else None
    if body and body.get(name):
        return _promise(category, body, name)
    return _promise(nature, natures[nature], name) if nature in natures else FALLBACK


def _promise(code: str, body: Mapping[str, Any], name: str) -> Promise:
    return Promise(f"{code}@{body['version']}", int(body[name]["amount"]), str(body[name]["unit"]))
