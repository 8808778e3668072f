"""A4: every row is judged before any is filed; what goes in goes in once, whole, and like any other request."""

import csv
import io
import uuid
from datetime import UTC, datetime
from typing import Any

import openpyxl
import pytest

from huhang.base.access.context import SYSTEM, acting
from huhang.base.journal.models import Entry
from huhang.base.messages.models import Message
from huhang.cases.models import Case
from huhang.kernel.errors import Conflict, Denied, Invalid, Missing, Refusal
from huhang.kinds.requests.importing import actions, queries, report
from huhang.kinds.requests.models import ImportRow, ImportRun, Request
from huhang.register.subjects.models import Person
from tests.factories.city import NOW, City, enterprise, make_city

pytestmark = pytest.mark.django_db
GOOD = "1,2019/12/18 9:05:31,渣土车扰民,夜里很吵"


@pytest.fixture
def city() -> City:
    return make_city()


def checked(text: str, head: str = "编号,时间,标题,内容", **kw: Any) -> ImportRun:
    return actions.check_file(name="来信.csv", content=f"{head}\n{text}\n".encode(), **{"by": SYSTEM, "now": NOW, **kw})


def filed(run: ImportRun, *, good_only: bool = False, by: Any = SYSTEM) -> ImportRun:
    with acting(by):
        actions.begin(run_id=run.pk, good_only=good_only, by=by, now=NOW, in_background=False)
    return actions.file_rows(run.pk)


def says(run: ImportRun, line: int = 2) -> list[tuple[str, str]]:
    row = ImportRow.objects.get(run=run, line=line)
    return [(one["level"], one["text"]) for one in row.problems]


def test_a_row_becomes_a_request_that_is_open_and_late(city: City) -> None:
    run = filed(checked(GOOD))
    case = Case.objects.get()
    assert (run.imported, case.title, case.body, case.channel) == (1, "渣土车扰民", "夜里很吵", "import")
    assert case.received_at == datetime(2019, 12, 18, 1, 5, 31, tzinfo=UTC)
    assert case.is_open
    assert case.due_at is not None
    assert case.due_at < NOW
    assert case.unit_id == city.units["centre"].pk
    assert case.clocks.get().due_at == case.due_at


def test_every_field_of_the_file_reaches_the_request(city: City) -> None:
    firm = enterprise(city)
    head = "编号,日期,内容,姓名,手机,身份证号,渠道,性质,类别,统一社会信用代码,地址,经度,纬度,紧急程度,民族"
    row = (
        "8,18.12.2019,吵,王海燕,13800000001.0,11010519491231002X,热线,投诉,噪声扰民,"
        f"{str(firm.credit_code).lower()},港口路 1 号,121.39,37.54,紧急,汉"
    )
    run = checked(row, head)
    assert says(run) == []
    filed(run)
    case = Case.objects.select_related("request", "requester").get()
    assert (case.channel, case.category, case.urgency, case.place) == ("hotline", "PS-02", 1, "港口路 1 号")
    assert (case.lon, case.lat, case.subject_id) == (121.39, 37.54, firm.pk)
    assert case.requester is not None
    assert case.requester.phone_masked == "138****0001"
    assert case.requester.id_masked.startswith("110105")
    assert case.request.nature == "complaint"
    assert case.state == "classified"
    assert not Message.objects.exists(), "a ledger of years ago writes to nobody"


def test_personal_cells_and_unexplained_ones_are_kept_but_never_in_plain_text(city: City) -> None:
    run = checked("9,2019/1/2,吵,王海燕,13800000001,汉族自填", "编号,时间,内容,姓名,电话,其他")
    waiting = str(ImportRow.objects.get(run=run).raw)
    filed(run)
    request = Request.objects.get()
    for words in ("王海燕", "13800000001", "汉族自填"):
        assert words not in waiting
        assert words not in str(request.source_row)
    assert request.source_row["cells"] == {"编号": "9", "时间": "2019/1/2", "内容": "吵"}
    assert request.source_row["sealed"]
    assert (request.source_row["file"], request.source_row["line"]) == ("来信.csv", 2)
    assert ImportRow.objects.get(run=run).raw == {"cells": {}}, "with the request it is kept once"


