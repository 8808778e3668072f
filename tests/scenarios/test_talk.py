"""A3: the person and the officer talk inside a request; messages say nothing personal and keep the night quiet."""

import io
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.rules import Actor
from huhang.base.catalog import queries as catalog
from huhang.base.catalog.models import Entry
from huhang.base.messages import actions as messages
from huhang.base.messages import shapes, templates
from huhang.base.messages.models import Message
from huhang.base.messages.rules import held_until
from huhang.cases.actions import move
from huhang.cases.models import Case, Step
from huhang.kernel.errors import Conflict, Denied, Invalid, Missing, TooMany
from huhang.kinds.requests.talk import queries
from huhang.kinds.requests.talk.actions import mark_read, say
from huhang.kinds.requests.talk.models import Saying
from huhang.kinds.requests.talk.rules import waits
from huhang.register.subjects.actions import speaks
from tests.doors.desk.test_case_page import client_of
from tests.factories.city import NOW, City, filed, make_city
from tests.plugins.figures import figure

pytestmark = pytest.mark.django_db
NIGHT = datetime(2026, 11, 20, 14, 30, tzinfo=UTC)
"""Friday 22:30 in Shanghai."""
CANARIES = (
    "王海燕",
    "13800000001",
    "夜间渣土车噪声影响园区宿舍",
    "宿舍睡不好",
    "已设卡劝返",
    "请补三号门照片",
    "港湾派出所",
)


@pytest.fixture(autouse=True)
def the_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW + timedelta(hours=1))


@pytest.fixture
def city() -> City:
    return make_city()


def go(city: City, case: Case, who: str, name: str, *, now: datetime = NOW, **values: Any) -> Step:
    actor = city.actor(who)
    with acting(actor):
        return move(case_id=case.pk, name=name, values=values, by=actor, now=now)


def in_hand(city: City, **values: Any) -> Case:
    case = filed(city, **values).case
    go(city, case, "dispatcher", "classify", category="PS-02", nature="help", urgency=str(values.get("urgency", 0)))
    go(city, case, "dispatcher", "dispatch", unit=city.units["harbour"].pk)
    go(city, case, "handler", "sign")
    return case


def person_of(case: Case) -> Actor:
    return Actor(kind="person", id=case.requester_id, label="王**", person=case.requester_id)


def says(actor: Actor, case: Case, text: str = "三号门还有车", *, now: datetime = NOW, **more: Any) -> Saying:
    with acting(actor):
        return say(case_id=case.pk, text=text, by=actor, now=now, **more)


def fresh(case: Case) -> Case:
    return Case.objects.defer("search", "folded").get(pk=case.pk)


def told(**where: Any) -> list[str]:
    return list(Message.objects.filter(**where).order_by("created_at", "id").values_list("template", flat=True))


def test_both_talk_and_each_sees_when_the_other_has_read(city: City) -> None:
    case = in_hand(city)
    before, me, handler = fresh(case), person_of(case), city.actor("handler")
    asked = says(me, case)
    assert told(user=city.users["handler"].pk) == ["request.talk_person"]
    with acting(handler):
        assert mark_read(fresh(case), by=handler, now=NOW + timedelta(minutes=5)) == 1
    says(handler, case, "今晚去设卡。", now=NOW + timedelta(hours=1))
    with acting(me):
        assert queries.unread_by_person([fresh(case)]) == {case.pk: 1}
        assert mark_read(fresh(case), by=me, now=NOW + timedelta(hours=2)) == 1
        assert queries.unread_by_person([fresh(case)]) == {}
    rows = queries.sayings(fresh(case))
    assert [(r.side, r.read_at, r.read_by) for r in rows] == [
        ("person", NOW + timedelta(minutes=5), "周正"),
        ("office", NOW + timedelta(hours=2), ""),
    ]
    assert waits(rows)[rows[1].pk].since == asked.at
    after = fresh(case)
    assert (after.version, after.state, after.due_at) == (before.version, before.state, before.due_at)  # ADR 17


def test_before_signature_whoever_took_it_is_told(city: City) -> None:
    case = filed(city).case
    says(person_of(case), case)
    assert told(user=city.users["clerk"].pk) == ["request.talk_person"]
    says(city.actor("clerk"), case, "已收到。")


def test_one_notice_for_the_first_unread_word_not_one_for_each(city: City) -> None:
    case = in_hand(city)
    for n in range(3):
        says(city.actor("handler"), case, f"第 {n} 句")
    assert told(person=case.requester_id).count("request.talk_office") == 1


def test_nobody_else_writes_and_a_looker_on_marks_nothing(city: City) -> None:
    case = in_hand(city)
    says(person_of(case), case)
    for who in ("supervisor", "revisitor", "auditor", "leader"):
        with pytest.raises(Denied):
            says(city.actor(who), case)
        with acting(city.actor(who)):
            assert mark_read(fresh(case), by=city.actor(who), now=NOW) == 0
    for actor in (
        city.actor("other_handler"),
        Actor(kind="person", id=None, label="赵**", person=city.users["clerk"].pk),
    ):
        with pytest.raises(Missing):
            says(actor, case)
        with acting(actor):
            assert not Saying.objects.exists()


