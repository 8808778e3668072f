"""Copies of drafted cases made inside PostgreSQL: numbers and keys of their own, other instants, other texts.

Drawing a case in Python costs many times what copying it in the database does, so some hundred thousand are drawn and
the rest are copies of them, spread over units as they are. A closed copy is moved by whole weeks within ten years, so
that its working days stay working days; an open one by less than an hour, so that it stays open and within its month.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from huhang.kernel.numbering import ALPHABET

DRAWN = 200_000
"""How many are drawn one by one; the rest are copies of these."""
BATCH = 1_000_000
"""How many are drafted at a time."""
NUMBERS = 31**7
STRIDE = 15_485_863
"""Prime to 31: the multiples of it meet every number once before any comes again, so none has to be looked up."""

_WEEKS = 521
"""Ten years, less than a week short."""

_KEEP = "CREATE TEMP TABLE drawn ON COMMIT DROP AS SELECT row_number() OVER () - 1 AS nth, draft.* FROM draft"
_CLOSED = f"make_interval(weeks => age.weeks - mod(age.weeks + abs(mod(hashint8(p.i), {_WEEKS})), {_WEEKS}))"
_OPEN = "make_interval(secs => -abs(mod(hashint8(p.i), 3600)))"


def _key(first: int) -> str:
    """A version 7 key of the instant of receipt; each table takes other digits of one hash."""
    return f"(made.ms || '7' || substr(made.salt, {first}, 3) || 'a' || substr(made.salt, {first + 3}, 15))::uuid"


def number_sql(n: str, prefix: str) -> str:
    """The public number of the case in place ``n``, as `kernel.numbering.public_number` would spell it."""
    digits = [f"mod({n} / {31**place}, 31)::int" for place in range(7)]
    fixed = sum(ALPHABET.index(letter) * pow(3, 9 - at) for at, letter in enumerate(prefix))
    total = " + ".join([str(fixed), *(f"{digit} * {3 ** (7 - place)}" for place, digit in enumerate(digits))])
    body = [f"substr('{ALPHABET}', {digit} + 1, 1)" for digit in digits]
    check = f"substr('{ALPHABET}', mod(31 - mod({total}, 31), 31) + 1, 1)"
    return " || ".join([f"'{prefix}-'", *body[:4], "'-'", *body[4:], check])


def _copies(prefix: str) -> str:
    # OFFSET 0 keeps PostgreSQL from working an expression out again at each place it is used
    return f"""
INSERT INTO draft
SELECT {_key(1)}, {_key(8)}, {_key(14)}, {number_sql("made.n", prefix)},
    mod(made.words + abs(mod(hashint8(made.i + 1), %(pool)s)), %(pool)s), made.state, made.category, made.version,
    made.nature, made.channel, made.urgency, made.sensitive, made.unit_id, made.branch_id, made.officer_id,
    made.taken_by, made.taken_unit, made.at, made.due_at + made.by,
    CASE WHEN made.answered_at IS NOT NULL THEN least(%(now)s, made.answered_at + made.by) END,
    CASE WHEN made.closed_at IS NOT NULL THEN least(%(now)s, made.closed_at + made.by) END,
    made.provisional, made.calendar, made.rule, made.unit_of_time, made.amount
FROM (
    SELECT moved.*, md5(moved.i::text) AS salt,
        lpad(to_hex((date_part('epoch', moved.at) * 1000)::bigint), 12, '0') AS ms
    FROM (
        SELECT d.*, p.i, mod(p.i * {STRIDE}, {NUMBERS}) AS n, by.by, least(%(now)s, d.received_at + by.by) AS at
        FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS p (i)
        JOIN drawn AS d ON d.nth = mod(p.i, %(drawn)s)
        CROSS JOIN LATERAL (SELECT (date_part('epoch', %(now)s - d.received_at) / 604800)::int AS weeks OFFSET 0) AS age
        CROSS JOIN LATERAL (SELECT CASE WHEN d.closed_at IS NULL THEN {_OPEN} ELSE {_CLOSED} END AS by OFFSET 0) AS by
        OFFSET 0
    ) AS moved OFFSET 0
) AS made ORDER BY made.at
"""  # noqa: S608  prefix and numbers are ours


def batches(cursor: Any, more: int, *, there: int, pool: int, prefix: str, now: datetime) -> Iterator[int]:
    """Fills ``draft`` again and again until ``more`` copies of what stands in it have been given; says how many."""
    cursor.execute(_KEEP)
    cursor.execute("SELECT count(*) FROM drawn")
    drawn = cursor.fetchone()[0]
    for done in range(0, more, BATCH):
        size = min(BATCH, more - done)
        cursor.execute("TRUNCATE draft")
        first = there + done
        values = {"first": first, "last": first + size - 1, "drawn": drawn, "pool": pool, "now": now}
        cursor.execute(_copies(prefix), values)
        yield size
