"""The figures of SAFEGUARDS, printed once more at the end of a run, where nothing scrolls them away."""

from typing import Any

import pytest

from tests.plugins.workers import shared

_said: list[tuple[int, str]] = []


def figure(number: int, text: str) -> None:
    """Notes a figure of a safeguard; the run prints it at its end as ``SAFEGUARD n: …``."""
    _said.append((number, text))


def pytest_configure(config: pytest.Config) -> None:
    _said.clear()
    shared("figures", _said)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if not _said:
        return
    terminalreporter.section("figures of the safeguards")
    for number, text in sorted(_said, key=lambda one: one[0]):
        terminalreporter.write_line(f"SAFEGUARD {number}: {text}")
