"""Nothing is a trial unless it says so: a real installation that forgot a setting must not show SMS codes."""

import os
import subprocess
import sys
from typing import Any

import click
import pytest
from click.testing import CliRunner

from huhang.doors.cli import running

ASK = "from huhang.conf.settings import core; print(core.HUHANG_TRIAL)"


def _told(**more: str) -> str:
    env = {name: value for name, value in os.environ.items() if name != "HUHANG_TRIAL"} | more
    return subprocess.run([sys.executable, "-c", ASK], env=env, check=True, capture_output=True, text=True).stdout


def test_an_installation_is_in_earnest_unless_it_says_it_is_a_trial() -> None:
    assert _told().strip() == "False"
    assert _told(HUHANG_TRIAL="1").strip() == "True"


@pytest.mark.parametrize(("before", "after"), [(None, "1"), ("0", "0")])
def test_the_demo_says_so_for_itself_and_its_children(
    monkeypatch: pytest.MonkeyPatch, before: str | None, after: str
) -> None:
    monkeypatch.setenv("HUHANG_TRIAL", before or "")
    if before is None:
        monkeypatch.delenv("HUHANG_TRIAL")
    seen: list[str | None] = []

    def target() -> Any:
        seen.append(os.environ.get("HUHANG_TRIAL"))
        raise click.ClickException("far enough")

    monkeypatch.setattr(running, "target", target)
    assert CliRunner().invoke(running.demo, []).exit_code == 1
    assert seen == [after]
