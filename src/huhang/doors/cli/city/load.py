"""Writing the city into the database: one transaction as the tables' owner, by COPY, journal chain included."""

import gc
import hashlib
import random
import time
import uuid
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import connection, transaction
from django.utils import timezone

from huhang.base.access.context import SYSTEM, acting
from huhang.base.catalog import queries as catalog
from huhang.base.database import as_owner
from huhang.doors.cli.city import chiefs, people, register, rounding, rows
from huhang.doors.cli.city.asking import ask_and_tell
from huhang.doors.cli.city.lighten import without_foreign_keys
from huhang.doors.cli.city.living import live_on
from huhang.doors.cli.city.meeting import meet
from huhang.doors.cli.city.posting import man_posts
from huhang.doors.cli.city.training import train_on
from huhang.doors.cli.city.visiting import visit_on
from huhang.doors.cli.city.year import REQUESTS, Year
from huhang.kernel.errors import Conflict, Invalid
from huhang.kernel.text import canonical_json
from huhang.kinds.requests.outcomes import settle
from huhang.register.units import queries as units
from huhang.register.units.models import Unit

Say = Callable[[str], None]

AT_ONCE = 5_000
"""So many rows are made before they go to the database together."""

_JOURNAL_LOCK = 4720150001
_ROOTS = (
    "units_unit",
    "people_user",
    "journal_entry",
    "notices_message",
    "notices_outbox",
    "files_file",
    "people_phone_check",
    "papers_paper",
    "papers_series",
    "django_session",
)
"""Emptied when a city is replaced, with every table that points at them."""


_FILLED = (
    "units_unit",
    "people_post",
    "subjects_subject",
    "subjects_person",
    "liaisons_liaison",
    "liaisons_skill",
    "subjects_contact",
    "cases_case",
    "requests_request",
    "cases_step",
    "cases_assignment",
    "cases_clock",
    "cases_clock_pause",
    "cases_clock_extension",
    "requests_revisit",
    "requests_rating",
    "solved_answered",
    "rectifying_rectification",
    "journal_link",
)


def has_city() -> bool:
    """Whether units are registered already."""
    with acting(SYSTEM):
        return bool(Unit.objects.exists())


def make(
    *, seed: int = 1, scale: float = 1.0, now: datetime | None = None, replace: bool = False, say: Say = print
) -> None:
    """Makes the city and a year of its requests.

    Args:
        scale: 1 is the published size: 180 stations, 4,000 officers, 1,018 enterprises, 5,000 requests a year.
        now: the moment up to which the year is told; this moment when not given.
        replace: empties a trial installation first, its journal too.

    Raises:
        Conflict: there is a city already, or this is no trial installation.
        Invalid: a scale out of range. Missing catalogue: says what to run.
    """
    if not settings.HUHANG_TRIAL:
        raise Conflict(
            "这是正式环境，不能生成演示城市。",
            hint="演示城市带有公开的登录密码，只用于试用环境；确是试用时，请先设置环境变量 HUHANG_TRIAL=1。",
        )
    if not 0.01 <= scale <= 20:
        raise Invalid("规模应在 0.01 到 20 之间。")
    if not catalog.newest("request_categories"):
        raise Conflict("目录还没有载入。", hint="请先运行 huhang catalog load。")
    if has_city() and not replace:
        raise Conflict("数据库里已经有单位，没有改动。", hint="要换成新的演示城市，请加 --replace（会清空试用数据）。")
    moment = (now or timezone.now()).replace(microsecond=0)
    began = time.monotonic()
    gc.disable()  # a hundred thousand live objects and no cycles: looking for some costs a quarter of the time
    try:
        _make(seed, scale, moment, replace=replace, say=say)
        live_on(moment)
        meet(moment)
        visit_on(moment)
        man_posts(moment)
        train_on(moment)
        ask_and_tell(moment)
    finally:
        gc.enable()
    say(f"演示城市已载入，用时 {time.monotonic() - began:.1f} 秒")


def _make(seed: int, scale: float, moment: datetime, *, replace: bool, say: Say) -> None:
    city, year = tell(seed=seed, scale=scale, now=moment)
    sizes = f"{len(city.officers)} 名民警、{len(city.bodies)} 个主体、{len(year.lives)} 件诉求"
    say(f"望海市：{len(city.places)} 个单位、{sizes}")
    with as_owner(connection), transaction.atomic(), connection.cursor() as cursor:
        if replace:
            _empty(cursor)
        _write(cursor, city, year, seed, moment)
    if replace:
        _put_anchors_aside(moment)
    units.forget()
    with as_owner(connection), connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def tell(*, seed: int, scale: float, now: datetime) -> tuple[register.Register, Year]:
    """The city and its year in memory; the same for the same three arguments."""
    rng = random.Random(f"city{seed}")  # noqa: S311  a demonstration, made again from its seed
    city = register.found(seed, scale)
    register.settle(city, scale, now, rng)
    people.enlist(city, max(120, round(4000 * scale)), rng, now)
    register.populate(city, max(60, round(REQUESTS * 0.8 * scale)), now, rng)
    year = Year(city, scale, seed, now)
    year.tell()
    return city, year


