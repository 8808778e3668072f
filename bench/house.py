"""A house to measure in: its own database server in a temporary folder, a city's units and officers, many cases."""

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
Say = Callable[[str], None]


@contextmanager
def server(say: Say) -> Iterator[str]:
    """A migrated database with catalogue on a server of its own, written to disk as in earnest; gives its address."""
    sys.path.insert(0, str(ROOT / "src"))
    data = Path(tempfile.mkdtemp(prefix="huhang-bench-"))
    data.chmod(0o711)  # the server's own account passes through
    os.environ |= {
        "HUHANG_DATA": str(data),
        "HUHANG_STATICFILES": "django.contrib.staticfiles.storage.StaticFilesStorage",
        "HUHANG_TRIAL": "1",
        "DJANGO_SETTINGS_MODULE": "huhang.conf.settings",
    }
    for name in ("HUHANG_DATABASE_URL", "HUHANG_KEYS", "HUHANG_ANCHORS", "HUHANG_FILES"):
        os.environ.pop(name, None)
    from huhang.base.database import Cluster, resolve

    cluster = Cluster(data, shared_buffers="512MB")
    say("· 启动测速用的数据库")
    cluster.start()
    try:
        _ready(say)
        yield resolve(os.environ).dsn
    finally:
        from django.db import connection

        connection.close()
        connection.close_pool()
        cluster.wipe()
        shutil.rmtree(data, ignore_errors=True)


def _ready(say: Say) -> None:
    import django

    django.setup()
    from django.conf import settings

    from huhang.doors.cli import migrating
    from huhang.doors.cli.city import load

    migrating.migrate()
    say(f"· {migrating.load_catalog(settings.HUHANG_CATALOG)}")
    load.make(seed=1, scale=0.2, say=lambda text: say(f"· {text}"))


def fill(cases: int, say: Say) -> None:
    """Brings the ledger to so many plain cases."""
    from django.db import connection
    from django.utils import timezone

    from huhang.base.access.context import SYSTEM, acting
    from huhang.cases.models import Case
    from huhang.doors.cli.city import bulk

    with acting(SYSTEM):
        there = Case.objects.count()
    if cases > there:
        bulk.load(cases - there, seed=cases, now=timezone.now(), say=lambda text: say(f"· {text.strip()}"))
    connection.close()
