"""HOUSE: a page says nothing it does not know. A name a template asks for and nobody gave fails the run."""

import sys
from pathlib import Path
from typing import Any

import pytest

from tests.plugins.workers import shared

HOUSE = str(Path(__file__).resolve().parents[2] / "src" / "huhang")
_asked: set[tuple[str, str]] = set()


class Told(str):
    """What Django puts in for an unknown name; it notes which template asked."""

    __slots__ = ()

    def __contains__(self, part: object) -> bool:
        return part == "%s" or super().__contains__(str(part))

    def __mod__(self, name: object) -> str:
        frame: Any = sys._getframe(1)
        while frame is not None:
            node = frame.f_locals.get("self")
            origin = getattr(node, "origin", None)
            if origin is not None and hasattr(node, "render_annotated"):
                if str(origin.name).startswith(HOUSE):
                    _asked.add((str(origin.name).removeprefix(HOUSE), str(name)))
                return ""
            frame = frame.f_back
        return ""


@pytest.fixture(scope="session", autouse=True)
def _names_are_noted() -> None:
    from django.template import engines

    engines["django"].engine.string_if_invalid = Told("%s")


def pytest_configure(config: pytest.Config) -> None:
    _asked.clear()
    shared("undefined names", _asked)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    if _asked:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if _asked:
        terminalreporter.section("names that templates asked for and nobody gave")
        for template, name in sorted(_asked):
            terminalreporter.write_line(f"{template}: {name}")
