"""Everything that is written of a notice."""

from huhang.register.announcements.actions.deciding import correct, refuse, release, withdraw
from huhang.register.announcements.actions.delivering import deliver, deliver_again, remind
from huhang.register.announcements.actions.reading import look, mark_opened, mark_read
from huhang.register.announcements.actions.writing import draft, submit

__all__ = [
    "correct",
    "deliver",
    "deliver_again",
    "draft",
    "look",
    "mark_opened",
    "mark_read",
    "refuse",
    "release",
    "remind",
    "submit",
    "withdraw",
]
