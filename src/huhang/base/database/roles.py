"""Who is who in the database, and what the application may touch.

- ``postgres``: superuser of the embedded database; only the launcher uses it.
- ``huhang``: signs in, owns the databases and tables, runs migrations.
- ``huhang_app``: cannot sign in; the application assumes it for every request, so that row-level security and the
  append-only tables bind it (architecture: the second wall).
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, LiteralString, Protocol

import psycopg
from psycopg import sql

from huhang.kernel.errors import Unavailable

ADMIN = "postgres"
OWNER = "huhang"
APP = "huhang_app"
DATABASE = "huhang"

CHANGE = ("SELECT", "INSERT", "UPDATE", "DELETE")
APPEND_ONLY: Mapping[str, Sequence[str]] = {
    "journal_entry": ("SELECT", "INSERT"),
    "journal_link": ("SELECT",),  # written by the trigger that links at commit
    "cases_step": ("SELECT", "INSERT"),
    "subjects_change": ("SELECT", "INSERT"),
    "cases_counted": ("SELECT",),  # written by the triggers that count cases
    "cells_counted": ("SELECT",),  # written by the triggers that count subjects
}


class Connects(Protocol):
    """A psycopg connection or Django's wrapper around one."""

    def cursor(self) -> Any: ...


def prepare(session: psycopg.Connection[Any], password: str | None) -> None:
    """Make roles and database of the embedded server when missing; set the owner's password when one is given."""
    there = {
        name for (name,) in session.execute("SELECT rolname FROM pg_roles WHERE rolname = ANY(%s)", [[OWNER, APP]])
    }
    owner, app = sql.Identifier(OWNER), sql.Identifier(APP)
    if APP not in there:
        session.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(app))
    if OWNER not in there:
        session.execute(sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER CREATEDB CREATEROLE").format(owner))
    if there != {OWNER, APP}:
        session.execute(_membership(session).format(app, owner))
    if password is not None:
        session.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(owner, sql.Literal(password)))
    if not session.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
        session.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(DATABASE), owner))


def _membership(session: psycopg.Connection[Any]) -> sql.SQL:
    # From 16 on, inheriting a role and switching to it are granted apart.
    if session.info.server_version >= 160000:
        return sql.SQL("GRANT {} TO {} WITH INHERIT TRUE, SET TRUE")
    return sql.SQL("GRANT {} TO {}")


def ensure_roles(dsn: str) -> None:
    """Make sure that whoever signs in with this address can assume ``huhang_app``; for servers that are not ours.

    Raises:
        Unavailable: the role is missing or not granted, and this user may not mend that; the hint is the SQL to run.
    """
    with psycopg.connect(dsn, autocommit=True) as session:
        user = str(session.info.user)
        member = _membership(session).format(sql.Identifier(APP), sql.Identifier(user))
        create = sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(APP))
        try:
            if not session.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [APP]).fetchone():
                session.execute(create)
            if not _may_assume(session):
                session.execute(member)
        except psycopg.errors.InsufficientPrivilege as error:
            steps = "\n".join(f"{step.as_string(session)};" for step in (create, member))
            raise Unavailable(
                "数据库里没有角色 %(role)s，或者用户 %(user)s 不能切换到它。",
                hint="请数据库管理员执行（角色已存在时略去第一行）：\n%(sql)s",
                params={"role": APP, "user": user, "sql": steps},
            ) from error


def _may_assume(session: psycopg.Connection[Any]) -> bool:
    try:
        session.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(APP)))
        session.execute("RESET ROLE")
    except psycopg.errors.InsufficientPrivilege:
        return False
    return True


def apply_grants(connection: Connects, append_only: Mapping[str, Sequence[str]] = APPEND_ONLY) -> None:
    """Give ``huhang_app`` what it may do in schema public; to be run by the tables' owner after each migration.

    Every table may be read and changed, except those of ``append_only`` (table → privileges), which lose anything
    more. One transaction, safe to repeat. Tables named there that do not exist yet are left out.
    """
    app = sql.Identifier(APP)
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = {str(name) for (name,) in cursor.fetchall()}
        steps: list[sql.Composable] = [
            sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(app),
            sql.SQL("GRANT {} ON ALL TABLES IN SCHEMA public TO {}").format(_words(CHANGE), app),
            sql.SQL("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {}").format(app),
            sql.SQL("GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {}").format(app),
        ]
        for table in sorted(tables & append_only.keys()):
            name = sql.Identifier("public", table)
            steps.append(sql.SQL("REVOKE ALL ON {} FROM {}").format(name, app))
            steps.append(sql.SQL("GRANT {} ON {} TO {}").format(_words(append_only[table]), name, app))
        # Sent as one text without parameters: the server runs it as one transaction.
        cursor.execute(sql.SQL("; ").join(steps))


PRIVILEGES: Mapping[str, LiteralString] = {
    "SELECT": "SELECT",
    "INSERT": "INSERT",
    "UPDATE": "UPDATE",
    "DELETE": "DELETE",
}


def _words(privileges: Sequence[str]) -> sql.Composed:
    return sql.SQL(", ").join(sql.SQL(PRIVILEGES[each]) for each in privileges)


def assuming(role: str = APP) -> str:
    """What libpq's ``options`` must hold for a session to begin in this role."""
    return f"-c role={role}"


@contextmanager
def as_owner(connection: Any) -> Iterator[None]:
    """Let a Django connection work as the tables' owner inside, for migrations and for making test databases.

    The connection and its pool are closed on both sides, so no session keeps the wrong role.
    """
    options = connection.settings_dict["OPTIONS"]
    before = options.get("options", "")
    options["options"] = before.replace(assuming(), "").strip()
    _forget(connection)
    try:
        yield
    finally:
        _forget(connection)
        options["options"] = before


def _forget(connection: Any) -> None:
    connection.close()
    connection.close_pool()
