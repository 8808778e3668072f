"""One process that does the work: the queue's worker and, apart from the queue, the duties and the rescue."""

import asyncio
import logging
import threading
import uuid
from collections.abc import Callable
from typing import Any

from django.db import connection
from django.utils import timezone
from procrastinate import App, PsycopgConnector
from procrastinate.contrib.django.utils import connector_params

from huhang.base.jobs import actions, duties, queue
from huhang.base.jobs.registry import Companion, companions
from huhang.base.jobs.rules import failure

log = logging.getLogger(__name__)

CONCURRENCY, TICK, GRACE = 2, 10.0, 3.0
"""Jobs at once; seconds between ticks; seconds running jobs get when told to stop."""
_LONGEST_WAIT = 15.0
_POOLED = 20
"""More than a pool holds."""


def run(stop: threading.Event) -> None:
    """Works until ``stop`` is set, then returns within five seconds. Outlives restarts of the database.

    Work cut off at the end is undone by the database and taken up again by the next worker.
    """
    ticking = threading.Thread(target=_tick_until, args=(stop,), name="duties", daemon=True)
    ticking.start()
    for beside in companions():
        threading.Thread(target=_accompany, args=(stop, beside), name=beside.name, daemon=True).start()
    loop = asyncio.new_event_loop()
    try:
        loop.run_until_complete(_serve_until(stop))
    finally:
        loop.close()
        ticking.join(timeout=1.0)


def _tick_until(stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            _take_hold()
            duties.tick(timezone.now())
        except Exception as problem:  # noqa: BLE001 - the database may be restarting; the next tick makes up for it
            log.warning("duties wait: %s", failure(problem))
        finally:
            _let_go()
        stop.wait(TICK)


def _accompany(stop: threading.Event, beside: Companion) -> None:
    while not stop.is_set():
        try:
            _take_hold()
            beside.do(stop)
        except Exception as problem:  # noqa: BLE001 - the database may be restarting; it is started again
            log.warning("%s waits: %s", beside.name, failure(problem))
        finally:
            _let_go()
        stop.wait(TICK / 2)


def _take_hold() -> None:
    """Takes a connection that answers: after a restart the pool may still hand out dead ones, each of them once."""
    for _ in range(_POOLED):
        connection.ensure_connection()
        if connection.is_usable():
            return
        connection.close()


def _let_go() -> None:
    """Gives this thread's connection back, so that none is kept across a restart of the database."""
    try:
        connection.close()
    except Exception as problem:  # noqa: BLE001 - it was broken already
        log.debug("closing: %s", failure(problem))


async def _serve_until(stop: threading.Event) -> None:
    """Keeps a queue worker running, a new one with a longer wait each time one breaks."""
    wait = 1.0
    while not stop.is_set():
        started = asyncio.get_running_loop().time()
        try:
            await _one_worker(stop)
        except Exception as problem:  # noqa: BLE001 - see above
            log.warning("worker waits %.0f s: %s", wait, failure(problem))
        if asyncio.get_running_loop().time() - started > 60:
            wait = 1.0
        await _sleep_until(stop, wait)
        wait = min(wait * 2, _LONGEST_WAIT)


async def _sleep_until(stop: threading.Event, seconds: float) -> None:
    end = asyncio.get_running_loop().time() + seconds
    while not stop.is_set() and asyncio.get_running_loop().time() < end:
        await asyncio.sleep(0.1)


async def _one_worker(stop: threading.Event) -> None:
    app = App(connector=PsycopgConnector(min_size=1, max_size=4, timeout=5.0, kwargs=_address()))
    app.task(name=queue.TASK, queue=queue.QUEUE, pass_context=False)(_do)
    try:
        working = asyncio.ensure_future(_work(app))
        stopping = asyncio.ensure_future(_sleep_until(stop, float("inf")))
        await asyncio.wait((working, stopping), return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        working.cancel()
        await asyncio.wait((working,), timeout=GRACE + 1.0)
        if working.done() and not working.cancelled() and (problem := working.exception()) is not None:
            raise problem
    finally:
        await asyncio.wait((asyncio.ensure_future(app.close_async()),), timeout=0.5)


async def _work(app: App) -> None:
    await asyncio.wait_for(app.open_async(), timeout=10.0)
    await app.run_worker_async(
        queues=[queue.QUEUE],
        concurrency=CONCURRENCY,
        delete_jobs="always",  # the ledger keeps what was done; the queue holds living jobs only
        install_signal_handlers=False,
        shutdown_graceful_timeout=GRACE,
        update_heartbeat_interval=5.0,
        fetch_job_polling_interval=2.0,
    )


def _address() -> dict[str, Any]:
    """How to reach the database as Django does, in the same role."""
    params: dict[str, Any] = connector_params("default")
    params.pop("pool", None)
    return params


async def _do(work: str) -> None:
    """Does one piece of work in a thread of its own; one that does not end in time is left behind."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[None] = loop.create_future()

    def perform() -> None:
        problem: Exception | None = None
        try:
            _take_hold()
            actions.perform(uuid.UUID(work), timezone.now())
        except Exception as trouble:  # noqa: BLE001 - handed to the queue, which marks the job; the rescue sees the rest
            problem = trouble
        finally:
            _let_go()
        _tell(loop, lambda: _settle(done, problem))

    threading.Thread(target=perform, name=f"work {work}", daemon=True).start()
    await done


def _settle(done: "asyncio.Future[None]", problem: Exception | None) -> None:
    if done.done():
        return
    if problem is None:
        done.set_result(None)
    else:
        done.set_exception(RuntimeError(failure(problem)))


def _tell(loop: asyncio.AbstractEventLoop, what: Callable[[], None]) -> None:
    try:
        loop.call_soon_threadsafe(what)
    except RuntimeError:
        log.debug("the worker has stopped meanwhile")
