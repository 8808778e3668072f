"""B4 at the desk: a proposal is opened or declined, officers come and go, and what is wrong stands beside its field."""

import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image

from huhang.base.access.context import SYSTEM
from huhang.cases.models import Attachment, Case
from huhang.kinds.disputes.models import Party
from huhang.register.posts import actions
from huhang.register.posts.models import Post, Proposal, Stay
from huhang.register.subjects.actions import enter_subject
from huhang.register.subjects.models import Subject
from tests.factories.city import NOW, City, make_city
from tests.factories.posts import post

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
    assert "职工 6,200 人，规则是超过 5,000 人" in client.get("/desk/posts/proposals/").content.decode()

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


def test_a_post_takes_hazards_and_disputes_and_its_month_opens_every_record(city: City) -> None:
    made, client = post(city), signed_in(city, "handler")
    told = {"post": str(made.pk), "category": "exit", "body": "东门内堆货", "idempotency_key": "one"}
    assert "海晏化工安企警务站" in client.get(f"/desk/posts/hazards/new/?post={made.pk}").content.decode()
    assert client.get("/desk/posts/hazards/new/?post=x").status_code == 200
    wrong = client.post("/desk/posts/hazards/new/", {**told, "body": "应予处罚"})
    assert wrong.status_code == 422
    assert "不能作为处罚依据" in wrong.content.decode()
    answers = [client.post("/desk/posts/hazards/new/", {**told, "photos": picture()}) for _ in range(2)]
    assert {one.status_code for one in answers} == {302}  # pressed twice, kept once
    found = Case.objects.get(kind="hazard")
    assert Attachment.objects.get(case=found).public
    assert "不作处罚依据" in client.get(f"/desk/cases/{found.number}/").content.decode()

    page = "/desk/posts/disputes/new/"
    assert "当事人" in client.get(page).content.decode()
    told = {"post": str(made.pk), "topic": "drainage", "title": "涵洞堵了村里排水", "body": "雨后积水"}
    one = {"side_0": "a", "subject_0": made.host.number, "side_1": "b", "name_1": "王海燕", "phone_1": "138"}
    wrong = client.post(page, {**told, **one})
    assert wrong.status_code == 422
    assert "phone_1" in wrong.content.decode()
    assert client.post(page, {**told, **one, "subject_0": "没有的", "phone_1": ""}).status_code == 422
    assert client.post(page, {**told, **one, "phone_1": "13800000001"}).status_code == 302
    case = Case.objects.get(kind="dispute")
    shown = client.get(f"/desk/cases/{case.number}/").content.decode()
    assert "王**" in shown
    assert "王海燕" not in shown
    party = Party.objects.get(case=case, subject=None)
    here = f"/desk/cases/{case.number}/parties/{party.pk}/"
    assert client.get(here).status_code == 200
    assert client.post(here, {"why": ""}).status_code == 422
    assert "王海燕" in client.post(here, {"why": "约调解时间"}).content.decode()
    assert client.get(f"/desk/cases/{case.number}/parties/{made.pk}/").status_code == 404
    both = [str(one.pk) for one in Party.objects.filter(case=case)]
    sat = {"version": case.version, "on": "2026-11-20", "present": both, "said": "愿意各让一步"}
    assert "到场的当事人" in client.get(f"/desk/cases/{case.number}/moves/mediate/").content.decode()
    assert client.post(f"/desk/cases/{case.number}/moves/mediate/", sat).status_code == 302
    asked = {"version": case.version + 1, "authority": "town_harbour", "asked": "请牵头扩建"}
    assert client.post(f"/desk/cases/{case.number}/moves/refer/", asked).status_code == 302
    shown = client.get(f"/desk/cases/{case.number}/").content.decode()
    for words in ("第 1 次调解 · 2026-11-20", "愿意各让一步", "港湾镇人民政府", "前函复"):
        assert words in shown

    boss, month = signed_in(city, "chief"), f"{timezone.localdate():%Y-%m}"
    stay = {"do": "man", "officer": str(city.users["handler"].pk), "starts_on": "2026-02-01", "why": "懂机械"}
    boss.post(f"/desk/posts/{made.pk}/", stay)
    sheet = f"/desk/posts/{made.pk}/month/?month={month}"
    assert boss.get(sheet).status_code == 200
    assert found.number in boss.get(f"{sheet}&of=hazards").content.decode()
    assert case.number in boss.get(f"{sheet}&of=disputes").content.decode()
    assert "周正" in boss.get(f"{sheet}&of=officers").content.decode()
    assert "没有记录" in boss.get(f"{sheet}&of=visits").content.decode()
    assert boss.get(f"{sheet}&of=nothing").status_code == 404
    assert boss.get(f"/desk/posts/{made.pk}/month/?month=2199-01").status_code == 422
    assert boss.get(f"{sheet}&form=docx").status_code == 200
    assert client.get(f"{sheet}&form=docx").status_code == 403
    gone = f"/desk/posts/{made.pk}/"
    assert "看到什么" in client.get(gone + "?do=round").content.decode()
    assert client.post(gone, {"do": "round", "at": "昨天", "seen": "正常"}).status_code == 422
    assert client.post(gone, {"do": "round", "at": "2199-01-01T00:00", "seen": "正常"}).status_code == 422
    at = f"{timezone.localtime():%Y-%m-%dT%H:%M}"
    assert client.post(gone, {"do": "round", "at": at, "seen": "各门都正常"}).status_code == 302
    assert client.post(gone, {"do": "round", "at": at, "seen": "各门都正常"}).status_code == 422
    assert "各门都正常" in boss.get(f"{sheet}&of=rounds").content.decode()
    every = boss.get(f"/desk/posts/month/?month={month}").content.decode()
    assert "驻站 1 人，发现隐患 1 处" in every
    assert made.station.name in body(boss.get(f"/desk/posts/month/?month={month}&form=csv"))
    assert made.host.number in body(boss.get("/desk/posts/?form=csv"))
    assert "handler" in body(boss.get("/desk/posts/?form=csv&of=officers"))
    assert client.get("/desk/posts/?form=csv").status_code == 403


