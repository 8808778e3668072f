"""Which database is used is read from the environment, and Django is told in its own words (HOUSE §3)."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connections
from django.db.backends.postgresql.base import DatabaseWrapper

from huhang.base.database import Cluster, Target, as_owner, django_settings, resolve
from huhang.kernel.errors import Unavailable


def test_without_an_address_the_embedded_one_is_meant(tmp_path: Path) -> None:
    target = resolve({"HUHANG_DATA": str(tmp_path)})
    assert target.embedded
    assert target.data == tmp_path
    assert list(tmp_path.iterdir()) == [], "reading settings makes nothing"


def test_in_a_checkout_the_data_lie_in_var() -> None:
    assert resolve({}).data == Path(__file__).resolve().parents[3] / "var"


def test_an_address_is_taken_apart_for_django() -> None:
    url = "postgresql://hu:p%40ss@a.example,b.example:5433/city?sslmode=require&connect_timeout=9"
    target = resolve({"HUHANG_DATABASE_URL": url})
    assert not target.embedded
    found = django_settings(target)
    assert (found["HOST"], found["PORT"], found["NAME"]) == ("a.example,b.example", ",5433", "city")
    assert (found["USER"], found["PASSWORD"], found["CONN_MAX_AGE"]) == ("hu", "p@ss", 0)
    assert found["OPTIONS"] == {
        "sslmode": "require",
        "connect_timeout": "9",
        "target_session_attrs": "read-write",
        "pool": {"min_size": 1, "max_size": 10, "timeout": 5},
        "options": "-c plan_cache_mode=force_generic_plan -c role=huhang_app",
        "prepare_threshold": 2,
    }
    assert "p@ss" not in repr(target)
    assert "p@ss" not in target.shown


def test_options_of_the_address_are_kept() -> None:
    target = resolve({"HUHANG_DATABASE_URL": "host=a options='-c statement_timeout=5s'"})
    told = "-c statement_timeout=5s -c plan_cache_mode=force_generic_plan -c role=huhang_app"
    assert django_settings(target)["OPTIONS"]["options"] == told


def test_an_address_that_cannot_be_read_is_explained() -> None:
    with pytest.raises(Unavailable, match="HUHANG_DATABASE_URL") as refused:
        resolve({"HUHANG_DATABASE_URL": "mysql//secret@x"})
    assert "secret" not in refused.value.text + refused.value.hint


def test_the_settings_need_neither_django_nor_a_server() -> None:
    program = "import huhang.base.database as d, sys; d.django_settings(d.resolve({})); print('django' in sys.modules)"
    said = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": ":".join(sys.path)},
    )
    assert said.stdout.strip() == "False"


@pytest.fixture
def wrapper(shared: Cluster, django_db_blocker: Any) -> Iterator[DatabaseWrapper]:
    """Django's own connection with its pool, made from our settings."""
    settings = django_settings(resolve({"HUHANG_DATA": str(shared.data)}))
    settings |= {"TIME_ZONE": None, "CONN_HEALTH_CHECKS": False, "AUTOCOMMIT": True, "ATOMIC_REQUESTS": False}
    connections.databases["launcher"] = settings | {"TEST": {}}
    connection = connections["launcher"]
    assert isinstance(connection, DatabaseWrapper)
    with django_db_blocker.unblock():
        yield connection
        connection.close()
        connection.close_pool()
    del connections["launcher"]
    del connections.databases["launcher"]


def who(connection: DatabaseWrapper) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        return str(cursor.fetchone()[0])


def test_django_works_in_the_applications_role_through_the_pool(wrapper: DatabaseWrapper) -> None:
    assert who(wrapper) == "huhang_app"
    with wrapper.cursor() as cursor:
        cursor.execute("RESET ROLE")
    assert who(wrapper) == "huhang_app", "a reset does not lead to the owner"


def test_a_checkout_from_the_pool_costs_no_statement(wrapper: DatabaseWrapper, shared: Cluster) -> None:
    who(wrapper)
    count = "SELECT xact_commit FROM pg_stat_database WHERE datname = 'huhang'"

    def spent(turns: int) -> int:
        with psycopg.connect(shared.dsn("postgres", "postgres"), autocommit=True) as admin:
            before = admin.execute(count.encode()).fetchone()
            for _ in range(turns):
                wrapper.close()
                with wrapper.cursor() as cursor:
                    cursor.execute("SELECT pg_stat_force_next_flush()")
            after = admin.execute(count.encode()).fetchone()
        assert before is not None
        assert after is not None
        return int(after[0] - before[0])

    spent(3)
    assert spent(20) <= 22  # one transaction a turn; the pool's own upkeep may add one


def test_migrations_work_as_the_owner_and_everything_else_does_not(wrapper: DatabaseWrapper) -> None:
    with as_owner(wrapper):
        assert who(wrapper) == "huhang"
    assert who(wrapper) == "huhang_app"


def test_a_target_gives_its_own_cluster(shared: Cluster) -> None:
    target: Target = resolve({"HUHANG_DATA": str(shared.data)})
    assert target.cluster().status().pid == shared.status().pid
    assert target.dsn == shared.dsn()
