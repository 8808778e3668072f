"""Moves through their pages: the form keeps what was typed, one of two wins, nothing is made twice (HOUSE §2.2)."""

import re
import threading
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.db import connections

from huhang.base.access.context import SYSTEM, acting
from huhang.cases.actions import move
from huhang.cases.models import Attachment, Case, Step
from huhang.kinds.requests.solved.models import Answered
from tests.doors.desk.test_case_page import client_of, go, handled, picture
from tests.factories.city import NOW, City, filed, make_city

db = pytest.mark.django_db


@pytest.fixture(autouse=True)
def the_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW + timedelta(hours=1))


@pytest.fixture
def city(db: None) -> City:
    return make_city()


def sent_with(page: str, **typed: Any) -> dict[str, Any]:
    """What a browser sends back of a form it was shown, and what somebody typed."""
    hidden = dict(re.findall(r'<input type="hidden" name="(version|idempotency_key)" value="([^"]*)"', page))
    return {**hidden, **typed}


@db
def test_an_answer_is_given_through_its_form_once(city: City) -> None:
    case = handled(city)
    client, url = client_of(city, "handler"), f"/desk/cases/{case.number}/moves/answer/"
    page = client.get(url).content.decode()
    assert "诉求人会原样看到这段话" in page
    assert not re.findall(r"<input type=.radio.[^>]*checked", page)  # nothing is chosen for whoever answers
    typed = sent_with(page, result="solved", proof="处警 12", answer="已设卡劝返。")
    assert [client.post(url, typed).status_code for _ in range(2)] == [302, 302]
    assert Step.objects.filter(case=case, move="answer").count() == 1


@db
def test_proof_is_uploaded_inside_the_answer_form_and_a_bad_file_loses_nothing(city: City) -> None:  # C4
    case = handled(city)
    client, url = client_of(city, "handler"), f"/desk/cases/{case.number}/moves/answer/"
    page = client.get(url).content.decode()
    assert 'enctype="multipart/form-data"' in page
    assert 'type="file" name="proof_files"' in page
    wrong = BytesIO(b"MZ\x90\x00program")
    wrong.name = "坏.exe"
    typed = sent_with(page, result="solved", answer="写了很久的答复")
    answer = client.post(url, {**typed, "proof_files": [picture(), wrong]})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "写了很久的答复" in text
    assert "坏.exe：" in text
    assert 'id="m-proof_files_error"' in text
    assert "已有：现场.png，不用再传" in text  # the good one is kept, a browser could not fill it in again
    again = sent_with(text, result="solved", answer="写了很久的答复")
    assert [client.post(url, {**again, "proof_files": [picture()]}).status_code for _ in range(2)] == [302, 302]
    known = Answered.objects.get(case=case)
    assert len(known.files) == 2  # the one kept before, and one of the form sent twice
    assert Attachment.objects.filter(case=case, public=False).count() == 2


@db
def test_whoever_may_not_answer_cannot_leave_a_file_through_the_form(city: City) -> None:
    case = handled(city)
    url = f"/desk/cases/{case.number}/moves/answer/"
    for who in ("auditor", "other_handler"):
        client = client_of(city, who)
        version = Case.objects.get(pk=case.pk).version
        assert client.post(url, {"version": version, "proof_files": [picture()]}).status_code in (403, 404)
    assert not Attachment.objects.filter(case=case).exists()


@db
def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_stays(city: City) -> None:
    case = handled(city)
    client, url = client_of(city, "handler"), f"/desk/cases/{case.number}/moves/answer/"
    page = client.get(url).content.decode()
    answer = client.post(url, sent_with(page, answer="写了很久的答复"))
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "写了很久的答复" in text
    assert 'id="m-result_error"' in text
    assert Case.objects.get(pk=case.pk).state == "handling"


