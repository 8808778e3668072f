"""Rounds of posts as records that recurring duties rest on (B2): for the post itself, and for the host it stands in."""

ROUNDS = """
SELECT 'post_round', s.subject_id, r.unit_id, r.at, r.officer_id, '', '{}'::text[], 1, ''
FROM posts_round r JOIN posts_post p ON p.id = r.post_id,
    LATERAL (VALUES (p.station_id), (p.host_id)) AS s (subject_id)
WHERE r.at >= %(since)s
"""
