"""A worker of its own process for tests that kill it: `python -m tests.safeguards.worker_process <database>`."""

import sys
import threading
from typing import Any


def main(database: str) -> None:
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

    registry.work("test.noted")(noted)
    worker.run(threading.Event())


if __name__ == "__main__":
    main(sys.argv[1])
