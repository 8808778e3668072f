"""This room's catalogue entries: what disputes are about, each with its days; and authorities to write to."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import get_language

from huhang.base.catalog import queries as catalog
from huhang.base.catalog import registry
from huhang.cases.rules import Promise
from huhang.kernel.worktime import Unit

TOPICS = "dispute_topics"
AUTHORITIES = "outside_authorities"
"""Kept by the room of referrals of requests; read here as data, since kinds are strangers to one another."""
DAYS = (("days", 1, 90), ("relapse_days", 1, 180))


def check(body: dict[str, Any]) -> list[str]:
    """What is wrong with a topic."""
    says = [f"缺少 {key}" for key in ("name", "name_en") if not isinstance(body.get(key), str) or not body[key]]
    for key, low, high in DAYS:
        value = body.get(key)
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            says.append(f"{key} 应当是 {low} 到 {high} 的整数（工作日）")
    return says if isinstance(body.get("order"), int) else [*says, "order 应当是整数"]


def register() -> None:
    """Makes the kind of entry known to the catalogue."""
    registry.register(TOPICS, check)


def _english() -> bool:
    return (get_language() or "").startswith("en")


def say(body: Mapping[str, Any]) -> str:
    """The name of an entry in the language of the page."""
    return str(body["name_en"] if _english() else body["name"])


def topics() -> dict[str, Mapping[str, Any]]:
    """Topics in use, in their order."""
    return dict(sorted(catalog.newest(TOPICS).items(), key=lambda row: row[1]["order"]))


def choices() -> list[tuple[str, str]]:
    """Topics to choose from."""
    return [(code, say(body)) for code, body in topics().items()]


def label(code: str, version: int) -> str:
    """The name of a topic as the dispute keeps it."""
    body = catalog.version(TOPICS, code, version)
    return say(body) if body else code


def promise(code: str, version: int, name: str) -> Promise:
    """The days to settle it in (``days``), or after which it is looked at again (``relapse_days``)."""
    body = catalog.version(TOPICS, code, version) or topics().get(code) or {"days": 20, "relapse_days": 30}
    return Promise(f"dispute.{name}.{code}@{version}", int(body[name]), Unit.WORKING_DAYS.value)


def authorities() -> Mapping[str, Mapping[str, Any]]:
    """Authorities outside the bureau that can be written to, by code."""
    return catalog.newest(AUTHORITIES)


def authority_choices() -> list[tuple[str, str]]:
    """Authorities to choose from, each with what it answers for."""
    end = "_en" if _english() else ""
    rows = sorted(authorities().items(), key=lambda row: row[0])
    return [(code, f"{body['name' + end]} · {body['for' + end]}") for code, body in rows]