@pytest.mark.parametrize(
    ("head", "row", "text"),
    [
        ("编号,时间,内容", "1,2019/1/2,", "没有内容"),
        ("编号,时间,内容", "1,2999/1/2,吵", "将来"),
        ("编号,时间,内容", "1,03.04.2019,吵", "日和月"),
        ("编号,时间,内容,电话", "1,2019/1/2,吵,1380000", "11 位"),
        ("编号,时间,内容,身份证", "1,2019/1/2,吵,3.7E+17", "丢失"),
        ("编号,时间,内容,信用代码", "1,2019/1/2,吵,91370600MA00000000", "校验位"),
        ("编号,时间,内容,经度", "1,2019/1/2,吵,121.3", ""),
        ("编号,时间,内容,经度,纬度", "1,2019/1/2,吵,121.3,", "只填了一个"),
        ("编号,时间,内容,经度,纬度", "1,2019/1/2,吵,37.5,121.3", "超出范围"),
        ("编号,时间,标题,内容", f"1,2019/1/2,{'长' * 201},吵", "最多写 200"),
        ("编号,时间,内容", f"1,2019/1/2,{'长' * 20_001}", "最多写 20000"),
    ],
)
def test_an_error_names_line_column_what_is_wrong_and_what_to_do(city: City, head: str, row: str, text: str) -> None:
    run = checked(row, head)
    assert run.bad == 1
    found = ImportRow.objects.get(run=run, line=2).problems[0]
    assert text in found["text"]
    assert found["column"].endswith("列）") or not text
    assert found["advice"]
    with pytest.raises(Conflict):
        actions.begin(run_id=run.pk, good_only=False, by=SYSTEM, now=NOW)
    with pytest.raises(Conflict, match="每一行"):
        actions.begin(run_id=run.pk, good_only=True, by=SYSTEM, now=NOW)
    assert not Case.objects.exists()


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("ps-02", "PS-02"),
        ("社会治安/噪声扰民", "PS-02"),
        ("社会治安 / 噪声扰民", "PS-02"),
        ("噪声扰民", "PS-02"),
        ("城乡建设", ""),
    ],
)
def test_a_category_is_known_by_code_full_name_or_last_part(city: City, said: str, code: str) -> None:
    run = checked(f"1,2019/1/2,吵,{said}", "编号,时间,内容,类别")
    filed(run)
    assert Case.objects.get().category == code
    assert says(run) == ([] if code else [("warning", "类别目录里没有“城乡建设”。")])


@pytest.mark.parametrize(
    ("said", "stars"), [("1", 5), ("5", 1), ("非常满意", 5), ("不满意", 2), ("7", None), ("还行", None), ("", None)]
)
def test_the_national_satisfaction_code_is_turned_at_the_boundary(city: City, said: str, stars: int | None) -> None:
    # C4: outside 1 is best, inside 5
    run = checked(f"{GOOD},{said}", head="编号,时间,标题,内容,满意度代码（1 最满意）")
    assert bool(said and stars is None) == any("满意度代码应当是" in text for _level, text in says(run))
    filed(run)
    detail = Request.objects.get()
    assert (detail.source_row or {}).get("stars") == stars
    assert detail.stars is None  # it is a word on somebody else's answer, not on ours


def test_good_rows_go_in_while_bad_ones_wait_and_come_in_once_mended(city: City) -> None:
    text = "1,2019/1/2,甲,好的\n2,2999/1/2,乙,将来\n3,2019/1/3,丙,也好"
    run = filed(checked(text), good_only=True)
    assert (run.imported, run.bad) == (2, 1)
    again = filed(checked(text.replace("2999", "2018")))
    assert (again.imported, again.repeated) == (1, 2)
    assert Case.objects.count() == 3


def test_the_same_rows_again_add_nothing_whatever_their_order(city: City) -> None:
    rows = ["1,2019/1/2,甲,一", "1,2019/1/2,乙,二", ",2019/1/2,丙,三", ",2019/1/2,丙,三"]
    first = checked("\n".join(rows))
    assert (first.total, first.repeated) == (4, 1)
    assert says(first, 3) == [("warning", "编号与第 2 行相同，内容不同。")]
    assert says(first, 5) == [("warning", "与第 4 行相同。")]
    assert filed(first).imported == 3
    again = filed(checked("\n".join(reversed(rows))))
    assert (again.imported, again.repeated, Case.objects.count()) == (0, 4, 3)


def test_a_known_number_with_other_words_is_asked_about_not_swallowed(city: City) -> None:
    filed(checked("1,2019/1/2,甲,一"))
    run = checked("1,2019/1/2,甲,改过的")
    assert run.bad == 1
    assert "已经导入过" in says(run)[0][1]


def test_what_another_unit_brought_in_is_known_too(city: City) -> None:
    filed(checked(GOOD))
    dispatcher = city.actor("dispatcher")
    with acting(dispatcher):
        run = checked(GOOD, by=dispatcher)
    assert run.repeated == 1


