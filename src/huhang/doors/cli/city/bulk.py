"""Very many plain requests, to measure with: case, detail, first step and answer clock, nothing else.

Python draws what differs from case to case, up to some hundred thousand, and the database copies those
(`multiply.py`); the texts with their folded and searchable forms are made once and joined to them in the database.
Their numbers begin with HB, so that nobody takes them for the city's own history.
"""

import random
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection, transaction

from huhang.base.access.context import SYSTEM
from huhang.base.catalog import queries as catalog
from huhang.base.database import as_owner
from huhang.cases.counts.actions import counting_later
from huhang.doors.cli.city import multiply, rows, texts
from huhang.doors.cli.city.hours import Office
from huhang.doors.cli.city.lighten import without_foreign_keys, without_indexes
from huhang.doors.cli.city.load import copy, enter
from huhang.doors.cli.city.register import Place
from huhang.doors.cli.city.stories import STORIES
from huhang.kernel.errors import Conflict, Invalid
from huhang.kernel.numbering import Ordered7, public_number
from huhang.kernel.text import canonical_json, fold
from huhang.kernel.worktime import Unit
from huhang.kinds.requests import catalogue

Say = Callable[[str], None]
TEXTS = 20_000
OPEN = 0.03
"""Share of cases still open: a ledger of a million has some tens of thousands in hand."""
HEAVY = 20_000
"""From this many cases on, indexes are built at the end; below it that costs more than it saves."""

_CASES = ("cases_case", "requests_request", "cases_step", "cases_clock")
_STATES = ("registered", "classified", "dispatched", "handling", "handling", "handling", "answered", "revisited")
_CHANNELS = ("web", "app", "hotline", "hotline", "window", "visit", "call_110", "letter")
_PREFIX = "HB"

_DRAFT = """
CREATE TEMP TABLE draft (
    id uuid, step uuid, clock uuid, number text, words int, state text, category text, version int, nature text,
    channel text, urgency int, sensitive boolean, unit_id uuid, branch_id uuid, officer_id uuid, taken_by uuid,
    taken_unit uuid, received_at timestamptz, due_at timestamptz, answered_at timestamptz, closed_at timestamptz,
    provisional boolean, calendar text, rule text, unit_of_time text, amount int
) ON COMMIT DROP
"""
_WORDS = """
CREATE TEMP TABLE words (
    n int, title text, body text, place text, label text, folded text, search tsvector
) ON COMMIT DROP
"""
_INTO = (
    """
INSERT INTO cases_case (id, number, kind, state, is_open, title, body, from_label, unit_id, branch_id, party_units,
    party_branches, officer_id, taken_by_id, taken_unit_id, category, category_version, channel, urgency, sensitive,
    place, received_at, due_at, due_from, due_provisional, waiting, answered_at, closed_at, version, folded, search,
    secret_digest)
SELECT d.id, d.number, 'request', d.state, d.closed_at IS NULL, w.title, w.body, w.label, d.unit_id, d.branch_id,
    CASE WHEN d.unit_id = d.taken_unit THEN '{}' ELSE ARRAY[d.taken_unit] END, '{}', d.officer_id, d.taken_by,
    d.taken_unit, d.category, d.version, d.channel, d.urgency, d.sensitive, w.place, d.received_at,
    CASE WHEN d.closed_at IS NULL THEN d.due_at END, CASE WHEN d.closed_at IS NULL THEN d.received_at END,
    d.provisional AND d.closed_at IS NULL, false, d.answered_at, d.closed_at, 1, w.folded, w.search, ''
FROM draft d JOIN words w ON w.n = d.words
""",
    """
INSERT INTO requests_request (case_id, nature, confidential, contact_masked, transfers, returns, answer, result,
    redo_count, in_time)
SELECT id, nature, false, '', 0, 0, '', '', 0, answered_at < due_at FROM draft
""",
    """
INSERT INTO cases_step (id, case_id, seq, move, from_state, to_state, at, by_kind, by_user_id, by_label, unit_id, note,
    public_note, data)
SELECT step, id, 1, 'open', '', state, received_at, 'officer', taken_by, '', taken_unit, '', '',
    jsonb_build_object('channel', channel) FROM draft
""",
    """
INSERT INTO cases_clock (id, case_id, name, rule, unit_of_time, amount, started_at, due_at, provisional,
    calendar_version, stopped_at)
SELECT clock, id, 'answer', rule, unit_of_time, amount, received_at, due_at, provisional, calendar, closed_at FROM draft
""",
)


