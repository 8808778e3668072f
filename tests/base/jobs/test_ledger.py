"""Work promised is work done: the ledger beside the queue (SAFEGUARDS 6, 7)."""

import json
import threading
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from huhang.base.access.context import SYSTEM, acting
from huhang.base.jobs import actions, queue, registry, rules
from huhang.base.jobs.models import Work
from huhang.base.journal.models import Entry
from huhang.kernel.errors import Conflict, Invalid, Missing

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
SECRET = "11010519491231002X"


@pytest.fixture
def tried() -> Iterator[list[dict[str, Any]]]:
    """Registers work for the test: `test.note` notes its arguments, `test.break` breaks, `test.parts` keeps its own."""
    seen: list[dict[str, Any]] = []
    registry.task("")  # the rooms' own work is found before the test adds its own
    before = dict(registry._tasks)

    def note(**args: Any) -> None:
        seen.append(args)

    def broken(**args: Any) -> None:
        seen.append(args)
        Work.objects.create(name="left.behind", not_before=NOW, created_at=NOW)
        raise ValueError(SECRET)

    def parts(**args: Any) -> None:
        seen.append(args)
        if args.get("fail"):
            raise Invalid("表格缺少一列。")

    registry.work("test.note", forget=("code",))(note)
    registry.work("test.break")(broken)
    registry.work("test.parts", whole=False)(parts)
    yield seen
    registry._tasks.clear()
    registry._tasks.update(before)


def jobs() -> list[tuple[str, dict[str, Any], Any]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT status::text, args, scheduled_at, lock, queueing_lock FROM procrastinate_jobs"
            " WHERE task_name = %s ORDER BY id",
            [queue.TASK],
        )
        rows = cursor.fetchall()
    assert all(row[3] is None and row[4] is None for row in rows), "lock and queueing_lock together jam on retry"
    return [(row[0], json.loads(row[1]) if isinstance(row[1], str) else row[1], row[2]) for row in rows]


def test_promised_work_is_a_row_and_a_job_with_its_id_alone(db: None) -> None:
    work = actions.enqueue("test.note", now=NOW, of="something")
    assert jobs() == [("todo", {"work": str(work.pk)}, None)]


def test_work_for_later_waits_in_the_queue_too(db: None) -> None:
    later = NOW + timedelta(hours=1)
    actions.enqueue("test.note", now=NOW, not_before=later)
    assert jobs()[0][2] == later


def test_what_is_undone_promises_nothing(db: None) -> None:
    with transaction.atomic():
        actions.enqueue("test.note", now=NOW)
        transaction.set_rollback(True)
    assert not Work.objects.exists()
    assert jobs() == []


def test_work_is_done_once_however_often_it_is_called(db: None, tried: list[dict[str, Any]]) -> None:
    work = actions.enqueue("test.note", now=NOW, of="x")
    assert [actions.perform(work.pk, NOW) for _ in range(5)] == [True, False, False, False, False]
    assert tried == [{"of": "x"}]
    work.refresh_from_db()
    assert work.done_at == NOW


def test_work_in_parts_is_done_once_too(db: None, tried: list[dict[str, Any]]) -> None:
    work = actions.enqueue("test.parts", now=NOW)
    assert [actions.perform(work.pk, NOW) for _ in range(3)] == [True, False, False]
    assert len(tried) == 1


def test_a_secret_argument_leaves_the_ledger_when_the_work_is_done(db: None, tried: list[dict[str, Any]]) -> None:
    work = actions.enqueue("test.note", now=NOW, code="sealed", of="x")
    actions.perform(work.pk, NOW)
    work.refresh_from_db()
    assert work.args == {"of": "x"}
    assert tried == [{"code": "sealed", "of": "x"}]


def test_work_not_yet_due_waits(db: None, tried: list[dict[str, Any]]) -> None:
    work = actions.enqueue("test.note", now=NOW, not_before=NOW + timedelta(minutes=5))
    assert actions.perform(work.pk, NOW) is False
    assert actions.perform(work.pk, NOW + timedelta(minutes=5)) is True


