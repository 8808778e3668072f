"""SAFEGUARDS 12 for pages: hostile queries and ids at every address, by anybody: 0 faults."""

from urllib.parse import quote

import pytest
from django.test import Client

from tests.factories.city import filed, make_city
from tests.plugins.figures import figure
from tests.plugins.routes import Route, routes
from tests.safeguards.knocking import knock
from tests.safeguards.situation import with_passwords

WORDS = (
    "\0",
    "a" * 10_000,
    "';DROP TABLE cases_case;--",
    "../../etc/passwd",
    "‮gpj.exe\u200b\ufeff",
    "-1",
    "99999999999999999999",
    "%s%(x)s{0}",
    "\ud7ff😀",
    "<script>alert(1)</script>",
    "2026-99-99",
    "00000000-0000-0000-0000-000000000000",
)
NAMES = (
    *("q", "after", "before", "state", "unit", "branch", "officer", "category", "channel", "since", "until", "order"),
    *("page", "scope", "period", "from", "to", "figure", "left", "own", "sort", "view", "who", "case", "day", "gone"),
    *("next", "number", "chosen", "move", "name", "only", "count", "limit", "late", "urgency", "code", "base"),
)


def hostile_addresses(route: Route) -> list[str]:
    """Each hostile word in every parameter at once, and in every place of the address one after the other."""
    plain = route.url()
    found = [plain + "?" + "&".join(f"{name}={quote(word[:900])}" for name in NAMES) for word in WORDS]
    found += [route.url({name: quote(word, safe="")}) for name in route.ids for word in WORDS]
    return found


@pytest.mark.django_db
def test_no_hostile_query_or_id_makes_any_page_fail() -> None:
    city = make_city()
    with_passwords(city)
    filed(city)
    people: dict[str, Client] = {"stranger": Client()}
    for key in ("handler", "auditor", "system_admin"):
        people[key] = Client()
        people[key].force_login(city.users[key], backend="huhang.base.people.backends.Officers")
    tried, faults = 0, []
    for route in routes():
        if "GET" not in route.methods:
            continue
        for nth, address in enumerate(hostile_addresses(route)):
            who = list(people)[(nth + len(route.path)) % len(people)]
            answer = knock(people[who], "GET", address)
            tried += 1
            if answer.status_code >= 500:
                faults.append(f"{answer.status_code} {who} {address[:160]}")
    figure(12, f"{tried} hostile addresses by stranger, handler, auditor, administrator: {len(faults)} faults")
    assert not faults, "\n".join(faults)
