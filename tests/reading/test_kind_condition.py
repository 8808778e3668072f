"""A list narrowed to one kind of case holds that kind alone, however it is found; an inbox holds every kind."""

import pytest

from huhang.cases.models import Case
from huhang.kernel.errors import Invalid
from huhang.reading import ledger, tallies
from huhang.reading.rules import LEDGER, Filter
from tests.factories.city import NOW, City, filed, make_city

WORDS = "渣土车"


@pytest.fixture
def city() -> City:
    return make_city()


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["leader", "dispatcher", "clerk"])
@pytest.mark.parametrize("q", ["", WORDS])
def test_a_ledger_lists_and_counts_requests_and_an_inbox_everything(city: City, who: str, q: str) -> None:
    request, other = filed(city).case, filed(city).case
    Case.objects.filter(pk=other.pk).update(kind="other")
    actor = city.actor(who)

    def listed(asked: Filter) -> set[str]:
        return {line.number for line in ledger.page(actor, asked, now=NOW).lines}

    requests, everything = Filter(which="all", kind="request", q=q), Filter(which="all", q=q)
    assert listed(requests) == {request.number}
    assert listed(everything) == {request.number, other.number}
    counts = tallies.take(actor, {"r": tallies.Asked(requests, NOW), "a": tallies.Asked(everything, NOW)})
    assert (counts.of("r").count, counts.of("a").count) == (1, 2)


def test_the_kind_stands_in_the_address_and_an_unknown_one_is_told() -> None:
    assert Filter.parse({"kind": "request"}, Filter()).query(Filter()) == "kind=request"
    assert LEDGER.query(LEDGER) == ""
    with pytest.raises(Invalid) as told:
        Filter.parse({"kind": "nothing"}, Filter())
    assert "种类" in told.value.problems["kind"]
