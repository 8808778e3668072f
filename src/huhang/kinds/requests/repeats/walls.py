"""What stands behind this room's tables as SQL: the search for what is alike, and no joining in a ring."""

from huhang.base.access.predicate import sees

ARMS = (
    ("keys", "f.keys && $2", 60),
    ("bands", "f.keys && $3 AND f.received_at >= $5 AND f.received_at < $6", 100),
    (
        "cells",
        "f.cell = ANY ($4) AND f.received_at >= $5 AND f.received_at < $6"
        " AND c.lon BETWEEN ($1->>'west')::float8 AND ($1->>'east')::float8"
        " AND c.lat BETWEEN ($1->>'south')::float8 AND ($1->>'north')::float8",
        150,
    ),
    ("subject", "c.subject_id = ($1->>'subject')::uuid AND c.received_at >= $5 AND c.received_at < $6", 60),
    ("person", "c.requester_id = ($1->>'person')::uuid AND c.received_at >= $5 AND c.received_at < $6", 30),
)
"""The ways to be alike, each one index walk: its condition, and how many of the newest are looked at."""

_METRES = (
    "2 * 6371008.8 * asin(sqrt(least(1, sin(radians(c.lat - ($1->>'lat')::float8) / 2) ^ 2"
    " + cos(radians(($1->>'lat')::float8)) * cos(radians(c.lat))"
    " * sin(radians(c.lon - ($1->>'lon')::float8) / 2) ^ 2)))"
)
"""The distance over the ground on the sphere of `kernel.geo`, in metres."""


def alike() -> str:
    """`cases_alike`: what is like a draft, with the rule of visibility inside.

    ``keys && …`` is not leak-proof, so behind a policy it could not use its index; the function runs as the owner and
    applies the rule itself, in every arm before its limit: what one may not see neither counts nor takes a place.
    Only the arms asked for enter the statement. Withdrawn requests are nobody's repeat.
    """
    seen = sees("c")
    arms = "\n".join(
        f"""    IF ask ? '{name}' THEN
        arms := array_append(arms, $a$(SELECT c.id FROM repeats_fingerprint f JOIN cases_case c ON c.id = f.case_id
            WHERE {where} AND c.id <> $7 AND c.state <> 'withdrawn'
            AND ($8 OR (f.made_at, f.case_id) < ($9, $7)) AND {seen}
            ORDER BY f.received_at DESC LIMIT {most})$a$);
    END IF;"""
        for name, where, most in ARMS
    )
    return f"""
CREATE FUNCTION cases_alike(ask jsonb)
RETURNS TABLE (id uuid, received_at timestamptz, is_open boolean, same boolean, sketch bytea, metres float8,
    subject boolean, person boolean, category boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $body$
DECLARE
    arms text[] := '{{}}';
    keys bigint[] := ARRAY(SELECT jsonb_array_elements_text(ask->'keys'))::bigint[];
    bands bigint[] := ARRAY(SELECT jsonb_array_elements_text(ask->'bands'))::bigint[];
    cells bigint[] := ARRAY(SELECT jsonb_array_elements_text(ask->'cells'))::bigint[];
    self uuid := coalesce((ask->>'self')::uuid, '00000000-0000-0000-0000-000000000000');
BEGIN
{arms}
    IF arms = '{{}}' THEN RETURN; END IF;
    RETURN QUERY EXECUTE $q$
        SELECT c.id, c.received_at, c.is_open, f.keys && $2, f.sketch,
            CASE WHEN $1 ? 'lon' THEN {_METRES} END,
            coalesce(c.subject_id = ($1->>'subject')::uuid, false),
            coalesce(c.requester_id = ($1->>'person')::uuid, false),
            coalesce(c.category = nullif($1->>'category', ''), false)
        FROM ($q$ || array_to_string(arms, ' UNION ') || $q$) a
        JOIN cases_case c ON c.id = a.id JOIN repeats_fingerprint f ON f.case_id = a.id$q$
    USING ask, keys, bands, cells, (ask->>'since')::timestamptz, (ask->>'until')::timestamptz, self,
        NOT ask ? 'before', (ask->>'before')::timestamptz;
END $body$;
"""


def no_ring() -> str:
    """A request joined to another one leads nothing, and what leads is joined to nothing (C6).

    So a chain has one link and a ring none, whatever runs at the same moment: both rows are locked while it is looked.
    Checked when the transaction ends, because joining moves what was joined before along.
    """
    return """
CREATE FUNCTION cases_joined_once() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $body$
DECLARE
    lead uuid;
BEGIN
    PERFORM 1 FROM cases_case c WHERE c.id = NEW.merged_into_id FOR SHARE;
    SELECT c.merged_into_id INTO lead FROM cases_case c WHERE c.id = NEW.id;
    IF lead IS NULL THEN RETURN NULL; END IF;
    IF EXISTS (SELECT 1 FROM cases_case c WHERE c.id = lead AND c.merged_into_id IS NOT NULL)
        OR EXISTS (SELECT 1 FROM cases_case c WHERE c.merged_into_id = NEW.id) THEN
        RAISE EXCEPTION 'case_joined_once' USING ERRCODE = 'check_violation', CONSTRAINT = 'case_joined_once';
    END IF;
    RETURN NULL;
END $body$;
CREATE CONSTRAINT TRIGGER case_joined_once AFTER INSERT OR UPDATE OF merged_into_id ON cases_case
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.merged_into_id IS NOT NULL)
    EXECUTE FUNCTION cases_joined_once();
"""
