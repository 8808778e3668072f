"""Every write of the room: subscriptions, the messages made for them, and sending."""

from huhang.base.exchange.actions.making import again, gather, ping, reconcile, replay
from huhang.base.exchange.actions.sending import send_due
from huhang.base.exchange.actions.subscribing import confirm, end, pause, resume, subscribe

__all__ = [
    "again",
    "confirm",
    "end",
    "gather",
    "pause",
    "ping",
    "reconcile",
    "replay",
    "resume",
    "send_due",
    "subscribe",
]
