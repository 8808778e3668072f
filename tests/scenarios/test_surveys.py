"""C6: a survey of five classes; its opinions and the ledger give the year's ten worst; answers lead to nobody."""

import json
import re
import uuid
from datetime import date, time, timedelta
from typing import Any

import pytest
from django.db import connection, models
from django.db.models import Q
from django.test import Client, override_settings

from huhang.base.access.context import SYSTEM, acting
from huhang.base.catalog import queries as catalog
from huhang.base.jobs.actions import perform
from huhang.base.jobs.models import Work
from huhang.base.journal.models import Entry
from huhang.base.keyring import slips
from huhang.base.messages.models import Message, Outbox
from huhang.kernel.errors import Conflict, Denied, Missing, TooMany
from huhang.kinds.requests.repeats.models import SurveyRow
from huhang.kinds.requests.surveying import actions, queries
from huhang.kinds.requests.surveying.actions.answering import USE
from huhang.kinds.requests.surveying.jobs import send_invitations
from huhang.kinds.requests.surveying.models import Answer, Invitation, Opinion, Round, Topic
from huhang.kinds.requests.surveying.rules import working_from
from huhang.reading.figures.periods import period
from huhang.reading.matters.worst import TOP, topics
from huhang.reading.surveys.results import compared, results, sheets_of
from huhang.register.announcements import catalogue as notices
from huhang.register.announcements.models import Copy, Notice
from huhang.register.subjects.actions import add_contact, enter_subject
from tests.factories.city import NOW, City, filed, make_city

pytestmark = pytest.mark.django_db
HALL = override_settings(HUHANG_ADDRESS="https://hall.example")
CLASSES = ("traffic", "household", "order", "fraud", "park")
SAID = {
    "traffic": (
        "货车夜里占道停放，出入很不方便",
        "三号门路口信号灯太短，排队过不去",
        "园区门口没有斑马线",
    ),
    "household": ("外地员工办居住证要跑好几趟", "集体户口的材料清单说法不一样"),
    "order": ("工地夜间施工噪声影响宿舍休息", "厂区围墙外面经常丢电缆", "附近摩托车飙车声音特别大"),
    "fraud": ("冒充老板骗财务转账的电话很多", "合同诈骗立案以后很久没有消息"),
    "park": ("园区投诉没有人回话，不知道找谁", "希望派出所在园区里设服务点"),
}


@pytest.fixture
def city() -> City:
    return make_city()


def begun(city: City, who: str = "supervisor", audience: str = "open", **more: Any) -> Round:
    actor, span = city.actor(who), {"starts_at": NOW, "ends_at": NOW + timedelta(days=10)}
    with acting(actor):
        given = {"title": "年度评议", "questionnaire": "yearly", "audience": audience, **span, **more}
        return actions.begin(**given, by=actor, now=NOW)