def test_work_nobody_promised_is_not_done(db: None, tried: list[dict[str, Any]]) -> None:
    assert actions.perform(uuid.uuid4(), NOW) is False


def test_a_failure_leaves_nothing_behind_but_the_reason_without_anything_personal(
    db: None, tried: list[dict[str, Any]]
) -> None:
    work = actions.enqueue("test.break", now=NOW)
    assert actions.perform(work.pk, NOW) is False
    work.refresh_from_db()
    assert (work.attempts, work.last_error, work.done_at) == (1, "ValueError", None)
    assert work.not_before == NOW + rules.wait_after(1)
    assert not Work.objects.filter(name="left.behind").exists()
    assert [job[2] for job in jobs()] == [None, work.not_before]


def test_our_own_words_are_kept_with_a_failure(db: None, tried: list[dict[str, Any]]) -> None:
    work = actions.enqueue("test.parts", now=NOW, fail=True)
    actions.perform(work.pk, NOW)
    work.refresh_from_db()
    assert work.last_error == "Invalid: 表格缺少一列。"


def test_work_this_version_does_not_know_waits_for_one_that_does(db: None, tried: list[dict[str, Any]]) -> None:
    work = actions.enqueue("test.unknown", now=NOW)
    actions.perform(work.pk, NOW)
    work.refresh_from_db()
    assert (work.attempts, work.given_up_at) == (1, None)
    assert "test.unknown" in work.last_error


def test_eight_failures_are_given_up_in_the_journal_and_can_be_taken_up_again(
    db: None, tried: list[dict[str, Any]]
) -> None:
    work, at = actions.enqueue("test.break", now=NOW), NOW
    for _ in range(rules.MOST_ATTEMPTS):
        work.refresh_from_db()
        at = max(at, work.not_before)
        assert actions.perform(work.pk, at) is False
    work.refresh_from_db()
    assert work.given_up_at == at
    assert len(tried) == rules.MOST_ATTEMPTS
    assert actions.perform(work.pk, at + timedelta(days=1)) is False
    row = Entry.objects.get(action="work.give_up")
    assert "ValueError" in row.data
    assert SECRET not in row.data + row.about + work.last_error
    again = actions.try_again(work.pk, by=SYSTEM, now=at)
    assert (again.attempts, again.given_up_at) == (0, None)
    assert Entry.objects.filter(action="work.try_again").count() == 1
    with pytest.raises(Conflict):
        actions.try_again(work.pk, by=SYSTEM, now=at)
    with pytest.raises(Missing):
        actions.try_again(uuid.uuid4(), by=SYSTEM, now=at)


def test_waits_grow_outlive_a_night_and_stay_bounded() -> None:
    waits = [rules.wait_after(n) for n in range(1, rules.MOST_ATTEMPTS)]
    assert waits == sorted(waits)
    assert sum(waits, timedelta()) > timedelta(hours=12)
    assert max(waits) <= timedelta(hours=12)


def test_two_rooms_cannot_claim_one_name(tried: list[dict[str, Any]]) -> None:
    def another(**args: Any) -> None: ...

    with pytest.raises(ValueError, match="twice"):
        registry.work("test.note")(another)


@pytest.mark.parametrize("name", ["test.note", "test.parts"])
def test_work_in_somebody_elses_hands_is_left_to_them(
    own_database: str, tried: list[dict[str, Any]], name: str
) -> None:
    with acting(SYSTEM):
        work = actions.enqueue(name, now=NOW)
    inside, let_go, results = threading.Event(), threading.Event(), []

    def slow(**args: Any) -> None:
        inside.set()
        let_go.wait(10)

    registry._tasks[name] = registry.Task(name, slow, whole=name == "test.note")

    def first() -> None:
        try:
            results.append(actions.perform(work.pk, NOW))
        finally:
            connection.close()

    thread = threading.Thread(target=first)
    thread.start()
    assert inside.wait(10)
    assert actions.perform(work.pk, NOW) is False
    let_go.set()
    thread.join(10)
    assert results == [True]
    assert Work.objects.get(pk=work.pk).attempts == 0
