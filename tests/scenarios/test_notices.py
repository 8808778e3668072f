"""A3: the bureau sends a notice to a filtered set and sees who read it."""

import io
import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client, override_settings

from huhang.base.access.context import STRANGER, SYSTEM, acting
from huhang.base.access.rules import Actor
from huhang.base.jobs.actions import perform
from huhang.base.jobs.models import Work
from huhang.base.messages.models import Message, Outbox
from huhang.kernel.errors import Conflict, Denied, Invalid, Missing
from huhang.register.announcements import actions, catalogue, queries
from huhang.register.announcements.jobs import deliver_notice, remind_of_notice
from huhang.register.announcements.models import Copy, Notice
from huhang.register.subjects import life
from huhang.register.subjects.actions import add_contact, enter_subject
from huhang.register.subjects.models import Subject
from huhang.register.subjects.queries import Wanted
from tests.factories.city import NOW, City, make_city

pytestmark = pytest.mark.django_db
HALL = override_settings(HUHANG_ADDRESS="https://hall.example")
LATER = NOW + timedelta(days=2)
PARK = Wanted(kind="enterprise")


@pytest.fixture
def city() -> City:
    made = make_city()
    with acting(SYSTEM):
        for n in range(5):
            place = made.units["harbour" if n < 4 else "river"]
            one = enter_subject(kind="enterprise", name=f"企业{n}", unit_id=place.pk, by=SYSTEM, now=NOW)
            if n:
                add_contact(subject_id=one.pk, name="王海燕", phone=f"1380000{n:04d}", role="head", by=SYSTEM, now=NOW)
    return made


def written(city: City, who: str = "chief", **more: Any) -> Notice:
    actor = city.actor(who)
    with acting(actor):
        given = {"title": "台风防范提示", "body": "请加固厂区围挡，转移危化品。", **more}
        return actions.draft(**given, by=actor, now=more.pop("now", NOW))


def sent(city: City, who: str = "chief", *, now: Any = NOW, wanted: Wanted = PARK, **more: Any) -> Notice:
    row, actor = written(city, who, **more), city.actor(who)
    with acting(actor):
        count = queries.preview(actor, row, wanted, now).subjects
        row = actions.submit(notice_id=row.pk, wanted=wanted, expected=count, by=actor, now=now)
    while actions.deliver(row.pk, now=now):
        pass
    return Notice.objects.get(pk=row.pk)


def links(now: Any = NOW) -> list[str]:
    for work in Work.objects.filter(name="messages.send", done_at=None):
        assert perform(work.pk, max(now, work.not_before)), work.last_error
    found = (re.search(r"/n/([\w-]+)/", one.text) for one in Outbox.objects.order_by("at", "id"))
    return [one[1] for one in found if one]


@HALL
def test_one_reads_one_does_not_one_is_reminded_and_a_correction_shows(city: City) -> None:
    chief, phone = city.actor("chief"), Client()
    draft = written(city)
    with acting(chief):
        seen = queries.preview(chief, draft, PARK, NOW)
    assert (seen.subjects, seen.contacts, seen.without, seen.capped, seen.needs_release) == (4, 3, 1, 0, False)
    row = sent(city)
    assert (row.state, row.total) == ("sent", 4)
    mine = links()
    assert len(mine) == 3
    assert all("王海燕" not in one.text and "围挡" not in one.text for one in Outbox.objects.all())
    deliver_notice(str(row.pk))  # after a crash it is begun again and sends nothing twice
    assert Message.objects.filter(template="notice.new").count() == 3
    # opened and read are two presses; a scanner that opens the link marks nothing
    url = f"/n/{mine[0]}/"
    for _scanner in range(2):
        page = phone.get(url)
        assert page.status_code == 200
        assert "围挡" not in page.content.decode()
    assert not Copy.objects.exclude(opened_at=None).exists()
    shown = phone.post(url, {"do": "open"}).content.decode()
    assert "围挡" in shown
    assert Copy.objects.filter(read_at=None).exclude(opened_at=None).count() == 1
    assert phone.post(url, {"do": "read"}).status_code == 302
    phone.post(f"/n/{mine[1]}/", {"do": "open"})
    with acting(chief):
        told = queries.tally(queries.copies(chief, row))
    assert (told.sent, told.sms, told.without, told.opened, told.read) == (4, 3, 1, 2, 1)
    # a reminder, once, by a person, to those who have not read
    with acting(chief):
        with pytest.raises(Conflict):
            actions.remind(notice_id=row.pk, by=chief, now=NOW)
        assert actions.remind(notice_id=row.pk, by=chief, now=LATER) == 2
        with pytest.raises(Conflict):
            actions.remind(notice_id=row.pk, by=chief, now=LATER)
    while actions.deliver_again(row.pk, now=LATER):
        pass
    remind_of_notice(str(row.pk))
    assert Message.objects.filter(template="notice.again").count() == 2
    again = links(LATER)
    assert len(again) == 5
    assert phone.post(f"/n/{mine[1]}/", {"do": "read"}).status_code == 302  # the first link stays good
    # a correction goes to the same subjects, and the old one leads to it
    with acting(chief):
        right = actions.correct(notice_id=row.pk, title="更正：台风防范", body="时间是周六。", by=chief, now=LATER)
        actions.submit(notice_id=right.pk, wanted=Wanted(), expected=4, by=chief, now=LATER)
    actions.deliver(right.pk, now=LATER)
    assert "更正：台风防范" in phone.get(url).content.decode()
    with acting(chief):
        actions.withdraw(notice_id=right.pk, why="活动取消", by=chief, now=LATER)
        with pytest.raises(Conflict):
            actions.withdraw(notice_id=right.pk, why="再来", by=chief, now=LATER)
    fresh = links(LATER)[-1]
    gone = phone.post(f"/n/{fresh}/", {"do": "open"}).content.decode()
    assert "已撤回" in gone
    assert "时间是周六" not in gone
    assert phone.get("/n/nosuch/").status_code == 404
    # in the life of the subject
    with acting(chief):
        subject = Subject.objects.get(name="企业1")
        events, _more = life.read(chief, [subject.pk], only="notice")
    assert [one.text for one in events] == ["已撤回", "已阅"]