def body(answer: Any) -> str:
    return b"".join(answer.streaming_content).decode("utf-8-sig")


def picture() -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(out, "JPEG")
    return SimpleUploadedFile("door.jpg", out.getvalue(), "image/jpeg")


def test_a_table_is_checked_saved_and_taken_back_on_pages(city: City) -> None:
    firm, client = large(city, "望海重工"), signed_in(city, "chief")
    page = "/desk/posts/import/"
    assert "警务站模板" in client.get(page).content.decode()
    assert client.get(f"{page}template/posts/").content.startswith(b"PK")
    assert client.get(f"{page}template/people/").status_code == 404
    assert client.post(page, {"what": "posts"}).status_code == 422
    table = (
        f"警务站名称,设在哪里,设立日期,为什么设\n重工警务站,{firm.number},2026-03-01,职工多\n坏的,没有,2026-03-01,x\n"
    )
    sent = SimpleUploadedFile("站.csv", table.encode(), "text/csv")
    here = client.post(page, {"what": "posts", "file": sent})["Location"]
    shown = client.get(here).content.decode()
    assert "有问题，不会导入 1，新增 1" in shown
    assert "没有找到，请填它的编号" in shown
    assert signed_in(city, "supervisor").get(here).status_code == 404
    assert client.post(here, {}).status_code == 302
    assert Post.objects.count() == 1
    assert client.post(here, {"do": "undo"}).status_code == 302
    assert not Post.objects.exists()
    assert client.post(here, {"do": "undo"}).status_code == 409
    assert "我导入过的" in client.get(page).content.decode()
    assert signed_in(city, "handler").get(page).status_code == 403