def test_a_broken_off_run_goes_on_without_doubling(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    run = checked("\n".join(f"{n},2019/1/2,甲,第{n}件" for n in range(10)))
    actions.begin(run_id=run.pk, good_only=False, by=SYSTEM, now=NOW, in_background=False)
    real, calls = actions.file_request, 0

    def breaks(**kw: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == 6:
            raise RuntimeError("the power went")
        return real(**kw)

    monkeypatch.setattr(actions, "file_request", breaks)
    with pytest.raises(RuntimeError):
        actions.file_rows(run.pk, most=4)
    assert Case.objects.count() == 4, "the chunk that broke left nothing"
    monkeypatch.undo()
    done = actions.file_rows(run.pk, most=4)
    assert (done.imported, Case.objects.count()) == (10, 10)
    assert actions.file_rows(run.pk).imported == 10
    assert Entry.objects.filter(action="request.open").count() == 10
    assert Entry.objects.filter(action="import.finish").count() == 1


def test_a_refusal_while_filing_is_that_rows_own(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    run = checked("1,2019/1/2,甲,一\n2,2019/1/2,乙,二")
    real = actions.file_request

    def refuses(**kw: Any) -> Any:
        if kw["body"] == "一":
            raise Invalid("类别已停用。", field="category")
        return real(**kw)

    monkeypatch.setattr(actions, "file_request", refuses)
    done = filed(run)
    assert (done.imported, done.bad) == (1, 1)
    assert says(run)[0] == ("error", "类别已停用。")


def test_an_imported_request_equals_one_filed_by_hand(city: City) -> None:
    """The same columns and the same journal either way."""
    from huhang.kinds.requests.actions import file_request

    filed(checked("1,2019/12/18 9:05:31,渣土车扰民,夜里很吵,王海燕,13800000001", "编号,时间,标题,内容,姓名,电话"))
    file_request(
        by=SYSTEM,
        now=NOW,
        title="渣土车扰民",
        body="夜里很吵",
        channel="import",
        nature="help",
        name="王海燕",
        phone="13800000001",
        received_at=datetime(2019, 12, 18, 1, 5, 31, tzinfo=UTC),
        unit=city.units["centre"].pk,
    )
    own = {"id", "number", "secret_digest"}
    one, two = ({k: v for k, v in row.items() if k not in own} for row in Case.objects.values().order_by("id"))
    assert one == two
    assert Person.objects.count() == 1
    told = list(Entry.objects.filter(action="request.open").values("actor_kind", "unit", "action", "about"))
    assert told[0] == told[1]


def test_only_those_who_may_import_do_and_only_their_own_runs(city: City) -> None:
    handler, dispatcher = city.actor("handler"), city.actor("dispatcher")
    with acting(handler), pytest.raises(Denied):
        checked(GOOD, by=handler)
    with acting(dispatcher):
        run = checked(GOOD, by=dispatcher)
        with pytest.raises(Invalid, match="不能指定别的单位"):
            checked(GOOD, by=dispatcher, unit=city.units["harbour"].pk)
        with pytest.raises(Missing):
            queries.run_of(dispatcher, uuid.uuid4())
    with acting(handler), pytest.raises(Refusal):
        actions.begin(run_id=run.pk, good_only=False, by=handler, now=NOW)
    filed(run, by=dispatcher)
    case = Case.objects.get()
    assert (case.taken_by_id, case.unit_id) == (dispatcher.id, dispatcher.unit)


def test_whoever_left_no_longer_imports(city: City) -> None:
    dispatcher = city.actor("dispatcher")
    with acting(dispatcher):
        run = checked(GOOD, by=dispatcher)
        actions.begin(run_id=run.pk, good_only=False, by=dispatcher, now=NOW, in_background=False)
    user = city.users["dispatcher"]
    user.left_at = NOW
    user.save(update_fields=["left_at"])
    with pytest.raises(Denied, match="离任"):
        actions.file_rows(run.pk)
    assert not Case.objects.exists()


def test_a_discarded_run_leaves_nothing_of_the_file(city: City) -> None:
    run = checked(GOOD)
    actions.discard(run_id=run.pk, by=SYSTEM, now=NOW)
    assert not ImportRow.objects.exists()
    assert not ImportRun.objects.exists()
    started = filed(checked(GOOD))
    with pytest.raises(Conflict):
        actions.discard(run_id=started.pk, by=SYSTEM, now=NOW)


def test_the_report_is_complete_and_inert(city: City) -> None:
    """What the file said comes back as text: no formula, no link (CSV and workbook injection)."""
    evil = '=cmd|"/c calc"!A1'
    quoted = evil.replace('"', '""')
    run = checked(f'1,2019/1/2,吵,"{quoted}"\n2,2999/1/2,吵,\n3,2019/1/2,好,', "编号,时间,内容,类别")
    filed(run, good_only=True)
    rows = list(csv.reader(io.StringIO(report.as_csv(run).decode("utf-8-sig"))))
    assert [row[:2] for row in rows[1:]] == [["2", "已导入"], ["3", "不能导入"], ["4", "已导入"]]
    assert not any(cell.startswith(("=", "+", "@")) for row in rows for cell in row)
    sheet = openpyxl.load_workbook(io.BytesIO(report.as_xlsx(run))).active
    assert sheet is not None
    assert all(cell.data_type in ("s", "n") for row in sheet.iter_rows() for cell in row)
    assert sheet.max_row == 4
    again = actions.check_file(name="=1.csv", content="内容\n=2+2\n".encode(), by=SYSTEM, now=NOW)
    filed(again)
    assert Case.objects.filter(body="=2+2").exists()
