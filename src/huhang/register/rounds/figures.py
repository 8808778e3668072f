"""What is counted of recurring duties (MISSION B2); a number and the rows behind it come from one statement."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from huhang.register.rounds.queries import Tally
from huhang.register.rounds.rules import DONE, DUE, EXCUSED, LATE


@dataclass(frozen=True)
class Figure:
    """One number of a month: its name, what it says, how it is worked out, and the states whose rows it opens."""

    name: str
    label: Any
    about: Any
    states: tuple[str, ...]

    def of(self, tally: Tally) -> int:
        """How many."""
        return sum(tally.counts[state] for state in self.states)


OWED = Figure(
    "owed", _("应办"), _("最后一个工作日在当月的职责，每个主体（或单位）每个周期算一项"), (DUE, DONE, LATE, EXCUSED)
)
FIGURES = (
    OWED,
    Figure(DONE, _("已办"), _("周期内做到的；上一周期漏了、在宽限日内补上的也算"), (DONE,)),
    Figure(DUE, _("未到期"), _("还没有做，期限和宽限还没有过"), (DUE,)),
    Figure(LATE, _("已迟"), _("过了宽限还没有做；以后补做也仍算迟，另行注明"), (LATE,)),
    Figure(EXCUSED, _("免办"), _("负责人写明理由免办的"), (EXCUSED,)),
)
COVERAGE = _("覆盖率 = 已办 ÷（应办 − 免办），未到期的也在分母里；分母为零时显示“—”")
"""The formula, said wherever the share is shown."""


def labels() -> dict[str, str]:
    """What each state is called."""
    return {one.name: str(one.label) for one in FIGURES if one is not OWED}
