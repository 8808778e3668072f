"""A request that a table of earlier work says was settled: kept as that table says, never as answered here (B3).

No answer, no revisit and no rating is made up for it: it is in no rate of answers in time, of people reached or of
people satisfied, and what the figures count of it they name as coming from a table.
"""

from huhang.cases.actions import clocks
from huhang.cases.rules import Doing, Outcome
from huhang.kinds.requests.promises import ANSWER, SIGN


def record(doing: Doing) -> Outcome:
    """It was settled before it came in; the clock that began with it ends with nothing answered."""
    _end(doing)
    return Outcome(note=doing.values["how"])


def annul(doing: Doing) -> Outcome:
    """The table it came by was taken back; it counts nowhere any more, and stays readable."""
    _end(doing)
    return Outcome(note=doing.values["reason"])


def _end(doing: Doing) -> None:
    for name, shown in ((SIGN, False), (ANSWER, True)):
        clocks.stop(doing.case, name, at=doing.now, shown=shown)