def test_both_may_write_for_thirty_days_after_closing_and_then_no_more(city: City) -> None:
    case = in_hand(city)
    go(city, case, "handler", "answer", result="solved", proof="处警 12", answer="已设卡劝返")
    go(city, case, "revisitor", "revisit", reached="yes", solved="yes")
    go(city, case, "revisitor", "close")
    says(person_of(case), case, now=NOW + timedelta(days=30))
    says(city.actor("handler"), case, now=NOW + timedelta(days=30))
    with pytest.raises(Conflict):
        says(person_of(case), case, now=NOW + timedelta(days=30, seconds=1))


def test_files_go_both_ways_checked_like_every_file(city: City) -> None:
    case = in_hand(city)
    me = person_of(case)
    one = says(me, case, "", files=[("../三号门.txt", io.BytesIO("夜里两点".encode()))])
    kept = queries.files_of(fresh(case), [one])[one.files[0]]
    assert (kept.public, kept.label) == (True, "三号门.txt")
    says(city.actor("handler"), case, "见附件", attached=[kept.pk])
    with pytest.raises(Invalid) as problem:
        says(me, case, "看", files=[("坏.exe", io.BytesIO(b"MZ\x90\0" * 50))])
    assert "files" in problem.value.problems
    assert Saying.objects.count() == 2


def test_too_much_too_fast_waits_with_a_clear_sentence(city: City) -> None:
    case = in_hand(city)
    for n in range(10):
        says(person_of(case), case, f"第 {n} 句", now=NOW + timedelta(seconds=n))
    with pytest.raises(TooMany) as refusal:
        says(person_of(case), case, now=NOW + timedelta(minutes=1))
    assert 0 < refusal.value.retry_after <= 600
    assert "还在" in refusal.value.text
    says(city.actor("handler"), case, now=NOW + timedelta(minutes=1))  # the office is not held up by it
    says(person_of(case), case, now=NOW + timedelta(minutes=11))


@pytest.mark.parametrize("text", ["", "  ", "\u202e\u200b", "字" * 1_000_000, "a\0b"])
def test_nothing_a_megabyte_and_broken_text_are_refused_beside_the_field(city: City, text: str) -> None:
    case = in_hand(city)
    with pytest.raises(Invalid) as problem:
        says(person_of(case), case, text)
    assert "text" in problem.value.problems


def test_what_would_read_backwards_is_taken_out(city: City) -> None:
    case = in_hand(city)
    assert says(person_of(case), case, "\u202e三号门\u2066\U000e0041 😀").text == "三号门 😀"


# ---- what messages say


def test_no_sms_holds_anything_personal_in_either_language(city: City, settings: Any) -> None:
    settings.HUHANG_ADDRESS = "https://huhang.example"
    seen = 0
    for language in ("zh-hans", "en"):
        case = in_hand(city, phone="13800000001")
        assert case.requester_id is not None
        speaks(person_id=case.requester_id, language=language, by=SYSTEM, now=NOW)
        go(city, case, "handler", "suspend", reason="请补三号门照片")
        go(city, case, "handler", "resume")
        go(city, case, "handler", "refer_outside", authority="water", asked="请清淤")
        go(city, case, "handler", "interim_answer", text="已设卡劝返")
        go(city, case, "handler", "answer_from_outside", result="solved", text="办了")
        says(city.actor("handler"), case, "宿舍睡不好的事今晚去")
        go(city, case, "handler", "answer", result="solved", proof="处警 12", answer="已设卡劝返")
        go(city, case, "revisitor", "redo", reason="没有解决")
        go(city, case, "handler", "answer", result="solved", proof="处警 12", answer="已设卡劝返")
        go(city, case, "revisitor", "revisit", reached="yes", solved="yes")
        go(city, case, "revisitor", "close")
        for message in Message.objects.filter(case=case.pk, channel="sms"):
            assert case.number in message.text
            assert not any(word in message.text for word in CANARIES), message.text
            seen += 1
    english = Message.objects.filter(case=case.pk, channel="sms", template="request.answer").first()
    assert english is not None
    assert english.text.startswith("[Huhang]")
    assert english.text.endswith(f" https://huhang.example/r/{case.number}/")
    assert templates.read("request.answer", english.text, "zh-hans").startswith("【护航】")
    figure(11, f"{seen} SMS of a whole life in two languages, {len(CANARIES)} canaries, 0 found")


def test_every_template_for_a_person_has_a_number_and_no_other_place() -> None:
    for key, words in templates.WORDS.items():
        if words.zh.startswith("【") and key.startswith("request."):
            for text in words:
                assert set(shapes.places(text)) in ({"number"}, {"number", "into"}, {"number", "link", "days"}), key
        assert shapes.places(words.zh) == shapes.places(words.en), key


