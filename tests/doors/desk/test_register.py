"""A1 at the desk: the list and its filters, a record with its tabs, forms that keep what was typed, the conflict."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from huhang.base.access.context import SYSTEM, acting
from huhang.base.journal.models import Entry
from huhang.doors.desk.register import lists
from huhang.register.subjects import finding
from huhang.register.subjects.actions import add_contact, change, enter, merge
from huhang.register.subjects.models import Contact, Merge, Pair, Subject
from tests.factories.city import NOW, City, enterprise, filed, make_city

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> City:
    return make_city()


def as_(city: City, key: str) -> Client:
    client = Client()
    client.force_login(city.users[key], backend="huhang.base.people.backends.Officers")
    return client


def typed(form: Any) -> dict[str, Any]:
    """What a browser would send back of a form."""
    return {name: form[name].value() for name in form.fields if form[name].value() not in (None, "", [])}


def form(city: City, **more: Any) -> dict[str, Any]:
    given = {"kind": "enterprise", "name": "港湾物流有限公司", "unit": str(city.units["harbour"].pk), "crs": "CGCS2000"}
    return {**given, **more}


def test_an_officer_enters_a_subject_and_finds_it_by_every_filter(city: City) -> None:
    client = as_(city, "liaison")
    assert client.get("/desk/register/new/?kind=enterprise").status_code == 200
    sent = form(city, flags=["logistics"], idempotency_key="k1")
    answer = client.post("/desk/register/new/", sent)
    assert answer.status_code == 302
    assert client.post("/desk/register/new/", sent)["Location"] == answer["Location"]
    subject = Subject.objects.get()
    for query in (
        "",
        "?kind=enterprise",
        "?flag=logistics",
        "?q=物流",
        f"?unit={city.units['port'].pk}",
        f"?unit={city.units['bureau'].pk}",
        "?placed=no",
        "?silent=90",
        "?state=all",
    ):
        assert subject.name in client.get(f"/desk/register/{query}").content.decode(), query
    for query in ("?kind=park", "?flag=hazmat", "?q=化工", f"?unit={city.units['river'].pk}", "?placed=yes"):
        assert subject.name not in client.get(f"/desk/register/{query}").content.decode(), query
    assert client.get(f"/desk/register/?q={subject.number}")["Location"] == f"/desk/register/{subject.pk}/"
    assert client.get("/desk/register/?unit=x").status_code == 422
    assert client.get("/desk/register/?after=x").status_code == 422


def test_errors_stand_beside_their_fields_and_nothing_typed_is_lost(city: City) -> None:
    answer = as_(city, "liaison").post(
        "/desk/register/new/", form(city, credit_code="91370600MA0000007D", address="海港路 9 号")
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "校验位" in page
    assert "海港路 9 号" in page
    assert not Subject.objects.exists()
    assert as_(city, "liaison").post("/desk/register/new/").status_code == 422


def test_a_list_goes_on_page_by_page_and_costs_a_few_statements(city: City, django_assert_max_num_queries: Any) -> None:
    Subject.objects.bulk_create(
        Subject(kind="community", name=f"第{n:03d}社区", unit_id=city.units["river"].pk, created_at=NOW)
        for n in range(60)
    )
    client = as_(city, "leader")
    with django_assert_max_num_queries(16):
        first = client.get("/desk/register/")
    more = first.context["pager"].next_url
    second = client.get(more)
    names = [row["subject"].name for answer in (first, second) for row in answer.context["rows"]]
    assert names == sorted(names)
    assert len(set(names)) == 60
    assert first.context["total"] == 60


def test_the_record_shows_particulars_contacts_life_and_history(city: City) -> None:
    subject = enterprise(city)
    add_contact(subject_id=subject.pk, name="王海燕", phone="13800000001", role="liaison", by=SYSTEM, now=NOW)
    case = filed(city, subject=str(subject.pk)).case
    client = as_(city, "liaison")
    page = client.get(f"/desk/register/{subject.pk}/").content.decode()
    assert subject.credit_code in page
    assert "138****0001" in page
    assert "13800000001" not in page
    assert "王海燕" not in page
    life = client.get(f"/desk/register/{subject.pk}/?tab=life").content.decode()
    assert "登记入库" in life
    leader = as_(city, "leader")
    assert case.number in leader.get(f"/desk/register/{subject.pk}/?tab=life&sort=request").content.decode()
    assert case.number not in leader.get(f"/desk/register/{subject.pk}/?tab=life&sort=contact").content.decode()
    assert "名称" in client.get(f"/desk/register/{subject.pk}/?tab=history").content.decode()
    assert client.get(f"/desk/register/{subject.pk}/?tab=contacts").status_code == 200
    assert client.get(f"/desk/register/{subject.pk}/?tab=life&before=x").status_code == 422


def test_the_second_editor_sees_both_sides_and_keeps_what_was_typed(city: City) -> None:
    # A1: two editors at once
    subject = enterprise(city)
    one, two = as_(city, "liaison"), as_(city, "dispatcher")
    url = f"/desk/register/{subject.pk}/edit/"
    opened = two.get(url).context["form"]
    mine = {**typed(opened), "version": "1"}
    liaison = city.actor("liaison")
    with acting(liaison):
        values = {"address": "海港路 1 号", "head_count": "50"}
        change(subject_id=subject.pk, version=1, values=values, by=liaison, now=NOW)
    answer = two.post(url, {**mine, "address": "海港路 2 号", "note": "下周搬家"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "李青" in page
    assert [clash["field"] for clash in answer.context["clashes"]] == ["address"]
    again = answer.context["form"]
    assert (again["address"].value(), again["note"].value()) == ("海港路 2 号", "下周搬家")
    assert again["head_count"].value() == "50"  # not touched here, so theirs
    assert two.post(url, {**typed(again), "version": answer.context["version"]}).status_code == 302
    subject.refresh_from_db()
    assert (subject.address, subject.head_count, subject.note, subject.version) == ("海港路 2 号", 50, "下周搬家", 3)
    assert one.get(url).status_code == 200


def test_an_officer_of_another_ground_reads_and_does_not_write(city: City) -> None:
    subject = enterprise(city)
    river = as_(city, "other_handler")
    assert river.get(f"/desk/register/{subject.pk}/").status_code == 200
    assert river.get(f"/desk/register/{subject.pk}/edit/").status_code == 403
    assert as_(city, "auditor").get(f"/desk/register/{subject.pk}/edit/").status_code == 403
    assert as_(city, "system_admin").get("/desk/register/").status_code == 403
    assert Client().get("/desk/register/").status_code == 302


def test_closing_and_contacts_by_hand(city: City) -> None:
    subject = enterprise(city)
    client = as_(city, "liaison")
    assert client.get(f"/desk/register/{subject.pk}/state/").status_code == 200
    assert client.post(f"/desk/register/{subject.pk}/state/", {"state": "closed", "why": ""}).status_code == 422
    sent = {"state": "closed", "why": "停产", "version": "1"}
    assert client.post(f"/desk/register/{subject.pk}/state/", sent).status_code == 302
    assert subject.name not in client.get("/desk/register/").content.decode()
    assert subject.name in client.get("/desk/register/?state=closed").content.decode()
    url = f"/desk/register/{subject.pk}/contacts/"
    assert client.get(url).status_code == 200
    assert client.post(url, {"name": "赵云", "phone": "1380", "role": "head"}).status_code == 422
    assert client.post(url, {"name": "赵云", "phone": "13800000002", "role": "head", "main": "on"}).status_code == 302
    assert client.post(url, {"name": "赵云", "phone": "13800000002", "role": "head"}).status_code == 409
    contact = Contact.objects.get()
    reveal = f"/desk/register/contacts/{contact.pk}/reveal/"
    assert client.get(reveal).status_code == 200
    assert client.post(reveal, {"fields_wanted": "phone", "purpose": ""}).status_code == 422
    shown = client.post(reveal, {"fields_wanted": "phone", "purpose": "核实身份"})
    assert "13800000002" in shown.content.decode()
    assert Entry.objects.filter(action="person.read", person=contact.person_id).exists()
    assert as_(city, "other_handler").get(reveal).status_code == 200
    refused = as_(city, "other_handler").post(reveal, {"fields_wanted": "phone", "purpose": "核实身份"})
    assert refused.status_code == 403
    end = f"/desk/register/contacts/{contact.pk}/end/"
    assert client.get(end).status_code == 200
    assert client.post(end, {"why": ""}).status_code == 422
    assert client.post(end, {"why": "已离职"}).status_code == 302
    assert client.post(end, {"why": "已离职"}).status_code == 409


def test_duplicates_are_proposed_compared_merged_and_parted(city: City) -> None:
    kept = enterprise(city)
    gone = enter(
        values=form(city, name="望海海晏化工", unit=str(city.units["harbour"].pk), head_count="70"), by=SYSTEM, now=NOW
    )
    same = enter(values=form(city, name="海晏化工（有限公司）"), by=SYSTEM, now=NOW)
    case = filed(city, subject=str(same.pk)).case
    add_contact(subject_id=same.pk, name="王海燕", phone="13800000001", role="liaison", by=SYSTEM, now=NOW)
    assert finding.look(now=NOW) == 1
    assert finding.look(now=NOW + timedelta(days=1)) == 1
    client = as_(city, "dispatcher")
    pair = Pair.objects.get()
    assert kept.name in client.get("/desk/register/duplicates/").content.decode()
    url = f"/desk/register/duplicates/{pair.pk}/"
    assert client.get(url).status_code == 200
    assert client.post(url, {"which": "", "reason": "x"}).status_code == 422
    assert client.post(url, {"which": "one", "reason": ""}).status_code == 422
    side = "one" if pair.one_id == kept.pk else "other"
    assert client.post(url, {"which": side, "reason": "同一家"})["Location"] == f"/desk/register/{kept.pk}/"
    case.refresh_from_db()
    assert case.subject_id == kept.pk
    assert Contact.objects.get().subject_id == kept.pk
    same.refresh_from_db()
    assert (same.state, same.merged_into_id) == ("merged", kept.pk)
    assert "并进来的" in client.get(f"/desk/register/{kept.pk}/").content.decode()
    assert client.get(f"/desk/register/{same.pk}/").status_code == 200
    made = Merge.objects.get()
    back = f"/desk/register/merges/{made.pk}/"
    assert client.get(back).status_code == 200
    assert client.post(back, {"reason": ""}).status_code == 422
    assert client.post(back, {"reason": "两个厂区"}).status_code == 302
    case.refresh_from_db()
    same.refresh_from_db()
    assert (case.subject_id, same.state) == (same.pk, "active")
    assert client.post(back, {"reason": "两个厂区"}).status_code == 409
    other = f"/desk/register/{gone.pk}/same/"
    assert client.get(other).status_code == 200
    assert client.post(other, {"key": "没有"}).status_code == 422
    to_pair = client.post(other, {"key": kept.credit_code})["Location"]
    assert client.post(to_pair, {"which": "apart", "reason": "两家"}).status_code == 302
    assert not Pair.objects.filter(decided_at__isnull=True).exists()


def test_a_merge_fills_the_gaps_and_a_changed_row_is_not_merged_unseen(city: City) -> None:
    one = enter(values=form(city, name="甲厂"), by=SYSTEM, now=NOW)
    other = enter(
        values=form(city, name="甲厂二", credit_code="91370600MA0000007C", flags=["hazmat"], lon="121", lat="37"),
        by=SYSTEM,
        now=NOW,
    )
    with pytest.raises(Exception, match="改过"):
        merge(kept_id=one.pk, gone_id=other.pk, versions=(1, 9), reason="x", by=SYSTEM, now=NOW)
    merge(kept_id=one.pk, gone_id=other.pk, versions=(1, 1), reason="同一家", by=SYSTEM, now=NOW)
    one.refresh_from_db()
    other.refresh_from_db()
    assert (one.credit_code, one.flags, one.lon, other.credit_code) == ("91370600MA0000007C", ["hazmat"], 121.0, None)
    made = Merge.objects.get()
    as_(city, "dispatcher").post(f"/desk/register/merges/{made.pk}/", {"reason": "两家"})
    one.refresh_from_db()
    other.refresh_from_db()
    assert (one.credit_code, other.credit_code) == (None, "91370600MA0000007C")


def test_corrections_page_is_empty_and_says_so(city: City) -> None:
    assert "没有等核实的更正" in as_(city, "liaison").get("/desk/register/corrections/").content.decode()
    assert timezone.now() > NOW


def test_an_empty_form_is_answered_with_what_is_missing(city: City) -> None:
    desk = as_(city, "dispatcher")
    for where in ("/desk/register/new/", "/desk/register/imports/"):
        assert desk.post(where).status_code == 422


def test_what_many_have_is_counted_so_far_and_what_few_have_exactly(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(7):
        enter(values={"kind": "park", "name": f"临港园区{n}", "unit": city.units["harbour"].pk}, by=SYSTEM, now=NOW)
    monkeypatch.setattr(lists, "SIZE", 2)
    monkeypatch.setattr(lists, "COUNTED", 5)
    client = as_(city, "clerk")
    assert "超过 5 个" in client.get("/desk/register/?q=临港园区").content.decode()
    monkeypatch.setattr(lists, "COUNTED", 7)
    page = client.get("/desk/register/?q=临港园区").content.decode()
    assert "7 个" in page
    assert "超过" not in page
