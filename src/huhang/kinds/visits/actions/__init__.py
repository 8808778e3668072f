"""Everything that writes to a visit."""

from huhang.kinds.visits.actions.effects import add_request, hear, rate, void
from huhang.kinds.visits.actions.looking import reveal_met
from huhang.kinds.visits.actions.opening import CapReached, SubjectGone, add_photos, open_visit

__all__ = [
    "CapReached",
    "SubjectGone",
    "add_photos",
    "add_request",
    "hear",
    "open_visit",
    "rate",
    "reveal_met",
    "void",
]
