"""A4, B6: office days held before come in from a table: checked row by row, counted as it says, taken back in a day."""

import io
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from python_calamine import CalamineWorkbook

from huhang.base.access.context import SYSTEM, acting
from huhang.base.catalog import queries as catalog
from huhang.base.messages.models import Message
from huhang.cases.models import Case
from huhang.cases.registry import kind_of
from huhang.kinds.officedays.importing import TABLE
from huhang.kinds.officedays.models import ImportRun, OfficeDay
from huhang.kinds.officedays.queries import why_not_void
from huhang.reading.figures import queries as figures
from huhang.reading.figures.periods import Period
from huhang.reading.figures.queries import Ask
from huhang.reading.figures.scope import Scope
from tests.factories.city import City, make_city
from tests.factories.visits import subject_of
from tests.scenarios.test_visits_table import workbook

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
WHERE = "/desk/office-days/imports/"
HEADS = (
    *("开始时间", "结束时间", "在哪家", "地点", "单位", "名称", "接待人数"),
    *("带回的问题", "解决情况", "小结", "来访人姓名"),
)


@pytest.fixture
def city() -> City:
    return make_city()


def signed_in(city: City, who: str = "chief") -> Client:
    client = Client()
    client.force_login(city.users[who], backend="huhang.base.people.backends.Officers")
    return client


def upload(rows: list[list[Any]]) -> io.BytesIO:
    file = io.BytesIO(workbook(rows, HEADS))
    file.name = "现场办公台账.xlsx"
    return file


def day(ago: int) -> str:
    return f"{timezone.localtime(timezone.now() - ago * DAY):%Y-%m-%d}"


def test_a_table_is_checked_row_by_row_then_saved_and_taken_back(city: City) -> None:
    host, client = subject_of(city), signed_in(city)
    template = CalamineWorkbook.from_filelike(io.BytesIO(client.get(f"{WHERE}template.xlsx").content))
    assert "带回的问题" in str(template.get_sheet_by_index(0).to_python())
    told, ends = "1. 三号门渣土车夜里鸣笛\n2、门口没有路灯", "未解决\n已解决：路灯已装"
    rows = [
        [f"{day(40)} 09:00", f"{day(40)} 11:30", host.number, "", "港湾派出所", "", 12, told, ends, "天冷", "张三丰"],
        [day(30), "", "", "派出所大厅", "港湾派出所", "户籍专场", 5, "", "", "", ""],
        [f"{day(40)} 14:00", "", host.credit_code, "", "港湾派出所", "", 3, "", "", "", ""],
        [day(20), "", "", "", "港湾派出所", "", 5, "", "", "", ""],
        ["2031-01-01", "", host.number, "", "", "", 5, "", "", "", ""],
        [f"{day(10)} 14:00", f"{day(9)} 15:00", host.number, "", "", "", 5, "", "", "", ""],
        [day(8), "", "没有这家", "", "没有这所", "", -3, "", "", "", ""],
        [day(7), "", "", "河边", "河东派出所", "", 5, "", "", "", ""],
        [day(6), "", host.number, "", "", "", 5, "甲\n乙", "已解决\n未解决\n已解决", "", ""],
    ]
    assert client.post(WHERE, {}).status_code == 422
    sent = client.post(WHERE, {"file": upload(rows), "idempotency_key": "one"})
    page = client.get(sent.url).content.decode()
    for said in ("来访人姓名", "或表里有两行", "请写地点", "还没有举办", "在同一天", "没有“没有这家”", "没有这个单位"):
        assert said in page, said
    for said in ("超出范围", "不在您的职责范围内", "对不上", "只导入没有错误的 2 行"):
        assert said in page, said
    with acting(SYSTEM):
        run = ImportRun.objects.get()
    assert "鸣笛" not in str(run.rows)  # what people said waits sealed
    assert "张三丰" not in str(run.rows)
    assert client.post(f"{sent.url}begin/", {"rows": "good"}).status_code == 302
    TABLE.save(run.pk)
    run = TABLE.save(run.pk)
    assert (run.saved, run.sealed) == (2, None)
    one, hall = OfficeDay.objects.order_by("starts_at")
    local = catalog.schedule().local
    assert (one.received, one.walk_ins, one.came, one.taken) == (12, 12, 0, 2)
    assert (f"{local(one.starts_at):%H:%M}", f"{local(one.ends_at):%H:%M}") == ("09:00", "11:30")
    assert (f"{local(hall.starts_at):%H:%M}", f"{local(hall.ends_at):%H:%M}") == ("00:00", "23:59")
    case = Case.objects.get(pk=one.pk)
    assert (case.state, case.is_open, case.answered_at, case.received_at) == (
        *("day_held", False, one.starts_at, one.starts_at),
    )
    assert (case.subject_id, case.unit_id, case.body) == (host.pk, city.units["harbour"].pk, "天冷")
    asked = {row.title: row for row in Case.objects.filter(parent=case)}
    lamp, noise = asked["门口没有路灯"], asked["三号门渣土车夜里鸣笛"]
    assert (lamp.state, lamp.is_open, lamp.channel) == ("recorded", False, "office_day")
    assert (noise.is_open, noise.received_at) == (True, one.starts_at)
    assert not Message.objects.exists()  # nobody is told of a day long over
    assert "2 件，解决 1 件" in client.get("/desk/office-days/?show=held").content.decode()
    assert "2 件，解决 1 件" in client.get(f"/desk/cases/{case.number}/").content.decode()
    assert counted(city) == {"sittings": 2, "received": 17, "problems": 2}
    again = client.post(WHERE, {"file": upload(rows[:2]), "idempotency_key": "two"})
    assert client.get(again.url).content.decode().count("已经登记过") == 2
    assert signed_in(city, "other_handler").get(sent.url).status_code == 404
    assert client.post(f"{sent.url}undo/").status_code == 302
    assert counted(city) == {"sittings": 0, "received": 0, "problems": 0}
    assert {row.state for row in Case.objects.filter(kind="officeday")} == {"day_void"}
    assert {row.state for row in Case.objects.filter(kind="request")} == {"annulled"}


