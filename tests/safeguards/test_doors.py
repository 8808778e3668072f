"""SAFEGUARDS 1: every route asks who you are, or stands in a reviewed list with the reason why it does not."""

from pathlib import Path

import pytest
import yaml
from django.test import Client
from django.urls import NoReverseMatch, reverse

from tests.plugins.coverage_of_routes import signs_in
from tests.plugins.figures import figure
from tests.plugins.routes import routes
from tests.safeguards.knocking import knock

KEYLESS = "api:open311:"
"""The standard answers 403 and not 401 to whoever brings no key (GeoReport v2, ADR 19)."""
PUBLIC: dict[str, str] = yaml.safe_load((Path(__file__).parent / "public_routes.yaml").read_text())


@pytest.mark.django_db
def test_every_route_is_in_the_reviewed_list_or_sends_a_stranger_to_sign_in() -> None:
    open_, asked = [], 0
    for route in routes():
        if route.name in PUBLIC:
            continue
        for method in ("GET", "POST"):
            answer = knock(Client(), method, route.url())
            asked += 1
            refused = signs_in(answer) or (answer.status_code == 405 and method not in route.methods)
            refused |= answer.status_code == 403 and route.name.startswith(KEYLESS)
            if not refused:
                open_.append(f"{method} {route.path} ({route.name}): {answer.status_code}")
    text = f"{len(routes())} routes, {len(PUBLIC)} in the reviewed list, {asked} knocks by a stranger at the others"
    figure(1, f"{text}: {len(open_)} let in")
    assert not open_, "\n".join(open_)


def test_the_reviewed_list_names_routes_that_exist_and_says_why() -> None:
    assert set(PUBLIC) <= {route.name for route in routes()}
    assert all(len(reason) > 10 for reason in PUBLIC.values())


@pytest.mark.django_db
def test_a_public_page_shows_a_stranger_no_case_and_never_breaks() -> None:
    for route in routes():
        if route.name in PUBLIC:
            for method in ("GET", "POST"):
                assert knock(Client(), method, route.url()).status_code < 500, route


@pytest.mark.parametrize(
    "path",
    ["signup/", "email/", "confirm-email/", "password/reset/", "password/set/", "login/code/confirm/", "3rdparty/"],
)
@pytest.mark.django_db
def test_what_the_house_does_not_offer_is_not_there(path: str, client: Client) -> None:
    for answer in (client.get(f"/account/{path}"), client.post(f"/account/{path}")):
        assert answer.status_code == 404
    with pytest.raises(NoReverseMatch):
        reverse("account_signup")


def test_an_officers_page_says_so_in_its_source() -> None:
    """A page behind the desk or supervision passes the gate itself; nothing relies on its neighbours."""
    from django.urls import resolve

    for route in routes():
        if route.path.startswith(("desk/", "supervision/")):
            view = resolve(route.url()).func
            gates = set()
            while view is not None:
                gates.add(getattr(view, "gate", None))
                view = getattr(view, "__wrapped__", None)
            assert "officers" in gates, route.name
