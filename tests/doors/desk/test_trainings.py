"""B5 at the desk and on people's own phones: planning, the code on the wall, the quiz, and what is shown of it."""

import io
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from python_calamine import CalamineWorkbook

from huhang.base.access.context import acting
from huhang.cases.actions import attach
from huhang.cases.models import Case
from huhang.kinds.trainings import codes
from huhang.kinds.trainings.models import Training
from huhang.register.subjects.actions import enter_subject
from tests.factories.city import City, make_city
from tests.factories.trainings import planned
from tests.factories.visits import subject_of

pytestmark = pytest.mark.django_db
NEW = "/desk/trainings/new/"


@pytest.fixture
def city() -> City:
    return make_city()


def signed_in(city: City, who: str = "liaison") -> Client:
    client = Client()
    client.force_login(city.users[who], backend="huhang.base.people.backends.Officers")
    return client


def soon(**more: float) -> str:
    return f"{timezone.localtime(timezone.now() + timedelta(**more)):%Y-%m-%dT%H:%M}"


def test_a_session_is_planned_for_two_and_a_check_is_entered(city: City) -> None:
    client, host = signed_in(city), subject_of(city)
    other = enter_subject(
        kind="organisation",
        name="港湾商会",
        unit_id=city.units["quay"].pk,
        by=city.actor("dispatcher"),
        now=timezone.now(),
    )
    found = client.get(f"{NEW}?subject={host.pk}&pick=1&q=港湾").content.decode()
    assert f"subject={host.pk}&amp;subject={other.pk}" in found
    assert "港湾商会" in client.get(f"{NEW}?subject={host.pk}&subject={other.pk}&subject=x").content.decode()
    given: dict[str, Any] = {"subject": [host.pk, other.pk], "sort": "fraud", "starts_at": soon(days=2)}
    wrong = client.post(NEW, {**given, "starts_at": "soon", "title": "年底讲座", "idempotency_key": "a"})
    assert wrong.status_code == 422
    assert "年底讲座" in wrong.content.decode()
    first = client.post(NEW, {**given, "idempotency_key": "one"})
    assert client.post(NEW, {**given, "idempotency_key": "one"}).url == first.url
    page = client.get(first.url).content.decode()
    assert "出示二维码" in page
    assert "港湾商会" in page
    check = {"subject": host.pk, "sort": "drug_driving", "starts_at": soon(hours=-1), "people": "50"}
    form = client.post(NEW, {**check, "narrow": "1"}).content.decode()
    assert 'name="results.positive"' in form
    bad = client.post(NEW, {**check, "results.negative": "48", "idempotency_key": "b"})
    assert bad.status_code == 422
    assert 'value="48"' in bad.content.decode()
    assert "对不上" in bad.content.decode()
    made = client.post(NEW, {**check, "results.negative": "48", "results.positive": "2", "idempotency_key": "c"})
    assert "阳性，已移交：2 人" in client.get(made.url).content.decode()
    assert client.get(made.url + "codes/").status_code == 404
    assert signed_in(city, "clerk").get(NEW).status_code == 403
    case = Case.objects.get(category="drug_driving")
    chief = signed_in(city, "chief")
    values = {"people": "51", "results.negative": "51", "reason": "复核", "version": case.version}
    assert 'name="results.negative"' in chief.get(made.url + "moves/correct/").content.decode()
    assert chief.post(made.url + "moves/correct/", values).status_code == 302
    assert Training.objects.get(case=case).people == 51


