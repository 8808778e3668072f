"""Row-level security behind every table about cases, as SQL for migrations.

A policy repeats `base.access.predicate.sees`; tables beside the case ask whether the case itself is visible, so there
is one rule. Other rooms' migrations use `beside` for their own tables.
"""

from huhang.base.access.predicate import sees

OFFICER = "(SELECT coalesce(current_setting('huhang.user', true), '') <> '')"
ALL = "(SELECT coalesce(current_setting('huhang.scope', true), '') = 'all')"
ME = "(SELECT nullif(current_setting('huhang.user', true), '')::uuid)"
PERSON = "(SELECT nullif(current_setting('huhang.person', true), '')::uuid)"
UNITS = "((SELECT string_to_array(nullif(current_setting('huhang.units', true), ''), ',')::uuid[])::uuid[])"


def wall(table: str, shows: str) -> str:
    """Rows are read and changed only where ``shows`` holds; anybody acting may add rows."""
    return f"""
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
CREATE POLICY {table}_seen ON {table} FOR SELECT USING ({shows});
CREATE POLICY {table}_changed ON {table} FOR UPDATE USING ({shows}) WITH CHECK (true);
CREATE POLICY {table}_added ON {table} FOR INSERT WITH CHECK (true);
"""


def removable(table: str, shows: str) -> str:
    """Rows may also be deleted where ``shows`` holds; elsewhere nothing about cases is ever deleted."""
    return f"CREATE POLICY {table}_removed ON {table} FOR DELETE USING ({shows});"


def fall(table: str) -> str:
    """Takes the wall away again."""
    names = "".join(
        f"DROP POLICY IF EXISTS {table}_{what} ON {table};" for what in ("seen", "changed", "added", "removed")
    )
    return f"{names} ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;"


def beside(table: str, column: str = "case_id") -> str:
    """The wall of a table whose rows belong to a case."""
    return wall(table, f"EXISTS (SELECT 1 FROM cases_case c WHERE c.id = {table}.{column})")


def case_wall() -> str:
    """The wall of the case table itself."""
    return wall("cases_case", sees("cases_case"))


NARROWED = (
    ("kind", "c.kind = $3->>'kind'"),
    ("open", "c.is_open = ($3->>'open')::boolean"),
    ("state", "c.state = $3->>'state'"),
    ("states", "c.state = ANY ($7)"),
    ("unit", "c.unit_id = ($3->>'unit')::uuid"),
    ("branch", "c.branch_id = ($3->>'branch')::uuid"),
    ("own", "(c.unit_id = ANY ($4) OR c.branch_id = ANY ($5))"),
    ("away", "NOT coalesce(c.unit_id = ANY ($4) OR c.branch_id = ANY ($5), false)"),
    ("parties", "c.party_units && $6"),
    ("officer", "c.officer_id = ($3->>'officer')::uuid"),
    ("taken", "c.taken_by_id = ($3->>'taken')::uuid"),
    ("not_unit", "c.unit_id <> ($3->>'not_unit')::uuid"),
    ("not_officer", "c.officer_id IS DISTINCT FROM ($3->>'not_officer')::uuid"),
    ("category", "c.category = $3->>'category'"),
    ("channel", "c.channel = $3->>'channel'"),
    ("urgency", "c.urgency = ($3->>'urgency')::int"),
    ("late", "c.is_open AND c.due_at <= ($3->>'late')::timestamptz"),
    ("waiting", "c.waiting"),
    ("since", "c.received_at >= ($3->>'since')::timestamptz"),
    ("until", "c.received_at < ($3->>'until')::timestamptz"),
    ("some_states", "c.state = ANY (ARRAY(SELECT jsonb_array_elements_text($3->'some_states')))"),
    ("some_categories", "c.category = ANY (ARRAY(SELECT jsonb_array_elements_text($3->'some_categories')))"),
    ("numbers", "c.number = ANY (ARRAY(SELECT jsonb_array_elements_text($3->'numbers')))"),
    ("subject", "c.subject_id = ($3->>'subject')::uuid"),
    ("due_from", "c.due_at >= ($3->>'due_from')::timestamptz"),
    ("due_until", "c.due_at < ($3->>'due_until')::timestamptz"),
    (
        "box",
        "c.lon BETWEEN ($3->'box'->>0)::float8 AND ($3->'box'->>2)::float8"
        " AND c.lat BETWEEN ($3->'box'->>1)::float8 AND ($3->'box'->>3)::float8",
    ),
    (
        "updated",
        "EXISTS (SELECT 1 FROM cases_step s WHERE s.case_id = c.id AND s.at >= ($3->>'updated')::timestamptz)",
    ),
    ("at", "(c.received_at, c.id) < (($3->>'at')::timestamptz, ($3->>'id')::uuid)"),
    ("back_at", "(c.received_at, c.id) > (($3->>'back_at')::timestamptz, ($3->>'id')::uuid)"),
    ("due", "((c.due_at, c.id) > (($3->>'due')::timestamptz, ($3->>'id')::uuid) OR c.due_at IS NULL)"),
    ("back_due", "(c.due_at, c.id) < (($3->>'back_due')::timestamptz, ($3->>'id')::uuid)"),
    ("idle", "c.due_at IS NULL AND c.id > ($3->>'idle')::uuid"),
    ("back_idle", "(c.due_at IS NOT NULL OR c.id < ($3->>'back_idle')::uuid)"),
)
"""How a search can be narrowed: only the conditions asked for enter the statement, so each gets a plan of its own.

``own`` and ``away`` read the lists ``units`` and ``branches``; ``at``, ``due``, ``idle`` and their ``back_`` forms are
the place after (before) which a page begins.
"""

