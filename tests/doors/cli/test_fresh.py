"""A new database gets its tables a short way; they must be the very tables Django's own way makes."""

import os
import subprocess
from typing import Any

from django.core.management import call_command
from django.db import connection

from huhang.base.database import Cluster, apply_grants, as_owner, binaries
from tests.conftest import TEMPLATE


def _schema(cluster: Cluster, name: str) -> list[str]:
    """Every table, column, index, check, trigger, wall and grant, as pg_dump writes them."""
    program = binaries.find(os.environ.get("HUHANG_TEST_BINARIES") or None).program("pg_dump")
    words = [program, "--schema-only", "--no-password", cluster.dsn(name)]
    said = subprocess.run(words, check=True, capture_output=True, text=True, timeout=60).stdout
    return [line for line in said.splitlines() if not line.startswith(("\\restrict", "\\unrestrict"))]


def test_the_short_way_makes_the_same_tables(django_db_setup: None, django_db_blocker: Any, cluster: Cluster) -> None:
    name = "huhang_the_long_way"
    cluster.create_database(name)
    before = connection.settings_dict["NAME"]
    with django_db_blocker.unblock():
        connection.close()
        connection.close_pool()
        connection.settings_dict["NAME"] = name
        try:
            with as_owner(connection):
                call_command("migrate", verbosity=0, skip_checks=True)
                apply_grants(connection)
            long = _schema(cluster, name)
        finally:
            connection.close()
            connection.close_pool()
            connection.settings_dict["NAME"] = before
    cluster.drop_database(name)
    assert len(long) > 5000
    assert _schema(cluster, TEMPLATE) == long
