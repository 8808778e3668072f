"""Many cases at once, for plans and budgets: rows made inside the database, statistics taken."""

from django.db import connection

from huhang.base.access.context import SYSTEM, acting
from huhang.base.database import as_owner
from huhang.base.people import actions as people
from huhang.register.units import queries as units
from tests.factories.city import LONG_AGO, City, _unit

_ROWS = """
INSERT INTO cases_case (id, number, kind, state, is_open, title, body, from_label, unit_id, branch_id, party_units,
    party_branches, officer_id, taken_by_id, taken_unit_id, category, category_version, channel, urgency, sensitive,
    place, received_at, due_at, due_from, due_provisional, waiting, closed_at, version, folded, secret_digest)
SELECT gen_random_uuid(), 'HT-' || lpad(n::text, 9, '0'), 'request', CASE WHEN open THEN 'handling' ELSE 'closed' END,
    open, '第' || n || '件', '', '', u.id, u.branch_id,
    CASE WHEN n %% 7 = 0 THEN ARRAY[%s::uuid] ELSE '{}'::uuid[] END, '{}'::uuid[],
    CASE WHEN n %% 50 = 0 THEN %s::uuid END, NULL, u.id, '', 0, 'hotline', 0, false, '',
    %s::timestamptz - n * interval '7 minutes',
    CASE WHEN open AND n %% 11 <> 0 THEN %s::timestamptz + (n %% 4000) * interval '9 minutes' END,
    NULL, false, false, CASE WHEN open THEN NULL ELSE %s::timestamptz END, 1, '', ''
FROM generate_series(%s::int, %s::int) AS n
CROSS JOIN LATERAL (SELECT n %% 5 < 2 AS open) AS o
JOIN LATERAL (
    SELECT id, branch_id FROM units_unit ORDER BY code OFFSET n %% (SELECT count(*) FROM units_unit) LIMIT 1
) AS u ON true
"""


def add_stations(city: City, count: int) -> None:
    """More stations in the port's branch and elsewhere, and a post in each for the officer called ``liaison``."""
    with acting(SYSTEM):
        for n in range(count):
            above = city.units["river_county" if n % 2 else "traffic"]
            key = f"more{n}"
            city.units[key] = _unit(f"37990{2 + n % 2}{100 + n}0", f"第{n}所", "station", above)
            people.appoint(
                user_id=city.users["liaison"].pk,
                unit_id=city.units[key].pk,
                role="handler",
                starts_at=LONG_AGO,
                by=SYSTEM,
                now=LONG_AGO,
            )
    units.forget()


def add_cases(city: City, first: int, last: int, now: object, *, officer: object = None) -> None:
    """Cases spread over all units; every seventh has a part for the quay, every fiftieth is the handler's."""
    holder = officer or city.users["handler"].pk
    with acting(SYSTEM), connection.cursor() as cursor:
        cursor.execute(_ROWS, [city.units["quay"].pk, holder, now, now, now, first, last])


def take_statistics() -> None:
    """What the planner must know; only the owner may ask for it."""
    with as_owner(connection), connection.cursor() as cursor:
        cursor.execute("ANALYZE")