@db
def test_a_form_opens_in_place_and_a_success_leads_back_to_the_case(city: City) -> None:
    case = handled(city)
    client, url = client_of(city, "handler"), f"/desk/cases/{case.number}/moves/answer/"
    part = client.get(url, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    bad = client.post(url, sent_with(part), headers={"HX-Request": "true"})
    assert (bad.status_code, bad["HX-Retarget"]) == (422, "#act")
    typed = sent_with(part, result="solved", proof="处警 12", answer="好了")
    good = client.post(url, typed, headers={"HX-Request": "true"})
    assert (good.status_code, good["HX-Redirect"]) == (204, f"/desk/cases/{case.number}/")


@db
def test_whoever_was_slower_sees_what_changed_keeps_the_text_and_may_insist(city: City) -> None:
    case = handled(city)
    url = f"/desk/cases/{case.number}/moves/suspend/"
    slow = client_of(city, "second_handler")
    page = slow.get(url).content.decode()
    go(city, case, "handler", "ask_extension", amount=2, reason="等鉴定结论")
    refused = slow.post(url, sent_with(page, reason="请补充门牌号"))
    text = refused.content.decode()
    assert refused.status_code == 409
    assert "等鉴定结论" in text
    assert "请补充门牌号" in text
    assert Case.objects.get(pk=case.pk).state == "handling"
    assert slow.post(url, sent_with(text, reason="请补充门牌号")).status_code == 302
    assert Case.objects.get(pk=case.pk).state == "suspended"


@db
def test_when_the_step_is_no_longer_possible_the_text_can_still_be_copied(city: City) -> None:
    case = handled(city)
    url = f"/desk/cases/{case.number}/moves/answer/"
    slow = client_of(city, "second_handler")
    page = slow.get(url).content.decode()
    go(city, case, "handler", "answer", result="solved", proof="处警 12", answer="先答复了")
    refused = slow.post(url, sent_with(page, result="explained", answer="另一份答复"))
    text = refused.content.decode()
    assert refused.status_code == 409
    assert "另一份答复" in text
    assert "仍要提交" not in text


@db
def test_what_cannot_be_undone_is_asked_about_first(city: City) -> None:
    case = handled(city)
    client, url = client_of(city, "dispatcher"), f"/desk/cases/{case.number}/moves/withdraw_for/"
    page = client.get(url).content.decode()
    assert client.post(url, sent_with(page)).status_code == 422
    asked = client.post(url, sent_with(page, reason="电话说不用办了"))
    assert asked.status_code == 200
    assert "不能撤销" in asked.content.decode()
    assert Case.objects.get(pk=case.pk).state == "handling"
    sure = sent_with(asked.content.decode(), reason="电话说不用办了", confirmed="yes")
    assert client.post(url, sure).status_code == 302
    assert Case.objects.get(pk=case.pk).state == "withdrawn"


@db
def test_a_move_that_is_not_offered_is_not_shown_and_not_taken(city: City) -> None:
    case = handled(city)
    base = f"/desk/cases/{case.number}/moves"
    assert client_of(city, "auditor").post(
        f"{base}/answer/", {"result": "solved", "proof": "处警 12", "answer": "x"}
    ).status_code in (
        403,
        409,
    )
    assert client_of(city, "handler").get(f"{base}/dispatch/").status_code == 409
    assert client_of(city, "handler").get(f"{base}/rate/").status_code == 404
    assert client_of(city, "other_handler").get(f"{base}/answer/").status_code == 404
    assert Case.objects.get(pk=case.pk).state == "handling"


@db
def test_units_are_offered_under_their_branches_and_dissolved_ones_are_not(city: City) -> None:
    case = filed(city).case
    go(city, case, "dispatcher", "classify", category="PS-02", nature="help", urgency="0")
    gone = city.units["quay"]
    gone.valid_to, gone.successor = (NOW - timedelta(days=3)).date(), city.units["harbour"]
    gone.save()
    from huhang.register.units import queries as units

    units.forget()
    page = client_of(city, "dispatcher").get(f"/desk/cases/{case.number}/moves/dispatch/").content.decode()
    assert '<optgroup label="临港分局">' in page
    assert "港湾派出所" in page
    assert "码头派出所" not in page


def test_two_officers_at_one_moment_one_step(own_database: str) -> None:
    """Two real connections: one wins, the other is shown the form again with every word kept."""
    with acting(SYSTEM):
        city = make_city()
    case = filed(city).case
    for who, name, values in (
        ("dispatcher", "classify", {"category": "PS-02", "nature": "help", "urgency": "0"}),
        ("dispatcher", "dispatch", {"unit": city.units["harbour"].pk}),
        ("handler", "sign", {}),
    ):
        actor = city.actor(who)
        with acting(actor):
            move(case_id=case.pk, name=name, values=values, by=actor, now=NOW)
    url = f"/desk/cases/{case.number}/moves/answer/"
    clients = {who: client_of(city, who) for who in ("handler", "second_handler")}
    pages = {who: client.get(url).content.decode() for who, client in clients.items()}
    gate, said = threading.Barrier(2), {}

    def press(who: str) -> None:
        try:
            gate.wait(10)
            said[who] = clients[who].post(
                url, sent_with(pages[who], result="solved", proof="处警 12", answer=f"{who}写的答复")
            )
        finally:
            connections.close_all()

    threads = [threading.Thread(target=press, args=(who,)) for who in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(a.status_code for a in said.values()) == [302, 409]
    loser = next(who for who, a in said.items() if a.status_code == 409)
    assert f"{loser}写的答复" in said[loser].content.decode()
    with acting(SYSTEM):
        assert Step.objects.filter(case=case, move="answer").count() == 1
