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


EVERYTHING = (
    "(SELECT coalesce(current_setting('huhang.scope', true), '') = 'all'"
    " AND coalesce(current_setting('huhang.sensitive', true), '') = 'yes')"
)


def widened(table: str, column: str = "case_id") -> str:
    """Spares whoever sees every case the question, row by row, whether this one is seen: the answer is known."""
    asked = f"EXISTS (SELECT 1 FROM cases_case c WHERE c.id = {table}.{column})"
    return f"ALTER POLICY {table}_seen ON {table} USING ({EVERYTHING} OR {asked});"


def narrowed_again(table: str, column: str = "case_id") -> str:
    """The wall as `beside` made it."""
    asked = f"EXISTS (SELECT 1 FROM cases_case c WHERE c.id = {table}.{column})"
    return f"ALTER POLICY {table}_seen ON {table} USING ({asked});"


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
    ("received", " ORDER BY c.received_at DESC, c.id DESC"),
    ("received_back", " ORDER BY c.received_at, c.id"),
    ("due", " ORDER BY c.due_at, c.id"),
    ("due_back", " ORDER BY c.due_at DESC NULLS FIRST, c.id DESC"),
    ("any", ""),
)
"""The orders of ``narrow->>'order'``; the first where none is asked for, the last for counting."""

SPAN = 2
"""How many months a search goes back at first; what is so rare that they do not fill a page is cheap to find whole."""
NEAREST, NEAR = 2, 8
"""How many days a search of the whole city goes back before that: each span asks the index for a mark a day."""
LARGE = 2_000_000
"""From so many cases on, a count goes back by months too; below, that were a statement for nothing."""
FEW = 16
"""Somebody with more units than this meets so many cases that naming them narrows nothing."""


def terms(c: str = "") -> str:
    """What one index finds a case by: words, day (UTC) and month of receipt, whose, with whom, whether open.

    A search then touches only cases of the days, months and people asked for, however many there are with these words.
    The words are pairs of characters, so none of them can be one of these marks.
    """
    p = f"{c}." if c else ""
    at = f"{p}received_at AT TIME ZONE 'UTC'"
    year, month = (f"extract({part} FROM {at})" for part in ("year", "month"))
    day = f"floor(extract(epoch FROM {at}) / 86400)::int"
    return (
        f"(coalesce({p}search, ''::tsvector) || array_to_tsvector(array_remove(ARRAY["
        f"'@d' || {day}, '@m' || ({year} * 12 + {month})::int, '@u' || {p}unit_id, '@u' || {p}branch_id,"
        f" '@o' || {p}officer_id,"
        f" '@t' || {p}taken_by_id, '@q' || {p}requester_id, CASE WHEN {p}is_open THEN '@open' END]::text[], NULL)"
        f" || {p}party_units::text[] || {p}party_branches::text[]))"
    )


INDEX = f"CREATE INDEX case_terms ON cases_case USING gin ({terms()}) WITH (gin_pending_list_limit = 256);"
"""The list of rows not yet sorted in is read whole by every search, so it is kept short (kilobytes)."""


def _any_of(mark: str, ids: str) -> str:
    return f"(SELECT string_agg(quote_literal('{mark}' || one), ' | ') FROM unnest({ids}) AS one)"


