"""A house to measure in: its own database server in a folder, a city's units and officers, very many cases.

Loading runs without waiting for the disk and with much memory; measuring runs on a server started anew, written to disk
as in earnest and with the memory of a plain installation.
"""

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
Say = Callable[[str], None]


def say(text: str) -> None:
    """Tells what goes on beside the tables."""
    print(text, file=sys.stderr, flush=True)


@contextmanager
def folder(given: Path | None, say: Say) -> Iterator[Path]:
    """The data folder: one that is kept, or one that goes when the measuring is done."""
    data = given.absolute() if given else Path(tempfile.mkdtemp(prefix="huhang-bench-"))
    data.mkdir(parents=True, exist_ok=True)
    data.chmod(0o711)  # the server's own account passes through
    sys.path.insert(0, str(ROOT / "src"))
    os.environ |= {
        **dict.fromkeys(("HUHANG_PACE_TOKEN", "HUHANG_PACE_SOURCE", "HUHANG_PACE_POSTS"), "0"),
        "HUHANG_DATA": str(data),
        "HUHANG_STATICFILES": "django.contrib.staticfiles.storage.StaticFilesStorage",
        "HUHANG_TRIAL": "1",
        "DJANGO_SETTINGS_MODULE": "huhang.conf.settings",
    }
    for name in ("HUHANG_DATABASE_URL", "HUHANG_KEYS", "HUHANG_ANCHORS", "HUHANG_FILES"):
        os.environ.pop(name, None)
    try:
        yield data
    finally:
        if given is None:
            from huhang.base.database import Cluster

            Cluster(data).wipe()
            shutil.rmtree(data, ignore_errors=True)
        else:
            say(f"· 数据留在 {data}")


@contextmanager
def server(data: Path, say: Say, *, loading: bool = False) -> Iterator[str]:
    """A running server with a migrated database; gives its address."""
    from huhang.base.database import Cluster, resolve

    lavish: dict[str, Any] = {"fsync": False, "shared_buffers": "2GB", "max_wal_size": "4GB"}
    cluster = Cluster(data, **(lavish if loading else {"shared_buffers": "512MB"}), timeout=600)
    say("· 启动数据库（载入）" if loading else "· 启动数据库（测量）")
    cluster.start()
    try:
        _ready(say)
        yield resolve(os.environ).dsn
    finally:
        from django.db import connection

        connection.close()
        connection.close_pool()
        cluster.stop()


def _ready(say: Say) -> None:
    import django

    django.setup()
    from django.conf import settings

    from huhang.doors.cli import migrating
    from huhang.doors.cli.city import load

    migrating.migrate()
    say(f"· {migrating.load_catalog(settings.HUHANG_CATALOG)}")
    if not load.has_city():
        load.make(seed=1, scale=0.2, say=lambda text: say(f"· {text}"))


def fill(cases: int, say: Say) -> None:
    """Brings the ledger to so many plain cases."""
    from django.utils import timezone

    from huhang.base.access.context import SYSTEM, acting
    from huhang.cases.models import Case
    from huhang.doors.cli.city import bulk

    with acting(SYSTEM):
        there = Case.objects.count()
    if cases > there:
        bulk.load(cases - there, seed=cases, now=timezone.now(), say=lambda text: say(f"· {text.strip()}"))
