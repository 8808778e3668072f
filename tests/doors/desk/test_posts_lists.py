"""B4, A4: hazards and disputes have lists of their own, and every number opens exactly the rows it counts."""

from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.test import Client
from django.utils import timezone

from huhang.base.access.context import SYSTEM, acting
from huhang.cases.actions import move
from huhang.cases.models import Case
from huhang.reading.posts import taken
from huhang.reading.posts.taken import Asked
from huhang.register.posts.models import Post
from huhang.register.subjects.actions import enter_subject
from tests.factories.city import NOW, City, make_city
from tests.factories.posts import disputed, hazard, post

pytestmark = pytest.mark.django_db
LIST, OTHER = "/desk/posts/hazards/", "/desk/posts/disputes/"


@pytest.fixture
def city() -> City:
    return make_city()


def signed_in(city: City, who: str) -> Client:
    client = Client()
    client.force_login(city.users[who], backend="huhang.base.people.backends.Officers")
    return client


def read(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, url
    return answer.content.decode()


def second(city: City) -> Post:
    unit = city.units["harbour"].pk
    host = enter_subject(kind="enterprise", name="望海重工", unit_id=unit, by=SYSTEM, now=NOW)
    return post(city, host=host, name="重工警务站")


def go(case: Case, name: str, **values: Any) -> None:
    with acting(SYSTEM):
        move(case_id=case.pk, name=name, values=values, by=SYSTEM, now=NOW)


def test_the_list_narrows_by_post_state_lateness_and_days(city: City) -> None:
    one, two = post(city), second(city)
    here, there = hazard(city, one, body="一号门堵了"), hazard(city, two, body="二号门堵了")
    wrong, quarrel = hazard(city, two, body="三号门堵了"), disputed(city, one)
    go(wrong, "mistake", reason="看错了")
    client = signed_in(city, "chief")
    with patch("django.utils.timezone.now", return_value=NOW):
        every = read(client, LIST)
        assert all(case.number in every for case in (here, there, wrong))
        assert "共 3 件" in every
        only = read(client, f"{LIST}?post={one.pk}")
        assert here.number in only
        assert there.number not in only
        open_ = read(client, f"{LIST}?state=open")
        assert there.number in open_
        assert wrong.number not in open_
        assert wrong.number in read(client, f"{LIST}?state=mistaken")
        day = timezone.localtime(NOW).date()
        assert here.number in read(client, f"{LIST}?since={day}&until={day}")
        assert here.number not in read(client, f"{LIST}?until={day - timedelta(days=1)}")
        assert "没有符合这些筛选条件" in read(client, f"{LIST}?late=1")
        assert here.number not in read(client, f"{LIST}?unit={city.units['river'].pk}")
    with patch("django.utils.timezone.now", return_value=NOW + timedelta(days=60)):
        client = signed_in(city, "chief")
        assert quarrel.number in read(client, f"{OTHER}?late=1")
        assert quarrel.number in read(client, f"{OTHER}?late=1&state=brought")
        assert quarrel.number not in read(client, f"{OTHER}?late=1&state=settled")
        assert here.number not in read(client, f"{LIST}?late=1")  # nobody was told yet: no clock runs
    for bad in ("post=x", "unit=x", "state=nothing", "of=disputes", "since=昨天", "since=2026-02-02&until=2026-01-01"):
        assert client.get(f"{LIST}?{bad}").status_code == 422, bad
    assert client.get(f"{LIST}?after=x").status_code == 422


def test_the_pages_of_post_and_month_lead_to_exactly_their_rows(city: City) -> None:
    one, two = post(city), second(city)
    hazard(city, one), hazard(city, two)
    gone = hazard(city, two)
    go(gone, "mistake", reason="看错了")
    with_post, without = disputed(city, one), disputed(city, None)
    client = signed_in(city, "chief")
    with patch("django.utils.timezone.now", return_value=NOW):
        assert f"{LIST}?post={one.pk}" in read(client, f"/desk/posts/{one.pk}/")
        assert LIST in read(client, "/desk/posts/")
        sums = read(client, "/desk/posts/month/")
        month = timezone.localtime(NOW).date()
        ask = f"of=hazards&since={month.replace(day=1)}&until={month}"
        assert f"{LIST}?{ask}".replace("&", "&amp;") in sums
        shown = read(client, f"{LIST}?{ask}")
        assert "共 2 件" in shown  # as the sheet counts: the mistaken one is none
        assert gone.number not in shown
        assert "一格的记录" in shown
        rows = read(client, f"{OTHER}?{ask.replace('hazards', 'disputes')}")
        assert with_post.number in rows
        assert without.number not in rows  # the sheet is one of posts
        assert without.number in read(client, OTHER)
        sheet = read(client, f"/desk/posts/{two.pk}/month/?of=hazards")
        assert f"{LIST}?{ask}&post={two.pk}".replace("&", "&amp;") in sheet
        assert "共 1 件" in read(client, f"{LIST}?{ask}&post={two.pk}")


def test_pages_go_on_by_key_and_cost_the_same_however_many_posts(
    city: City, django_assert_num_queries: Any, django_assert_max_num_queries: Any
) -> None:
    one, two = post(city), second(city)
    cases = [hazard(city, (one, two)[n % 2], body=f"第{n}处") for n in range(5)]
    expected = [str(case.number) for case in sorted(cases, key=lambda c: (c.received_at, c.pk), reverse=True)]
    actor, asked = city.actor("chief"), Asked("hazard")
    with patch.object(taken, "PAGE", 2), acting(actor):
        found, place = [], None
        for size in (2, 2, 1):
            with django_assert_num_queries(1):
                page = taken.page(actor, asked, place, now=NOW)
            assert len(page.rows) == size
            found += [row.line.number for row in page.rows]
            assert page.first + size - 1 == len(found)
            place = page.after
        assert place is None
        assert found == expected
        back = taken.page(actor, asked, page.before, now=NOW)
        assert [row.line.number for row in back.rows] == expected[2:4]
        assert back.first == 3
        with django_assert_num_queries(1):
            told = taken.counts(actor, asked, NOW)
        assert (told.of(asked), told.over) == (5, False)
        with patch.object(taken, "COUNTED", 3):
            assert taken.counts(actor, asked, NOW).over
    client = signed_in(city, "chief")
    client.get(LIST)
    with django_assert_max_num_queries(14):
        read(client, LIST)


def test_a_file_holds_exactly_what_is_filtered_and_only_for_those_who_export(city: City) -> None:
    one, two = post(city), second(city)
    here, there = hazard(city, one), hazard(city, two)
    client = signed_in(city, "chief")
    answer = client.get(f"{LIST}?post={one.pk}&form=csv")
    told = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert here.number in told
    assert one.station.name in told
    assert there.number not in told
    assert signed_in(city, "handler").get(f"{LIST}?form=csv").status_code == 403


def test_only_what_one_sees_is_listed_and_counted(city: City) -> None:
    case = hazard(city, post(city))
    other = signed_in(city, "other_handler")
    shown = read(other, LIST)
    assert case.number not in shown
    assert "还没有记录" in shown
