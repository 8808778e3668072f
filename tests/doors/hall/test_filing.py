"""C1: a request comes in through the web, from a phone and nothing else."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from huhang.base.people.models import PhoneCheck
from huhang.cases.models import Attachment, Case, Step
from huhang.register.subjects.models import Person
from tests.doors.hall.conftest import BODY, NAME, PHONE, Resident, case_of, hidden, number_of, secret_of, text
from tests.factories.city import City, enterprise

pytestmark = pytest.mark.django_db


def test_a_resident_files_with_a_phone_alone_and_gets_number_secret_and_date(resident: Resident) -> None:
    assert resident.prove()["Location"] == "/file/"
    receipt = resident.file()
    case = case_of(receipt)
    assert (case.channel, case.state, case.body, case.request.nature) == ("web", "registered", BODY, "help")
    assert case.requester is not None
    assert len(secret_of(receipt)) == 10
    page = text(receipt)
    assert "星期" in page
    assert "为什么是这一天" in page
    assert "期限 5 个工作日" in page
    assert Step.objects.get(case=case, move="open").by_kind == "person"


def test_the_secret_is_shown_once_and_kept_nowhere_in_plain(resident: Resident) -> None:
    resident.prove()
    receipt = resident.file()
    code = secret_of(receipt)
    again = text(resident.get("/file/receipt/"))
    assert code not in again
    assert number_of(receipt) in again
    assert "不再显示" in again
    assert code not in str(dict(resident.client.session))


def test_opening_the_receipt_with_head_does_not_spend_the_secret(resident: Resident) -> None:
    resident.prove()
    resident.post("/file/", **resident.values())
    resident.client.head("/file/receipt/")
    assert len(secret_of(resident.get("/file/receipt/"))) == 10


def test_pressing_submit_twice_makes_one_case_and_both_find_the_receipt(resident: Resident) -> None:
    resident.prove()
    values = resident.values()
    first, second = resident.post("/file/", **values), resident.post("/file/", **values)
    assert first["Location"] == second["Location"] == "/file/receipt/"
    assert Case.objects.count() == 1
    assert len(secret_of(resident.get("/file/receipt/"))) == 10


def test_a_form_sent_again_with_other_words_asks_before_it_becomes_another_case(resident: Resident) -> None:
    resident.prove()
    values = resident.values()
    resident.post("/file/", **values)
    changed = {**values, "body": "另外还有一件事"}
    answer = resident.post("/file/", **changed)
    assert answer.status_code == 422
    assert "刚才已经提交过" in text(answer)
    assert "另外还有一件事" in text(answer)
    assert Case.objects.count() == 1
    changed["idempotency_key"] = hidden(answer, "idempotency_key")
    assert resident.post("/file/", **changed).status_code == 302
    assert Case.objects.count() == 2


def test_the_name_is_asked_the_first_time_only(resident: Resident) -> None:
    resident.prove()
    assert 'name="name"' in text(resident.get("/file/"))
    resident.file()
    assert 'name="name"' not in text(resident.get("/file/"))
    person = Person.objects.get()
    assert (person.name_masked, person.phone_masked) == ("王**", "138****0001")


def test_what_is_missing_is_said_beside_its_field_and_the_rest_stays(resident: Resident) -> None:
    resident.prove()
    answer = resident.post("/file/", **resident.values(body="", place="三号门"))
    page = text(answer)
    assert answer.status_code == 422
    assert 'id="id_body_error"' in page
    assert 'value="三号门"' in page
    assert Case.objects.count() == 0
    assert Person.objects.count() == 0


def test_a_refused_file_is_named_and_every_word_stays(resident: Resident) -> None:
    resident.prove()
    bad = SimpleUploadedFile("运行我.exe", b"MZ\x90\x00" * 100)
    answer = resident.post("/file/", **resident.values(files=bad, place="三号门"))
    page = text(answer)
    assert answer.status_code == 422
    assert "运行我.exe" in page
    assert BODY in page
    assert 'value="三号门"' in page
    assert Case.objects.count() == 0
    assert resident.post("/file/", **resident.values()).status_code == 302, "the phone is still proved"


def test_a_file_comes_along_and_only_its_person_gets_it_back(resident: Resident, neighbour: Resident) -> None:
    resident.prove()
    receipt = resident.file(files=SimpleUploadedFile("经过.txt", "三号门，每晚。".encode()))
    one = Attachment.objects.get(case=case_of(receipt))
    path = f"/r/{number_of(receipt)}/files/{one.pk}/"
    answer = resident.get(path)
    assert answer.status_code == 200
    assert b"".join(answer.streaming_content).decode() == "三号门，每晚。"
    assert answer["Content-Disposition"].startswith("attachment")
    neighbour.prove()
    neighbour.file()
    assert neighbour.get(path).status_code == 404


def test_six_files_are_too_many_and_the_limit_is_said_beforehand(resident: Resident) -> None:
    resident.prove()
    assert "每份不超过 20 MB" in text(resident.get("/file/"))
    many = [SimpleUploadedFile(f"{n}.txt", b"x") for n in range(6)]
    answer = resident.post("/file/", **resident.values(files=many))
    assert answer.status_code == 422
    assert "最多 5 份" in text(answer)


def test_a_credit_code_in_the_register_leads_to_the_enterprise(resident: Resident, city: City) -> None:
    firm = enterprise(city)
    resident.prove()
    assert case_of(resident.file(company="91370600ma0000007c")).subject_id == firm.pk


def test_a_company_the_register_does_not_know_stays_in_the_text(resident: Resident) -> None:
    resident.prove()
    case = case_of(resident.file(company="新来的小公司"))
    assert case.subject_id is None
    assert "新来的小公司" in case.body


def test_a_mistyped_credit_code_is_said_beside_its_field(resident: Resident) -> None:
    resident.prove()
    answer = resident.post("/file/", **resident.values(company="91370600MA0000008C"))
    assert answer.status_code == 422
    assert 'id="id_company_error"' in text(answer)


def test_half_an_hour_later_the_phone_is_asked_again_and_the_text_is_still_there(resident: Resident) -> None:
    resident.prove()
    resident.file()
    values = resident.values(body="写了很久的一段话", place="五号门", nature="complaint")
    resident.grow_old(31)
    answer = resident.post("/file/", **values)
    assert answer["Location"] == "/phone/?next=%2Ffile%2F"
    PhoneCheck.objects.all().delete()
    assert resident.prove()["Location"] == "/file/"
    page = resident.get("/file/")
    assert "写了很久的一段话" in text(page)
    assert 'value="五号门"' in text(page)
    assert re.search(r'value="complaint"[^>]*checked', text(page))
    assert hidden(page, "idempotency_key") == values["idempotency_key"]


def test_a_first_visitor_whose_proof_grew_old_keeps_the_text_too(resident: Resident) -> None:
    resident.prove()
    values = resident.values(body="第一次来写的话")
    resident.grow_old(31)
    assert resident.post("/file/", **values).status_code == 302
    assert Case.objects.count() == 0
    PhoneCheck.objects.all().delete()
    resident.prove()
    page = text(resident.get("/file/"))
    assert "第一次来写的话" in page
    assert NAME not in page, "a name is not kept for anybody who might come next"


def test_no_phone_and_no_name_stands_in_an_address_or_in_the_session(resident: Resident) -> None:
    resident.prove()
    resident.post("/file/", **resident.values())
    held = str(dict(resident.client.session))
    assert PHONE not in held
    assert NAME not in held
    page = text(resident.get("/file/receipt/"))
    assert PHONE not in page
    assert NAME not in page


def test_an_officer_does_not_file_as_a_resident(city: City, resident: Resident) -> None:
    resident.client.force_login(city.users["handler"], backend="huhang.base.people.backends.Officers")
    assert resident.get("/file/").status_code == 403


def test_a_person_is_gently_told_of_their_own_earlier_request_and_never_of_anothers(
    resident: Resident, neighbour: Resident
) -> None:
    body = "三号门外的渣土车半夜不停鸣笛，宿舍里的人都睡不好觉。"
    resident.prove()
    first = resident.file(body=body)
    assert "内容相同的诉求" not in text(first)
    neighbour.prove()
    assert "内容相同的诉求" not in text(neighbour.file(body=body))
    again = text(resident.file(body=f"{body} ", title="又来了"))
    assert "内容相同的诉求" in again
    assert number_of(first) in again
    case = case_of(first)
    Case.objects.filter(pk=case.pk).update(state="withdrawn")
    assert "内容相同的诉求" not in text(resident.get("/file/receipt/"))
