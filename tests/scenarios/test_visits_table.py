"""A4, B3: visits made before come in from a table: checked row by row, counted as it says, taken back within a day."""

import io
from datetime import timedelta
from typing import Any

import pytest
import xlsxwriter
from django.test import Client
from django.utils import timezone
from python_calamine import CalamineWorkbook

from huhang.base.access.context import SYSTEM, acting
from huhang.base.catalog import queries as catalog
from huhang.base.journal.models import Entry
from huhang.base.messages.models import Message
from huhang.cases.actions import move
from huhang.cases.endings import numbered_lines, settled
from huhang.cases.models import Case
from huhang.cases.registry import kind_of
from huhang.kernel.errors import Conflict, Denied, Invalid, Missing
from huhang.kinds.visits import queries
from huhang.kinds.visits.importing import TABLE
from huhang.kinds.visits.models import ImportRun, Visit
from huhang.reading.figures import queries as figures
from huhang.reading.figures.periods import Period
from huhang.reading.figures.queries import Ask
from huhang.reading.figures.scope import Scope
from huhang.register.subjects.actions import enter_subject
from tests.factories.city import NOW, City, enterprise, make_city
from tests.factories.visits import subject_of, visited
from tests.scenarios.test_visits import published

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
WHERE = "/desk/visits/imports/"
HEADS = ("走访了谁", "走访时间", "走访民警", "走访单位", "目的", "见到几人", "场次", "反映的问题", "解决情况", "备注")


@pytest.fixture
def city() -> City:
    return make_city()


def signed_in(city: City, who: str = "liaison") -> Client:
    client = Client()
    client.force_login(city.users[who], backend="huhang.base.people.backends.Officers")
    return client


def workbook(rows: list[list[Any]], heads: tuple[str, ...] = HEADS) -> bytes:
    held = io.BytesIO()
    with xlsxwriter.Workbook(held) as book:
        sheet = book.add_worksheet("走访")
        for at, row in enumerate([list(heads), *rows]):
            sheet.write_row(at, 0, row)
    return held.getvalue()


def upload(content: bytes) -> io.BytesIO:
    file = io.BytesIO(content)
    file.name = "走访台账.xlsx"
    return file


def day(ago: int) -> str:
    return f"{timezone.localtime(timezone.now() - ago * DAY):%Y-%m-%d}"


def brought(city: City, rows: list[list[Any]], who: str = "chief") -> ImportRun:
    actor, now = city.actor(who), timezone.now()
    with acting(actor):
        run = TABLE.take(name="走访台账.xlsx", content=workbook(rows), by=actor, now=now)
        assert not run.bad, run.rows
        TABLE.begin(run_id=run.pk, good_only=False, by=actor, now=now, in_background=False)
    return TABLE.save(run.pk)


