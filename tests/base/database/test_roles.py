"""What the application's role may do, and what a server that is not ours must offer."""

from collections.abc import Iterator

import psycopg
import pytest

from huhang.base.database import Cluster, apply_grants, ensure_roles
from huhang.kernel.errors import Unavailable


@pytest.fixture
def name(shared: Cluster) -> Iterator[str]:
    shared.create_database("grants")
    yield "grants"
    shared.drop_database("grants")


TABLES = """
CREATE TABLE plain (id int);
CREATE TABLE journal_entry (id int);
CREATE TABLE journal_link (id int);
CREATE SEQUENCE counted
"""
VERBS = {
    "SELECT": "SELECT * FROM {}",
    "INSERT": "INSERT INTO {} VALUES (1)",
    "UPDATE": "UPDATE {} SET id = 2",
    "DELETE": "DELETE FROM {}",
    "TRUNCATE": "TRUNCATE {}",
}


def allowed(session: psycopg.Connection[tuple[object, ...]], table: str) -> set[str]:
    """What the role really may do: each verb is tried."""
    may = set()
    for verb, statement in VERBS.items():
        try:
            with session.transaction(force_rollback=True):
                session.execute(statement.format(table).encode())
            may.add(verb)
        except psycopg.errors.InsufficientPrivilege:
            pass
    return may


def test_journal_tables_only_grow(shared: Cluster, name: str) -> None:
    with psycopg.connect(shared.dsn(name), autocommit=True) as session:
        session.execute(TABLES.encode())
        session.execute("GRANT ALL ON journal_entry TO huhang_app")  # too much, from somewhere
        for _ in range(2):
            apply_grants(session)
        session.execute("SET ROLE huhang_app")
        assert allowed(session, "plain") == {"SELECT", "INSERT", "UPDATE", "DELETE"}
        assert allowed(session, "journal_entry") == {"SELECT", "INSERT"}
        assert allowed(session, "journal_link") == {"SELECT"}
        assert session.execute("SELECT nextval('counted')").fetchone() == (1,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            session.execute("CREATE TABLE mine (id int)")


def test_the_list_of_closed_tables_is_a_parameter(shared: Cluster, name: str) -> None:
    with psycopg.connect(shared.dsn(name), autocommit=True) as session:
        session.execute(TABLES.encode())
        apply_grants(session, {"plain": ("SELECT",)})
        session.execute("SET ROLE huhang_app")
        assert allowed(session, "plain") == {"SELECT"}


def test_a_server_with_everything_in_place_is_left_alone(shared: Cluster) -> None:
    ensure_roles(shared.dsn())
    ensure_roles(shared.dsn("postgres", "postgres"))


def test_a_user_who_may_not_make_roles_is_told_the_exact_sql(shared: Cluster) -> None:
    with psycopg.connect(shared.dsn("postgres", "postgres"), autocommit=True) as session:
        session.execute("CREATE ROLE guest LOGIN PASSWORD 'x'")
        dsn = psycopg.conninfo.make_conninfo(shared.dsn("postgres"), user="guest", password="x")
        with pytest.raises(Unavailable) as refused:
            ensure_roles(dsn)
        said = refused.value.hint % refused.value.params
        statements = [line for line in said.splitlines() if line.endswith(";")]
        assert statements[0] == 'CREATE ROLE "huhang_app" NOLOGIN;'
        session.execute(statements[1].encode())
        ensure_roles(dsn)
        session.execute("REVOKE huhang_app FROM guest")
        session.execute("DROP ROLE guest")


def test_a_user_who_may_make_roles_makes_it(shared: Cluster) -> None:
    """On a server without the role, a plain CREATEROLE user is enough."""
    with psycopg.connect(shared.dsn("postgres", "postgres"), autocommit=True) as session:
        session.execute("ALTER ROLE huhang_app RENAME TO aside")
        session.execute("CREATE ROLE maker LOGIN CREATEROLE PASSWORD 'x'")
        try:
            dsn = psycopg.conninfo.make_conninfo(shared.dsn("postgres"), user="maker", password="x")
            ensure_roles(dsn)
            with psycopg.connect(dsn, options="-c role=huhang_app") as assumed:
                assert assumed.execute("SELECT current_user::text").fetchone() == ("huhang_app",)
        finally:
            session.execute("DROP ROLE huhang_app")
            session.execute("ALTER ROLE aside RENAME TO huhang_app")
            session.execute("DROP ROLE maker")