def counted(city: City) -> dict[str, int]:
    kind, actor, now = kind_of("officeday"), city.actor("supervisor"), timezone.now()
    with acting(actor):
        window = Period("custom", (now - 90 * DAY).date(), now.date()).window(now, catalog.schedule())
        wanted = {name: Ask(figures.figure_of(kind, name), window) for name in ("sittings", "received", "problems")}
        shown, _old = figures.measure(kind, actor, wanted, Scope())
    return {name: value.count for name, value in shown.items()}


def test_whoever_held_a_day_does_not_make_it_void_alone(city: City) -> None:
    host, liaison, chief = subject_of(city), signed_in(city, "liaison"), signed_in(city)
    sent = liaison.post(WHERE, {"file": upload([[day(9), "", host.number, "", "", "", 4, "", "", "", ""]])})
    assert liaison.post(f"{sent.url}begin/", {"rows": "all"}).status_code == 302
    with acting(SYSTEM):
        run = ImportRun.objects.get()
    TABLE.save(run.pk)
    case = Case.objects.get(kind="officeday")
    where, told = f"/desk/cases/{case.number}/moves/void_day/", {"version": case.version, "reason": "登记重复"}
    assert liaison.post(where, told).status_code in (403, 409)
    assert chief.post(where, {**told, "reason": ""}).status_code == 422
    assert why_not_void(case, city.actor("liaison"), timezone.now())
    assert why_not_void(case, city.actor("chief"), timezone.now()) is None
    assert chief.post(where, {**told, "confirmed": "yes"}).status_code == 302
    case.refresh_from_db()
    assert (case.state, case.answered_at) == ("day_void", None)
