"""Authorities outside the bureau as catalogue entries."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import get_language

from huhang.base.catalog import queries as catalog
from huhang.base.catalog import registry
from huhang.cases.rules import Promise
from huhang.kernel.worktime import Unit

AUTHORITIES = "outside_authorities"
TEXTS = ("name", "name_en", "for", "for_en", "office")
DAYS = ("days", "before", "every")


def check(body: dict[str, Any]) -> list[str]:
    """What is wrong with an authority."""
    says = [f"缺少 {key}" for key in TEXTS if not isinstance(body.get(key), str) or not body[key].strip()]
    for key in DAYS:
        value = body.get(key)
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= 90:
            says.append(f"{key} 应当是 1 到 90 的整数（工作日）")
    if not says and body["before"] >= body["days"]:
        says.append("before 应当小于 days")
    known = {*TEXTS, *DAYS, "code", "version"}
    return says + [f"没有 {key} 这一项；目录里只写单位和处室，不写个人信息" for key in sorted(set(body) - known)]


def register() -> None:
    """Makes the kind of entry known."""
    registry.register(AUTHORITIES, check)


def authorities() -> Mapping[str, Mapping[str, Any]]:
    """Authorities in use, by code."""
    return catalog.newest(AUTHORITIES)


def _english() -> bool:
    return (get_language() or "").startswith("en")


def choices() -> list[tuple[str, str]]:
    """Authorities to choose from, each with what it answers for and its days."""
    end = "_en" if _english() else ""
    rows = sorted(authorities().items(), key=lambda row: (row[1]["days"], row[0]))
    return [(code, f"{body['name' + end]} · {body['for' + end]} · {body['days']}") for code, body in rows]


def name_of(code: str, version: int, kept: str) -> str:
    """The authority's name in the reader's language, as it was in the version the referral keeps."""
    body = catalog.version(AUTHORITIES, code, version)
    return str(body["name_en"]) if body and _english() else kept


def entry(code: str, version: int) -> Mapping[str, Any]:
    """The version a referral was made under; its days to remind by stay what they were."""
    return catalog.version(AUTHORITIES, code, version) or {}


def promise(body: Mapping[str, Any]) -> Promise:
    """The authority's own time to answer."""
    return Promise(f"{body['code']}@{body['version']}", int(body["days"]), Unit.WORKING_DAYS.value)
