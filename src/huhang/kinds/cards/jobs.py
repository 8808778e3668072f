"""The duties of supervision: deriving cards, and telling of them in working hours."""

from datetime import datetime, timedelta

from huhang.base.jobs.registry import duty
from huhang.kinds.cards import actions


@duty("cards.derive", every=timedelta(minutes=5))
def derive_cards(now: datetime) -> None:
    """Issues and raises what clocks, ratings and silence ask for."""
    actions.derive(now)


@duty("cards.tell", every=timedelta(minutes=5))
def tell_of_cards(now: datetime) -> None:
    """One digest an officer a slot."""
    actions.tell_digests(now)
