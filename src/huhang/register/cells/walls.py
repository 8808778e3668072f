"""Counting the ground inside PostgreSQL, as SQL for migrations: triggers, folding, comparing, building anew, the wall.

As the counts of cases do it (`cases.counts.walls`, ADR 25, 40): changes add rows and touch none, so writers never wait
for one another. The functions run as the tables' owner; the application may read the counts, and nothing else.
"""

from huhang.kernel.tiles import GRID
from huhang.register.subjects.walls import shared

LEVELS = (10, 13, 16)
"""The zooms whose squares are counted, the finest last; a tile reads the first that is fine enough for it."""

_LOCK = 4720150026
"""One at a time folds or builds anew; whoever only counts a change never asks for it."""

_KIND = "kind, unit, state, sensitive, flags"
_SORT = f"level, cell, {_KIND}"
_SUMS = "sum(n), sum(x), sum(y)"
_ANY = "sum(n) <> 0 OR sum(x) <> 0 OR sum(y) <> 0"


def _of(rows: str, sign: str) -> str:
    square = f"cell >> {2 * (GRID - LEVELS[-1])}"
    return (
        f"SELECT {square} AS cell, kind, unit_id AS unit, state, sensitive, flags, {sign}1 AS n,"
        f" {sign}round(lon * 1e7)::bigint AS x, {sign}round(lat * 1e7)::bigint AS y FROM {rows} WHERE cell IS NOT NULL"
    )


def _at_all_levels(rows: str) -> str:
    """The sums of some rows by square and sort, at each level."""
    square = f"c.cell >> 2 * ({LEVELS[-1]} - l.level)"
    return (
        f"SELECT l.level, {square} AS cell, {_KIND}, sum(n) AS n, sum(x) AS x, sum(y) AS y FROM ("
        f"SELECT cell, {_KIND}, sum(n) AS n, sum(x) AS x, sum(y) AS y FROM ({rows}) AS changed"
        f" GROUP BY cell, {_KIND} HAVING {_ANY}) AS c CROSS JOIN unnest(ARRAY{list(LEVELS)}::smallint[]) AS l (level)"
        f" GROUP BY l.level, {square}, {_KIND} HAVING {_ANY}"
    )


def _kept(rows: str, fresh: str) -> str:
    return (
        f"INSERT INTO cells_counted ({_SORT}, n, x, y, fresh) SELECT {_SORT}, n, x, y, {fresh} FROM ({rows}) AS summed"
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
TRIGGERS = tuple(f"subjects_cells_{way}" for way in _WAYS)


def _trigger(way: str) -> str:
    event, tables, rows = _WAYS[way]
    return f"""
CREATE FUNCTION cells_{way}() RETURNS trigger LANGUAGE plpgsql {_RUNS} AS $body$
BEGIN
    {_kept(_at_all_levels(rows), "true")};
    RETURN NULL;
END $body$;
CREATE TRIGGER subjects_cells_{way} AFTER {event} ON subjects_subject REFERENCING {tables}
    FOR EACH STATEMENT EXECUTE FUNCTION cells_{way}();
"""


_EMPTIED = f"""
CREATE FUNCTION cells_emptied() RETURNS trigger LANGUAGE plpgsql {_RUNS} AS $body$
BEGIN
    DELETE FROM cells_counted;
    RETURN NULL;
END $body$;
CREATE TRIGGER subjects_cells_emptied AFTER TRUNCATE ON subjects_subject
    FOR EACH STATEMENT EXECUTE FUNCTION cells_emptied();
"""

_SAME = " AND ".join(f"c.{name} = s.{name}" for name in _SORT.split(", "))
_FOLD = f"""
CREATE FUNCTION cells_fold(want int) RETURNS int LANGUAGE plpgsql {_RUNS} AS $body$
DECLARE
    got int;
BEGIN
    IF NOT pg_try_advisory_xact_lock({_LOCK}) THEN RETURN 0; END IF;
    WITH taken AS (
        DELETE FROM cells_counted WHERE id IN (SELECT id FROM cells_counted WHERE fresh ORDER BY id LIMIT want)
        RETURNING {_SORT}, n, x, y
    ), sorts AS (SELECT DISTINCT {_SORT} FROM taken), before AS (
        DELETE FROM cells_counted c USING sorts s WHERE NOT c.fresh AND {_SAME}
        RETURNING {", ".join(f"c.{name}" for name in (*_SORT.split(", "), "n", "x", "y"))}
    ), folded AS (
        INSERT INTO cells_counted ({_SORT}, n, x, y, fresh) SELECT {_SORT}, {_SUMS}, false
        FROM (SELECT * FROM taken UNION ALL SELECT * FROM before) AS put GROUP BY {_SORT} HAVING {_ANY}
    ) SELECT count(*) INTO got FROM taken;
    RETURN got;
END $body$;
"""
"""Folds up to ``want`` fresh rows and says how many it took; none while somebody else folds.

One statement takes rows away and puts their sum back, so whoever reads sees the rows or the sum, never both.
"""

_BUILD = f"""
CREATE FUNCTION cells_build() RETURNS void LANGUAGE plpgsql {_RUNS} AS $body$
BEGIN
    PERFORM pg_advisory_xact_lock({_LOCK});
    WITH gone AS (DELETE FROM cells_counted)
    {_kept(_at_all_levels(_of("subjects_subject", "")), "false")} ORDER BY level, cell;
END $body$;
"""
"""Counts every subject anew, in one statement: what others commit meanwhile is neither taken away nor counted twice."""

_DIFFER = f"""
CREATE FUNCTION cells_differ(OUT sorts bigint, OUT subjects bigint) LANGUAGE sql STABLE {_RUNS} AS $body$
    SELECT count(*), coalesce(sum(abs(n)) FILTER (WHERE level = {LEVELS[-1]}), 0)::bigint FROM (
        SELECT level, sum(n) AS n FROM (
            SELECT {_SORT}, n, x, y FROM cells_counted UNION ALL
            SELECT {_SORT}, -n, -x, -y FROM ({_at_all_levels(_of("subjects_subject", ""))}) AS there
        ) AS both_of_them GROUP BY {_SORT} HAVING {_ANY}
    ) AS apart
$body$;
"""
"""How many sorts the counts and the register tell differently, and by how many subjects: one statement, no lock."""


def counting() -> str:
    """Everything that counts, and the counts of the subjects there are, built as an index is built when it is made."""
    return "\n".join([*map(_trigger, _WAYS), _EMPTIED, _FOLD, _BUILD, _DIFFER, "SELECT cells_build();"])


def no_counting() -> str:
    """Takes all of it away again."""
    triggers = [f"DROP TRIGGER {name} ON subjects_subject;" for name in (*TRIGGERS, "subjects_cells_emptied")]
    functions = [f"DROP FUNCTION cells_{name}();" for name in (*_WAYS, "emptied", "build", "differ")]
    return "\n".join([*triggers, *functions, "DROP FUNCTION cells_fold(int);"])


def wall() -> str:
    """The wall of the counts: whoever works here counts what they see of the register; only their owner writes."""
    return (
        "ALTER TABLE cells_counted ENABLE ROW LEVEL SECURITY;"
        f"CREATE POLICY cells_counted_seen ON cells_counted FOR SELECT USING ({shared('cells_counted', 'unit')});"
    )


def no_wall() -> str:
    """Takes the wall away again."""
    return "DROP POLICY cells_counted_seen ON cells_counted; ALTER TABLE cells_counted DISABLE ROW LEVEL SECURITY;"
