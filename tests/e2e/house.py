"""The real product for the walks: web server and worker as processes of their own on a database of this run alone."""

import os
import re
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Any, TypeVar

import psycopg

from huhang.base.database import resolve

T = TypeVar("T")
ROOT = Path(__file__).resolve().parents[2]
DATABASE = "walk"
SCREENSHOTS = ROOT / "var" / "screenshots"


def until(ready: Callable[[], T | None], what: str, *, seconds: float = 30.0) -> T:
    """Asks again and again until there is an answer; for what happens outside the browser, in the worker."""
    pause = Event()
    for _ in range(int(seconds / 0.05)):
        if (found := ready()) is not None:
            return found
        pause.wait(0.05)
    raise AssertionError(f"{what}: not within {seconds:.0f} seconds")


def environment(data: Path, **more: str) -> dict[str, str]:
    """What the processes are told: the run's data folder and the walk's own database, static files as in use."""
    env = {name: value for name, value in os.environ.items() if name != "HUHANG_STATICFILES"}
    return {
        **env,
        "HUHANG_DATA": str(data),
        "HUHANG_DATABASE_NAME": DATABASE,
        "HUHANG_STATIC": str(data / "static"),
        "HUHANG_TRIAL": "1",
        "DJANGO_SETTINGS_MODULE": "huhang.conf.settings",
        "PYTHONPATH": str(ROOT / "src"),
        **more,
    }


def gather_static(env: Mapping[str, str]) -> None:
    """Static files under the names with hashes that a real installation serves."""
    words = [sys.executable, "-m", "django", "collectstatic", "--noinput", "--verbosity", "0"]
    subprocess.run(words, env=dict(env), cwd=ROOT, check=True)


@dataclass
class House:
    """A running product.

    Attributes:
        address: where it answers, without a slash at the end.
        facts: what the city's maker wants the walks to know.
    """

    address: str
    env: Mapping[str, str]
    data: Path
    facts: dict[str, Any] = field(default_factory=dict)
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, *commands: str) -> None:
        """Starts ``huhang serve`` on the address's port and whatever else is named; waits until it answers."""
        port = self.address.rpartition(":")[2]
        words = {"serve": ["serve", "--port", port, "--quiet"], "worker": ["worker", "--quiet"]}
        with (self.data / "walk.log").open("ab") as log:
            for name in commands:
                command = [sys.executable, "-m", "huhang.doors.cli.main", *words[name]]
                self.processes.append(
                    subprocess.Popen(
                        command, env=dict(self.env), cwd=ROOT, stderr=log, stdout=log, start_new_session=True
                    )
                )
        until(self._answers, f"{self.address} answers")

    def _answers(self) -> bool | None:
        if any(process.poll() is not None for process in self.processes):
            raise AssertionError(f"a process ended: {self.said()}")
        try:
            with urllib.request.urlopen(f"{self.address}/healthz", timeout=2):
                return True
        except OSError:
            return None

    def said(self) -> str:
        """The last the processes wrote."""
        return (self.data / "walk.log").read_text(errors="replace")[-4000:]

    def stop(self) -> None:
        """Ends both, politely first."""
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            try:
                process.wait(timeout=8)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(timeout=5)

    # ---- looking behind the pages

    def ask(self, statement: str, *params: Any) -> list[tuple[Any, ...]]:
        """A statement as the owner of the tables, outside every page; rows, or nothing."""
        dsn = resolve(self.env).dsn
        with psycopg.connect(dsn, autocommit=True) as link:
            cursor = link.execute(statement, params)
            return list(cursor.fetchall()) if cursor.description else []

    def count(self, statement: str, *params: Any) -> int:
        """One number."""
        return int(self.ask(statement, *params)[0][0])

    def code_sent_to(self, phone: str, *, after: int) -> str:
        """The newest code in the sandbox's outbox for a number, once there are more messages than ``after``."""
        masked = f"{phone[:3]}****{phone[-4:]}"

        def newest() -> str | None:
            rows = self.ask("SELECT text FROM notices_outbox WHERE to_masked = %s ORDER BY at, id", masked)
            codes = [found for (text,) in rows if (found := re.search(r"\b(\d{6})\b", text))]
            return codes[-1].group(1) if len(codes) > after else None

        return until(newest, f"a code for {masked}")

    def codes_sent_to(self, phone: str) -> int:
        """How many messages a number got so far."""
        masked = f"{phone[:3]}****{phone[-4:]}"
        rows = self.ask("SELECT text FROM notices_outbox WHERE to_masked = %s", masked)
        return sum(1 for (text,) in rows if re.search(r"\b\d{6}\b", text))
