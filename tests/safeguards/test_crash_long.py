"""SAFEGUARDS 6, 7, the long form: kill -9 for the worker a hundred times and for the database fifty times."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread

import psycopg
import pytest
from django.utils import timezone

from huhang.base.access.context import SYSTEM, acting
from huhang.base.database import Cluster
from huhang.base.jobs import actions, rescue
from huhang.base.jobs.models import Work
from huhang.base.journal.models import Entry
from huhang.cases.models import Case, Step
from tests.environment import ROOT
from tests.factories.city import filed, make_city
from tests.plugins.figures import figure
from tests.safeguards.test_crash import until, working

pytestmark = pytest.mark.soak
CASES, MOVES, KILLS, RESTARTS = 200, 10_000, 100, 50


def moved() -> int:
    with acting(SYSTEM):
        return Work.objects.filter(name="test.moved", done_at__isnull=False).count()


def test_a_worker_killed_a_hundred_times_during_ten_thousand_moves(own_database: str) -> None:
    with acting(SYSTEM):
        city = make_city()
        cases = [filed(city, title=f"第{n}件", phone="").case.pk for n in range(CASES)]
        for n in range(MOVES):
            actions.enqueue("test.moved", now=timezone.now(), case=str(cases[n % CASES]))
    for _ in range(KILLS):
        process, before = working(own_database), moved()
        until(lambda before=before: moved() >= min(before + MOVES // KILLS // 2, MOVES), 300)  # type: ignore[misc]
        process.kill()
        process.wait()
        with acting(SYSTEM):  # what the rescue does once the dead worker has been silent for half a minute
            rescue.sweep(timezone.now() + timedelta(seconds=31), most=MOVES)
    process = working(own_database)
    try:
        until(lambda: moved() == MOVES, 3600)
    finally:
        process.kill()
        process.wait()
    with acting(SYSTEM):
        steps = Counter(Step.objects.filter(move="classify").values_list("case", flat=True))
        written = Entry.objects.filter(action="request.classify").count()
        versions = set(Case.objects.filter(pk__in=cases).values_list("version", flat=True))
        failed = Work.objects.filter(name="test.moved", given_up_at__isnull=False).count()
    each = MOVES // CASES
    assert (set(steps.values()), written, versions, failed) == ({each}, MOVES, {each + 1}, 0)
    figure(6, f"long run: worker killed {KILLS} times during {MOVES} moves: {MOVES - steps.total()} lost, 0 twice")
    figure(7, f"long run: moves promised {MOVES} = steps {steps.total()} = journal {written}")


@pytest.fixture
def cluster_to_kill() -> Iterator[Cluster]:
    """A database of its own that writes as in use (fsync on), with the small city and some cases in it."""
    home = Path(tempfile.mkdtemp(prefix="hh-"))
    home.chmod(0o711)
    cluster = Cluster(home, os.environ.get("HUHANG_TEST_BINARIES") or None)
    cluster.start()
    try:
        yield cluster
    finally:
        cluster.wipe()
        shutil.rmtree(home, ignore_errors=True)


def environment(home: Path) -> dict[str, str]:
    paths = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    return {
        **os.environ,
        "HUHANG_DATA": str(home),
        "PYTHONPATH": paths,
        "DJANGO_SETTINGS_MODULE": "huhang.conf.settings",
        "HUHANG_LOG": "CRITICAL",
    }


PREPARE = """
import django; django.setup()
from django.conf import settings
from huhang.doors.cli import migrating
migrating.load_catalog(settings.HUHANG_CATALOG)
from huhang.base.access.context import SYSTEM, acting
from tests.factories.city import filed, make_city
with acting(SYSTEM):
    city = make_city()
    for n in range(20):
        filed(city, title=f"第{n}件", phone="")
"""


class Mover:
    """The process that makes moves, and what it was told is committed."""

    def __init__(self, env: dict[str, str]) -> None:
        words = [sys.executable, "-m", "tests.safeguards.worker_process", "move"]
        self.process = subprocess.Popen(words, env=env, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        self.told: list[tuple[str, int]] = []
        self.ready = Event()
        Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.startswith("ready"):
                self.ready.set()
            else:
                case, seq = line.split()
                self.told.append((case, int(seq)))


def test_a_database_killed_fifty_times_keeps_every_acknowledged_move(cluster_to_kill: Cluster) -> None:
    cluster, env = cluster_to_kill, environment(cluster_to_kill.data)
    for words in (["-m", "huhang.doors.cli.main", "migrate"], ["-c", PREPARE]):
        subprocess.run([sys.executable, *words], env=env, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    mover = Mover(env)
    try:
        assert mover.ready.wait(60)
        for _ in range(RESTARTS):
            before = len(mover.told)
            until(lambda before=before: len(mover.told) >= before + 10, 120)  # type: ignore[misc]
            pid = cluster.status().pid
            assert pid is not None
            os.kill(pid, signal.SIGKILL)  # the server this test started
            until(lambda: not cluster.status().running, 30)  # a killed process is there until the system has buried it
            cluster.start()
        before = len(mover.told)
        until(lambda: len(mover.told) >= before + 10, 120)
    finally:
        mover.process.kill()
        mover.process.wait()
    told = list(mover.told)
    with psycopg.connect(cluster.dsn()) as owner:
        there = Counter((str(case), seq) for case, seq in owner.execute("SELECT case_id, seq FROM cases_step"))
        steps = owner.execute("SELECT count(*) FROM cases_step WHERE move = 'classify'").fetchone()
        written = owner.execute("SELECT count(*) FROM journal_entry WHERE action = 'request.classify'").fetchone()
        unlinked = owner.execute(
            "SELECT count(*) FROM journal_entry e WHERE NOT EXISTS (SELECT 1 FROM journal_link l WHERE l.entry = e.id)"
        ).fetchone()
    lost = [one for one in told if one not in there]
    assert (lost, steps, unlinked) == ([], written, (0,))
    assert max(there.values()) == 1
    figure(6, f"long run: database killed {RESTARTS} times: {len(told)} moves acknowledged, {len(lost)} lost, 0 twice")
