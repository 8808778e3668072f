"""Which subjects a rule proposes a post for, what told, and which words have no place in a service (B4). Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from huhang.kernel.errors import Invalid
from huhang.kernel.text import fold

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


PENAL = (
    *("处罚", "罚款", "责令", "查处", "查封", "扣押", "没收", "吊销", "立案", "笔录", "取证", "违法", "违规", "违章"),
    *("停产停业", "行政强制", "责任追究"),
    *("penalt", "punish", "fined", "seiz", "violat", "offence", "offense", "evidence", "prosecut"),
)
"""Words of inspections and penalties: none has a place in what a post tells its host (ADR 36, STANDARDS §15, 12)."""


def penal(*texts: str) -> list[str]:
    """The words of penalties that stand in these texts, in the order of the list."""
    said = " ".join(fold(text) for text in texts)
    return [word for word in PENAL if word in said]


def refuse_penal(text: str, field: str) -> str:
    """The text as it is.

    Raises:
        Invalid: it speaks of offences or penalties.
    """
    if words := penal(text):
        raise Invalid(
            "“%(word)s”是执法检查的用语。警务站是服务，隐患只告知企业自己消除，不能作为处罚依据，请换个说法。",
            field=field,
            params={"word": words[0]},
        )
    return text