def test_many_take_a_second_person_and_the_set_is_what_the_preview_showed(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = catalogue.Policy(release_over=2)
    for where in ("queries", "actions.writing"):
        monkeypatch.setattr(f"huhang.register.announcements.{where}.policy", lambda: few)
    liaison, chief = city.actor("liaison"), city.actor("chief")
    row = written(city, "liaison")
    with acting(liaison):
        with pytest.raises(Conflict):
            actions.submit(notice_id=row.pk, wanted=PARK, expected=3, by=liaison, now=NOW)
        row = actions.submit(notice_id=row.pk, wanted=PARK, expected=4, by=liaison, now=NOW)
        assert row.state == "waiting"
        with pytest.raises(Denied):
            actions.release(notice_id=row.pk, by=liaison, now=NOW)
    assert not actions.deliver(row.pk, now=NOW)
    assert Message.objects.filter(template="notice.release", user=city.users["chief"].pk).exists()
    with acting(chief):
        with pytest.raises(Invalid):
            actions.refuse(notice_id=row.pk, reason="", by=chief, now=NOW)
        assert actions.refuse(notice_id=row.pk, reason="措辞再改", by=chief, now=NOW).state == "refused"
    with acting(liaison):
        actions.draft(title="改好了", body="请看。", notice_id=row.pk, by=liaison, now=NOW)
        actions.submit(notice_id=row.pk, wanted=PARK, expected=4, by=liaison, now=NOW)
    with acting(chief):
        assert actions.release(notice_id=row.pk, by=chief, now=NOW).state == "sending"
    own = written(city, "chief")
    with acting(chief):
        actions.submit(notice_id=own.pk, wanted=PARK, expected=4, by=chief, now=NOW)
        with pytest.raises(Denied):  # nobody releases their own
            actions.release(notice_id=own.pk, by=chief, now=NOW)


def test_a_subject_is_not_written_to_beyond_the_cap_unless_it_is_urgent(city: City) -> None:
    for _n in range(catalogue.policy().cap_month):
        assert not queries.narrowed_copies(Copy.objects.filter(notice=sent(city)), "capped").exists()
    assert queries.narrowed_copies(Copy.objects.filter(notice=sent(city)), "capped").count() == 4
    with pytest.raises(Invalid):
        sent(city, urgent=True)
    urgent = sent(city, urgent=True, urgent_why="台风今晚登陆")
    assert not queries.narrowed_copies(Copy.objects.filter(notice=urgent), "capped").exists()
    month = NOW + timedelta(days=12)
    assert not queries.narrowed_copies(Copy.objects.filter(notice=sent(city, now=month)), "capped").exists()


def test_one_writes_to_ones_own_ground_and_sees_ones_own_copies(city: City) -> None:
    with pytest.raises(Denied):
        written(city, "clerk")
    with pytest.raises(Denied):
        written(city, "liaison", unit=city.units["river"].pk)
    for wrong in ({"title": ""}, {"body": " "}, {"until": date(2020, 1, 1)}, {"body": "字" * 5001}):
        with pytest.raises(Invalid):
            written(city, **wrong)
    whole = sent(city, "supervisor")
    assert whole.total == 5
    near = sent(city, "liaison", enclosed=[("须知.txt", io.BytesIO("请带身份证。".encode()))])
    assert near.total == 4
    other, draft = city.actor("other_handler"), written(city)
    with acting(other):
        with pytest.raises(Missing):
            queries.notice_of(other, draft.pk)
        assert queries.notice_of(other, near.pk).pk == near.pk
    stranger = Client()
    assert stranger.get("/mine/notices/").status_code == 302


def test_the_database_shows_copies_of_seen_subjects_and_drafts_to_staff_alone(city: City) -> None:
    whole = sent(city, "supervisor")
    with acting(SYSTEM):
        Subject.objects.filter(name="企业4").update(sensitive=True)
    clerk, liaison = city.actor("clerk"), city.actor("liaison")
    for who, count in ((clerk, 4), (liaison, 4), (city.actor("supervisor"), 5)):
        with acting(who):
            assert Copy.objects.filter(notice=whole).count() == count
            assert queries.copies(who, whole).count() == count
    person = Subject.objects.get(name="企业1").contacts.get().person_id
    with acting(Actor(kind="person", id=person, person=person)):
        assert [one.subject.name for one in Copy.objects.all()] == ["企业1"]
        assert Notice.objects.count() == 1
    with acting(STRANGER):
        assert not Copy.objects.exists()
        assert not Notice.objects.exists()
