"""Row-level security of the register, and the triggers that keep its history, as SQL for migrations.

The register is what all officers who see any case share: names and codes are public. What the catalogue marks as
sensitive is seen by those who may see sensitive matters and by the unit answering for it; a contact sees its own.
"""

from huhang.kernel.tiles import GRID, LIMIT

ALL = "(SELECT coalesce(current_setting('huhang.scope', true), '') = 'all')"
ME = "(SELECT nullif(current_setting('huhang.user', true), '')::uuid)"
PERSON = "(SELECT nullif(current_setting('huhang.person', true), '')::uuid)"
STAFF = (
    "(SELECT coalesce(current_setting('huhang.scope', true), '') = 'all'"
    " OR coalesce(current_setting('huhang.units', true), '') <> '')"
)
"""An officer with a post that sees cases; whoever only manages people or the system has none."""
_SENSITIVE = "(SELECT coalesce(current_setting('huhang.sensitive', true), '') = 'yes')"
_UNITS = "((SELECT string_to_array(nullif(current_setting('huhang.units', true), ''), ',')::uuid[])::uuid[])"
_BRANCHES = "((SELECT string_to_array(nullif(current_setting('huhang.branches', true), ''), ',')::uuid[])::uuid[])"

OWN = """
CREATE FUNCTION subjects_of_person() RETURNS uuid[] LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $body$
    SELECT coalesce(array_agg(k.subject_id), '{}') FROM subjects_contact k
    WHERE k.person_id = nullif(current_setting('huhang.person', true), '')::uuid AND k.ended_at IS NULL
$body$;
"""
"""Whom the person in the hall speaks for; as the owner, because the contacts' own wall asks for the subject."""


def shared(t: str, unit: str = "unit_id") -> str:
    """The condition under which a subject is seen by whoever works here, whomever else it is seen by."""
    near = (
        f"{t}.{unit} = ANY ({_UNITS})"
        f" OR EXISTS (SELECT 1 FROM units_unit u WHERE u.id = {t}.{unit} AND u.branch_id = ANY ({_BRANCHES}))"
    )
    return f"({STAFF} AND (NOT {t}.sensitive OR {_SENSITIVE} OR {near}))"


def sees(t: str = "subjects_subject") -> str:
    """The condition under which the acting person sees a subject; `queries.visible` says the same."""
    own = f"{t}.id = ANY ((SELECT subjects_of_person())::uuid[])"
    return f"({shared(t)} OR {own})"


def wall(table: str, shows: str) -> str:
    """Rows are read and changed only where ``shows`` holds; anybody acting may add rows."""
    return f"""
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
CREATE POLICY {table}_seen ON {table} FOR SELECT USING ({shows});
CREATE POLICY {table}_changed ON {table} FOR UPDATE USING ({shows}) WITH CHECK (true);
CREATE POLICY {table}_added ON {table} FOR INSERT WITH CHECK (true);
"""


def fall(table: str) -> str:
    """Takes the wall away again."""
    names = "".join(f"DROP POLICY IF EXISTS {table}_{what} ON {table};" for what in ("seen", "changed", "added"))
    return f"{names} ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;"


def of_subject(table: str, column: str = "subject_id") -> str:
    """The wall of a table whose rows belong to a subject."""
    return wall(table, f"EXISTS (SELECT 1 FROM subjects_subject s WHERE s.id = {table}.{column})")


KEPT = (
    *("kind", "name", "short_name", "credit_code", "flags", "sensitive", "unit_id", "unit_from", "industry"),
    *("address", "head_count", "investment", "lon", "lat", "crs", "given_lon", "given_lat", "within_id", "note"),
    *("state", "state_why", "merged_into_id", "number"),
)
"""The columns whose history is kept."""

_FIELDS = "ARRAY[" + ", ".join(f"'{name}'" for name in KEPT) + "]"

HISTORY = f"""
CREATE FUNCTION subjects_entered() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    INSERT INTO subjects_change (subject_id, at, by, by_label, unit, via, version, fields)
    SELECT n.id, coalesce(n.updated_at, n.created_at), n.updated_by, n.updated_label, n.updated_unit, n.via, n.version,
        coalesce((SELECT jsonb_object_agg(k.key, jsonb_build_array(NULL, k.value)) FROM jsonb_each(to_jsonb(n)) k
            WHERE k.key = ANY ({_FIELDS}) AND k.value NOT IN ('null', '""', '[]', 'false')), '{{}}')
    FROM fresh n;
    RETURN NULL;
END $body$;
CREATE FUNCTION subjects_changed() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    INSERT INTO subjects_change (subject_id, at, by, by_label, unit, via, version, fields)
    SELECT n.id,
        CASE WHEN told.told THEN n.updated_at ELSE clock_timestamp() END,
        CASE WHEN told.told THEN n.updated_by ELSE nullif(current_setting('huhang.user', true), '')::uuid END,
        CASE WHEN told.told THEN n.updated_label ELSE '' END,
        CASE WHEN told.told THEN n.updated_unit END,
        CASE WHEN told.told THEN n.via ELSE 'unsaid' END,
        n.version, d.fields
    FROM fresh n JOIN stale o ON o.id = n.id,
    LATERAL (SELECT n.version <> o.version) AS told (told),
    LATERAL (
        SELECT jsonb_object_agg(a.key, jsonb_build_array(b.value, a.value)) AS fields
        FROM jsonb_each(to_jsonb(n)) a JOIN jsonb_each(to_jsonb(o)) b ON b.key = a.key
        WHERE a.key = ANY ({_FIELDS}) AND a.value IS DISTINCT FROM b.value
    ) d
    WHERE d.fields IS NOT NULL;
    RETURN NULL;
END $body$;
CREATE TRIGGER subjects_entered AFTER INSERT ON subjects_subject REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION subjects_entered();
CREATE TRIGGER subjects_changed AFTER UPDATE ON subjects_subject REFERENCING OLD TABLE AS stale NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION subjects_changed();
"""
"""History of rows by trigger (HOUSE §4): a bulk write, an import and a COPY keep it too; one statement, one pass."""

