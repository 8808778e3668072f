"""Pure decisions of lectures, drills and checks: forms, stages, what adds up, and when a skill counts as kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from huhang.kernel.errors import Invalid

LECTURE, DRILL, CHECK = "lecture", "drill", "check"
FORMS = ((LECTURE, _("讲座、培训")), (DRILL, _("演练")), (CHECK, _("集中检查")))

DOOR, BEFORE, AFTER, RETURN = "door", "before", "after", "return"
STAGES = (
    (DOOR, _("进门计数")),
    (BEFORE, _("开始前测验")),
    (AFTER, _("结束时测验")),
    (RETURN, _("回访测验")),
)
"""What a code on the wall is for; each is counted by itself."""
ASKED = (BEFORE, AFTER, RETURN)

MOST_PEOPLE, MOST_SUBJECTS = 1_000_000, 30
BACK_DAYS = 366
"""A session that was held may be entered so many days later."""
AHEAD_DAYS = 366
"""And be planned so many days ahead."""


@dataclass(frozen=True)
class Terms:
    """What the catalogue says of a kind of session: how long things take (days), and what counts as kept (percent).

    ``by_duty``: until when it is returned to is said by the recurring duty it gives rise to, and nowhere else (B2).
    """

    code: str
    version: int
    form: str
    tell: bool
    quiz: str
    record_days: int
    return_from: int
    return_days: int
    keep: int
    by_duty: bool = False
    results: tuple[tuple[str, bool], ...] = ()
    """Codes of a check's results, with whether each is adverse."""

    @property
    def returns(self) -> bool:
        """Whether anybody returns."""
        return self.by_duty or self.return_days > 0

    @property
    def rule(self) -> str:
        """The name clocks testify with."""
        return f"{self.code}@{self.version}"

    def return_opens(self, held_at: datetime) -> datetime:
        """From when the return visit says something about what was kept."""
        return held_at + timedelta(days=self.return_from)


def added_up(results: Mapping[str, int], people: int, known: Mapping[str, bool]) -> int:
    """How many results are adverse, once it is sure that they are this check's and add up to the people checked.

    Args:
        results: how many there were of each result; one left out is none.
        known: every result of the catalogue, with whether it is adverse.

    Raises:
        Invalid: a result nobody knows, or a sum that is not the number of people.
    """
    if strange := [code for code in results if code not in known]:
        raise Invalid("没有“%(code)s”这种结果。", field="results", params={"code": strange[0][:24]})
    if (told := sum(results.values())) != people:
        raise Invalid(
            "各项结果加起来是 %(told)d 人，和检查的 %(people)d 人对不上，请核对。",
            field="results",
            params={"told": told, "people": people},
        )
    return sum(count for code, count in results.items() if known[code])


def passed_within(taken: int | None, passed: int | None) -> None:
    """Nobody passes without having taken part.

    Raises:
        Invalid: more passed than took part.
    """
    if (passed or 0) > (taken or 0):
        raise Invalid("合格的人不能比参加的人多。", field="passed")


def share_passed(taken: int | None, passed: int | None) -> int | None:
    """How many in a hundred passed, rounded down; nothing of nobody (SAFEGUARDS: never 0 % for 0 of 0)."""
    return (passed or 0) * 100 // taken if taken else None


def kept(taken: int, passed: int, keep: int) -> bool | None:
    """Whether the skill is kept: at least ``keep`` in a hundred passed at the return. Nothing of nobody."""
    return passed * 100 >= keep * taken if taken else None


def score(right: int, asked: int) -> int:
    """How many in a hundred of the questions were right, rounded down."""
    return right * 100 // asked if asked else 0
