"""Row-level security of surveys, as SQL for migrations: a survey is seen by the unit that holds it and those above."""

from huhang.register.subjects.walls import ALL, fall, wall

_UNITS = "((SELECT string_to_array(nullif(current_setting('huhang.units', true), ''), ',')::uuid[])::uuid[])"
_BRANCHES = "((SELECT string_to_array(nullif(current_setting('huhang.branches', true), ''), ',')::uuid[])::uuid[])"
ROUND = "surveying_round"
INSIDE = ("surveying_invitation", "surveying_answer", "surveying_topic", "surveying_opinion")
EMPTIED = ("surveying_invitation", "surveying_answer", "surveying_topic")
"""Tables from which mixing and rearranging take rows."""


def sees(t: str = ROUND) -> str:
    """The condition under which the acting person sees a survey; `queries.visible` says the same."""
    return f"({ALL} OR {t}.unit_id = ANY ({_UNITS}) OR {t}.branch = ANY ({_BRANCHES}))"


def up() -> list[str]:
    """Puts the walls up."""
    inner = "EXISTS (SELECT 1 FROM surveying_round s WHERE s.id = {}.round_id)"
    made = [wall(ROUND, sees()), *(wall(table, inner.format(table)) for table in INSIDE)]
    return [
        *made,
        *(f"CREATE POLICY {t}_removed ON {t} FOR DELETE USING ({inner.format(t)});" for t in EMPTIED),
    ]


def down() -> list[str]:
    """Takes them away."""
    gone = [f"DROP POLICY {t}_removed ON {t};" for t in EMPTIED]
    return [*gone, *(fall(table) for table in (*INSIDE, ROUND))]