class _Desk(NamedTuple):
    """A unit that gets cases, with somebody in it."""

    unit: uuid.UUID
    branch: uuid.UUID | None
    officers: tuple[uuid.UUID, ...]


def load(cases: int, *, seed: int = 1, now: datetime, say: Say = print) -> None:
    """Adds so many cases over the units there are.

    Raises:
        Invalid: fewer than one or more than ten million. Conflict: no units or no catalogue yet.
    """
    if not 1 <= cases <= 10_000_000:
        raise Invalid("件数应在 1 到 1000 万之间。")
    began = time.monotonic()
    rng = random.Random(f"bulk{seed}")  # noqa: S311  measuring data, made again from its seed
    with as_owner(connection):
        with transaction.atomic(), connection.cursor() as cursor:
            desks, home, pool = _desks(cursor), _home(cursor), _pool(cursor, rng, min(TEXTS, cases))
            say(f"  文字 {pool} 种，{time.monotonic() - began:.0f} 秒")
            cursor.execute(_DRAFT)
            columns, there, drawn = _columns(_DRAFT), _there(cursor), min(cases, multiply.DRAWN)
            copy(cursor, rows.Sheet("draft", columns, _draft(drawn, there, desks, home, pool, rng, now)))
            say(f"  起草 {drawn} 件，{time.monotonic() - began:.0f} 秒")
            with _lightened(cursor, cases):
                _insert(cursor)
                done = drawn
                for more in multiply.batches(
                    cursor, cases - drawn, there=there + drawn, pool=pool, prefix=_PREFIX, now=now
                ):
                    _insert(cursor)
                    done += more
                    say(f"  写入 {done} 件，{time.monotonic() - began:.0f} 秒")
            say(f"  索引与外键，{time.monotonic() - began:.0f} 秒")
            _note(cursor, cases, seed, now)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE cases_case")
            cursor.execute("ANALYZE")
    took = time.monotonic() - began
    say(f"已载入 {cases} 件，用时 {took:.0f} 秒（每秒 {cases / took:,.0f} 件）")


@contextmanager
def _lightened(cursor: Any, cases: int) -> Iterator[None]:
    with without_foreign_keys(cursor, _CASES):
        if cases < HEAVY:
            yield
            return
        with without_indexes(cursor, _CASES), counting_later(cursor):
            yield


def _insert(cursor: Any) -> None:
    """What stands in the draft, into the four tables."""
    for statement in _INTO:
        cursor.execute(statement)


def _columns(statement: str) -> str:
    inside = statement[statement.index("(") + 1 : statement.rindex(")")]
    return " ".join(part.split()[0] for part in inside.split(","))


def _desks(cursor: Any) -> list[_Desk]:
    cursor.execute(
        "SELECT u.id, u.branch_id, array_agg(p.user_id ORDER BY p.user_id) FROM units_unit u JOIN people_post p"
        " ON p.unit_id = u.id WHERE u.level = 3 AND u.valid_to IS NULL AND p.role = 'handler' GROUP BY u.id"
        " ORDER BY u.code"
    )
    found = [_Desk(unit, branch, tuple(users)) for unit, branch, users in cursor.fetchall()]
    if not found:
        raise Conflict("还没有单位和民警。", hint="请先运行 huhang city。")
    return found


class _Spread:
    """Picks symbols by the digits of one number, where chance would pick them."""

    def __init__(self, number: int) -> None:
        self._rest = number

    def choice(self, seq: str, /) -> str:
        """The next digit's symbol."""
        self._rest, digit = divmod(self._rest, len(seq))
        return seq[digit]


def _there(cursor: Any) -> int:
    cursor.execute("SELECT count(*) FROM cases_case WHERE number LIKE %s", [f"{_PREFIX}-%"])
    return int(cursor.fetchone()[0])


