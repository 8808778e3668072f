"""What the queue loses is found from outside it, and what comes round is not lost in an outage (SAFEGUARDS 6, 7)."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from huhang.base.jobs import actions, duties, registry, rescue
from huhang.base.jobs.models import Beat, Work
from tests.plugins.figures import figure

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


def run(statement: str, *values: object) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, list(values))
        return list(cursor.fetchall()) if cursor.description else []


def living() -> int:
    return int(str(run("SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing')")[0][0]))


def taken_by(heartbeat: datetime | None) -> None:
    """Every job is in the hands of a worker last heard of then."""
    worker = None
    if heartbeat:
        worker = run("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (%s) RETURNING id", heartbeat)[0][0]
    run("UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s", worker)


@pytest.fixture
def work(db: None) -> Work:
    return actions.enqueue("test.any", now=NOW)


def test_work_that_waits_its_turn_is_left_alone(work: Work) -> None:
    assert rescue.sweep(NOW + timedelta(hours=1)) == 0


def test_a_deleted_job_is_made_anew(work: Work) -> None:
    run("DELETE FROM procrastinate_jobs")
    assert rescue.sweep(NOW) == 1
    assert rescue.sweep(NOW) == 0
    assert living() == 1


@pytest.mark.parametrize("status", ["failed", "succeeded", "cancelled", "aborted"])
def test_a_job_that_ended_without_its_work_is_made_anew(work: Work, status: str) -> None:
    run("UPDATE procrastinate_jobs SET status = %s::procrastinate_job_status", status)
    assert rescue.sweep(NOW) == 1
    assert run("SELECT count(*) FROM procrastinate_jobs")[0][0] == 1


def test_a_job_in_the_hands_of_a_living_worker_is_left_to_it(work: Work) -> None:
    taken_by(NOW - timedelta(seconds=29))
    assert rescue.sweep(NOW) == 0


@pytest.mark.parametrize("heartbeat", [NOW - timedelta(seconds=31), None])
def test_a_job_in_the_hands_of_a_dead_worker_is_made_anew(work: Work, heartbeat: datetime | None) -> None:
    taken_by(heartbeat)
    assert rescue.sweep(NOW) == 1
    assert living() == 1


def test_done_given_up_and_later_work_needs_no_rescue(db: None) -> None:
    actions.enqueue("test.later", now=NOW, not_before=NOW + timedelta(minutes=1))
    for field in ("done_at", "given_up_at"):
        Work.objects.filter(pk=actions.enqueue("test.over", now=NOW).pk).update(**{field: NOW})
    run("DELETE FROM procrastinate_jobs")
    assert rescue.sweep(NOW) == 0
    assert rescue.sweep(NOW + timedelta(minutes=1)) == 1


def test_a_thousand_deleted_jobs_all_come_back(db: None) -> None:
    for _ in range(1000):
        actions.enqueue("test.any", now=NOW)
    run("DELETE FROM procrastinate_jobs")
    found = rescue.sweep(NOW)
    assert (found, living(), rescue.sweep(NOW)) == (1000, 1000, 0)
    figure(7, f"{found} jobs deleted from the queue, {living()} promised again")


@pytest.fixture
def round_(db: None) -> Iterator[list[datetime]]:
    """One duty, every hour, and one that always breaks; nothing else comes round in the test."""
    registry.duties()
    before, seen = dict(registry._duties), list[datetime]()
    registry._duties.clear()

    def breaks(now: datetime) -> None:
        Beat.objects.create(name="left.behind", at=now)
        raise RuntimeError

    registry.duty("test.a_breaking", every=timedelta(seconds=1))(breaks)
    registry.duty("test.hourly", every=timedelta(hours=1))(seen.append)
    yield seen
    registry._duties.clear()
    registry._duties.update(before)


def test_a_duty_runs_when_it_is_due_and_not_before(round_: list[datetime]) -> None:
    minutes = [0, 1, 59, 60, 61, 121]
    ran = [duties.tick(NOW + timedelta(minutes=m)) for m in minutes]
    assert ran == [["test.hourly"], [], [], ["test.hourly"], [], ["test.hourly"]]
    assert [(at - NOW).seconds // 60 for at in round_] == [0, 60, 121]


def test_a_day_without_a_worker_delays_a_duty_and_loses_none(round_: list[datetime]) -> None:
    duties.tick(NOW)
    assert duties.tick(NOW + timedelta(hours=24)) == ["test.hourly"]


def test_one_duty_that_breaks_does_not_keep_the_others_from_running(round_: list[datetime]) -> None:
    duties.tick(NOW)
    assert round_ == [NOW]
    assert not Beat.objects.filter(name="left.behind").exists()


def test_the_house_has_its_duties() -> None:
    names = {duty.name: duty.every for duty in registry.duties()}
    assert names["journal.anchor"] <= timedelta(minutes=10)
    assert names["jobs.sweep"] <= timedelta(seconds=20)
    assert {"cases.recount", "files.unclaimed"} <= names.keys()
    assert registry.task("cases.batch") is not None
    assert registry.task("messages.send") is not None