def test_a_table_is_checked_row_by_row_then_saved_and_taken_back(city: City) -> None:
    host, client = subject_of(city), signed_in(city)
    other = enterprise(city, "海岳重工有限公司", "91370600MA00000157")
    template = CalamineWorkbook.from_filelike(io.BytesIO(client.get(f"{WHERE}template.xlsx").content))
    assert "听取需求" in str(template.get_sheet_by_name("取值").to_python())
    told = "1. 三号门渣土车夜里鸣笛，张三丰说睡不好\n2、门口没有路灯"
    ends = "未解决\n已解决：路灯已装"
    rows = [
        [host.credit_code, day(200), "liaison", "", "听取需求", 12, "", told, ends, "负责人在场"],
        [host.number, f"{day(150)} 14:30", "", "", "送政策上门", 3, "座谈一", "", "", ""],
        [other.number, f"{day(150)} 15:30", "", "", "送政策上门", 4, "座谈一", "", "", ""],
        [host.credit_code, day(200), "liaison", "", "听取需求", 12, "", "", "", ""],
        ["没有这家", day(9), "", "", "听取需求", 5, "", "", "", ""],
        [host.number, "2031-01-01", "", "", "听取需求", 5, "", "", "", ""],
        [host.number, day(8), "", "", "听取需求", -3, "", "", "", ""],
        [host.number, day(7), "没有这人", "没有这所", "检查", 5, "", "", "", ""],
        [host.number, day(6), "", "河口派出所", "听取需求", 5, "", "甲\n乙", "已解决\n未解决\n已解决", ""],
        [host.number, day(5), "", "", "听取需求", 5, "", "甲", "也许", ""],
        [host.number, day(4), "", "", "听取需求", 5, "", "", "已解决", ""],
    ]
    assert client.post(WHERE, {}).status_code == 422
    assert client.post(WHERE, {"file": upload(workbook([]))}).status_code == 422
    assert client.post(WHERE, {"file": upload("随便".encode())}).status_code == 422
    table = workbook(rows)  # made again it is another file: a workbook says when it was written
    sent, again = (client.post(WHERE, {"file": upload(table), "idempotency_key": "one"}) for _ in range(2))
    assert again.url == sent.url
    page = client.get(sent.url).content.decode()
    assert "走访台账.xlsx" in client.get(WHERE).content.decode()
    for said in (
        "或表里有两行",
        "没有“没有这家”",
        "还没有发生",
        "超出范围",
        "没有这位民警",
        "没有这个单位",
        "没有这一项",
    ):
        assert said in page, said
    for said in ("对不上", "请以“已解决”或“未解决”开头", "有 0 个问题、1 行解决情况", "只导入没有错误的 3 行"):
        assert said in page, said
    assert all(one in page for one in (f"{day(150)} 14:30", day(9), "2031-01-01"))  # as the table says, bad rows too
    run = ImportRun.objects.get()
    assert "张三丰" not in str(run.rows)  # what people said waits sealed
    assert run.sealed is not None
    assert client.post(f"{sent.url}begin/").status_code == 409
    assert client.post(f"{sent.url}undo/").status_code == 409
    assert client.post(f"{sent.url}begin/", {"rows": "good"}).status_code == 302
    assert client.post(f"{sent.url}begin/", {"rows": "good"}).status_code == 302
    TABLE.save(run.pk)
    run = TABLE.save(run.pk)
    assert (run.saved, run.sealed) == (3, None)
    first, *two = Visit.objects.order_by("-people")
    assert (first.people, first.raised, first.counted, first.case.officer_id) == (
        12,
        2,
        False,
        city.users["liaison"].pk,
    )
    assert two[0].session == two[1].session != first.session
    asked = {one.title: one for one in Case.objects.filter(parent=first.case)}
    lamp, noise = asked["门口没有路灯"], asked["三号门渣土车夜里鸣笛，张三丰说睡不好"]
    assert (lamp.state, lamp.is_open, lamp.answered_at) == ("recorded", False, None)
    assert (noise.state, noise.is_open, noise.channel) == ("registered", True, "visit")
    assert lamp.received_at == noise.received_at == first.case.received_at
    assert (lamp.request.revisit_result, lamp.request.stars, lamp.request.result) == ("", None, "")
    assert not lamp.ratings.exists()
    assert not Message.objects.exists()  # nobody is written to about what is long over
    seen = client.get(f"/desk/cases/{first.case.number}/").content.decode()
    assert "走访台账.xlsx · 2" in seen
    assert noise.number in seen
    assert "已解决：路灯已装" in client.get(f"/desk/cases/{lamp.number}/").content.decode()
    assert "导入" in client.get("/desk/visits/?whose=all").content.decode()
    told_by = list(
        Entry.objects.filter(action__startswith="visit.import_").order_by("id").values_list("action", flat=True)
    )
    assert told_by == ["visit.import_check", "visit.import_begin", "visit.import_finish"]
    assert signed_in(city, "other_handler").get(sent.url).status_code == 404
    assert signed_in(city, "clerk").get(WHERE).status_code == 403
    with acting(city.actor("dispatcher")):
        move(case_id=noise.pk, name="classify", values={"category": "PS-02", "nature": "help", "urgency": "0"},
             by=city.actor("dispatcher"), now=timezone.now())  # fmt: skip
    assert client.post(f"{sent.url}undo/").status_code == 302
    page = client.get(sent.url).content.decode()
    assert "已撤销 2 场；1 场" in page
    assert client.post(f"{sent.url}undo/").status_code == 302
    assert sorted(Visit.objects.values_list("case__state", flat=True)) == ["visited", "voided", "voided"]


def test_what_came_by_a_table_counts_in_no_cap_of_the_past_and_asks_nobody(city: City) -> None:
    host, now = subject_of(city), timezone.now()
    rows = [
        [host.number, f"{now - n * DAY:%Y-%m-%d}", "", "港湾派出所", "听取需求", 1, "", "", "", ""]
        for n in range(100, 108)
    ]
    run = brought(city, rows)
    assert run.saved == 8
    quarters = set(Visit.objects.values_list("quarter", flat=True))
    assert all(not queries.counted(host, one) for one in quarters)
    case = Case.objects.filter(kind="visit").first()
    assert case is not None
    assert queries.why_not_rate(case, SYSTEM, timezone.now()) == "评价的时间已过。"
    ImportRun.objects.update(finished_at=now - 2 * DAY)
    with pytest.raises(Conflict):
        TABLE.undo(run_id=run.pk, by=city.actor("chief"), now=now)
    with pytest.raises(Missing):
        TABLE.undo(run_id=run.pk, by=city.actor("liaison"), now=now)


