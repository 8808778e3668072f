"""This room's catalogue entries: kinds of hazard, each with its days."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import get_language

from huhang.base.catalog import queries as catalog
from huhang.base.catalog import registry
from huhang.cases.rules import Promise
from huhang.kernel.worktime import Unit
from huhang.register.posts.rules import penal

KINDS = "hazard_kinds"
DAYS = (("days", 1, 90), ("check_days", 1, 30))


def check(body: dict[str, Any]) -> list[str]:
    """What is wrong with a kind of hazard."""
    says = [f"缺少 {key}" for key in ("name", "name_en") if not isinstance(body.get(key), str) or not body[key]]
    for key, low, high in DAYS:
        value = body.get(key)
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            says.append(f"{key} 应当是 {low} 到 {high} 的整数（工作日）")
    if not isinstance(body.get("order"), int):
        says.append("order 应当是整数")
    if words := penal(str(body.get("name", "")), str(body.get("name_en", ""))):
        says.append(f"“{words[0]}”是检查、处罚的用语，警务站的隐患不是检查发现")
    return says


def register() -> None:
    """Makes the kind of entry known to the catalogue."""
    registry.register(KINDS, check)


def kinds() -> dict[str, Mapping[str, Any]]:
    """Kinds in use, in their order."""
    return dict(sorted(catalog.newest(KINDS).items(), key=lambda row: row[1]["order"]))


def say(body: Mapping[str, Any]) -> str:
    """The name of an entry in the language of the page."""
    return str(body["name_en"] if (get_language() or "").startswith("en") else body["name"])


def choices() -> list[tuple[str, str]]:
    """Kinds to choose from."""
    return [(code, say(body)) for code, body in kinds().items()]


def label(code: str, version: int) -> str:
    """The name of a kind as the hazard keeps it."""
    body = catalog.version(KINDS, code, version)
    return say(body) if body else code


def promise(code: str, version: int, name: str) -> Promise:
    """The days the host is asked to put it right in (``days``), or within which it is looked at (``check_days``)."""
    body = catalog.version(KINDS, code, version) or kinds().get(code) or {"days": 7, "check_days": 5}
    return Promise(f"hazard.{name}.{code}@{version}", int(body[name]), Unit.WORKING_DAYS.value)
