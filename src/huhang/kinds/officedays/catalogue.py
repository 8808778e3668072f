"""This room's catalogue entry: what a new day proposes, and how bookings are bounded."""

from typing import Any

from huhang.base.catalog import queries as catalog
from huhang.base.catalog import registry
from huhang.kernel.errors import Conflict
from huhang.kinds.officedays.rules import LONGEST, MOST_SEATS, SHORTEST, Rule

KIND, CODE = "officeday_rules", "default"
_NUMBERS = (
    ("slot_minutes", SHORTEST, LONGEST),
    ("seats", 1, MOST_SEATS),
    ("ahead_minutes", 0, 1440),
    ("most", 1, 20),
    ("conclude_days", 1, 30),
)


def check(body: dict[str, Any]) -> list[str]:
    """What is wrong with a rule."""
    says = [f"缺少 {key}" for key in ("name", "name_en", "source", "source_en") if not body.get(key)]
    for name, low, high in _NUMBERS:
        value = body.get(name)
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            says.append(f"{name} 应当是 {low} 到 {high} 之间的整数")
    return says


def register() -> None:
    """Makes the kind of entry known to the catalogue."""
    registry.register(KIND, check)


def rule(version: int = 0) -> Rule:
    """The rule in one exact version, or the newest.

    Raises:
        Conflict: no catalogue is loaded.
    """
    body = (catalog.version(KIND, CODE, version) if version else None) or catalog.newest(KIND).get(CODE)
    if not body:
        raise Conflict("还没有装入现场办公规则，请管理员先装入目录。")
    return Rule(f"{CODE}@{body['version']}", **{name: int(body[name]) for name, _low, _high in _NUMBERS})
