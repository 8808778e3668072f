# B2: duties that come round, in the browser: what I owe, unit by unit, one duty, calendar, feed, file
import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from huhang.base.access.context import SYSTEM, acting
from huhang.base.catalog import queries as catalog
from huhang.base.journal.models import Entry
from huhang.doors.desk.rounds.export import make_rounds
from huhang.register.liaisons import actions as liaisons
from huhang.register.rounds import queries
from huhang.register.rounds.models import Excuse, Feed, Record
from huhang.register.subjects.actions import enter_subject
from huhang.register.subjects.models import Subject
from tests.doors.desk.test_case_page import client_of
from tests.factories.city import LONG_AGO, NOW, City, make_city
from tests.factories.visits import visited

pytestmark = pytest.mark.django_db
HEAD = [{"name": "王总", "role": "head", "phone": ""}]


@pytest.fixture(autouse=True)
def the_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW + timedelta(hours=1))


@pytest.fixture
def city() -> City:
    return make_city()


def text(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status, answer.content.decode()[:500]
    return str(answer.content.decode())


def project(city: City, name: str = "海上风电一期") -> Subject:
    made = enter_subject(kind="project", name=name, unit_id=city.units["harbour"].pk, by=SYSTEM, now=LONG_AGO)
    officer = city.users["liaison"].pk
    liaisons.assign(subject_id=made.pk, line="officer", officer_id=officer, why="x", by=SYSTEM, now=LONG_AGO)
    return made


def test_an_officer_sees_what_is_owed_and_one_press_leads_to_the_visit(city: City) -> None:
    one, other = project(city), project(city, "滨海快速路")
    desk = client_of(city, "liaison")
    page = text(desk.get("/desk/rounds/"))
    assert "已经迟了" in page
    assert page.count("海上风电一期") >= 2
    found = re.search(r'href="(/desk/visits/new/\?subject=[^"]+)"', page)
    assert found is not None
    form = text(desk.get(found[1].replace("&amp;", "&")))
    assert '<option value="progress" selected>' in form
    assert '<option value="head" selected>' in form
    visited(city, subject=one, now=NOW, met=HEAD)
    assert "这个月已经办的" in text(desk.get("/desk/rounds/"))
    assert client_of(city, "leader").get("/desk/rounds/").url == "/desk/rounds/units/"
    assert "您现在没有定期职责" in text(client_of(city, "clerk").get("/desk/rounds/"))
    assert other.pk != one.pk


def test_unit_by_unit_every_number_opens_its_rows(city: City) -> None:
    one, _two = project(city), project(city, "滨海快速路")
    visited(city, subject=one, now=NOW, met=HEAD)
    chief = client_of(city, "chief")
    page = text(chief.get("/desk/rounds/units/?rule=project_meeting"))
    assert "覆盖率 = 已办 ÷（应办 − 免办）" in page
    assert "1/2" in page
    links = {m[0].replace("&amp;", "&") for m in re.findall(r'href="(/desk/rounds/list/\?[^"]+)"()', page)}
    assert links
    for link in links:
        rows = text(chief.get(link))
        assert ("海上风电一期" in rows) is not any(part in link for part in ("state=due", "state=late", "show=open"))
    whole = text(client_of(city, "supervisor").get("/desk/rounds/units/?month=2026-12"))
    assert "看下级" in whole
    branch = text(chief.get("/desk/rounds/units/?month=2026-12"))
    own = re.search(r'href="(/desk/rounds/list/\?[^"]*own=1[^"]*)"', branch)
    assert own is not None
    alone = text(chief.get(own[1].replace("&amp;", "&")))
    assert "季度座谈会" in alone
    assert "海上风电一期" not in alone, "the branch's own duties, as its row counts them"
    still = text(chief.get("/desk/rounds/list/?show=open&rule=project_meeting"))
    assert "滨海快速路" in still, "late in October and not made up for"
    assert "海上风电一期" not in still, "made up for in November"
    link = f"/desk/rounds/list/?of={one.pk}"
    assert link in text(chief.get(f"/desk/register/{one.pk}/"))
    assert "滨海快速路" not in text(chief.get(link))
    past = text(chief.get("/desk/rounds/list/?month=2026-10&rule=project_meeting&state=late"))
    assert past.count("已迟") >= 3
    assert "—" in text(chief.get("/desk/rounds/units/?month=2020-01"))
    foreign = text(client_of(city, "other_handler").get("/desk/rounds/list/?rule=project_meeting"))
    assert "海上风电一期" not in foreign
    for wrong in ("month=2026-13", "month=1999-01", "rule=king", "state=gone", "unit=x", "officer=1"):
        assert chief.get(f"/desk/rounds/list/?{wrong}").status_code == 422, wrong
    assert chief.get("/desk/rounds/list/?page=x").status_code == 200


def test_a_chief_excuses_and_takes_it_back(city: City) -> None:
    one = project(city)
    here = f"/desk/rounds/project_meeting/{one.pk}/2026-10-01/"
    liaison, chief = client_of(city, "liaison"), client_of(city, "chief")
    assert "说明免办" not in text(liaison.get(here))
    assert liaison.post(here, {"act": "excuse", "reason": "忙"}).status_code == 403
    assert "请写明为什么免办" in text(chief.post(here, {"act": "excuse", "reason": ""}), 422)
    assert chief.post(here, {"act": "excuse", "reason": "整月停工"}).status_code == 302
    assert "整月停工" in text(liaison.get(here)), "an excuse is seen by whoever sees the duty"
    assert chief.post(here, {"act": "excuse", "reason": "再说一次"}).status_code == 409
    assert chief.post(here, {"act": "end", "excuse": str(Excuse.objects.get().pk)}).status_code == 302
    assert "收回" in text(chief.get(here))
    for gone in (f"/desk/rounds/king/{one.pk}/2026-10-01/", here.replace("2026-10-01", "2026-10-02"), here[:-1] + "x/"):
        assert chief.get(gone).status_code == 404
    assert chief.post(here, {"act": "dance"}).status_code == 404
    assert client_of(city, "other_handler").get(here).status_code == 404


def test_an_officer_writes_down_a_meeting_and_keeps_what_was_typed(city: City) -> None:
    one = project(city)
    here = f"/desk/rounds/project_meeting/{one.pk}/2026-11-01/"
    liaison = client_of(city, "liaison")
    told = {"act": "record", "held_at": "2026-11-19T09:00", "people": "3", "note": "到所里谈进度"}
    wrong = text(liaison.post(here, told), 422)
    assert "要见到" in wrong
    assert "到所里谈进度" in wrong
    assert "请填时间" in text(liaison.post(here, {**told, "held_at": "昨天"}), 422)
    assert liaison.post(here, {**told, "roles": ["head"]}).status_code == 302
    assert "已办" in text(liaison.get(here))
    record = str(Record.objects.get().pk)
    assert liaison.post(here, {"act": "void", "record": record, "why": "记错"}).status_code == 403
    assert client_of(city, "chief").post(here, {"act": "void", "record": record, "why": "记错"}).status_code == 302
    assert "作废：记错" in text(liaison.get(here))


def test_the_calendar_and_its_address(city: City) -> None:
    one = project(city)
    project(city, "涉密工程")
    Subject.objects.filter(name="涉密工程").update(sensitive=True)
    desk = client_of(city, "liaison")
    page = text(desk.get("/desk/rounds/calendar/"))
    grid, _break, listed = page.partition("按日列出")
    assert "海上风电一期" in grid
    assert "海上风电一期" in listed, "the list says the same to a screen reader"
    assert "没有您的定期职责" in text(desk.get("/desk/rounds/calendar/?month=2020-01"))
    assert desk.get("/desk/rounds/calendar/?month=2026-1x").status_code == 422
    made = text(desk.post("/desk/rounds/calendar/address/"))
    found = re.search(r"http://testserver(/calendar/[\w-]+\.ics)", made)
    assert found is not None
    assert found[1] not in text(desk.get("/desk/rounds/calendar/")), "shown once"
    feed = Client().get(found[1])
    said = text(feed).replace("\r\n ", "")
    assert feed["Content-Type"].startswith("text/calendar")
    assert "SUMMARY:项目月见面：海上风电一期（未到期）" in said
    assert f"UID:project_meeting-{one.pk.hex}-20261101@huhang" in said
    assert "DTSTART;TZID=Asia/Shanghai:20261130T083000" in said
    assert "涉密工程" not in said
    assert "李青" not in said
    token = found[1].rpartition("/")[2][:-4]
    assert token.encode() not in bytes(Feed.objects.get().digest)
    text(desk.post("/desk/rounds/calendar/address/"))
    assert Client().get(found[1]).status_code == 404, "replaced"
    assert desk.post("/desk/rounds/calendar/address/", {"end": "1"}).status_code == 302
    assert Feed.objects.filter(ended_at__isnull=True).count() == 0


def test_the_file_holds_what_is_filtered(city: City) -> None:
    one, _two = project(city), project(city, "=1+1工程")
    visited(city, subject=one, now=NOW, met=HEAD)
    chief = client_of(city, "chief")
    query = "month=2026-11&rule=project_meeting&state=due"
    assert "1 项" in text(chief.get(f"/desk/rounds/export/?{query}"))
    assert chief.post(f"/desk/rounds/export/?{query}", {"form": "csv"}).status_code == 302
    actor = city.actor("chief")
    with acting(actor):
        made = make_rounds(by=actor, asked=query, form="csv", now=NOW, told=lambda n: None)
    said = made.file.read().decode("utf-8-sig")
    assert "'=1+1工程" in said
    assert "海上风电一期" not in said
    assert client_of(city, "liaison").get("/desk/rounds/export/").status_code == 403


def test_lists_take_few_statements(city: City, django_assert_max_num_queries: Any) -> None:
    for n in range(3):
        project(city, f"工程{n}号")
    chief, now = city.actor("chief"), timezone.now()
    span = queries.month_of(date(2026, 11, 1))
    with acting(chief):
        queries.duties(queries.Wanted(span), chief, now)
        catalog.snapshot()
        with django_assert_max_num_queries(4):  # who acts, what trainings gave rise to, the duties, who acted before
            assert len(queries.duties(queries.Wanted(span), chief, now)) >= 3


def test_several_are_excused_for_one_reason_and_each_refusal_is_told(
    city: City, django_assert_max_num_queries: Any
) -> None:
    some = [project(city, f"第{n}个项目") for n in range(3)]
    liaison, chief = client_of(city, "liaison"), client_of(city, "chief")
    where = "/desk/rounds/list/?month=2026-10&rule=project_meeting"
    assert 'name="duty"' not in text(liaison.get(where)), "nobody excuses what is their own to do"
    page = text(chief.get(where))
    ticks = re.findall(r'name="duty" value="([^"]+)"', page)
    assert len(ticks) == 3
    back = re.search(r'name="back" value="([^"]*)"', page)
    assert back
    form = {"duty": ticks, "back": back[1].replace("&amp;", "&")}
    asked = text(chief.get("/desk/rounds/excuse/", form))
    assert "免办这 3 项" in asked
    wrong = text(chief.post("/desk/rounds/excuse/", {**form, "reason": " "}), 422)
    assert "请写明为什么免办" in wrong
    assert wrong.count('name="duty"') == 3
    done = text(chief.get(f"/desk/rounds/project_meeting/{some[0].pk}/2026-10-01/"))
    assert "说明免办" in done
    chief.post(f"/desk/rounds/project_meeting/{some[0].pk}/2026-10-01/", {"act": "excuse", "reason": "先说的"})
    told = text(chief.post("/desk/rounds/excuse/", {**form, "reason": "汛期停工"}))
    assert "已免办 2 项；1 项没有免办" in told
    assert "第0个项目" in told
    assert "已经说明免办" in told
    assert sorted(Excuse.objects.values_list("reason", flat=True)) == ["先说的", "汛期停工", "汛期停工"]
    with acting(SYSTEM):
        lines = [one.about for one in Entry.objects.filter(action="round.excuse").order_by("at")]
    assert sorted(lines) == ["第0个项目", "第1个项目", "第2个项目"]
    assert 'name="duty"' not in text(chief.get(where))
    again = text(chief.post("/desk/rounds/excuse/", {**form, "reason": "再来"}), 409)
    assert "已免办 0 项；3 项没有免办" in again
    assert chief.post("/desk/rounds/excuse/", {"reason": "x"}).status_code == 422
    for broken in ("x", "a~b~c", f"project_meeting~{some[0].pk}~昨天"):
        assert chief.get("/desk/rounds/excuse/", {"duty": broken}).status_code == 422
    assert chief.get("/desk/rounds/excuse/", {"duty": [ticks[0]] * 101}).status_code == 422
    assert liaison.get("/desk/rounds/excuse/", form).status_code == 403
    other = client_of(city, "supervisor")
    foreign = f"project_meeting~{some[1].pk}~2026-10-02"
    gone = text(other.post("/desk/rounds/excuse/", {"duty": foreign, "reason": "x"}), 409)
    assert "第1个项目" not in gone
    november = where.replace("10&", "11&")
    ticks = re.findall(r'name="duty" value="([^"]+)"', text(chief.get(november)))
    with django_assert_max_num_queries(14):
        chief.get(november)
    answer = chief.post("/desk/rounds/excuse/", {"duty": ticks, "reason": "停工", "back": "month=2026-11"})
    assert answer["Location"] == "/desk/rounds/list/?month=2026-11"
    assert "已说明免办 3 项" in text(chief.get(answer["Location"]))
