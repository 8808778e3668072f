"""What recurring duties may rest on (B2): visits with purpose and whom they met, and what happened together."""

from huhang.kinds.visits.catalogue import PURPOSES
from huhang.register.rounds import declaring

VISITS = """
SELECT CASE c.channel WHEN 'on_site' THEN 'visit' ELSE 'call' END, c.subject_id, c.unit_id, c.received_at, c.officer_id,
    c.category, ARRAY(SELECT m.role::text FROM visits_met m WHERE m.case_id = c.id), 1, c.number
FROM cases_case c WHERE c.kind = 'visit' AND c.state <> 'voided' AND c.received_at >= %(since)s
"""
SESSIONS = """
SELECT 'session', NULL::uuid, (array_agg(c.unit_id ORDER BY c.received_at, c.id))[1], min(c.received_at),
    (array_agg(c.officer_id ORDER BY c.received_at, c.id))[1], '', '{}'::text[], count(DISTINCT c.subject_id)::int,
    min(c.number)
FROM cases_case c JOIN visits_visit v ON v.case_id = c.id
WHERE c.kind = 'visit' AND c.channel = 'on_site' AND c.state <> 'voided' AND c.received_at >= %(since)s
GROUP BY v.session
"""
"""Several subjects called together on one occasion, such as a symposium in a park."""


def register() -> None:
    """Declares visits, calls and sessions."""
    declaring.declare("visits", VISITS, sorts=("visit", "call"), tags=PURPOSES)
    declaring.declare("sessions", SESSIONS, sorts=("session",))
