"""C2 over the API: the proposal with its rule, worked out on the spot or as the worker kept it."""

import pytest

from huhang.base.access.context import SYSTEM, acting
from huhang.cases.models import Case
from huhang.doors.api.proposals import ProposalsOut
from huhang.kinds.requests.routing import actions
from tests.doors.api.callers import caller
from tests.factories.city import NOW, City

pytestmark = pytest.mark.django_db


def test_a_proposal_is_told_with_its_work_and_what_was_chosen(city: City) -> None:
    dispatcher, number = caller("dispatcher"), str(caller("clerk").file()["number"])
    at_once = dispatcher.get(f"/requests/{number}/proposal").json()
    ProposalsOut.model_validate(at_once, extra="forbid")
    first = at_once["items"][0]["first"]
    assert (first["value"], first["by"], first["source"], first["confidence"]) == ("PS-02", "R-190@1", "rule", None)
    with acting(SYSTEM):
        actions.look(NOW)
        assert Case.objects.get(number=number).beside == ["proposal"]
    kept = dispatcher.get(f"/requests/{number}/proposal").json()
    assert kept == at_once
    dispatcher.move(number, "classify", category="EN-01", nature="help", urgency="0")
    told = dispatcher.get(f"/requests/{number}/proposal", **{"Accept-Language": "en"}).json()
    ProposalsOut.model_validate(told, extra="forbid")
    category = next(one for one in told["items"] if one["what"] == "category")
    assert category["first"]["name"] == "Noise"
    assert (category["chosen"]["value"], category["chosen"]["agreed"]) == ("EN-01", False)
    assert caller("other_handler").get(f"/requests/{number}/proposal").status_code == 404
