"""Office days held as a way of having been seen, and as records of duties that come round (B2, B6)."""

from huhang.register.rounds import declaring
from huhang.register.subjects import life

_SAT = """
SELECT 'office_day' AS sort, c.subject_id, c.unit_id, c.answered_at AS at, c.officer_id, '' AS tag,
    '{}'::text[] AS roles, 1 AS size, c.number AS record
FROM cases_case c WHERE c.kind = 'officeday' AND c.answered_at >= %(since)s
"""


def register() -> None:
    """Declares both."""
    life.declare_meeting(
        "officeday",
        "SELECT c.subject_id, c.answered_at AS at FROM cases_case c"
        " WHERE c.kind = 'officeday' AND c.answered_at IS NOT NULL",
    )
    declaring.declare("officedays", _SAT, sorts=("office_day",))
