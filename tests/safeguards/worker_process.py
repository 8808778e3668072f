"""Processes of their own for tests that kill them.

python -m tests.safeguards.worker_process work <database>   does promised work until it is killed
python -m tests.safeguards.worker_process move              makes moves, one after another; each is told once committed
"""

import sys
import threading
import time
import uuid
from typing import Any


def work(database: str) -> None:
    """Works on that database until it is killed."""
    import django
    from django.conf import settings

    settings.DATABASES["default"]["NAME"] = database
    django.setup()
    from django.utils import timezone

    from huhang.base.jobs import registry, worker
    from huhang.base.jobs.models import Beat

    registry.task("")

    def noted(**args: Any) -> None:
        Beat.objects.bulk_create([Beat(name=f"did {args['n']}", at=timezone.now())])  # a second time would break

    def moved(**args: Any) -> None:
        _classify(uuid.UUID(args["case"]))

    registry.work("test.noted")(noted)
    registry.work("test.moved")(moved)
    worker.run(threading.Event())


def _classify(case: uuid.UUID) -> int:
    from django.utils import timezone

    from huhang.base.access.context import SYSTEM
    from huhang.cases.actions import move

    values = {"category": "PS-02", "nature": "help", "urgency": "0"}
    return move(case_id=case, name="classify", values=values, by=SYSTEM, now=timezone.now()).seq


def moves() -> None:
    """Goes round all cases until it is killed; ``case seq`` is printed only after the commit was acknowledged."""
    import django

    django.setup()
    from django.db import DatabaseError, connection

    from huhang.base.access.context import SYSTEM, acting
    from huhang.cases.models import Case
    from huhang.kernel.errors import Unavailable

    cases: list[uuid.UUID] = []
    turn = 0
    while True:
        try:
            if not cases:
                with acting(SYSTEM):
                    cases = list(Case.objects.values_list("pk", flat=True))
                print("ready", flush=True)
            case = cases[turn % len(cases)]
            with acting(SYSTEM):
                seq = _classify(case)
            print(case, seq, flush=True)
            turn += 1
        except (DatabaseError, OSError, Unavailable):  # the server is gone, also under the journal, or coming up
            connection.close()
            time.sleep(0.05)


if __name__ == "__main__":
    work(sys.argv[2]) if sys.argv[1] == "work" else moves()
