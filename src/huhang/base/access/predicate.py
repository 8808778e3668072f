"""The visibility rule as SQL, for policies and for the search function.

Settings are read through scalar sub-selects so PostgreSQL evaluates them once a statement and not once a row. An unset
setting is an empty string or null and matches nothing: outside `context.acting` the tables are empty.
"""


def _array(name: str) -> str:
    return f"((SELECT string_to_array(nullif(current_setting('huhang.{name}', true), ''), ',')::uuid[])::uuid[])"


def _one(name: str) -> str:
    return f"(SELECT nullif(current_setting('huhang.{name}', true), '')::uuid)"


def _flag(name: str, value: str) -> str:
    return f"(SELECT coalesce(current_setting('huhang.{name}', true), '') = '{value}')"


def sees(table: str = "cases_case") -> str:
    """The condition under which the acting person sees a row of the case table."""
    t = table
    mine = f"({t}.officer_id = {_one('user')} OR {t}.taken_by_id = {_one('user')})"
    placed = (
        f"({_flag('scope', 'all')} OR {t}.unit_id = ANY ({_array('units')})"
        f" OR {t}.branch_id = ANY ({_array('branches')})"
        f" OR {t}.party_units && {_array('units')} OR {t}.party_branches && {_array('branches')} OR {mine})"
    )
    calm = f"(NOT {t}.sensitive OR {_flag('sensitive', 'yes')} OR {mine})"
    return f"(({placed} AND {calm}) OR {t}.requester_id = {_one('person')} OR {t}.id = {_one('case')})"


def counts(t: str) -> str:
    """The condition under which the acting person may count: rows of ``t`` that tell of cases only unit, branch, and
    whether they are sensitive. Cases seen for another reason (a part in them, one's own name in them) are not counted.
    """
    placed = f"{_flag('scope', 'all')} OR {t}.unit = ANY ({_array('units')}) OR {t}.branch = ANY ({_array('branches')})"
    return f"({placed}) AND (NOT {t}.sensitive OR {_flag('sensitive', 'yes')})"
