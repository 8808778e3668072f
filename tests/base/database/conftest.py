"""Real servers for the tests of the launcher: each in a folder of its own, deleted afterwards."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from huhang.base.database import Cluster
from huhang.base.database import binaries as programs
from huhang.kernel.errors import Unavailable


def binaries_or_skip(kind: str) -> str:
    """The kind itself, or a skip that prints why."""
    try:
        programs.find(kind)
    except Unavailable as refusal:
        pytest.skip(f"{kind}: {refusal.text}")
    return kind


@pytest.fixture(params=["wheel", "system"])
def kind(request: pytest.FixtureRequest) -> str:
    """Every test that takes this runs on the wheel's PostgreSQL and on the system's."""
    return binaries_or_skip(request.param)


@pytest.fixture
def home() -> Iterator[Path]:
    """A short folder that the unprivileged account can pass through."""
    folder = Path(tempfile.mkdtemp(prefix="hh-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def make(home: Path) -> Iterator[Callable[..., Cluster]]:
    """Builds clusters in ``home`` (or where told), and wipes them at the end."""
    made: list[Cluster] = []

    def build(kind: str = "wheel", *, data: Path | None = None, **settings: Any) -> Cluster:
        settings.setdefault("fsync", False)
        cluster = Cluster(data or home / "data", kind, **settings)
        made.append(cluster)
        return cluster

    yield build
    for each in made:
        each.wipe()


@pytest.fixture(scope="module")
def shared() -> Iterator[Cluster]:
    """One running server for tests that only need some database."""
    folder = Path(tempfile.mkdtemp(prefix="hh-"))
    folder.chmod(0o711)
    cluster = Cluster(folder / "data", fsync=False)
    cluster.start()
    yield cluster
    cluster.wipe()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def root() -> None:
    """For what only root can try."""
    if os.geteuid() != 0:
        pytest.skip("not root: stepping down to another account cannot be tried")
