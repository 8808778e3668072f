"""SAFEGUARDS 6, 7: a worker killed in the middle of its work loses nothing and does nothing twice."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from huhang.base.access.context import SYSTEM, acting
from huhang.base.jobs import actions, rescue
from huhang.base.jobs.models import Beat, Work
from tests.environment import ROOT
from tests.plugins.figures import figure

WORKS, KILLS = 100, 3


def working(database: str) -> subprocess.Popen[bytes]:
    paths = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    env = {
        **os.environ,
        "PYTHONPATH": paths,
        "DJANGO_SETTINGS_MODULE": "huhang.conf.settings",
        "HUHANG_LOG": "CRITICAL",
    }
    return subprocess.Popen(
        [sys.executable, "-m", "tests.safeguards.worker_process", "work", database], env=env, cwd=ROOT
    )


def done() -> int:
    with acting(SYSTEM):
        return Work.objects.filter(name="test.noted", done_at__isnull=False).count()


def until(what: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, f"only {done()} done"
        time.sleep(0.01)


def test_a_worker_killed_three_times_loses_no_work_and_does_none_twice(own_database: str) -> None:
    with acting(SYSTEM):
        for n in range(WORKS):
            actions.enqueue("test.noted", now=timezone.now(), n=n)
    for kill in range(KILLS):
        process, before = working(own_database), done()
        until(lambda before=before: done() >= min(before + 10, WORKS))  # type: ignore[misc]
        process.kill()
        process.wait()
        if kill == 0:
            with acting(SYSTEM), connection.cursor() as cursor:
                cursor.execute("DELETE FROM procrastinate_jobs WHERE id % 5 = 0 AND status = 'todo'")
                lost = cursor.rowcount
        with acting(SYSTEM):  # what the rescue does once the dead worker has been silent for half a minute
            rescue.sweep(timezone.now() + timedelta(seconds=31))
    last = working(own_database)
    try:
        until(lambda: done() == WORKS)
    finally:
        last.kill()
        last.wait()
    with acting(SYSTEM):
        did = Beat.objects.filter(name__startswith="did ").count()
        failed = Work.objects.filter(name="test.noted", attempts__gt=0).count()
    assert (did, failed) == (WORKS, 0)
    figure(6, f"worker killed {KILLS} times during {WORKS} works: {WORKS - did} lost, {failed} tried twice")
    figure(7, f"{lost} jobs deleted from the queue under a working worker, all made anew and done")