def told(row: Round, numbers: dict[str, int], *, good: int = 4) -> None:
    """So many opinions of each class, spread over what can be said of it."""
    for chosen, count in numbers.items():
        for n in range(count):
            words = SAID[chosen][min(n * n // (count or 1) % 7, len(SAID[chosen]) - 1)]
            values = {"overall": str(good), "class": chosen, "opinion": words, "matters": ["reply", "speed"]}
            assert actions.answer(values, entry=row.entry, now=NOW).state == "open"


@pytest.mark.parametrize("numbers", [(31, 12, 24, 11, 18), (3, 20, 5, 2, 9)])
def test_opinions_of_five_classes_and_the_ledger_give_the_ten_worst(city: City, numbers: tuple[int, ...]) -> None:
    row, counts = begun(city), dict(zip(CLASSES, numbers, strict=True))
    told(row, counts)
    for n in range(4):
        filed(city, title=f"货车占道 {n}", category="TR-03")
    boss = city.actor("supervisor")
    with acting(boss):
        actions.close(round_id=row.pk, by=boss, now=NOW)
        entered = actions.count_in(round_id=row.pk, year=2026, by=boss, now=NOW)
        assert (entered.opinions, entered.categories) == (sum(numbers), 5)  # MISSION C6: 96 opinions in, 96 out
        found = results(Round.objects.get(pk=row.pk))
        by_class = next(one for one in found.questions if one.code == "class")
        assert {part.code: part.count for part in by_class.parts} == counts
        ten = topics(boss, period("year", NOW.date()).window(NOW, catalog.schedule()), Q())
        assert len(ten.rows) == min(TOP, Topic.objects.filter(round=row).count())
        assert ten.votes == sum(numbers)
        named = {(one.category, one.topic): 0 for one in SurveyRow.objects.filter(survey=entered.survey)}
        for one in SurveyRow.objects.filter(survey=entered.survey):
            named[one.category, one.topic] += one.votes
        assert {(r.category, r.other_label): r.votes for r in ten.rows}.items() <= named.items()
        assert [r.score for r in ten.rows] == sorted((r.score for r in ten.rows), reverse=True)
        with pytest.raises(Conflict):
            actions.count_in(round_id=row.pk, year=2026, by=boss, now=NOW)


def _invited(city: City, count: int) -> None:
    with acting(SYSTEM):
        for n in range(count):
            one = enter_subject(
                kind="enterprise", name=f"受邀企业{n}", unit_id=city.units["harbour"].pk, by=SYSTEM, now=NOW
            )
            if n:
                add_contact(subject_id=one.pk, name="王海燕", phone=f"1380000{n:04d}", role="head", by=SYSTEM, now=NOW)


def _links(city: City, row: Round) -> list[str]:
    """The links as they went out, in the order of the invitations."""
    while actions.invite(row.pk, now=NOW):
        pass
    send_invitations(str(row.pk))  # begun again, it finds nothing left to do
    for work in Work.objects.filter(name="messages.send", done_at=None):
        assert perform(work.pk, NOW), work.last_error
    return [re.search(r"/a/([\w-]+)/", one.text)[1] for one in Outbox.objects.order_by("at", "id") if "/a/" in one.text]


@HALL
def test_a_link_works_once_and_no_answer_leads_back_to_it(city: City) -> None:
    _invited(city, 13)
    row = begun(city, "liaison", "sms")
    assert row.asked == 13
    links = _links(city, row)
    assert len(links) == 12  # one has no phone
    assert queries.progress(row).reached == 12
    values = {"overall": "2", "class": "park", "opinion": "联系我 13800001234，园区没人回话"}
    for link in links[:11]:
        assert actions.answer(values, link=link, now=NOW).state == "open"
        assert actions.answer(values, link=link, now=NOW).state == "spent"
    assert Answer.objects.count() == 11
    url, phone = f"/a/{links[11]}/", Client()
    for _scanner in range(3):
        assert phone.get(url).status_code == 200  # C6: opening it uses nothing up
    page = phone.get(url).content.decode()
    ticket = re.search(r'name="ticket" value="([^"]+)"', page)
    assert ticket
    assert phone.post(url, {"ticket": ticket[1], "q-overall": "2", "q-class": "park"}).status_code == 200
    assert Answer.objects.count() == 11  # nor does the first click
    assert "已经作答过" in phone.get(f"/a/{links[0]}/").content.decode()
    before = set(Answer.objects.values_list("pk", flat=True))
    assert actions.mix(row.pk, now=NOW) == 6  # five stay behind, so that the end shows no single answer
    assert not before & set(Answer.objects.values_list("pk", flat=True))  # keys are new, of the waiting ones too
    assert {one.text for one in Opinion.objects.all()} == {"联系我 〔号码已隐去〕，园区没人回话"}
    assert all("opinion" not in one.values for one in Answer.objects.filter(mixed=True))
    # nothing tells the order: no time beside answer or link, random keys, one transaction for all rows
    for model in (Answer, Invitation, Opinion):
        assert not [f for f in model._meta.fields if isinstance(f, models.DateField)]
        assert {one.pk.version for one in model.objects.all()} == {4}
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(DISTINCT xmin::text) FROM surveying_invitation WHERE spent")
        assert cursor.fetchone() == (1,)
    told_of = Entry.objects.filter(action="survey.answer")
    assert {tuple(json.loads(one.data)) for one in told_of} == {("survey",)}
    assert not Message.objects.filter(text__contains=links[0]).exists()
    assert not {f.name for f in Answer._meta.get_fields()} & {"invitation", "subject", "person"}


@HALL
def test_the_page_asks_nothing_personal_sends_by_the_second_click_and_from_no_staff_device(city: City) -> None:
    row = begun(city)
    url, phone = f"/q/{row.entry}/", Client()
    page = phone.get(url).content.decode()
    assert "匿名" in page
    assert "听取企业对公安工作的意见" in page
    assert "checked" not in page
    assert set(re.findall(r'value="(\w*)" selected', page.split("<form", 1)[1])) == {""}
    ticket = re.search(r'name="ticket" value="([^"]+)"', page)
    assert ticket
    good = {
        "ticket": ticket[1],
        "q-overall": "5",
        "q-class": "park",
        "q-matters-reply": "1",
        "q-opinion": "电话 13800001234",
    }
    bad = phone.post(url, {**good, "q-overall": "", "q-matters-speed": "1", "q-opinion": "留着这句"})
    assert bad.status_code == 422
    assert "留着这句" in bad.content.decode()
    assert phone.post(url, {**good, "q-matters-reply": "3"}).status_code == 422
    assert phone.post(url, {**good, "ticket": "x"}).status_code == 422
    review = phone.post(url, good).content.decode()
    assert "确认提交" in review
    assert "有回音" in review
    assert "13800001234" not in review.split("<form")[0]
    assert not Answer.objects.exists()
    assert phone.post(url, {**good, "confirm": "1"})["Location"] == "/q/thanks/"
    assert phone.get("/q/thanks/").status_code == 200
    assert Answer.objects.get().values == {
        "overall": 5,
        "class": "park",
        "matters": ["reply"],
        "opinion": "电话 〔号码已隐去〕",
    }
    officer = Client()
    officer.force_login(city.users["clerk"], backend="huhang.base.people.backends.Officers")
    assert officer.get(url).status_code == 403
    assert phone.get("/q/nosuch/").status_code == 404
    assert phone.get("/a/nosuch/").status_code == 404
    assert actions.answer({"overall": "1"}, entry=row.entry, now=NOW + timedelta(days=11)).state == "over"
    some = {"overall": "3", "class": "park"}
    for _n in range(30):
        actions.answer(some, entry=row.entry, source="10.1.1.1", now=NOW)
    with pytest.raises(TooMany):
        actions.answer(some, entry=row.entry, source="10.1.1.1", now=NOW)
    assert actions.answer(some, entry=row.entry, source="10.1.1.2", now=NOW).state == "open"


def test_results_show_from_the_least_on_and_two_rounds_stand_side_by_side(city: City) -> None:
    first, second = begun(city), begun(city)
    told(first, {"park": 9}, good=2)
    with acting(SYSTEM):
        assert not actions.mix(first.pk, now=NOW)
        assert not results(first).shown  # nine answers, five must stay behind
    told(first, {"traffic": 3}, good=4)
    told(second, {"park": 6, "order": 2}, good=5)
    boss = city.actor("supervisor")
    with acting(boss):
        for row in (first, second):
            actions.close(round_id=row.pk, by=boss, now=NOW)
        before, after = results(first), results(second)
        assert (before.count, after.count) == (12, 8)
        mean = next(one for one in compared(before, after) if one.mean)
        assert (mean.before, mean.after) == (2.5, 5.0)
        parts = {part.code: part for part in next(q for q in after.questions if q.code == "class").parts}
        assert parts["park"].opens
        assert not parts["order"].opens
        assert len(sheets_of(second, "class", "park") or []) == 6
        assert sheets_of(second, "class", "order") is None
        topic = Topic.objects.filter(round=first).first()
        assert topic
        named = actions.rename_topic(round_id=first.pk, topic_id=topic.pk, name="没人回话", by=boss, now=NOW)
        one = Opinion.objects.filter(round=first).exclude(topic=named).first()
        assert one
        moved = actions.move_opinion(round_id=first.pk, opinion_id=one.pk, name="新的一组", by=boss, now=NOW)
        assert moved.opinions.count() == 1


def test_only_who_holds_the_ground_begins_and_only_who_sees_it_reads(city: City) -> None:
    with pytest.raises(Denied):
        begun(city, "clerk")
    with pytest.raises(Denied):
        begun(city, "liaison", unit=city.units["quay"].pk)
    row = begun(city, "liaison")
    chief, other = city.actor("chief"), city.actor("other_handler")
    with acting(chief):
        assert queries.round_of(chief, row.pk) == row
    with acting(other):
        assert not Round.objects.exists()  # the database itself shows nothing
        with pytest.raises(Missing):
            queries.round_of(other, row.pk)
    assert uuid.UUID(str(row.pk)).version == 7


def _texts() -> list[str]:
    for work in Work.objects.filter(name="messages.send", done_at=None):
        assert perform(work.pk, NOW + timedelta(days=9)), work.last_error
    return [one.text for one in Outbox.objects.order_by("at", "id")]


@HALL
def test_those_who_have_not_answered_are_reminded_once_and_nothing_tells_who_answered_when(city: City) -> None:
    """C6, ADR 38: one reminder, in working hours, none for whoever answered or had all notices of the month."""
    _invited(city, 9)
    row = begun(city, "liaison", "sms")
    who, values = city.actor("liaison"), {"overall": "2", "class": "park"}
    with acting(who):
        with pytest.raises(Conflict, match="还没有发完"):
            actions.remind(round_id=row.pk, by=who, now=NOW)
        links = _links(city, row)
        with pytest.raises(Conflict, match="才能提醒"):
            actions.remind(round_id=row.pk, by=who, now=NOW)
    for link in links[:3]:
        actions.answer(values, link=link, now=NOW)
    later = slips.digests(links[3], USE)
    capped = Invitation.objects.filter(reached=True, spent=False).exclude(digest__in=later).first()
    assert capped
    monday = NOW + timedelta(days=3)
    with acting(SYSTEM):
        for n in range(notices.policy().cap_month):
            notice = Notice.objects.create(title=f"{n}", body="x", unit_id=row.unit_id, created_at=NOW, by_label="x")
            Copy.objects.create(notice=notice, subject_id=capped.subject_id, sent_at=NOW, way=Copy.Way.SMS)
    saturday = NOW + timedelta(days=1, hours=12)
    with acting(city.actor("other_handler")), pytest.raises(Missing):
        actions.remind(round_id=row.pk, by=city.actor("other_handler"), now=monday)
    sent = len(_texts())
    with acting(who):
        assert actions.remind(round_id=row.pk, by=who, now=saturday + timedelta(days=1)) == 5
        with pytest.raises(Conflict, match="已经提醒过"):
            actions.remind(round_id=row.pk, by=who, now=monday)
    work = Work.objects.get(name="surveys.remind")
    assert work.not_before == (monday - timedelta(hours=1, minutes=30))  # Monday 8:30, when work begins
    assert actions.remind_portion(row.pk, now=saturday) == 0  # nobody is written to at the weekend
    assert len(_texts()) == sent
    actions.answer(values, link=links[3], now=monday)  # answered between asking and sending
    while actions.remind_portion(row.pk, now=monday):
        pass
    told = _texts()[sent:]
    assert len(told) == 3  # of eight reached four had answered, and one had its notices
    again = [re.search(r"/a/([\w-]+)/", text)[1] for text in told]  # type: ignore[index]
    assert not set(again) & set(links)
    assert not Message.objects.filter(text__contains=again[0]).exists()
    # the second link works, uses up the first, and the first of another still works
    assert actions.answer(values, link=again[0], now=monday).state == "open"
    assert actions.answer(values, link=again[0], now=monday).state == "spent"
    left = [link for link in links if actions.look(link=link, now=monday).state == "open"]
    assert len(left) == 3
    assert actions.answer(values, link=left[0], now=monday).state == "open"
    assert Answer.objects.count() == Invitation.objects.filter(spent=True).count() == 6
    assert not Invitation.objects.filter(again=None).exists()  # answered before or after: the rows are alike
    entry = Entry.objects.get(action="survey.remind")
    assert json.loads(entry.data) == {"survey": str(row.pk), "count": 5}
    with acting(who):
        actions.close(round_id=row.pk, by=who, now=monday)
        with pytest.raises(Conflict, match="已经结束"):
            actions.remind(round_id=row.pk, by=who, now=monday)


def test_a_reminder_is_sent_in_working_hours_only() -> None:
    calendar, slots = catalog.calendar(), catalog.schedule()
    at = slots.at
    friday, monday = date(2026, 11, 20), date(2026, 11, 23)
    for clock, expected in (
        (time(7, 0), at(friday, time(8, 30))),
        (time(10, 0), at(friday, time(10, 0))),
        (time(12, 30), slots.spans(friday)[1][0]),
        (time(23, 0), at(monday, time(8, 30))),
    ):
        assert working_from(at(friday, clock), calendar, slots) == expected