def test_nobody_brings_in_visits_of_units_beyond_their_reach(city: City) -> None:
    host, actor, now = subject_of(city), city.actor("liaison"), timezone.now()
    content = workbook([[host.number, day(3), "other_handler", "", "听取需求", 1, "", "", "", ""]])
    with acting(actor):
        run = TABLE.take(name="a.xlsx", content=content, by=actor, now=now)
    assert "不在您的职责范围内" in str(run.rows[0]["problems"])
    with pytest.raises(Conflict):
        TABLE.begin(run_id=run.pk, good_only=True, by=actor, now=now)
    with pytest.raises(Denied):
        TABLE.take(name="a.xlsx", content=content, by=city.actor("clerk"), now=now)
    visit = visited(city, requests=[{"body": "门口没有路灯"}])
    asked = Case.objects.get(parent=visit)
    for who in (
        SYSTEM,
        city.actor("revisitor"),
    ):  # the moves of a table are for what came by one, and nobody's to press
        with acting(who), pytest.raises(Conflict):
            move(case_id=asked.pk, name="record", values={"how": "已解决"}, by=who, now=NOW)


def test_the_lines_of_a_cell_are_problems_and_how_they_ended() -> None:
    assert numbered_lines("1. 路灯\n\n（2）、水\n3、1.5米宽的路\n 1.5米\n• 门") == [
        "路灯",
        "水",
        "1.5米宽的路",
        "1.5米",
        "门",
    ]
    assert [settled(one) for one in ("已解决", "是，装了", "未解决：在办", "否")] == ["已解决", "是，装了", "", ""]
    with pytest.raises(Invalid):
        settled("解决中")


@pytest.mark.parametrize(
    "scale", [0.02, pytest.param(1.0, marks=pytest.mark.soak), pytest.param(0.04, marks=pytest.mark.soak)]
)
def test_the_published_figures_come_out_of_a_table(city: City, scale: float) -> None:
    """MISSION B3: rows generated, brought in from Excel, counted by the product; other numbers in, others out."""
    wanted, leader, now = published(scale), city.actor("leader"), timezone.now()
    subjects = [
        enter_subject(kind=kind, name=f"{kind} {n}", unit_id=city.units["harbour"].pk, by=SYSTEM, now=now - 400 * DAY)
        for kind, many in (("enterprise", wanted["enterprises"]), ("organisation", wanted["organisations"]))
        for n in range(many)
    ]
    rows, visits = list[list[Any]](), len(subjects)
    for n, subject in enumerate(subjects):
        last = n >= wanted["sessions"] - 1  # the last session sees several of them
        people = wanted["people"] // visits + (n < wanted["people"] % visits)
        asked = wanted["spoken_solved"] // visits + (n < wanted["spoken_solved"] % visits)
        said = "\n".join(f"{subject.name} 的第 {i} 件" for i in range(asked))
        open_one = "\n还没有办的" if n == 0 else ""
        ends = "\n".join(["已解决：已办"] * asked + (["未解决"] if n == 0 else []))
        rows.append([subject.number, day(10), "", "港湾派出所", "听取需求", people, "座谈" if last else "",
                     said + open_one, ends, ""])  # fmt: skip
    assert brought(city, rows).saved == visits
    with acting(leader):
        first, end = (now - 30 * DAY).date(), timezone.localdate(now)
        window = Period("custom", first, end).window(now, catalog.schedule())
        expected = {**wanted, "raised": wanted["spoken_solved"] + 1, "spoken": wanted["spoken_solved"] + 1}
        expected |= {
            "spoken_recorded": wanted["spoken_solved"],
            "closed": 0,
            "revisited": 0,
            "solved": 0,
            "uncounted": 0,
        }
        for kind in (kind_of("visit"), kind_of("request")):
            asks = {f.name: Ask(f, window) for f in kind.figures if f.name in expected}
            shown, _old = figures.measure(kind, leader, asks, Scope())
            assert {name: value.count for name, value in shown.items()} == {name: expected[name] for name in asks}
            for figure in (ask.figure for ask in asks.values() if expected[ask.figure.name]):
                assert figures.rows(kind, leader, figure, window, Scope()).exists()
    run = ImportRun.objects.get()
    TABLE.undo(run_id=run.pk, by=city.actor("chief"), now=timezone.now())
    with acting(leader):
        for kind in (kind_of("visit"), kind_of("request")):
            asks = {f.name: Ask(f, window) for f in kind.figures if f.name in {*expected, "received"}}
            shown, _old = figures.measure(kind, leader, asks, Scope())
            assert {value.count for value in shown.values()} == {0}, shown