def _write(cursor: Any, city: register.Register, year: Year, seed: int, now: datetime) -> None:
    shared = make_password(people.PASSWORD)
    filler = hashlib.sha256(f"{seed}".encode()).hexdigest()[:32]
    passwords = rows.Passwords({p.username: shared for p in people.PERSONAS}, filler)
    lines = rows.journal(year.lives, year.keys)
    sizes = {"seed": seed, "units": len(city.places), "officers": len(city.officers), "cases": len(year.lives)}
    made = rows.Line(
        year.keys.at(int(now.timestamp() * 1000)),
        now,
        "city.load",
        SYSTEM.kind,
        None,
        SYSTEM.label,
        None,
        "cli",
        None,
        None,
        "",
        canonical_json(sizes),
    )
    with without_foreign_keys(cursor, _FILLED):
        for sheet in rows.of_register(city, passwords, date(2019, 1, 1)):
            copy(cursor, sheet)
        copy(cursor, rows.of_askers(city.askers))
        held = chiefs.of_chiefs(city, now, seed)
        for sheet in (*held, *rounding.of_rounds(city, held[0].rows if held else (), now, seed)):
            copy(cursor, sheet)
        copy(cursor, rows.of_contacts(city.askers))
        for sheet in rows.of_lives(year.lives):
            copy(cursor, sheet)
        enter(cursor, [*lines, made])
    settle()


def copy(cursor: Any, sheet: rows.Sheet) -> None:
    """One table by COPY, some thousands of rows at a time.

    Rows are made between the copies and never during one: making them may look into the catalogue again, and the
    session would wait for itself for ever.
    """
    columns = ", ".join(f'"{name}"' for name in sheet.columns.split())
    waiting = iter(sheet.rows)
    while part := list(islice(waiting, AT_ONCE)):
        with cursor.copy(f"COPY {sheet.table} ({columns}) FROM STDIN") as out:
            for row in part:
                out.write_row(row)


def enter(cursor: Any, lines: list[rows.Line]) -> None:
    """Journal rows with their links, computed here in the form the trigger computes them (journal migration).

    The lock is the trigger's own, so nobody else links meanwhile; the trigger is off for this transaction only.
    """
    cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_JOURNAL_LOCK])
    cursor.execute("ALTER TABLE journal_entry DISABLE TRIGGER journal_chain")
    cursor.execute("SELECT seq, hash FROM journal_link ORDER BY seq DESC LIMIT 1")
    seq, last = cursor.fetchone() or (0, b"")
    copy(cursor, rows.Sheet("journal_entry", rows.LINE, lines))
    copy(cursor, rows.Sheet("journal_link", "seq entry previous hash", links(lines, seq, bytes(last))))
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # no check may be pending when the table is altered
    cursor.execute("ALTER TABLE journal_entry ENABLE TRIGGER journal_chain")
    cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def links(lines: Iterable[rows.Line], seq: int, last: bytes) -> Iterable[tuple[int, uuid.UUID, bytes, bytes]]:
    """Each row's place and hash after a given end of the chain."""
    for line in lines:
        seq += 1
        previous, last = last, hashlib.sha256(last + _canon(line, seq)).digest()
        yield seq, line.id, previous, last


def _canon(line: rows.Line, seq: int) -> bytes:
    at = line.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    values = (seq, line.id, at, *line[2:])
    return b"".join(_part(value) for value in values)


def _part(value: object) -> bytes:
    if value is None:
        return b"-"
    raw = str(value).encode()
    return b"%d:%b" % (len(raw), raw)


def _empty(cursor: Any) -> None:
    """Empties everything a city fills; the append-only guard is lifted for this transaction only."""
    for table in ("journal_entry", "journal_link"):
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER journal_keep")
    cursor.execute(f"TRUNCATE {', '.join(_ROOTS)} CASCADE")
    for table in ("journal_entry", "journal_link"):
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER journal_keep")


def _put_anchors_aside(now: datetime) -> None:
    """Anchors of the emptied journal would accuse the new one; they are kept under another name."""
    path = Path(settings.HUHANG_ANCHORS)
    if path.exists():
        path.rename(path.with_suffix(f".{now:%Y%m%dT%H%M%S}.replaced"))
