"""This room's catalogue entries: classes and flags of subjects, roles of contacts, when two rows may be one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language

from huhang.base.catalog import queries as catalog
from huhang.base.catalog import registry
from huhang.register.subjects.models import Subject

CLASSES, ROLES, RULES = "subject_classes", "contact_roles", "subject_rules"


def _named(body: Mapping[str, Any]) -> list[str]:
    return [f"缺少 {key}" for key in ("name", "name_en") if not isinstance(body.get(key), str) or not body[key]]


def _kinds(body: Mapping[str, Any]) -> list[str]:
    kinds = body.get("kinds", [])
    if not isinstance(kinds, list) or not set(kinds) <= set(Subject.Kind.values):
        return [f"kinds 应当是 {'、'.join(Subject.Kind.values)} 里的几种"]
    return []


def check_class(body: dict[str, Any]) -> list[str]:
    """What is wrong with a class or flag."""
    says = _named(body) + _kinds(body)
    if body.get("sort") not in ("class", "flag"):
        says.append("sort 应当是 class 或 flag")
    if len(str(body.get("code", ""))) > 24:
        says.append("code 最多 24 个字符")
    if not isinstance(body.get("sensitive", False), bool):
        says.append("sensitive 应当是 true 或 false")
    return says


def check_role(body: dict[str, Any]) -> list[str]:
    """What is wrong with a contact's role."""
    says = _named(body) + _kinds(body)
    return says if isinstance(body.get("order"), int) else [*says, "order 应当是整数"]


def check_rule(body: dict[str, Any]) -> list[str]:
    """What is wrong with the rule for proposing duplicates."""
    says = []
    if not isinstance(body.get("near_metres"), int) or not 0 < body["near_metres"] <= 5_000:
        says.append("near_metres 应当是 1 到 5000 的整数")
    for name in ("near_likeness", "anywhere_likeness"):
        value = body.get(name)
        if not isinstance(value, int | float) or not 0.3 <= value <= 1:
            says.append(f"{name} 应当在 0.3 到 1 之间")
    if not isinstance(body.get("drop", []), list):
        says.append("drop 应当是词的列表")
    return says


def register() -> None:
    """Makes the kinds of entry known to the catalogue."""
    registry.register(CLASSES, check_class)
    registry.register(ROLES, check_role)
    registry.register(RULES, check_rule)


def say(body: Mapping[str, Any]) -> str:
    """The name of an entry in the language of the page."""
    english = (get_language() or "").startswith("en")
    return str(body["name_en"] if english else body["name"])


def classes(kind: str = "") -> dict[str, Mapping[str, Any]]:
    """Classes and flags in use, those of one kind when it is named, in the order of the file's codes."""
    return {code: body for code, body in catalog.newest(CLASSES).items() if not kind or _fits(body, kind)}


def _fits(body: Mapping[str, Any], kind: str) -> bool:
    return not body.get("kinds") or kind in body["kinds"]


def class_choices(kind: str = "", sort: str = "") -> list[tuple[str, str]]:
    """Codes with their names, to choose from."""
    return [(code, say(body)) for code, body in classes(kind).items() if not sort or body["sort"] == sort]


def class_labels(codes: Iterable[str]) -> list[str]:
    """The names of codes, unknown ones as they are."""
    known = catalog.newest(CLASSES)
    return [say(known[code]) if code in known else code for code in codes]


def is_sensitive(codes: Iterable[str]) -> bool:
    """Whether one of the classes hides the subject from those who may not see sensitive matters."""
    known = catalog.newest(CLASSES)
    return any(known.get(code, {}).get("sensitive") for code in codes)


def role_choices(kind: str = "") -> list[tuple[str, str]]:
    """Roles of contacts, in their order."""
    rows = [(code, body) for code, body in catalog.newest(ROLES).items() if not kind or _fits(body, kind)]
    return [(code, say(body)) for code, body in sorted(rows, key=lambda row: row[1]["order"])]


def role_label(code: str) -> str:
    """The name of a role."""
    body = catalog.newest(ROLES).get(code)
    return say(body) if body else code


@dataclass(frozen=True)
class Likeness:
    """When two rows are proposed as one; metres, and shares of 0 to 1."""

    near_metres: int = 300
    near: float = 0.6
    anywhere: float = 1.0
    drop: tuple[str, ...] = ()


def likeness() -> Likeness:
    """The rule for proposing duplicates now in force."""
    body = catalog.newest(RULES).get("duplicates")
    if body is None:
        return Likeness()
    return Likeness(body["near_metres"], body["near_likeness"], body["anywhere_likeness"], tuple(body.get("drop", ())))
