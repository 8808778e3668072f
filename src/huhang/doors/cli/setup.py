"""Making Django ready inside a command, with the embedded database started when it is the one in use."""

import os
from functools import cache

from huhang.base.database import Cluster, Target, resolve


@cache
def target() -> Target:
    """The database this installation uses."""
    return resolve(os.environ)


def started() -> Cluster | None:
    """Starts the embedded database when it is the one in use and not running; none for a named server."""
    if not target().embedded:
        return None
    cluster = target().cluster()
    cluster.start()
    return cluster


def ready() -> None:
    """Django with settings, and a database that answers. Call before touching any model."""
    started()
    bare()


def bare() -> None:
    """Django with settings only."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huhang.conf.settings")
    django.setup()
