"""Which subjects a rule proposes a post for, and what told (B4). Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

MEASURES = ("head_count", "investment")
"""What a rule can look at: employees, and investment in yuan."""


@dataclass(frozen=True)
class Limit:
    """A measure that tells when it is above a figure."""

    measure: str
    over: int


@dataclass(frozen=True)
class Rule:
    """One version of a rule: for which kinds of subject, and limits of which one is enough."""

    code: str
    version: int
    kinds: tuple[str, ...]
    limits: tuple[Limit, ...]

    @property
    def name(self) -> str:
        """As proposals keep it: ``large@1``."""
        return f"{self.code}@{self.version}"

    def grounds(self, kind: str, measures: Mapping[str, int | None]) -> list[dict[str, Any]]:
        """The limits a subject is above, each with what it has; none when the rule does not propose it."""
        if kind not in self.kinds:
            return []
        return [
            {"measure": one.measure, "has": has, "over": one.over}
            for one in self.limits
            if (has := measures.get(one.measure)) is not None and has > one.over
        ]


def rule_of(body: Mapping[str, Any]) -> Rule:
    """A rule as the catalogue has it."""
    limits = tuple(Limit(str(one["measure"]), int(one["over"])) for one in body["any_of"])
    return Rule(str(body["code"]), int(body["version"]), tuple(body["kinds"]), limits)


def problems(body: Mapping[str, Any], kinds: Sequence[str]) -> list[str]:
    """What is wrong with a rule."""
    says = []
    wanted = body.get("kinds")
    if not isinstance(wanted, list) or not wanted or not set(map(str, wanted)) <= set(kinds):
        says.append(f"kinds 应当是 {'、'.join(kinds)} 里的几种")
    limits = body.get("any_of")
    if not isinstance(limits, list) or not limits:
        return [*says, "any_of 至少要有一条"]
    for one in limits:
        if not isinstance(one, dict) or one.get("measure") not in MEASURES:
            says.append(f"measure 应当是 {'、'.join(MEASURES)} 之一")
        elif not isinstance(one.get("over"), int) or isinstance(one["over"], bool) or one["over"] < 0:
            says.append("over 应当是不小于 0 的整数")
    return says
