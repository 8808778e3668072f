"""Counting inside PostgreSQL, as SQL for migrations: triggers, folding, comparing, building anew, and the wall.

Changes add rows and touch none, so writers never wait for one another. The functions run as the tables' owner; the
application may read the counts, and nothing else (`base.database.roles`).
"""

from huhang.base.access.predicate import counts
from huhang.kernel.worktime import Schedule

ZONE = Schedule().zone
"""Where the city's months begin; the zone of the house's days."""

_LOCK = 4720150025
"""One at a time folds or builds anew; whoever only counts a change never asks for it."""

_SORT = "kind, month, unit, branch, state, is_open, sensitive"


def month(instant: str) -> str:
    """The first day of an instant's month in the city's time, as an expression."""
    return f"date_trunc('month', {instant} AT TIME ZONE '{ZONE}')::date"


def _of(rows: str, sign: str) -> str:
    return (
        f"SELECT kind, {month('received_at')} AS month, unit_id AS unit, branch_id AS branch, state, is_open,"
        f" sensitive, {sign}1 AS n FROM {rows}"
    )


def _summed(rows: str, fresh: str) -> str:
    return (
        f"INSERT INTO cases_counted ({_SORT}, n, fresh)\n"
        f"    SELECT {_SORT}, sum(n), {fresh} FROM ({rows}) AS changed GROUP BY {_SORT} HAVING sum(n) <> 0"
    )


_RUNS = "SECURITY DEFINER SET search_path = public, pg_temp"
_WAYS = {
    "added": ("INSERT", "NEW TABLE AS added", _of("added", "")),
    "changed": (
        "UPDATE",
        "OLD TABLE AS was NEW TABLE AS become",
        f"{_of('was', '-')} UNION ALL {_of('become', '')}",
    ),
    "removed": ("DELETE", "OLD TABLE AS removed", _of("removed", "-")),
}
TRIGGERS = tuple(f"case_counted_{way}" for way in _WAYS)


def _trigger(way: str) -> str:
    event, tables, rows = _WAYS[way]
    return f"""
CREATE FUNCTION cases_counted_{way}() RETURNS trigger LANGUAGE plpgsql {_RUNS} AS $body$
BEGIN
    {_summed(rows, "true")};
    RETURN NULL;
END $body$;
CREATE TRIGGER case_counted_{way} AFTER {event} ON cases_case REFERENCING {tables}
    FOR EACH STATEMENT EXECUTE FUNCTION cases_counted_{way}();
"""


_EMPTIED = f"""
CREATE FUNCTION cases_counted_emptied() RETURNS trigger LANGUAGE plpgsql {_RUNS} AS $body$
BEGIN
    DELETE FROM cases_counted;
    RETURN NULL;
END $body$;
CREATE TRIGGER case_counted_emptied AFTER TRUNCATE ON cases_case
    FOR EACH STATEMENT EXECUTE FUNCTION cases_counted_emptied();
"""

_SAME = " AND ".join(
    f"c.{name} {'IS NOT DISTINCT FROM' if name == 'branch' else '='} s.{name}" for name in _SORT.split(", ")
)
_FOLD = f"""
CREATE FUNCTION cases_counted_fold(want int) RETURNS int LANGUAGE plpgsql {_RUNS} AS $body$
DECLARE
    got int;
BEGIN
    IF NOT pg_try_advisory_xact_lock({_LOCK}) THEN RETURN 0; END IF;
    WITH taken AS (
        DELETE FROM cases_counted WHERE id IN (SELECT id FROM cases_counted WHERE fresh ORDER BY id LIMIT want)
        RETURNING {_SORT}, n
    ), sorts AS (SELECT DISTINCT {_SORT} FROM taken), before AS (
        DELETE FROM cases_counted c USING sorts s WHERE NOT c.fresh AND {_SAME}
        RETURNING {", ".join(f"c.{name}" for name in (*_SORT.split(", "), "n"))}
    ), folded AS (
    {_summed("SELECT * FROM taken UNION ALL SELECT * FROM before", "false")}
    ) SELECT count(*) INTO got FROM taken;
    RETURN got;
END $body$;
"""
"""Folds up to ``want`` fresh rows and says how many it took; none while somebody else folds.

One statement takes rows away and puts their sum back, so whoever reads sees the rows or the sum, never both.
"""

_BUILD = f"""
CREATE FUNCTION cases_counted_build() RETURNS void LANGUAGE plpgsql {_RUNS} AS $body$
BEGIN
    PERFORM pg_advisory_xact_lock({_LOCK});
    WITH gone AS (DELETE FROM cases_counted)
    {_summed(_of("cases_case", ""), "false")} ORDER BY kind, month, unit;
END $body$;
"""
"""Counts every case anew, in one statement: what others commit meanwhile is neither taken away nor counted twice."""

_DIFFER = f"""
CREATE FUNCTION cases_counted_differ(OUT sorts bigint, OUT cases bigint) LANGUAGE sql STABLE {_RUNS} AS $body$
    SELECT count(*), coalesce(sum(abs(n)), 0)::bigint FROM (
        SELECT sum(n) AS n FROM (
            SELECT {_SORT}, n FROM cases_counted UNION ALL
            SELECT {_SORT}, -count(*) FROM ({_of("cases_case", "")}) AS there GROUP BY {_SORT}
        ) AS both_of_them GROUP BY {_SORT} HAVING sum(n) <> 0
    ) AS apart
$body$;
"""
"""How many sorts of cases the counts and the table tell differently, and by how many cases: one statement, no lock."""


def counting() -> str:
    """Everything that counts, and the counts of the cases there are, built as an index is built when it is made."""
    return "\n".join([*map(_trigger, _WAYS), _EMPTIED, _FOLD, _BUILD, _DIFFER, "SELECT cases_counted_build();"])


def no_counting() -> str:
    """Takes all of it away again."""
    triggers = [f"DROP TRIGGER {name} ON cases_case;" for name in (*TRIGGERS, "case_counted_emptied")]
    names = (*_WAYS, "emptied", "build", "differ")
    functions = [
        *(f"DROP FUNCTION cases_counted_{name}();" for name in names),
        "DROP FUNCTION cases_counted_fold(int);",
    ]
    return "\n".join([*triggers, *functions])


def counts_wall() -> str:
    """The wall of the counts: read where they may be, written by nobody but their owner."""
    return (
        "ALTER TABLE cases_counted ENABLE ROW LEVEL SECURITY;"
        f"CREATE POLICY cases_counted_seen ON cases_counted FOR SELECT USING ({counts('cases_counted')});"
    )


def no_wall() -> str:
    """Takes the wall away again."""
    return "DROP POLICY cases_counted_seen ON cases_counted; ALTER TABLE cases_counted DISABLE ROW LEVEL SECURITY;"


def indexes() -> str:
    """Whoever counts no sensitive cases counts those that bear their own name; these are found by that name."""
    return "\n".join(
        f"CREATE INDEX case_sensitive_{name} ON cases_case ({column}, received_at) WHERE sensitive;"
        for name, column in (("officer", "officer_id"), ("taken", "taken_by_id"))
    )
