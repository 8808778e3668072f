"""B4 at the desk: a proposal is opened or declined, officers come and go, and what is wrong stands beside its field."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from huhang.base.access.context import SYSTEM
from huhang.register.posts import actions
from huhang.register.posts.models import Post, Proposal, Stay
from huhang.register.subjects.actions import enter_subject
from huhang.register.subjects.models import Subject
from tests.factories.city import NOW, City, make_city

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> City:
    return make_city()


def signed_in(city: City, who: str) -> Client:
    client = Client()
    client.force_login(city.users[who], backend="huhang.base.people.backends.Officers")
    return client


def large(city: City, name: str) -> Subject:
    unit = city.units["harbour"].pk
    return enter_subject(kind="enterprise", name=name, unit_id=unit, head_count="6200", by=SYSTEM, now=NOW)


def test_a_proposal_is_opened_or_declined_and_officers_come_and_go(city: City) -> None:
    firm, other = large(city, "望海重工"), large(city, "望海船厂")
    actions.propose(by=SYSTEM, now=NOW)
    client, unit = signed_in(city, "chief"), str(city.units["harbour"].pk)
    assert "职工 6,200 人，规则是 5,000 人以上" in client.get("/desk/posts/proposals/").content.decode()

    page = f"/desk/posts/proposals/{Proposal.objects.get(host=other).pk}/"
    assert "望海船厂安企警务站" in client.get(page).content.decode()
    assert client.post(page, {"decline": "1", "reason": ""}).status_code == 422
    assert client.post(page, {"decline": "1", "reason": "正在搬迁"}).status_code == 302
    page = f"/desk/posts/proposals/{Proposal.objects.get(host=firm).pk}/"
    wrong = client.post(page, {"name": "重工警务站", "unit": "x", "why": "职工多", "opened_on": "2026-01-05"})
    assert wrong.status_code == 422
    assert "重工警务站" in wrong.content.decode()
    told = {"name": "重工警务站", "unit": unit, "why": "职工多", "opened_on": "2026-01-05"}
    assert client.post(page, told).status_code == 302
    post = Post.objects.get()

    here, today = f"/desk/posts/{post.pk}/", timezone.localdate()
    assert "重工警务站" in client.get("/desk/posts/?q=重工").content.decode()
    assert "没有符合条件" in client.get("/desk/posts/?state=unfit&whose=mine").content.decode()
    assert client.get("/desk/posts/?unit=x").status_code == 422
    assert "派谁驻站" in client.get(here + "?do=man").content.decode()
    man = {"do": "man", "officer": str(city.users["handler"].pk), "starts_on": "2026-02-01", "why": "懂机械"}
    assert client.post(here, {**man, "starts_on": "昨天"}).status_code == 422
    assert client.post(here, man).status_code == 302
    again = client.post(here, man)
    assert again.status_code == 422
    assert "已经派驻这个警务站" in again.content.decode()
    stay = Stay.objects.get()
    assert "周正离站" in client.get(f"{here}?do=leave&stay={stay.pk}").content.decode()
    leave = {"do": "leave", "stay": str(stay.pk), "ends_on": str(today - timedelta(days=1)), "why": "轮换"}
    assert client.post(here, leave).status_code == 302
    assert "已经离开" in client.post(here, leave).content.decode()
    assert client.post(here, {"do": "close", "ends_on": str(today), "why": "合并"}).status_code == 302
    assert "已撤销" in client.get("/desk/posts/?state=closed").content.decode()


def test_whoever_may_not_decide_sees_and_changes_nothing(city: City) -> None:
    firm = large(city, "望海重工")
    actions.propose(by=SYSTEM, now=NOW)
    client, page = signed_in(city, "handler"), f"/desk/posts/proposals/{Proposal.objects.get().pk}/"
    shown = client.get(page).content.decode()
    assert "由港湾派出所的负责人决定" in shown
    assert client.post(page, {"decline": "1", "reason": "不要"}).status_code == 403
    assert client.get("/desk/posts/new/").status_code == 403
    chief = signed_in(city, "chief")
    assert "望海重工安企警务站" in chief.get(f"/desk/posts/new/?host={firm.number}").content.decode()
    told = {"unit": str(city.units["harbour"].pk), "name": "重工站", "why": "需要", "opened_on": "2026-01-05"}
    assert chief.post("/desk/posts/new/", {**told, "host": "没有的"}).status_code == 422
    assert chief.post("/desk/posts/new/", {**told, "host": firm.number}).status_code == 302
    assert Proposal.objects.get().decision == "opened"