def test_the_list_and_its_file_say_the_same(city: City) -> None:
    case = planned(city, now=timezone.now(), starts_at=timezone.now() + timedelta(days=40))
    held = planned(city, now=timezone.now(), starts_at=timezone.now() - timedelta(days=1), people=31, title="=1+1")
    chief = signed_in(city, "chief")
    coming = chief.get("/desk/trainings/").content.decode()
    assert case.number in coming
    assert held.number not in coming
    awaiting = chief.get("/desk/trainings/?show=awaiting&sort=fraud").content.decode()
    assert held.number in awaiting
    assert "31 人" in awaiting
    assert case.number not in chief.get("/desk/trainings/?month=2020-01&show=all").content.decode()
    assert case.number not in signed_in(city, "other_handler").get("/desk/trainings/?show=all").content.decode()
    file = chief.get("/desk/trainings/export.xlsx?show=held")
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(file.streaming_content))).get_sheet_by_index(0)
    lines = [row for row in sheet.to_python() if held.number in row or case.number in row]
    assert [line[0] for line in lines] == [held.number]
    assert 31 in lines[0] or "31" in lines[0]
    assert signed_in(city, "liaison").get("/desk/trainings/export.xlsx").status_code == 403


def phone(where: str) -> Client:
    client = Client()
    client.get(where)
    return client


def test_people_count_themselves_and_answer_without_a_name(city: City) -> None:
    now = timezone.now()
    case = planned(city, now=now, starts_at=now + timedelta(hours=1))
    with acting(city.actor("liaison")):
        sheet = attach(
            case_id=case.pk, name="防骗.txt", content=io.BytesIO("不转账".encode()), public=True, label="防骗口诀",
            by=city.actor("liaison"), now=now,
        )  # fmt: skip
    page = signed_in(city).get(f"/desk/cases/{case.number}/codes/?stage=before").content.decode()
    assert "开始前测验" in page
    assert signed_in(city, "other_handler").get(f"/desk/cases/{case.number}/codes/").status_code == 404
    assert signed_in(city, "dispatcher").get(f"/desk/cases/{case.number}/codes/").status_code == 403
    door, quiz = (f"/t/{codes.make(case.pk, stage, now=now)[0]}/" for stage in ("door", "before"))
    one = Client()
    assert one.post(door).status_code == 422  # it holds nothing to be told apart by yet
    first = one.get(door)
    assert "防骗口诀" in first.content.decode()
    assert not any(said in first.content.decode() for said in ("李青", "联系人"))
    assert "已计数" in one.post(door).content.decode()
    again = one.post(door)
    assert again.status_code == 409
    assert "已经计过一次" in again.content.decode()
    phone(door).post(door)
    asked = one.get(quiz).content.decode()
    assert asked.count('type="radio"') == 12
    assert "checked" not in asked
    assert "选填" not in asked
    answers = {"account": "never", "boss": "voice", "code": "nobody"}
    left_out = one.post(quiz, answers)
    assert left_out.status_code == 422
    assert left_out.content.decode().count("checked") == 3
    done = one.post(quiz, {**answers, "cheated": "call"}).content.decode()
    assert "答对 4 题，共 4 题" in done
    assert "不转，公安没有安全账户" not in done  # the right answers are the lesson itself
    assert one.post(quiz, {**answers, "cheated": "call"}).status_code == 409  # quiz answered twice from one phone
    known = Training.objects.get(case=case)
    assert (known.scanned, known.before_taken, known.before_passed) == (2, 1, 1)
    file = one.get(f"{door}files/{sheet.pk}/")
    assert "不转账".encode() in b"".join(file.streaming_content)
    assert one.get(f"{door}files/{case.pk}/").status_code == 404
    assert one.get(f"/t/{'A' * 60}/files/{sheet.pk}/").status_code == 404
    assert one.get(f"/t/{'A' * 60}/").status_code == 404
    assert signed_in(city).get(door).status_code == 403  # the staff's own phones count nobody
    held = signed_in(city)
    Training.objects.filter(case=case).update(starts_at=now - timedelta(minutes=5))
    values = {"people": "12", "version": Case.objects.get(pk=case.pk).version}
    assert held.post(f"/desk/cases/{case.number}/moves/hold/", values).status_code == 302
    shown = held.get(f"/desk/cases/{case.number}/").content.decode()
    assert "开始前测验：1 人参加，1 人合格，100%" in shown
    assert re.search(r"安全账户.*开始前测验 1/1", shown)
    assert one.get(door).status_code == 409
    after = f"/t/{codes.make(case.pk, 'after', now=now)[0]}/"
    assert "不转，公安没有安全账户" in one.post(after, {**answers, "cheated": "call"}).content.decode()
    assert "现在不用扫码" not in held.get(f"/desk/cases/{case.number}/codes/").content.decode()


