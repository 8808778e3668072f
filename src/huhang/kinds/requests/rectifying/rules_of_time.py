"""How long each stage may take: catalogue entries `rectify_rules`, kept by name and version in every clock."""

from collections.abc import Mapping
from typing import Any

from huhang.base.catalog import queries as catalog
from huhang.base.catalog import registry
from huhang.cases.rules import Promise
from huhang.kernel.worktime import Unit

KIND, STANDARD = "rectify_rules", "standard"
DAYS = Unit.WORKING_DAYS.value
BUILT_IN: Mapping[str, Any] = {
    "version": 0,
    "contact": {"amount": 1, "unit": DAYS},
    "rectify": {"amount": 5, "unit": DAYS},
    "revisit": {"amount": 5, "unit": DAYS},
    "longest": {"amount": 15, "unit": DAYS},
}
"""With no catalogue loaded at all (STANDARDS §3)."""


def check(body: dict[str, Any]) -> list[str]:
    """What is wrong with a rule: a stage without a time, or a longest that is shorter than the ordinary."""
    says = []
    for name in ("contact", "rectify", "revisit", "longest"):
        given = body.get(name)
        time: Mapping[str, Any] = given if isinstance(given, dict) else {}
        amount = time.get("amount")
        if not isinstance(amount, int) or isinstance(amount, bool) or amount < 1:
            says.append(f"{name}.amount 应当是不小于 1 的整数")
        if time.get("unit") != DAYS:
            says.append(f"{name}.unit 应当是 {DAYS}")
    if not says and body["longest"]["amount"] < body["rectify"]["amount"]:
        says.append("longest 不能短于 rectify")
    return says


def register() -> None:
    """Makes the kind of entry known to the catalogue."""
    registry.register(KIND, check)


def _body() -> Mapping[str, Any]:
    return catalog.newest(KIND).get(STANDARD) or BUILT_IN


def promise(stage: str) -> Promise:
    """The time of a stage: ``contact``, ``rectify`` or ``revisit``."""
    body = _body()
    return Promise(f"rectify@{body['version']}", int(body[stage]["amount"]), str(body[stage]["unit"]))


def most_more() -> int:
    """So many working days an extension may add at most: up to the longest altogether."""
    body = _body()
    return int(body["longest"]["amount"]) - int(body["rectify"]["amount"])