def _home(cursor: Any) -> _Desk:
    cursor.execute(
        "SELECT p.unit_id, u.branch_id, array_agg(p.user_id ORDER BY p.user_id) FROM people_post p JOIN units_unit u"
        " ON u.id = p.unit_id WHERE p.role = 'clerk' GROUP BY 1, 2, u.kind ORDER BY u.kind = 'centre' DESC, 1 LIMIT 1"
    )
    row = cursor.fetchone()
    if row is None:
        raise Conflict("还没有窗口登记员。", hint="请先运行 huhang city。")
    return _Desk(row[0], row[1], tuple(row[2]))


def _pool(cursor: Any, rng: random.Random, wanted: int) -> int:
    """The texts, in a table of their own for this transaction."""
    cursor.execute("SELECT id, code, name, short_name FROM units_unit WHERE kind = 'station' ORDER BY code")
    stations = [
        Place(key, code, name, short, 3, "station", None, None, town=f"{short.removesuffix('派出所')}街道")
        for key, code, name, short in cursor.fetchall()
    ]
    cursor.execute(_WORDS)
    codes, on = list(STORIES), catalog.schedule().date_of(datetime.fromisoformat("2026-06-01T00:00:00Z"))

    def made() -> Iterator[rows.Row]:
        for n in range(wanted):
            title, body, place = texts.tell(rng.choice(codes), rng.choice(stations), None, "滨海产业园", on, rng)
            label = "王*" if n % 3 else ""
            text = "\n".join((title, body, place, label))
            yield n, title, body, place, label, fold(text), rows.lexemes(text)

    copy(cursor, rows.Sheet("words", _columns(_WORDS), made()))
    return wanted


def _draft(
    cases: int, there: int, desks: list[_Desk], home: _Desk, pool: int, rng: random.Random, now: datetime
) -> Iterator[rows.Row]:
    """What differs from case to case; ten years back for the closed, a month for the open."""
    keys = Ordered7(rng)
    codes = [(code, int(body["version"]), str(body["nature"])) for code, body in catalogue.categories().items()]
    promises = {code: catalogue.promise("answer", nature=n, category=code, version=v) for code, v, n in codes}
    schedule = catalog.schedule()
    office = Office(catalog.calendar(), schedule, schedule.date_of(now), schedule.date_of(now))
    for i in range(cases):
        open_now = rng.random() < OPEN
        received = now - timedelta(seconds=rng.randrange(30 * 86_400 if open_now else 3650 * 86_400))
        code, version, nature = rng.choice(codes)
        promise = promises[code]
        told = office.due(received, promise.amount, Unit(promise.unit_of_time))
        desk = rng.choice(desks)
        state = rng.choice(_STATES) if open_now else "closed"
        unit = home if state in ("registered", "classified") else desk
        closed = None if open_now else min(now, received + timedelta(seconds=rng.randrange(3600, 20 * 86_400)))
        answered = (
            None if open_now and state not in ("answered", "revisited") else min(now, received + timedelta(hours=9))
        )
        number = public_number(_PREFIX, _Spread((there + i) * multiply.STRIDE % multiply.NUMBERS))
        ms = int(received.timestamp() * 1000)
        yield (
            keys.at(ms),
            keys.at(ms),
            keys.at(ms),
            number,
            rng.randrange(pool),
            state,
            code,
            version,
            nature,
            rng.choice(_CHANNELS),
            0 if rng.random() < 0.95 else 1,
            rng.random() < 0.01,
            unit.unit,
            unit.branch,
            None if state in ("registered", "classified", "dispatched") else rng.choice(desk.officers),
            rng.choice(home.officers),
            home.unit,
            received,
            told.due_at,
            answered,
            closed,
            told.provisional,
            told.calendar_version,
            promise.rule,
            promise.unit_of_time,
            promise.amount,
        )


def _note(cursor: Any, cases: int, seed: int, now: datetime) -> None:
    key = Ordered7(random.Random(f"note{seed}{cases}{now}")).now()  # noqa: S311
    data = canonical_json({"cases": cases, "seed": seed, "prefix": _PREFIX})
    enter(
        cursor,
        [rows.Line(key, now, "city.bulk", SYSTEM.kind, None, SYSTEM.label, None, "cli", None, None, "", data)],
    )
