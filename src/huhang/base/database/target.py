"""Which database the product uses, from the environment alone; nothing is started or asked here."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from huhang.base.database import place, roles
from huhang.base.database.cluster import Cluster
from huhang.base.database.place import SOCKET_PORT
from huhang.kernel.errors import Unavailable

POOL: Mapping[str, Any] = {"min_size": 1, "max_size": 10, "timeout": 5}
REPEATED = 2
"""After so many uses in a session a statement sent with its values apart is prepared (``statements.prepared``)."""
APART = ("host", "port", "dbname", "user", "password")  # what Django has own keys for


@dataclass(frozen=True)
class Target:
    """A database to use.

    Attributes:
        embedded: True for our own server in ``data``, False for the server of ``HUHANG_DATABASE_URL``.
        data: the product's data folder; files and keys live there in either case.
        params: libpq's connection keywords.
    """

    embedded: bool
    data: Path
    params: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def dsn(self) -> str:
        """The libpq connection string of the owner role. It may hold a password: do not print it."""
        return make_conninfo("", **self.params)

    @property
    def shown(self) -> str:
        """The address for people: no password."""
        host, port = self.params.get("host", ""), self.params.get("port", "")
        return f"{self.params.get('user', '')}@{host}:{port}/{self.params.get('dbname', '')}"

    def cluster(self, environ: Mapping[str, str] = os.environ, **settings: Any) -> Cluster:
        """The embedded server behind this target. ``HUHANG_PG_PORT`` opens a TCP port on 127.0.0.1 (0: a free one)."""
        wanted = environ.get("HUHANG_PG_PORT", "")
        if wanted.isdigit():
            settings.setdefault("port", int(wanted))
        return Cluster(self.data, environ=environ, **settings)


def resolve(environ: Mapping[str, str] = os.environ) -> Target:
    """Read ``HUHANG_DATABASE_URL`` (an address or keywords as libpq knows them), else the embedded one.

    Raises:
        Unavailable: the address cannot be read.
    """
    data = place.default_data(environ)
    url = environ.get("HUHANG_DATABASE_URL", "").strip()
    if not url:
        return Target(True, data, _embedded(data, environ))
    try:
        params = conninfo_to_dict(url)
    except ProgrammingError as error:
        raise Unavailable(
            "环境变量 HUHANG_DATABASE_URL 不是可用的数据库地址。",
            hint="写法如：postgresql://用户:密码@主机:5432/库名?sslmode=require",
        ) from error
    params.setdefault("dbname", roles.DATABASE)
    params.setdefault("connect_timeout", 5)
    if "," in str(params.get("host", "")):
        params.setdefault("target_session_attrs", "read-write")
    return Target(False, data, params)


def _embedded(data: Path, environ: Mapping[str, str]) -> dict[str, Any]:
    state = place.read_state(data)
    where, _ = place.settle(data, environ)
    return {
        "host": state.get("host") or str(where.run or "127.0.0.1"),
        "port": state.get("port") or SOCKET_PORT,
        "dbname": environ.get("HUHANG_DATABASE_NAME") or roles.DATABASE,
        "user": roles.OWNER,
        "passfile": str(where.owner_password),
        "connect_timeout": 5,
    }


def django_settings(
    target: Target, *, role: str | None = roles.APP, pool: Mapping[str, Any] | None = POOL
) -> dict[str, Any]:
    """The value of ``DATABASES["default"]``.

    ``role`` is assumed by the session's start-up packet, so it costs no statement at all, and ``RESET ROLE`` leads
    back to it, never to the owner. (Django's own ``assume_role`` waits for ever with a pool: it asks the pool that
    is being filled for a cursor.) ``role=None`` works as the owner; ``pool=None`` opens a connection each time.
    """
    options: dict[str, Any] = {name: value for name, value in target.params.items() if name not in APART}
    options["prepare_threshold"] = REPEATED
    if pool is not None:
        options["pool"] = dict(pool)
    # what is prepared finds by key: one plan for whatever the values are, instead of a new one each time (ADR 39)
    told = [str(options.get("options", "")), "-c plan_cache_mode=force_generic_plan"]
    options["options"] = " ".join([*told, *([roles.assuming(role)] if role is not None else [])]).strip()
    return {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": str(target.params.get("host") or ""),
        "PORT": str(target.params.get("port") or ""),
        "NAME": str(target.params.get("dbname") or ""),
        "USER": str(target.params.get("user") or ""),
        "PASSWORD": str(target.params.get("password") or ""),
        "CONN_MAX_AGE": 0,  # a pool keeps the connections; Django refuses both together
        "CONN_HEALTH_CHECKS": True,  # after a restart of the server a dead connection is noticed before a page uses it
        "OPTIONS": options,
    }