def found() -> str:
    """`cases_found`: full-text search, and part-taking, with the same rule inside.

    Operators that are not leak-proof cannot use an index behind a policy, so the search runs as the owner and applies
    the rule itself. It gives ids only; rows are then read through the policy like any others. Without ``q`` nothing is
    searched for and only ``narrow`` counts (part-taking has the same trouble).

    Who takes part in open cases is asked by every page, so an index of its own holds those few (``case_parties_open``):
    the one index would meet every case these units ever had a part in. They are found first, whatever else is asked:
    the planner takes thirty units' parts for many and would walk the city's late cases, or all there are, to meet them.

    The newest findings are looked for in the last days first, then in the last months: sorting every case that ever had
    a word would cost more the longer the ledger gets. A week is skipped where two days found too little to hope for a
    page of it.
    """
    narrowed = "\n".join(
        f"    IF narrow ? '{name}' THEN say := say || $n$ AND {condition}$n$; END IF;" for name, condition in NARROWED
    )
    orders = "\n".join(f"        WHEN '{name}' THEN '{order}'" for name, order in ORDERS)
    return f"""
CREATE OR REPLACE FUNCTION cases_found(q tsquery, pats text[], want int, narrow jsonb DEFAULT '{{}}')
RETURNS TABLE (id uuid) LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $body$
DECLARE
    source text := 'cases_case';
    say text := $say$ AS c WHERE {sees("c")}$say$;
    units uuid[] := ARRAY(SELECT jsonb_array_elements_text(narrow->'units'))::uuid[];
    branches uuid[] := ARRAY(SELECT jsonb_array_elements_text(narrow->'branches'))::uuid[];
    parties uuid[] := ARRAY(SELECT jsonb_array_elements_text(narrow->'parties'))::uuid[];
    states text[] := ARRAY(SELECT jsonb_array_elements_text(narrow->'states'));
    held text[] := string_to_array(nullif(concat_ws(',', nullif(current_setting('huhang.units', true), ''),
        nullif(current_setting('huhang.branches', true), '')), ''), ',');
    me text := nullif(current_setting('huhang.user', true), '');
    asker text := nullif(current_setting('huhang.person', true), '');
    along text;
    marks text[] := ARRAY[q::text];
    whole tsquery;
    top timestamp := least((narrow->>'at')::timestamptz, (narrow->>'until')::timestamptz, now()) AT TIME ZONE 'UTC';
    sort text := coalesce(narrow->>'order', '{ORDERS[0][0]}');
    spans text[] := ARRAY[]::text[];
    span text;
    low timestamp;
    high timestamp;
    near_by tsquery;
    inside text;
    near boolean := false;
    got int;
BEGIN
    IF coalesce(current_setting('huhang.scope', true), '') <> 'all' AND cardinality(coalesce(held, '{{}}')) <= {FEW}
        AND coalesce(current_setting('huhang.case', true), '') = '' THEN
        near := held IS NOT NULL;
        marks := marks || concat_ws(' | ', {_any_of("@u", "held")}, {_any_of("", "held")},
            quote_literal('@o' || me), quote_literal('@t' || me), quote_literal('@q' || asker));
    END IF;
    marks := marks || ARRAY[{_any_of("", "parties")}, quote_literal('@u' || (narrow->>'unit')),
        quote_literal('@u' || (narrow->>'branch')), quote_literal('@o' || (narrow->>'officer')),
        quote_literal('@t' || (narrow->>'taken')), CASE WHEN narrow->>'open' = 'true' THEN $o$'@open'$o$ END,
        CASE WHEN narrow ? 'own' THEN {_any_of("@u", "units || branches")} END];
    SELECT ' AND {terms("c").replace("'", "''")} @@ $9', string_agg('(' || mark || ')', ' & ')::tsquery
        INTO along, whole FROM unnest(marks) AS mark WHERE mark <> '';
    IF q IS NOT NULL THEN say := say || ' AND c.folded LIKE ALL ($2)'; END IF;
{narrowed}
    IF q IS NULL AND cardinality(parties) > 0 AND narrow->>'open' = 'true' THEN
        source := $p$(SELECT * FROM cases_case o WHERE o.is_open AND o.party_units <> '{{}}' AND o.party_units && $6
            OFFSET 0)$p$;
    ELSIF q IS NULL AND cardinality(parties) > 0 THEN
        source := $p$(SELECT * FROM cases_case o WHERE {terms("o")} @@ $9 OFFSET 0)$p$;
    ELSIF whole IS NOT NULL THEN
        say := say || along;
    END IF;
    say := 'SELECT c.id FROM ' || source || say;
    along := CASE sort
{orders}
    END;
    IF q IS NOT NULL AND NOT near AND sort = '{ORDERS[0][0]}' THEN
        spans := ARRAY['nearest', 'near', 'months'];
    ELSIF q IS NOT NULL AND NOT near AND sort = '{ORDERS[-1][0]}'
        AND (SELECT t.reltuples > {LARGE} FROM pg_class t WHERE t.oid = 'cases_case'::regclass) THEN
        spans := ARRAY['months'];
    END IF;
    FOREACH span IN ARRAY spans LOOP
        CONTINUE WHEN span = 'near' AND got * {NEAR // NEAREST} < want;
        IF span = 'months' THEN
            low := date_trunc('month', top) - make_interval(months => {SPAN} - 1);
            high := date_trunc('month', top) + interval '2 months';
            SELECT string_agg(quote_literal('@m' || (extract(year FROM m) * 12 + extract(month FROM m))::int), ' | ')
                INTO near_by FROM generate_series(low, high - interval '1 month', interval '1 month') AS m;
        ELSE
            high := date_trunc('day', top) + interval '1 day'
                * CASE span WHEN 'near' THEN {1 - NEAREST} ELSE 2 END;
            low := date_trunc('day', top) - interval '1 day'
                * CASE span WHEN 'near' THEN {NEAR - 1} ELSE {NEAREST - 1} END;
            SELECT string_agg(quote_literal('@d' || floor(extract(epoch FROM d) / 86400)::int), ' | ')
                INTO near_by FROM generate_series(low, high - interval '1 day', interval '1 day') AS d;
        END IF;
        inside := format($w$(c.received_at >= %L AND c.received_at < %L)$w$,
            low AT TIME ZONE 'UTC', high AT TIME ZONE 'UTC');
        RETURN QUERY EXECUTE say || ' AND ' || inside || along || ' LIMIT $8'
            USING q, pats, narrow, units, branches, parties, states, want, whole && near_by;
        GET DIAGNOSTICS got = ROW_COUNT;
        want := want - got;
        IF want <= 0 THEN RETURN; END IF;
        say := say || ' AND NOT ' || inside;
    END LOOP;
    RETURN QUERY EXECUTE say || along || ' LIMIT $8'
        USING q, pats, narrow, units, branches, parties, states, want, whole;
END $body$;
"""