def test_at_night_an_sms_is_held_until_morning_and_an_emergency_is_not(city: City) -> None:
    calm, pressing = in_hand(city), in_hand(city, phone="13800000002", urgency=2)
    for case in (calm, pressing):
        go(city, case, "handler", "answer", now=NIGHT, result="solved", proof="处警 12", answer="好了")
    held = Message.objects.get(case=calm.pk, template="request.answer")
    assert held.held_until == datetime(2026, 11, 21, 0, 0, tzinfo=UTC)  # eight o'clock in Shanghai
    assert Message.objects.get(case=pressing.pk, template="request.answer").held_until is None
    messages.send_code("13800000003", "123456", now=NIGHT)
    assert Message.objects.get(template="phone.code").held_until is None


@pytest.mark.parametrize(
    ("hour", "held"),
    [("20:59", None), ("21:00", "08:00"), ("23:59", "08:00"), ("00:00", "08:00"), ("07:59", "08:00"), ("08:00", None)],
)
def test_quiet_hours_begin_and_end_on_the_minute(hour: str, held: str | None) -> None:
    h, m = map(int, hour.split(":"))
    at = datetime(2026, 11, 20, h, m, tzinfo=UTC) - timedelta(hours=8)
    found = held_until(at, time(21), time(8))
    assert (found and f"{found + timedelta(hours=8):%H:%M}") == held
    assert found is None or timedelta() < found - at <= timedelta(hours=11)


def test_a_bureau_words_messages_itself_but_keeps_the_places(city: City) -> None:
    good = {
        "code": "request.answer",
        "version": 1,
        "zh": "【望海公安】%(number)s 有答复。",
        "en": "%(number)s answered.",
    }
    assert shapes.check_words(good) == []
    for wrong in (
        {"zh": "有答复。"},
        {"zh": "%(number)s %(name)s"},
        {"en": "%(number)s 100%"},
        {"zh": ""},
        {"zh": None},
        {"code": "request.unknown"},
    ):
        assert shapes.check_words({**good, **wrong}), wrong
    assert shapes.check_quiet({"from": "21:00", "until": "08:00"}) == []
    for bad in (
        {"from": "9pm", "until": "08:00"},
        {"from": "08:00", "until": "08:00"},
        {"from": "24:00", "until": "8:00"},
    ):
        assert shapes.check_quiet(bad)
    Entry.objects.create(kind=templates.OWN, code="request.answer", version=1, digest="x", body=good, loaded_at=NOW)
    catalog.forget()
    case = in_hand(city)
    go(city, case, "handler", "answer", result="solved", proof="处警 12", answer="好了")
    made = Message.objects.get(case=case.pk, template="request.answer")
    assert made.text.startswith(f"【望海公安】{case.number} 有答复。")  # and the link, where the installation has one
    assert templates.read(made.template, made.text, "en").startswith(f"{case.number} answered.")
    catalog.forget()


# ---- pages


def test_the_officer_writes_and_sees_what_is_unread(city: City) -> None:
    case = in_hand(city)
    says(person_of(case), case, "三号门还有车")
    client, url = client_of(city, "handler"), f"/desk/cases/{case.number}/"
    assert "未读留言 1" in client.get("/desk/").content.decode()
    page = client.get(url).content.decode()
    assert "三号门还有车" in page
    assert "未读留言" not in client.get("/desk/").content.decode()  # opening it was reading it
    assert client.post(url + "talk/", {"text": "今晚去设卡。", "idempotency_key": "k-talk-1"}).status_code == 302
    assert client.post(url + "talk/", {"text": "今晚去设卡。", "idempotency_key": "k-talk-1"}).status_code == 302
    assert Saying.objects.filter(side="office").count() == 1
    empty = client.post(url + "talk/", {"text": ""})
    assert (empty.status_code, "请写下内容再发送" in empty.content.decode()) == (422, True)


def test_the_preview_says_exactly_what_the_person_gets_and_writes_nothing(city: City) -> None:
    case = in_hand(city)
    client, url = client_of(city, "handler"), f"/desk/cases/{case.number}/moves/answer/"
    assert "预览诉求人会收到什么" in client.get(url).content.decode()
    before = (Message.objects.count(), Step.objects.count(), fresh(case).state)
    typed = {"result": "solved", "proof": "处警 12", "answer": "已设卡劝返。"}
    part = client.post(url + "preview/", typed, headers={"HX-Request": "true"}).content.decode()
    whole = client.post(url + "preview/", typed).content.decode()
    for text in (part, whole):
        assert f"您的诉求 {case.number} 已有答复" in text
        assert "138****0001" in text
        assert "已设卡劝返。" in text
    assert (Message.objects.count(), Step.objects.count(), fresh(case).state) == before
    asks = client.post(url + "preview/", {"answer": ""}, headers={"HX-Request": "true"}).content.decode()
    assert "填好后才能预览" in asks
    go(city, case, "handler", "answer", **typed)
    assert Message.objects.get(case=case.pk, template="request.answer").text in part
