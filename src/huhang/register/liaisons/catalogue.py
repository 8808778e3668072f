"""This room's catalogue entry: the plan of responsibility, in versions."""

from typing import Any

from huhang.base.access.rules import ROLES
from huhang.base.catalog import queries as catalog
from huhang.base.catalog import registry
from huhang.kernel.errors import Conflict
from huhang.register.liaisons.rules import Policy, policy_of, problems

PLAN, CODE = "liaison_plan", "default"


def check(body: dict[str, Any]) -> list[str]:
    """What is wrong with a plan."""
    names = ("name", "name_en", "source", "source_en")
    says = [f"缺少 {key}" for key in names if not isinstance(body.get(key), str) or not body[key]]
    return [*says, *problems(body, ROLES)]


def register() -> None:
    """Makes the kind of entry known to the catalogue."""
    registry.register(PLAN, check)


_held: tuple[Any, Policy] | None = None


def newest() -> Policy:
    """The plan in force, kept with the body it was read from.

    Raises:
        Conflict: no catalogue is loaded.
    """
    global _held
    body = catalog.newest(PLAN).get(CODE)
    if not body:
        raise Conflict("还没有装入包保责任方案，请管理员先装入目录。")
    if _held is None or _held[0] is not body:
        _held = body, policy_of(int(body["version"]), body)
    return _held[1]


def policy(version: int) -> Policy:
    """One exact version: what a plan was made by."""
    body = catalog.version(PLAN, CODE, version)
    return policy_of(version, body) if body else newest()
