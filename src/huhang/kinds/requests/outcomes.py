"""How rounds ended, worked out anew from answers, revisits and ratings, for requests that were not written by moves."""

from django.db import connection

_SETTLE = """
UPDATE requests_request r SET in_time = o.in_time, revisit_result = o.revisit_result, stars = o.stars,
    worst_stars = o.worst_stars, excluded = o.excluded, rectify = o.rectify, rectify_in_time = o.rectify_in_time
FROM (
    SELECT q.case_id,
        (SELECT bool_or(k.due_at > k.stopped_at) FROM cases_clock k
            WHERE k.case_id = c.id AND k.name = 'answer' AND k.stopped_at = c.answered_at) AS in_time,
        coalesce((SELECT CASE WHEN bool_or(v.solved) THEN 'solved' WHEN bool_or(v.reached) THEN 'unsolved'
            WHEN count(*) > 0 THEN 'unreached' END
            FROM requests_revisit v WHERE v.case_id = c.id AND v.round = q.redo_count), '') AS revisit_result,
        w.stars AS stars,
        (SELECT min(g.stars) FROM requests_rating g WHERE g.case_id = c.id) AS worst_stars,
        EXISTS (SELECT 1 FROM solved_dispute d
            WHERE d.rating_id = w.id AND d.excluded AND NOT d.overtaken) AS excluded,
        coalesce((SELECT CASE t.stage WHEN 'rectify_revisit' THEN 'rectified' WHEN 'done' THEN 'revisited'
                WHEN 'lifted' THEN '' ELSE 'open' END
            FROM rectifying_rectification t WHERE t.case_id = c.id ORDER BY t.begun_at DESC, t.id DESC LIMIT 1), '')
            AS rectify,
        (SELECT CASE WHEN t.stage <> 'lifted' THEN t.rectified_in_time END
            FROM rectifying_rectification t WHERE t.case_id = c.id ORDER BY t.begun_at DESC, t.id DESC LIMIT 1)
            AS rectify_in_time
    FROM requests_request q JOIN cases_case c ON c.id = q.case_id
        LEFT JOIN LATERAL (SELECT g.id, g.stars FROM requests_rating g
            WHERE g.case_id = c.id AND g.answer_of_id IS NOT DISTINCT FROM c.merged_into_id
                AND (c.merged_into_id IS NOT NULL OR g.round = q.redo_count)
            ORDER BY g.at DESC, g.id DESC LIMIT 1) w ON true
) o
WHERE o.case_id = r.case_id
    AND (r.in_time, r.revisit_result, r.stars, r.worst_stars, r.excluded, r.rectify, r.rectify_in_time)
    IS DISTINCT FROM
    (o.in_time, o.revisit_result, o.stars, o.worst_stars, o.excluded, o.rectify, o.rectify_in_time)
"""


def settle() -> int:
    """Brings every request's outcome columns in line with what stands beside it. Returns how many were changed.

    Moves keep them in line themselves; this is for rows loaded whole, such as the demonstration city, inside the
    transaction that loads them and under its journal row. Nothing is decided here, so it writes no row of its own.
    """
    with connection.cursor() as cursor:
        cursor.execute(_SETTLE)
        return int(cursor.rowcount)
