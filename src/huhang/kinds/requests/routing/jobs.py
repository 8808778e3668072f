"""Routing's work and duties: proposing right after filing, and training when the ledger has grown."""

import os
import sys
import threading
import uuid
from datetime import datetime, timedelta

from django.utils import timezone

from huhang.base.access.context import SYSTEM
from huhang.base.jobs.registry import duty, work
from huhang.kernel.errors import Conflict
from huhang.kinds.requests.routing.actions import ask_for_training, look, propose, train
from huhang.kinds.requests.routing.actions.training import TRAIN, worth_training
from huhang.kinds.requests.routing.models import What

_LAST = 15
"""How far back in the queue for a processor, of 19."""


@duty("routing.look", every=timedelta(seconds=5))
def look_for_new_requests(now: datetime) -> None:
    """Proposes for what came in; intake itself waits for nothing (C2)."""
    look(now)


@work("routing.propose")
def propose_anew(case: str) -> None:
    """Proposes a unit again once the category turned out to be another."""
    propose(uuid.UUID(case), now=timezone.now())


@duty("routing.grow", every=timedelta(days=1))
def see_whether_to_train(now: datetime) -> None:
    """Asks for training when the ledger has grown; the learning itself is work of its own and holds nothing up."""
    if any(worth_training(what) for what in What):
        ask_for_training(by=SYSTEM, now=now)


@work(TRAIN, whole=False)
def train_on_the_ledger() -> None:
    """Learns both models anew. A ledger too small is no failure: nothing is learned, and the page says so.

    It takes minutes of a processor and nobody waits for it, so its thread lets everything else on the machine go first.
    """
    own = threading.current_thread() is not threading.main_thread()
    if own and sys.platform == "linux":  # elsewhere a priority is a whole process's
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _LAST)
    now = timezone.now()
    for what in What:
        try:
            train(what, by=SYSTEM, now=now)
        except Conflict:
            continue
