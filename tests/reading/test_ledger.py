"""Lists: what is on them, page by page, for whom."""

from datetime import timedelta
from itertools import pairwise, product

import pytest

from huhang.base.access.context import acting
from huhang.base.access.queries import visible_to
from huhang.base.access.rules import Actor
from huhang.cases.models import Case
from huhang.reading.ledger import Page, page
from huhang.reading.rules import LEDGER, Filter, Place
from huhang.reading.tallies import Asked, Tally, take
from tests.factories.city import NOW, OFFICERS, City, filed, make_city
from tests.scenarios.test_request_life import go

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> City:
    return make_city()


@pytest.fixture
def busy(city: City) -> City:
    """A city with cases in every stage and in several units."""
    for n in range(6):
        case = filed(city, now=NOW + timedelta(minutes=n), title=f"第{n}件噪声扰民").case
        if n == 0:
            continue
        go(city, case, "dispatcher", "classify", category="PS-02", nature="help", urgency="0")
        if n == 1:
            continue
        unit, who = [("harbour", "handler"), ("river", "other_handler"), ("trucks", "traffic")][n % 3]
        go(city, case, "dispatcher", "dispatch", unit=city.units[unit].pk)
        if n == 2:
            continue
        go(city, case, who, "sign")
        if n == 4:
            go(city, case, who, "suspend", reason="请补充门牌号")
        if n == 5:
            go(city, case, who, "answer", result="solved", proof="处警 12", answer="好了")
    filed(city, "liaison", title="联络员带回的问题")
    return city


def all_pages(actor, asked: Filter, *, by_due: bool, size: int) -> tuple[list, list[Page]]:
    pages, place = [], None
    while True:
        found = page(actor, asked, place, now=NOW, by_due=by_due, size=size)
        pages.append(found)
        if found.after is None:
            return [line.id for one in pages for line in one.lines], pages
        place = Place.read(found.after.token())


@pytest.mark.parametrize("by_due", [True, False])
def test_the_ledger_shows_exactly_what_one_may_see_once_in_order(busy: City, by_due: bool) -> None:
    for who in OFFICERS:  # one city for all: it costs more than asking
        _exactly_once_in_order(busy.actor(who), by_due)


def _exactly_once_in_order(actor: Actor, by_due: bool) -> None:
    with acting(actor):
        seen = list(visible_to(actor, Case.objects.all()))
        ids, _pages = all_pages(actor, LEDGER, by_due=by_due, size=2)
        whole, _one = all_pages(actor, LEDGER, by_due=by_due, size=50)
    assert len(ids) == len(set(ids)), actor
    if "see" in actor.perms:
        assert set(ids) == {c.pk for c in seen}, actor
    else:
        assert ids == [], actor
    assert ids == whole, actor
    known = {c.pk: c for c in seen}
    keys = [(known[i].due_at is None, known[i].due_at, i) if by_due else (known[i].received_at, i) for i in ids]
    if by_due:
        timed = [k[1:] for k in keys if not k[0]]
        assert timed == sorted(timed)
        assert [k[0] for k in keys] == sorted(k[0] for k in keys)
    else:
        assert keys == sorted(keys, reverse=True)


def test_going_back_shows_the_pages_that_were_passed(busy: City) -> None:
    for who in ("dispatcher", "handler", "chief", "clerk"):
        for by_due in (True, False):
            _same_pages_back(busy.actor(who), by_due)


def _same_pages_back(actor: Actor, by_due: bool) -> None:
    with acting(actor):
        _ids, pages = all_pages(actor, LEDGER, by_due=by_due, size=2)
        for earlier, later in pairwise(pages):
            assert later.before is not None
            back = page(actor, LEDGER, Place.read(later.before.token(), back=True), now=NOW, by_due=by_due, size=2)
            assert [x.id for x in back.lines] == [x.id for x in earlier.lines]
            assert (back.first, back.last) == (earlier.first, earlier.last)


def test_counts_are_those_of_the_lists(busy: City) -> None:
    scopes = ["mine", "sign", "unit", "party", "taken", "dispatch", "revisit", "all"]
    for who in OFFICERS:
        actor = busy.actor(who)
        with acting(actor):
            counted = take(actor, {s: Asked(Filter(scope=s), NOW) for s in scopes}, page="inbox")
            for scope in scopes:
                ids, _pages = all_pages(actor, Filter(scope=scope), by_due=True, size=3)
                assert counted.of(scope) == Tally(len(ids), False), (who, scope)


def test_each_scope_is_what_its_name_says(busy: City) -> None:
    def states(who: str, scope: str) -> list[str]:
        actor = busy.actor(who)
        with acting(actor):
            return sorted(line.state for line in page(actor, Filter(scope=scope), now=NOW).lines)

    assert states("dispatcher", "dispatch") == ["classified", "registered", "registered"]
    assert states("traffic", "sign") == ["dispatched"]
    assert states("traffic", "mine") == ["dispatched"]  # to sign; the answered one is the revisit centre's now
    assert states("other_handler", "mine") == ["suspended"]
    assert states("revisitor", "revisit") == ["answered"]
    assert states("clerk", "taken") == ["answered", "classified", "dispatched", "handling", "registered", "suspended"]
    assert states("liaison", "taken") == ["registered"]
    assert states("chief", "unit") == ["handling", "registered"]
    assert len(states("clerk", "party")) == 4


def test_a_search_finds_what_is_written_and_pages_like_any_list(busy: City) -> None:
    for q in ("噪声", "第3件", "三号门", "宿舍 噪声"):
        _found_as_written(busy.actor("dispatcher"), q)


def _found_as_written(actor: Actor, q: str) -> None:
    with acting(actor):
        ids, _pages = all_pages(actor, Filter(which="all", q=q), by_due=False, size=2)
        expected = {c.pk for c in Case.objects.all() if all(w in f"{c.title}\n{c.body}" for w in q.split())}
        assert set(ids) == expected
        assert len(ids) == len(expected)
        counted = take(actor, {"here": Asked(Filter(which="all", q=q), NOW)})
        assert counted.of("here").count == len(expected)


def test_a_search_inside_a_scope_finds_the_part_of_the_scope(busy: City) -> None:
    for scope, who in product(
        ("mine", "sign", "unit", "party", "taken", "all"), ("handler", "chief", "clerk", "other_handler")
    ):
        actor = busy.actor(who)
        with acting(actor):
            here, _pages = all_pages(actor, Filter(scope=scope), by_due=False, size=50)
            ids, _pages = all_pages(actor, Filter(scope=scope, q="噪声"), by_due=False, size=50)
            titles = {c.pk for c in Case.objects.filter(title__contains="噪声")}
            assert ids == [i for i in here if i in titles], (scope, who)


def test_late_and_waiting_narrow_every_list(busy: City) -> None:
    actor = busy.actor("dispatcher")
    later = NOW + timedelta(days=60)
    with acting(actor):
        late = page(actor, Filter(late=True), now=later).lines
        waiting = page(actor, Filter(waiting=True), now=NOW).lines
        assert {line.id for line in late} == set(
            Case.objects.filter(is_open=True, due_at__lte=later).values_list("pk", flat=True)
        )
        assert [line.state for line in waiting] == ["suspended"]
        party = busy.actor("clerk")
    with acting(party):
        assert len(page(party, Filter(scope="party", late=True), now=later).lines) == 3
        assert len(page(party, Filter(scope="party", waiting=True), now=NOW).lines) == 1
