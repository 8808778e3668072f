"""A browser, and the product it walks through."""

import socket
import sys
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import pytest
from playwright.sync_api import Browser, sync_playwright

from huhang.base.database import Cluster
from tests.conftest import TEMPLATE
from tests.e2e.city import settle
from tests.e2e.house import DATABASE, ROOT, House, environment, gather_static
from tests.e2e.walk import Officer, Resident, Walk
from tests.environment import DATA

sys.path.insert(0, str(ROOT / "tools"))
W = TypeVar("W", bound=Walk)
HERE: dict[str, Any] = {"locale": "zh-CN", "timezone_id": "Asia/Shanghai"}
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder drives a browser."""
    for item in items:
        if "e2e" in item.path.parts:
            item.add_marker("e2e")


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="package")
def house(django_db_setup: None, django_db_blocker: Any, cluster: Cluster) -> Iterator[House]:
    """The product, running, with the small city in it."""
    cluster.create_database(DATABASE, template=TEMPLATE)
    env = environment(DATA)
    gather_static(env)
    made = House(f"http://127.0.0.1:{free_port()}", env, DATA)
    with django_db_blocker.unblock():
        made.facts = settle(DATABASE)
    try:
        made.start("serve", "worker")
        yield made
    finally:
        made.stop()
        cluster.drop_database(DATABASE)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One Chromium for all walks, gone after them: its driver's event loop would keep Django from its database."""
    from browser import find

    program = find()
    assert program is not None, "no Chromium: run python tools/browser.py"
    with sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=str(program), args=FLAGS)
        yield running
        running.close()


_badges: dict[tuple[str, str], Any] = {}


def _signed_in(house: House, browser: Browser, username: str) -> Any:
    """The cookies of an officer who signed in by the page, once a run."""
    badge = (house.address, username)
    if badge not in _badges:
        context = browser.new_context(**HERE)
        Officer.begin(house, context).sign_in(username)
        _badges[badge] = context.storage_state()
        context.close()
    return _badges[badge]


@pytest.fixture
def enter(house: House, browser: Browser) -> Iterator[Callable[..., Any]]:
    """Lets somebody in: ``enter(Officer, "handler")``; at the end nothing may have gone wrong in any window.

    ``anew`` signs in by the page, into a session nobody else has.
    """
    walks: list[Walk] = []

    def begin(kind: type[W], username: str = "", *, anew: bool = False, **options: Any) -> W:
        options.setdefault("viewport", {"width": 1280, "height": 800})
        if username and not anew:
            options["storage_state"] = _signed_in(house, browser, username)
        walk = kind.begin(house, browser.new_context(**HERE, **options))
        walks.append(walk)
        if anew:
            assert isinstance(walk, Officer)
            walk.sign_in(username)
        return walk

    yield begin
    complaints = [f"{type(w).__name__}: {said}" for w in walks for said in w.complaints]
    for walk in walks:
        walk.context.close()
    assert not complaints, "\n".join(complaints)


@pytest.fixture
def officer(enter: Callable[..., Any]) -> Callable[..., Officer]:
    """``officer("handler")`` sits at the desk, signed in."""
    return lambda username, **options: enter(Officer, username, **options)


@pytest.fixture
def resident(enter: Callable[..., Any]) -> Callable[..., Resident]:
    """``resident()`` stands in the hall."""
    return lambda **options: enter(Resident, **options)


@pytest.fixture
def phone() -> Callable[[], str]:
    """Telephone numbers nobody had before."""
    return _next_phone


_given = [13900001000]


def _next_phone() -> str:
    _given[0] += 1
    return str(_given[0])