def test_held_sessions_come_in_from_a_table_and_go_back(city: City) -> None:
    """A4: row by row, the file is not kept, what is not ours is not read, undone within a day."""
    from huhang.kinds.trainings import importing
    from huhang.kinds.trainings.models import ImportRun

    host, client = subject_of(city), signed_in(city)
    template = client.get("/desk/trainings/imports/template.xlsx").content
    assert "种类" in str(CalamineWorkbook.from_filelike(io.BytesIO(template)).get_sheet_by_index(0).to_python())
    day = f"{timezone.localtime(timezone.now() - timedelta(days=40)):%Y-%m-%d}"
    back = f"{timezone.localtime(timezone.now() - timedelta(days=10)):%Y-%m-%d}"
    lines = [
        "面向,种类,日期,名称,人数,移交人数,结束时参加,结束时合格,回访日期,回访时参加,回访时合格,司机姓名",
        f"{host.number},防诈骗讲座,{day},年底讲座,40,,20,18,{back},10,9,",
        f"{host.credit_code},毒驾集中检查,{day} 09:30,,60,2,,,,,,张三丰",
        f"{host.number},防诈骗讲座,{day},年底讲座,40,,,,,,,",
        f"没有这家,跳舞,{day},,-3,,,,,,,",
        f"{host.number},防诈骗讲座,2031-01-01,明年的,5,,,,,,,",
        f"{host.number},防诈骗讲座,{day},合格太多,5,,3,4,,,,",
    ]
    where = "/desk/trainings/imports/"
    assert client.post(where, {}).status_code == 422
    assert client.post(where, {"file": upload("没有表头")}).status_code == 422
    sent = client.post(where, {"file": upload("\n".join(lines)), "idempotency_key": "table-one"})
    page = client.get(sent.url).content.decode()
    for told in ("司机姓名", "已经登记过", "没有“没有这家”", "目录里没有这个种类", "合格的人", "只导入没有错误的 2 行"):
        assert told in page, told
    assert client.post(f"{sent.url}begin/").status_code == 409
    assert client.post(f"{sent.url}begin/", {"rows": "good"}).status_code == 302
    run = ImportRun.objects.get()
    importing.TABLE.save(run.pk)
    importing.TABLE.save(run.pk)
    lecture, check = Training.objects.order_by("form").reverse()
    assert (lecture.people, lecture.after_passed, lecture.return_taken, lecture.kept) == (40, 18, 10, True)
    assert (check.people, check.adverse) == (60, 2)
    assert "张三丰" not in str(ImportRun.objects.get().rows)
    assert signed_in(city, "other_handler").get(sent.url).status_code == 404
    go_on = {"reason": "点错", "people": "61", "results.negative": "59", "results.positive": "2", "version": 2}
    assert signed_in(city, "chief").post(f"/desk/cases/{check.case.number}/moves/correct/", go_on).status_code == 302
    assert client.post(f"{sent.url}undo/").status_code == 302
    assert "已撤销 1 场；1 场" in client.get(sent.url).content.decode()
    assert Case.objects.get(pk=lecture.pk).state == "dropped"
    assert Case.objects.get(pk=lecture.pk).answered_at is None


def upload(text: str) -> io.BytesIO:
    file = io.BytesIO(text.encode("utf-8-sig"))
    file.name = "讲座.csv"
    return file
