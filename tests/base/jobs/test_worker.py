"""The worker as a whole: it works, outlives a cut connection, and ends when told (SAFEGUARDS 6)."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.utils import timezone

from huhang.base.access.context import SYSTEM, acting
from huhang.base.database import resolve
from huhang.base.jobs import actions, registry, worker
from huhang.base.jobs.models import Beat, Work


def eventually(what: Callable[[], bool], seconds: float = 30) -> float:
    """Waits for something to come true, returns how long it took."""
    start = time.monotonic()
    while not what():
        assert time.monotonic() - start < seconds, "it did not happen in time"
        time.sleep(0.02)
    return time.monotonic() - start


def promised(name: str, **args: Any) -> Work:
    with acting(SYSTEM):
        return actions.enqueue(name, now=timezone.now(), **args)


def is_done(work: Work) -> bool:
    return Work.objects.filter(pk=work.pk, done_at__isnull=False).exists()


@pytest.fixture
def working(own_database: str) -> Iterator[threading.Event]:
    """A worker at work in this process, on the test's own database."""
    registry.task("")
    before = dict(registry._tasks)

    def noted(**args: Any) -> None:
        Beat.objects.bulk_create([Beat(name=f"did {args['n']}", at=timezone.now())])  # a second time would break

    registry.work("test.noted")(noted)
    stop = threading.Event()
    thread = threading.Thread(target=worker.run, args=(stop,), daemon=True)
    thread.start()
    yield stop
    stop.set()
    thread.join(10)
    registry._tasks.clear()
    registry._tasks.update(before)
    assert not thread.is_alive()


def test_promised_work_is_done_at_once_and_duties_come_round(working: threading.Event) -> None:
    eventually(lambda: Beat.objects.filter(name="jobs.sweep").exists())
    works = [promised("test.noted", n=n) for n in range(50)]
    took = eventually(lambda: all(map(is_done, works)))
    assert Beat.objects.filter(name__startswith="did ").count() == 50
    print(f"50 pieces of work done in {took:.2f} s")


def test_the_worker_outlives_the_loss_of_every_connection(working: threading.Event, own_database: str) -> None:
    first = promised("test.noted", n=1)
    eventually(lambda: is_done(first))
    connection.close()
    with psycopg.connect(resolve(os.environ).dsn, autocommit=True) as owner:
        cut = len(
            owner.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()",
                [own_database],
            ).fetchall()
        )
    assert cut >= 2
    worker._take_hold()  # the test's own connection was cut with the worker's
    second = promised("test.noted", n=2)
    took = eventually(lambda: is_done(second))
    print(f"{cut} connections cut, next work done after {took:.1f} s")


def test_told_to_stop_it_ends_although_work_is_under_way(working: threading.Event) -> None:
    begun, release = threading.Event(), threading.Event()

    def endless(**args: Any) -> None:
        begun.set()
        release.wait(30)

    registry.work("test.endless", whole=False)(endless)
    work = promised("test.endless")
    assert begun.wait(20)
    working.set()
    eventually(lambda: not any(t.name == "duties" for t in threading.enumerate()), 6)
    assert not is_done(work)
    release.set()
    eventually(lambda: not any(t.name.startswith("work ") for t in threading.enumerate()), 10)
