"""Rules as tests write them."""

from datetime import datetime
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from huhang.base.catalog.rules import Problem, Sheet
from huhang.kinds.requests.routing.checking import RULES, check_rules
from huhang.kinds.requests.routing.conditions import Facts, Ground, Rule

FRIDAY = datetime(2026, 11, 20, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
HARBOUR, PORT, GONE = uuid4(), uuid4(), uuid4()
SQUARE = [(121.0, 37.0), (122.0, 37.0), (122.0, 38.0), (121.0, 38.0)]
HERE = Ground(
    by_code={"3799010001": HARBOUR, "3799010000": PORT, "3799010009": GONE},
    by_name={"港湾派出所": HARBOUR, "临港分局": PORT, "旧派出所": GONE},
    areas={HARBOUR: [SQUARE]},
    kinds={HARBOUR: "station", PORT: "county", GONE: "station"},
    above={HARBOUR: PORT, PORT: PORT, GONE: PORT},
    standing=frozenset({HARBOUR, PORT}),
)
KNOWN: dict[str, object] = {code: {} for code in ("TR-01", "TR-02", "PS-02", "HU-01")}


def body(code: str, order: int, then: dict[str, Any], when: dict[str, Any] | None = None) -> dict[str, Any]:
    """A rule as its file says it."""
    return {
        "code": code,
        "version": 1,
        "order": order,
        "name": code,
        "name_en": code,
        "when": when or {},
        "then": then,
    }


def rule(code: str, order: int, then: dict[str, Any], when: dict[str, Any] | None = None) -> Rule:
    """A rule as it runs."""
    return Rule.of(body(code, order, then, when))


def facts(text: str = "", **more: Any) -> Facts:
    """A request on a Friday morning by telephone."""
    given: dict[str, Any] = {
        "category": "",
        "channel": "hotline",
        "nature": "help",
        "subject": "",
        "received": FRIDAY,
        "office_hours": True,
    }
    return Facts(text=text, **{**given, **more})


def together(*bodies: dict[str, Any]) -> list[Problem]:
    """What the check of all rules together says."""
    sheets = [Sheet("request_categories", code, 1, {}, "c.yaml") for code in KNOWN]
    sheets += [Sheet(RULES, b["code"], b["version"], b, "routing_rules/r.yaml") for b in bodies]
    return check_rules(sheets)
