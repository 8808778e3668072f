"""Due, done, late, excused: one statement over rules, periods, subjects, records and excuses. Nothing is stored (B2).

For each rule in each of its versions: its periods × those it concerns, LEFT JOIN what was done. A record counts once:
what happens in the days of grace counts for the period before if nothing happened in that one and it is not excused,
else for its own period.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import groupby
from typing import Any

from django.db import connection

from huhang.base.catalog import queries as catalog
from huhang.register.rounds import catalogue, declaring
from huhang.register.rounds.rules import RECORD, Period, Rule, Way

_PERIODS = """
SELECT * FROM unnest(%({k}day)s::date[], %({k}last)s::date[], %({k}start)s::timestamptz[], %({k}finish)s::timestamptz[],
    %({k}deadline)s::timestamptz[], %({k}prior)s::timestamptz[], %({k}zone)s::timestamptz[], %({k}prior_day)s::date[],
    %({k}subject)s::uuid[]) AS p (day, last, start, finish, deadline, prior, zone, prior_day, subject)
"""
_COLUMNS = ("day", "last", "start", "finish", "deadline", "prior", "zone", "prior_day", "subject")

_SUBJECTS = """
SELECT s.id AS of, s.id AS subject_id, s.unit_id, u.branch_id, s.name, s.sensitive, s.created_at AS since
FROM subjects_subject s JOIN units_unit u ON u.id = s.unit_id WHERE s.state <> 'merged' AND {sort}
"""
_UNITS = """
SELECT u.id AS of, NULL::uuid AS subject_id, u.id AS unit_id, u.branch_id, u.short_name AS name, false AS sensitive,
    u.valid_from::timestamptz AS since
FROM units_unit u WHERE u.kind = ANY (%({k}units)s)
"""
_STOOD_SUBJECT = """
(SELECT CASE WHEN s.state_at IS NULL THEN s.state ELSE coalesce((SELECT c.fields->'state'->>1 FROM subjects_change c
    WHERE c.subject_id = s.id AND c.at <= least(%(now)s, p.deadline) AND c.fields ? 'state' ORDER BY c.id DESC LIMIT 1),
    'active') END FROM subjects_subject s WHERE s.id = t.of) = 'active'
"""
_STOOD_UNIT = """
(SELECT u.valid_to IS NULL OR u.valid_to::timestamptz > least(%(now)s, p.deadline) FROM units_unit u WHERE u.id = t.of)
"""
_ABOUT_SUBJECTS = """
SELECT e.subject_id AS of, e.at, e.officer_id, e.record FROM ({records}) e
JOIN subjects_subject s ON s.id = e.subject_id
WHERE e.at >= %(since)s AND e.at <= %(until)s AND ({ways})
"""
_OF_UNITS = """
SELECT u.id AS of, e.at, e.officer_id, e.record FROM ({records}) e
JOIN units_unit w ON w.id = e.unit_id JOIN units_unit u ON u.kind = ANY (%({k}units)s) AND u.id IN (w.id, w.branch_id)
WHERE e.at >= %(since)s AND e.at <= %(until)s AND ({ways})
"""
HOLDERS = """
(SELECT subject_id, line::text, officer_id, starts_at, ends_at FROM liaisons_liaison
UNION ALL
SELECT o.station_id, 'posted', y.officer_id, y.starts_on::timestamp AT TIME ZONE %(zone)s,
    (y.ends_on + 1)::timestamp AT TIME ZONE %(zone)s
FROM posts_stay y JOIN posts_post o ON o.id = y.post_id)
"""
"""Who answers for a subject, from when to when: by a line of the plan, or posted in a police post."""
_LIAISON = """
SELECT l.officer_id FROM {holders} l WHERE l.subject_id = t.subject_id AND l.line = ANY (%({k}lines)s)
    AND l.starts_at <= least(%(now)s, p.deadline) AND (l.ends_at IS NULL OR l.ends_at > least(%(now)s, p.deadline))
