"""One run shared by two workers: the tests of a file stay together, and what every worker noted is judged as one.

Each plugin that notes something over a whole run names its notes here; workers hand theirs over when they end, and
the process that reports adds them to its own. Without workers nothing changes.
"""

from collections.abc import Iterable
from typing import Any

import pytest

_notes: dict[str, Any] = {}
BROWSER = "tests/e2e/"
FIRST = (
    "tests/safeguards/test_walls.py",
    BROWSER,
    "tests/safeguards/test_second_wall.py",
    "tests/scenarios/test_visits.py",
    "tests/doors/cli/test_city.py",
    "tests/doors/cli/test_city_replay.py",
    "tests/reading/figures/test_honest.py",
)
"""What takes longest for its number of tests: begun first, so that no worker waits for it at the end."""


def shared(name: str, notes: Any) -> None:
    """Names a set or list of plain values (texts, numbers, tuples of them) that all workers fill."""
    _notes[name] = notes


def is_worker(config: pytest.Config) -> bool:
    """Whether this process only runs tests for another one that reports."""
    return hasattr(config, "workerinput")


def _add(notes: Any, more: Iterable[Any]) -> None:
    for one in more:
        (notes.add if isinstance(notes, set) else notes.append)(tuple(one) if isinstance(one, list) else one)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    if is_worker(session.config):
        session.config.workeroutput["notes"] = {name: list(held) for name, held in _notes.items()}  # type: ignore[attr-defined]


class Gathering:
    """Only where tests are shared among workers: hooks that pytest alone does not know."""

    @pytest.hookimpl
    def pytest_testnodedown(self, node: Any, error: object) -> None:
        """A worker ended: its notes become ours."""
        for name, more in getattr(node, "workeroutput", {}).get("notes", {}).items():
            _add(_notes[name], more)

    @pytest.hookimpl
    def pytest_xdist_make_scheduler(self, config: pytest.Config, log: Any) -> Any:
        """Files stay whole, and everything that drives the one browser and house stays with one worker."""
        from xdist.scheduler import LoadScopeScheduling

        class ByFile(LoadScopeScheduling):
            def _split_scope(self, nodeid: str) -> str:
                return BROWSER if nodeid.startswith(BROWSER) else nodeid.partition("::")[0]

            def _assign_work_unit(self, node: Any) -> None:
                longest = next((scope for scope in FIRST if scope in self.workqueue), None)
                if longest is not None:
                    self.workqueue.move_to_end(longest, last=False)
                super()._assign_work_unit(node)

        return ByFile(config, log)


def pytest_configure(config: pytest.Config) -> None:
    if config.pluginmanager.hasplugin("xdist"):
        config.pluginmanager.register(Gathering(), "huhang-workers")
