"""How much time a duty may be given: catalogue entry `duty_rules`, kept by name and version in every clock."""

from collections.abc import Mapping
from typing import Any

from huhang.base.catalog import queries as catalog
from huhang.base.catalog import registry
from huhang.cases.rules import Promise
from huhang.kernel.worktime import Unit

KIND, STANDARD = "duty_rules", "standard"
DAYS = Unit.WORKING_DAYS.value
BUILT_IN: Mapping[str, Any] = {"version": 0, "unit": DAYS, "longest": 90}
"""With no catalogue loaded at all."""


def check(body: dict[str, Any]) -> list[str]:
    """What is wrong with a rule."""
    longest = body.get("longest")
    says = [] if body.get("unit") == DAYS else [f"unit 应当是 {DAYS}"]
    if not isinstance(longest, int) or isinstance(longest, bool) or not 1 <= longest <= 366:
        says.append("longest 应当是 1 到 366 之间的整数")
    return says


def register() -> None:
    """Makes the kind of entry known to the catalogue."""
    registry.register(KIND, check)


def _body() -> Mapping[str, Any]:
    return catalog.newest(KIND).get(STANDARD) or BUILT_IN


def promise(days: int) -> Promise:
    """So many working days, by the rule in force now."""
    body = _body()
    return Promise(f"duty@{body['version']}", days, str(body["unit"]))


def longest() -> int:
    """So many working days a duty may be given at most."""
    return int(_body()["longest"])