ORDER BY array_position(%({k}lines)s, l.line), l.starts_at, l.officer_id LIMIT 1
"""

_BLOCK = """
(WITH told AS MATERIALIZED ({told}), met AS MATERIALIZED (
    SELECT e.of, q.day,
        bool_or(e.at >= q.prior AND e.at < q.start) AS before,
        array_agg(e.at ORDER BY e.at, e.record) FILTER (WHERE e.at >= q.start AND e.at < q.finish) AS ats,
        array_agg(e.officer_id ORDER BY e.at, e.record) FILTER (WHERE e.at >= q.start AND e.at < q.finish) AS whos,
        array_agg(e.record ORDER BY e.at, e.record) FILTER (WHERE e.at >= q.start AND e.at < q.finish) AS records,
        min(e.at) FILTER (WHERE e.at >= q.finish) AS tail,
        (array_agg(e.officer_id ORDER BY e.at, e.record) FILTER (WHERE e.at >= q.finish))[1] AS tail_by,
        (array_agg(e.record ORDER BY e.at, e.record) FILTER (WHERE e.at >= q.finish))[1] AS tail_record
    FROM told e JOIN ({periods}) q ON e.at >= coalesce(q.prior, q.start) AND e.at < q.deadline
        AND (q.subject IS NULL OR q.subject = e.of)
    GROUP BY e.of, q.day
)
SELECT d.rule, d.version, d.day, d.last, d.start, d.finish, d.deadline, d.of, d.subject_id, d.unit_id, d.branch_id,
    d.name, d.sensitive, d.officer_id, d.excuse_id, d.done_at, d.done_by, d.record,
    CASE WHEN d.done_at IS NULL THEN (SELECT min(e.at) FROM told e WHERE e.of = d.of AND e.at >= d.finish) END AS later,
    CASE WHEN d.done_at IS NOT NULL THEN 'done' WHEN d.excuse_id IS NOT NULL THEN 'excused'
        WHEN d.deadline <= %(now)s THEN 'late' ELSE 'due' END AS state
FROM (
    SELECT %({k}code)s::text AS rule, %({k}version)s::int AS version, p.day, p.last, p.start, p.finish, p.deadline,
        t.of, t.subject_id, t.unit_id, t.branch_id, t.name, t.sensitive, l.officer_id, x.id AS excuse_id,
        coalesce(a.ats[o.own], CASE WHEN a.ats IS NULL AND x.id IS NULL THEN a.tail END) AS done_at,
        CASE WHEN a.ats[o.own] IS NULL THEN a.tail_by ELSE a.whos[o.own] END AS done_by,
        coalesce(CASE WHEN a.ats[o.own] IS NULL THEN a.tail_record ELSE a.records[o.own] END, '') AS record
    FROM ({periods}) p
    JOIN ({targets}) t ON (p.subject IS NULL AND t.since < p.start) OR p.subject = t.of
    LEFT JOIN met a ON a.of = t.of AND a.day = p.day
    LEFT JOIN rounds_excuse x ON x.rule = %({k}code)s AND x.{column} = t.of AND x.day = p.day AND x.ended_at IS NULL
    LEFT JOIN rounds_excuse y ON y.rule = %({k}code)s AND y.{column} = t.of AND y.day = p.prior_day
        AND y.ended_at IS NULL
    CROSS JOIN LATERAL (SELECT CASE WHEN p.prior IS NOT NULL AND t.since < p.prior AND y.id IS NULL
        AND NOT coalesce(a.before, false) AND a.ats[1] < p.zone THEN 2 ELSE 1 END AS own) o
    LEFT JOIN LATERAL ({liaison}) l ON true
    WHERE {stood}
) d)
"""

_FIELDS = """
d.rule, d.version, d.day, d.last, d.start, d.finish, d.deadline, d.of, d.subject_id, d.unit_id, d.branch_id, d.name,
d.sensitive, d.officer_id, w.name AS officer, d.excuse_id, d.done_at, d.done_by, d.record, d.later, d.state,
coalesce(x.reason, '') AS reason, coalesce(x.by_label, '') AS excused_by, x.at AS excused_at, v.name AS done_name
"""


@dataclass(frozen=True)
class Duty:
    """One duty of one period. ``of`` is the subject, or the unit that owes it as such; with rule and day its key.

    ``unit_id`` is the unit it is counted under, ``officer_id`` who owes it (whoever answers for the subject now, or did
    so at the deadline). ``later`` is when a late one was made up for, if it was.
    """

    rule: str
    version: int
    day: date
    last: date
    start: datetime
    finish: datetime
    deadline: datetime
    of: uuid.UUID
    subject_id: uuid.UUID | None
    unit_id: uuid.UUID
    branch_id: uuid.UUID | None
    name: str
    sensitive: bool
    officer_id: uuid.UUID | None
    officer: str | None
    excuse_id: uuid.UUID | None
    done_at: datetime | None
    done_by: uuid.UUID | None
    record: str
    later: datetime | None
    state: str
    reason: str
    excused_by: str
    excused_at: datetime | None
    done_name: str | None


@dataclass(frozen=True)
class Span:
    """Duties whose last working day lies in [``first``, ``end``); ``ahead`` takes in periods not begun yet."""

    first: date
    end: date
    ahead: bool = False


def _way(way: Way, k: str, n: int, rule: Rule, params: dict[str, Any]) -> str:
    asked = [f"e.sort = %({k}sort{n})s"]
    params[f"{k}sort{n}"] = way.sort
    if way.sort == RECORD:  # written down for this duty and no other
        asked.append(f"e.tag = %({k}code)s")
    elif way.tags:
        asked.append(f"e.tag = ANY (%({k}tags{n})s)")
        params[f"{k}tags{n}"] = list(way.tags)
    if way.roles:
        asked.append(f"e.roles && %({k}roles{n})s::text[]")
        params[f"{k}roles{n}"] = list(way.roles)
    if way.least:
        asked.append(f"e.size >= %({k}least{n})s")
        params[f"{k}least{n}"] = way.least
    if way.who == "unit" and not rule.of_units:
        asked.append("(e.unit_id = s.unit_id OR e.unit_id = (SELECT branch_id FROM units_unit WHERE id = s.unit_id))")
    elif way.who in ("owes", "liaison") and not rule.of_units:
        line = f" AND l.line = ANY (%({k}lines)s)" if way.who == "owes" else ""
        asked.append(
            f"EXISTS (SELECT 1 FROM {HOLDERS} l WHERE l.subject_id = s.id AND l.officer_id = e.officer_id"  # noqa: S608
            f" AND l.starts_at <= e.at AND (l.ends_at IS NULL OR l.ends_at > e.at){line})"
        )
    return "(" + " AND ".join(asked) + ")"


def _block(
    rule: Rule, of_rule: Sequence[Period], k: str, only: Iterable[uuid.UUID], among: str, params: dict[str, Any]
) -> str:
    """The duties of one version of a rule in some periods, as a SELECT; its values go into ``params``."""
    params |= {f"{k}{name}": [getattr(one, name) for one in of_rule] for name in _COLUMNS}
    params |= {f"{k}code": rule.code, f"{k}version": rule.version, f"{k}lines": list(rule.lines)}
    params |= {f"{k}units": list(rule.units), f"{k}kinds": list(rule.kinds), f"{k}flags": list(rule.flags)}
    records = declaring.records(frozenset(way.sort for way in rule.ways))
    ways = " OR ".join(_way(way, k, n, rule, params) for n, way in enumerate(rule.ways))
    sort = [f"s.kind = ANY (%({k}kinds)s)"] if rule.kinds else []
    sort += [f"s.flags && %({k}flags)s::varchar[]"] if rule.flags else []
    targets = (_UNITS if rule.of_units else _SUBJECTS).format(k=k, sort=" AND ".join(sort))
    told = (_OF_UNITS if rule.of_units else _ABOUT_SUBJECTS).format(k=k, records=records, ways=ways)
    if chosen := list(only):
        params["only"] = chosen
        targets += f" AND {'u' if rule.of_units else 's'}.id = ANY (%(only)s)"
    if not rule.of_units and all(one.subject for one in of_rule):
        # or every subject of the register would be held against each of the few that records gave rise to
        targets += f" AND s.id = ANY (%({k}subject)s::uuid[])"
        told += f" AND s.id = ANY (%({k}subject)s::uuid[])"
    if among and not rule.of_units:
        targets += f" AND s.id IN ({among})"
        told += f" AND s.id IN ({among})"
    return _BLOCK.format(
        k=k,
        periods=_PERIODS.format(k=k),
        targets=targets,
        told=told,
        column="unit_id" if rule.of_units else "subject_id",
        liaison="SELECT NULL::uuid AS officer_id" if rule.of_units else _LIAISON.format(k=k, holders=HOLDERS),
        stood=_STOOD_UNIT if rule.of_units else _STOOD_SUBJECT,
    )


def _in_span(of_rule: Iterable[Period], span: Span, now: datetime) -> list[Period]:
    return [p for p in of_rule if span.first <= p.last < span.end and (span.ahead or p.start <= now)]


def _raised(rule: Rule, span: Span) -> list[Period]:
    """What records gave rise to: fetched first, because how many working days it has only the calendar knows."""
    schedule = catalog.schedule()
    since = schedule.at(span.first, time()) - catalogue.longest()
    until = schedule.at(span.end, time())
    records = declaring.records(frozenset([rule.after]))
    sql = (
        f"SELECT DISTINCT e.subject_id, (e.at AT TIME ZONE %(zone)s)::date FROM ({records}) e"  # noqa: S608
        " WHERE e.sort = %(sort)s AND e.subject_id IS NOT NULL AND e.at >= %(since)s AND e.at < %(until)s ORDER BY 2, 1"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, {"zone": schedule.zone, "sort": rule.after, "since": since, "until": until})
        found = [(catalogue.raised(rule.code, day), subject) for subject, day in cursor.fetchall()]
    return [Period(**{**vars(one), "subject": subject}) for one, subject in found if one is not None]


def _periods(span: Span, now: datetime, codes: Iterable[str]) -> list[Period]:
    schedule = catalog.schedule()
    since, until = schedule.at(span.first, time()), schedule.at(span.end, time())
    wanted = set(codes)
    known = catalogue.periods(since, until)
    found = [p for code, of_rule in known.items() if not wanted or code in wanted for p in of_rule]
    for code, of_code in catalogue.versions()[0].items():
        if of_code[-1].after and (not wanted or code in wanted):
            found += _raised(of_code[-1], span)
    return _in_span(found, span, now)


def statement(
    span: Span,
    now: datetime,
    *,
    codes: Iterable[str] = (),
    only: Iterable[uuid.UUID] = (),
    among: tuple[str, Mapping[str, Any]] = ("", {}),
) -> tuple[str, dict[str, Any]] | None:
    """Every duty of a span as one SELECT with its values; none when there is no period to ask for.

    To be made and read as the system: a duty is done whoever may see by what. Whoever asks narrows the rows in it.
    ``among`` is a SELECT of ids with its values: duties of subjects are asked for among those only.
    """
    found = _periods(span, now, codes)
    if not found:
        return None
    params: dict[str, Any] = {
        "now": now,
        "until": now,
        "zone": catalog.schedule().zone,
        "since": min(p.prior or p.start for p in found),
        **among[1],
    }
    blocks = []
    order = sorted(found, key=lambda p: (p.rule.code, p.rule.version, p.day))
    for n, ((_code, _version), group) in enumerate(groupby(order, key=lambda p: (p.rule.code, p.rule.version))):
        of_rule = list(group)
        blocks.append(_block(of_rule[0].rule, of_rule, f"r{n}_", list(only), among[0], params))
    return " UNION ALL ".join(blocks), params


def fetch(sql: str, params: Mapping[str, Any]) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Reads the rows of a statement."""
    with connection.cursor() as cursor:
        cursor.execute(sql, dict(params))
        return [column.name for column in cursor.description or ()], cursor.fetchall()
