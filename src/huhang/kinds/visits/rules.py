"""Pure decisions of visits: when one took place, which quarter it counts in, and which words make a visit a check."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext_lazy as _

from huhang.kernel.errors import Invalid
from huhang.kernel.text import fold

ON_SITE, CALL = "on_site", "call"
MODES = ((ON_SITE, _("到场走访")), (CALL, _("电话联系")))

BAD = 2
"""Two stars or fewer are a bad rating (STANDARDS §3)."""
MOST_PEOPLE, MOST_NAMED, MOST_REQUESTS, MOST_PHOTOS = 5000, 20, 20, 9
MOST_ACCURACY = 100_000
"""A position known no better than this many metres is no position."""

CHECKS = (
    *(
        "检查",
        "隐患",
        "违法",
        "违规",
        "违章",
        "处罚",
        "罚款",
        "责令",
        "整改",
        "查处",
        "查封",
        "扣押",
        "取证",
        "笔录",
        "警告",
    ),
    *("inspect", "violat", "penalt", "punish", "fined", "hazard", "rectif", "offence", "offense", "evidence", "seiz"),
)
"""Words of inspections and penalties: none has a place in a question of a service visit (STANDARDS §15, 12)."""


def checking(*texts: str) -> list[str]:
    """The words of inspection that stand in these texts, in the order of the list."""
    said = " ".join(fold(text) for text in texts)
    return [word for word in CHECKS if word in said]


def quarter_of(day: date) -> str:
    """The quarter a day belongs to: ``2026Q4``."""
    return f"{day.year}Q{(day.month + 2) // 3}"


@dataclass(frozen=True)
class Rule:
    """How often subjects of each kind may be visited in a quarter without a cause that does not count, and how long
    things last (days, minutes)."""

    name: str
    cap: dict[str, int]
    rate_days: int
    back_days: int
    gate_minutes: int
    gate_days: int

    def most(self, kind: str) -> int:
        """The cap for a kind of subject."""
        return self.cap.get(kind, self.cap["default"])


def took_place(
    *, device_at: datetime | None, device_now: datetime | None, now: datetime, back: "Rule | None"
) -> datetime:
    """When a visit took place by the server's clock (B3: the server's time rules, the device's is kept beside it).

    A device says when the visit began and what time it has now; how far the latter is off moves the former. A device
    without a word on its own clock is taken at its word, but never later than now.

    Args:
        device_at: when it began, by the device; none is now.
        device_now: the device's clock at the moment of sending.
        back: the rule whose ``back_days`` bound how long ago it may be; none for no bound.

    Raises:
        Invalid: longer ago than the rule allows.
    """
    if device_at is None:
        return now
    at = min(device_at + (now - device_now) if device_now is not None else device_at, now)
    if back is not None and (now - at).days >= back.back_days:
        raise Invalid(
            "走访时间最多补报 %(days)d 天内的，请核对手机的日期。", field="visited_at", params={"days": back.back_days}
        )
    return at
