"""Sessions as records of duties that come round (B2): a lecture gives rise to a return, a return fulfils it.

The duty alone says until when a lecture is returned to; the clock of the session reads it (`queries.return_duty`).
Drills and checks are returned to by their own clock and date (catalogue), so they give rise to none.
"""

from huhang.kinds.trainings import catalogue
from huhang.register.rounds import declaring

_HELD = """
SELECT CASE t.form WHEN 'lecture' THEN 'training' ELSE t.form END AS sort, h.subject_id, c.unit_id, c.answered_at AS at,
    c.officer_id, c.category AS tag, '{}'::text[] AS roles, t.reached::int AS size, c.number AS record
FROM trainings_training t JOIN cases_case c ON c.id = t.case_id JOIN trainings_host h ON h.case_id = t.case_id
WHERE c.answered_at >= %(since)s
"""
_RETURNED = """
SELECT 'training_return' AS sort, h.subject_id, c.unit_id, t.returned_at AS at,
    c.officer_id, c.category AS tag, '{}'::text[] AS roles, t.reached::int AS size, c.number AS record
FROM trainings_training t JOIN cases_case c ON c.id = t.case_id JOIN trainings_host h ON h.case_id = t.case_id
WHERE t.returned_at >= %(since)s
"""


def register() -> None:
    """Declares what was held, and what was returned to."""
    declaring.declare("trainings", _HELD, sorts=("training", "drill", "check"), tags=catalogue.KINDS)
    declaring.declare("training_returns", _RETURNED, sorts=("training_return",), tags=catalogue.KINDS)