PLANNED = "ALTER FUNCTION subjects_changed() SET enable_nestloop = off;"
NOT_PLANNED = "ALTER FUNCTION subjects_changed() RESET enable_nestloop;"
"""The trigger's statement is planned once a session, for as many rows as the first writes had. A plan made for one row,
each old row compared with each new one, took 35 seconds for ten thousand; joined by a hash they take a third of one.
"""

FORGET = """
DROP TRIGGER subjects_changed ON subjects_subject; DROP TRIGGER subjects_entered ON subjects_subject;
DROP FUNCTION subjects_changed(); DROP FUNCTION subjects_entered();
"""

CELL = f"""
CREATE FUNCTION subjects_cell(lon float8, lat float8) RETURNS bigint LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $body$
DECLARE
    north float8 := radians(greatest(-{LIMIT}, least({LIMIT}, lat)));
    x bigint := greatest(0, least({2**GRID - 1}, floor((lon + 180) / 360 * {2**GRID})));
    y bigint := greatest(0, least({2**GRID - 1}, floor((1 - ln(tan(pi() / 4 + north / 2)) / pi()) / 2 * {2**GRID})));
BEGIN
    x := (x | (x << 16)) & {0x0000FFFF0000FFFF}; y := (y | (y << 16)) & {0x0000FFFF0000FFFF};
    x := (x | (x << 8)) & {0x00FF00FF00FF00FF}; y := (y | (y << 8)) & {0x00FF00FF00FF00FF};
    x := (x | (x << 4)) & {0x0F0F0F0F0F0F0F0F}; y := (y | (y << 4)) & {0x0F0F0F0F0F0F0F0F};
    x := (x | (x << 2)) & {0x3333333333333333}; y := (y | (y << 2)) & {0x3333333333333333};
    x := (x | (x << 1)) & {0x5555555555555555}; y := (y | (y << 1)) & {0x5555555555555555};
    RETURN x | (y << 1);
END $body$;
"""
"""The square of the ground a point lies in, as `kernel.tiles.code` numbers them at `GRID`."""

GRAMS = """
CREATE FUNCTION subjects_grams(said text) RETURNS tsvector LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 1000
AS $body$
    SELECT array_to_tsvector(ARRAY(SELECT pair.a || pair.b
        FROM unnest(string_to_array(said, NULL), (string_to_array(said, NULL))[2:] || ARRAY[' ']) AS pair (a, b)
        WHERE pair.a IS NOT NULL))
$body$;
CREATE INDEX subject_grams ON subjects_subject USING gin (subjects_grams(said)) WITH (gin_pending_list_limit = 512);
"""
"""Every two neighbouring characters of what a subject is found by (ADR 9); the last one is followed by a space, so that
every single character begins a pair too. An index over an expression needs no column that imports would have to fill.
"""


def found_rows(s: str = "s") -> str:
    """The search itself; ``$1`` pairs as a tsquery, ``$2`` patterns, ``$3`` how many at most."""
    return (
        f"SELECT {s}.id FROM subjects_subject {s} WHERE subjects_grams({s}.said) @@ $1 AND {s}.said LIKE ALL ($2)"
        f" AND {sees(s)} LIMIT $3"
    )


def found() -> str:
    """`subjects_found`: the ids of the subjects with these words, as many as asked for.

    Operators that are not leak-proof cannot use an index behind a policy, so the search runs as the owner and applies
    the rule of sight itself (as `cases_found` does); the rows are then read through the policy like any others.
    """
    return f"""
CREATE FUNCTION subjects_found(q tsquery, pats text[], want int) RETURNS uuid[] LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $body$
DECLARE
    ids uuid[];
BEGIN
    EXECUTE $say$SELECT array_agg(f.id) FROM ({found_rows()}) f$say$ INTO ids USING q, pats, want;
    RETURN coalesce(ids, '{{}}');
END $body$;
"""


WALKED = "ALTER FUNCTION subjects_found(tsquery, text[], int) SET enable_seqscan = off SET work_mem = '32MB';"
NOT_WALKED = "ALTER FUNCTION subjects_found(tsquery, text[], int) RESET enable_seqscan RESET work_mem;"
"""Words that nearly every name has made the planner read rows from the first on and make the pairs of each anew, 15 µs
a row; the index knows them, and in so much memory it forgets none of the places it found.
"""

FIRST = f"""
CREATE FUNCTION subjects_first(q tsquery, pats text[], want int, after_name text, after_id uuid) RETURNS uuid[]
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = public, pg_temp SET enable_seqscan = off SET work_mem = '32MB' AS $body$
DECLARE
    ids uuid[];
BEGIN
    EXECUTE $say$SELECT array_agg(f.id) FROM (
        SELECT s.id FROM subjects_subject s
        WHERE subjects_grams(s.said) @@ $1 AND s.said LIKE ALL ($2) AND {sees("s")}
            AND ($4 IS NULL OR (s.name, s.id) > ($4, $5))
        ORDER BY s.name, s.id LIMIT $3) f$say$ INTO ids USING q, pats, want, after_name, after_id;
    RETURN coalesce(ids, '{{}}');
END $body$;
"""
"""The first subjects by name with some words, after a name: the bitmap of the index sorted, not the names walked."""