ORDERS = (
    ("received", "c.received_at DESC, c.id DESC"),
    ("received_back", "c.received_at, c.id"),
    ("due", "c.due_at, c.id"),
    ("due_back", "c.due_at DESC NULLS FIRST, c.id DESC"),
)
"""The orders of ``narrow->>'order'``; the first where none is asked for."""


def found() -> str:
    """`cases_found`: full-text search, and part-taking, with the same rule inside.

    Operators that are not leak-proof cannot use an index behind a policy, so the search runs as the owner and applies
    the rule itself. It gives ids only; rows are then read through the policy like any others. Without ``q`` nothing is
    searched for and only ``narrow`` counts (the GIN index of ``party_units`` has the same trouble).
    """
    narrowed = "\n".join(
        f"    IF narrow ? '{name}' THEN say := say || $n$ AND {condition}$n$; END IF;" for name, condition in NARROWED
    )
    orders = "\n".join(f"        WHEN '{name}' THEN '{order}'" for name, order in ORDERS)
    return f"""
CREATE OR REPLACE FUNCTION cases_found(q tsquery, pats text[], want int, narrow jsonb DEFAULT '{{}}')
RETURNS TABLE (id uuid) LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $body$
DECLARE
    say text := $say$SELECT c.id FROM cases_case c WHERE {sees("c")}$say$;
    units uuid[] := ARRAY(SELECT jsonb_array_elements_text(narrow->'units'))::uuid[];
    branches uuid[] := ARRAY(SELECT jsonb_array_elements_text(narrow->'branches'))::uuid[];
    parties uuid[] := ARRAY(SELECT jsonb_array_elements_text(narrow->'parties'))::uuid[];
    states text[] := ARRAY(SELECT jsonb_array_elements_text(narrow->'states'));
BEGIN
    IF q IS NOT NULL THEN say := say || ' AND c.search @@ $1 AND c.folded LIKE ALL ($2)'; END IF;
{narrowed}
    say := say || ' ORDER BY ' || CASE coalesce(narrow->>'order', '{ORDERS[0][0]}')
{orders}
    END || ' LIMIT $8';
    RETURN QUERY EXECUTE say USING q, pats, narrow, units, branches, parties, states, want;
END $body$;
"""
