"""A4, C2: many at once: a bulk dispatch watched to its end, a table brought in, a list taken out."""

from collections.abc import Callable
from pathlib import Path

import openpyxl  # type: ignore[import-untyped]
import python_calamine
from playwright.sync_api import expect

from tests.e2e.house import House
from tests.e2e.walk import Officer


def test_five_ticked_rows_are_dispatched_together(house: House, officer: Callable[..., Officer]) -> None:
    numbers = house.facts["to_dispatch"][:5]
    dispatcher = officer("dispatcher")
    dispatcher.go("/desk/")
    for number in numbers:
        dispatcher.page.locator("[data-row]").filter(has_text=number).locator("[data-pick]").check()
    dispatcher.see("已选 5 件")
    dispatcher.set("move", "request.dispatch")
    dispatcher.shoot("ticked")
    dispatcher.press("下一步")
    dispatcher.set("unit", house.facts["units"]["quay"])
    dispatcher.press("派单 5 件")
    expect(dispatcher.page.locator("#progress [role=status]")).to_have_text("已完成", timeout=30_000)
    expect(dispatcher.page.locator("#progress")).to_contain_text("5/5")
    dispatcher.page.get_by_role("link", name="看每一件的结果").click()
    dispatcher.page.reload()
    expect(dispatcher.page.locator("#rows").get_by_text("已办理")).to_have_count(5)
    dispatcher.shoot("batch")
    rows = house.ask("SELECT DISTINCT state FROM cases_case WHERE number = ANY(%s)", numbers)
    assert rows == [("dispatched",)]


def test_a_small_table_is_brought_in_through_the_pages(
    house: House, officer: Callable[..., Officer], tmp_path: Path
) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ("编号", "时间", "标题", "内容"),
        ("W-1", "2024-12-18 09:05", "走查导入一", "夜里施工很吵"),
        ("W-2", "2024-12-19 10:15", "走查导入二", "路灯坏了三盏"),
        ("W-3", "2999-01-01", "走查导入三", "将来的事"),
    ):
        sheet.append(row)
    book.save(tmp_path / "台账.xlsx")
    dispatcher = officer("dispatcher")
    dispatcher.go("/desk/imports/")
    dispatcher.page.locator('[name="file"]').set_input_files(tmp_path / "台账.xlsx")
    dispatcher.press("检查这个文件")
    dispatcher.see("怎么办")
    dispatcher.shoot("import-checked")
    dispatcher.press("只导入没有错误的 2 行")
    page = dispatcher.page.url
    done = dispatcher.page.locator(".fig").filter(has_text="已导入").locator(".v")
    if dispatcher.page.locator("#progress").count():
        expect(dispatcher.page.locator("#progress [role=status]")).to_have_text("已完成", timeout=30_000)
        dispatcher.page.goto(page)
    expect(done).to_have_text("2")
    assert house.count("SELECT count(*) FROM cases_case WHERE title LIKE %s", "走查导入%") == 2


def test_the_filtered_list_is_taken_out_as_a_table(officer: Callable[..., Officer], tmp_path: Path) -> None:
    chief = officer("chief")
    chief.go("/desk/ledger/")
    listed = chief.page.locator("[data-row]").count()
    assert listed > 3
    with chief.page.expect_download() as coming:
        chief.press("导出所筛")
    coming.value.save_as(tmp_path / "out.xlsx")
    book = python_calamine.CalamineWorkbook.from_path(str(tmp_path / "out.xlsx"))
    rows = book.get_sheet_by_index(0).to_python()
    text = "\n".join(str(cell) for row in rows for cell in row)
    first = chief.page.locator("[data-row] a.t").first.inner_text()
    assert first in text
    assert len([row for row in rows if str(row[0]).startswith("HS-")]) >= listed
    assert "13800000" not in text, "masked as on the page"
