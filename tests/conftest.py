"""One private PostgreSQL a run: started here on its own port and folder, removed at the end; nothing else is assumed.

`db` (pytest-django's) gives each test a transaction that is rolled back, under the application's own role with
row-level security on, acting as the system. `own_database` gives a test that must commit a database of its own, cloned
from the migrated template. `HUHANG_TEST_BINARIES=system` runs the same on the system's PostgreSQL.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from huhang.base.database import Cluster
from tests.environment import DATA

TEMPLATE = "huhang_template"
pytest_plugins = [
    "tests.plugins.workers",
    "tests.plugins.figures",
    "tests.plugins.coverage_of_routes",
    "tests.plugins.undefined_names",
]


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """The run's own database server."""
    server = Cluster(DATA, binaries=os.environ.get("HUHANG_TEST_BINARIES") or None, fsync=False)
    server.start()
    try:
        yield server
    finally:
        from django.db import connection

        connection.close_pool()
        server.wipe()
        shutil.rmtree(DATA, ignore_errors=True)


@pytest.fixture(scope="session")
def django_db_setup(cluster: Cluster, django_db_blocker: Any) -> None:
    """A migrated database with the catalogue loaded, and a template of it for `own_database`."""
    from django.conf import settings
    from django.db import connection
    from django.utils import timezone

    from huhang.base.access.context import SYSTEM, acting
    from huhang.base.catalog import actions as catalog
    from huhang.base.database import django_settings, resolve
    from huhang.doors.cli import migrating

    # the pool is made when the first connection is; the address is known only now that the server stands
    fresh = django_settings(resolve(os.environ), pool={"min_size": 0, "max_size": 8, "timeout": 10})
    connection.settings_dict.update(fresh)
    with django_db_blocker.unblock():
        migrating.migrate()
        with acting(SYSTEM):
            loaded = catalog.load(Path(settings.HUHANG_CATALOG), by=SYSTEM, now=timezone.now())
        assert not loaded.problems, loaded.problems
        connection.close()
        connection.close_pool()
        cluster.create_database(TEMPLATE, template=str(fresh["NAME"]))


@pytest.fixture(autouse=True)
def _acting_as_the_system(request: pytest.FixtureRequest) -> Iterator[None]:
    """Tests that touch the database read and write as the system unless they say `acting(somebody)`."""
    from huhang.base.catalog import queries as catalog
    from huhang.register.units import queries as units

    own = "own_database" in request.fixturenames
    if not own and "db" not in request.fixturenames and request.node.get_closest_marker("django_db") is None:
        yield
        return
    request.getfixturevalue("own_database" if own else "db")
    from huhang.base.access.context import SYSTEM, acting

    catalog.forget()
    units.forget()
    if own:  # such a test commits and says itself who acts
        yield
        units.forget()
        return
    with acting(SYSTEM):
        yield
    units.forget()


@pytest.fixture
def own_database(django_db_setup: None, django_db_blocker: Any, cluster: Cluster) -> Iterator[str]:
    """A committed-to database of this test alone; wrap reads and writes in `acting(...)` yourself."""
    from django.db import connection

    from huhang.kernel.numbering import uuid7

    name = f"own_{uuid7().hex}"
    cluster.create_database(name, template=TEMPLATE)
    before = connection.settings_dict["NAME"]
    with django_db_blocker.unblock():
        connection.close()
        connection.close_pool()
        connection.settings_dict["NAME"] = name
        try:
            yield name
        finally:
            connection.close()
            connection.close_pool()
            connection.settings_dict["NAME"] = before
    cluster.drop_database(name)
