"""B4: the published figures come out of records: 11 posts, 188 officers, 793 hazards, 190 disputes; 9 scenic posts.

Posts and officers come in as tables, as a bureau has them; hazards and disputes are taken and moved by the actions.
Other numbers in, other numbers out: the small form runs with every test, the published one with the long runs.
"""

import itertools
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from huhang.base.access.context import SYSTEM, acting
from huhang.base.catalog import queries as catalog
from huhang.base.people.models import User
from huhang.base.people.queries import actor_for
from huhang.cases.actions import move, open_case
from huhang.cases.models import Case
from huhang.cases.registry import kind_of
from huhang.kinds.disputes.models import Party
from huhang.reading.figures.periods import period
from huhang.reading.figures.queries import Ask, figure_of, measure
from huhang.reading.figures.scope import Scope
from huhang.reading.posts import queries as months
from huhang.register.posts import importing, queries
from huhang.register.posts.models import Post
from huhang.register.subjects.actions import add_contact, enter_subject
from huhang.register.subjects.models import Contact
from tests.factories.city import LONG_AGO, NOW, City, make_city
from tests.register.posts.test_importing import OFFICERS, POSTS, book

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Told:
    """So many of each."""

    posts: int
    scenic: int
    officers: int
    found: int
    fixed: int
    taken: int
    settled: int


def _table(what: str, data: bytes) -> None:
    actor = actor_for("supervisor", now=NOW, door="desk")
    with acting(actor):
        run = importing.check(what=what, name="表.xlsx", data=data, by=actor, now=NOW)
        assert not run.count("wrong"), run.rows
        run = importing.save(import_id=run.pk, by=actor, now=NOW)
        assert not run.count("refused"), run.rows


def _go(case: Case, name: str, **values: Any) -> None:
    with acting(SYSTEM):
        move(case_id=case.pk, name=name, values=values, by=SYSTEM, now=NOW)


def lived(city: City, told: Told) -> None:
    """Posts and officers by table; hazards and disputes one by one."""
    unit, rows = city.units["harbour"].pk, []
    for n in range(told.posts + told.scenic):
        kind = "scenic" if n >= told.posts else "enterprise"
        host = enter_subject(kind=kind, name=f"第{n + 1}家{kind}", unit_id=unit, by=SYSTEM, now=NOW)
        phone = f"139{n:08d}"
        add_contact(subject_id=host.pk, name="孙安全", phone=phone, role="safety", main=True, by=SYSTEM, now=NOW)
        rows.append((f"第{n + 1}站", host.number, "港湾派出所", "2026-01-05", "职工多"))
    _table("posts", book(POSTS, *rows))
    made = [User(username=f"8{n:05d}", name=f"民警{n}", created_at=LONG_AGO) for n in range(told.officers)]
    User.objects.bulk_create(made)
    posts = list(Post.objects.select_related("station").order_by("created_at", "id"))
    numbers = itertools.cycle(one.station.number for one in posts)
    lines = [(next(numbers), one.username, "2026-02-01", "", "轮值", "") for one in made]
    _table("officers", book(OFFICERS, *lines))
    where = itertools.cycle(posts)
    for n in range(told.found):
        post = next(where)
        with acting(SYSTEM):
            case = open_case("hazard", post=post, category="exit", body=f"第{n}处", by=SYSTEM, now=NOW)
        if n < told.fixed:
            contact = Contact.objects.get(subject=post.host_id)
            _go(case, "alert", contact=str(contact.pk), way="phone", fixer="安保部")
            _go(case, "remove", text="好了")
    for n in range(told.taken):
        parties = [{"side": "a", "name": "甲某"}, {"side": "b", "name": "乙某"}]
        words = {"title": f"第{n}起", "body": "经过", "topic": "noise", "parties": parties}
        with acting(SYSTEM):
            case = open_case("dispute", post=next(where).pk, by=SYSTEM, now=NOW, **words)
        if n < told.settled:
            both = [str(pk) for pk in Party.objects.filter(case=case).values_list("pk", flat=True)]
            _go(case, "settle_spoken", terms="说好了", present=both)


def counted(city: City, told: Told) -> None:
    """The sheet, the list and the figures of supervision say the same, and it is what went in."""
    actor = city.actor("supervisor")
    span = months.month("2026-11", NOW)
    with acting(actor):
        totals = months.totals(actor, queries.visible(actor), span)
        scenic = queries.narrowed(queries.visible(actor), queries.Wanted(sort="scenic")).count()
        numbers = {}
        for kind_name, name in ((months.OF_KIND[one], one) for one in ("hazards", "hazards_removed", "disputes")):
            kind = kind_of(kind_name)
            window = period("month", date(2026, 11, 20)).window(NOW, catalog.schedule())
            measured, _oldest = measure(kind, actor, {name: Ask(figure_of(kind, name), window)}, Scope())
            numbers[name] = measured[name].count
        behind = [len(months.behind(actor, one, "hazards", span)) for one in queries.visible(actor)]
    expected = {
        "posts": told.posts + told.scenic,
        "officers": told.officers,
        "hazards": told.found,
        "hazards_removed": told.fixed,
        "disputes": told.taken,
        "disputes_settled": told.settled,
    }
    assert {name: totals[name] for name in expected} == expected
    assert scenic == told.scenic
    assert numbers == {name: expected[name] for name in numbers}
    assert sum(behind) == told.found  # each number opens its rows


@pytest.mark.parametrize("told", [Told(3, 2, 11, 7, 5, 4, 3)], ids=["small"])
def test_what_went_in_comes_out(told: Told) -> None:
    city = make_city()
    lived(city, told)
    counted(city, told)


@pytest.mark.soak
def test_the_published_figures_come_out_of_records() -> None:
    city, told = make_city(), Told(11, 9, 188, 793, 793, 190, 190)
    lived(city, told)
    counted(city, told)
