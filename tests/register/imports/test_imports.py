"""A4 for the register: checked row by row before anything is saved, by key, counted, and taken back within a day."""

import csv
import io
import random
import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from huhang.base.access.context import SYSTEM, acting
from huhang.base.files.models import StoredFile
from huhang.base.journal.models import Entry
from huhang.kernel.errors import Conflict, Denied, Invalid
from huhang.kernel.identifiers import complete_credit_code
from huhang.register.imports import actions, queries
from huhang.register.imports.columns import template_of
from huhang.register.imports.models import Run
from huhang.register.subjects.actions import add_contact, change, end_contact
from huhang.register.subjects.models import Contact, Subject
from tests.factories.city import NOW, City, enterprise, filed, make_city
from tests.plugins.figures import figure
from tests.register.subjects.test_keeping import drawn

pytestmark = pytest.mark.django_db
HEAD = ("信用代码", "类型", "名称", "地址", "责任单位", "职工人数", "分类")


@pytest.fixture
def city() -> City:
    return make_city()


def sheet(*rows: Sequence[Any], head: Sequence[str] = HEAD) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([head, *rows])
    return out.getvalue().encode()


def codes(count: int) -> list[str]:
    dice = random.Random("codes")
    return [complete_credit_code(f"91370600{n}") for n in dice.sample(range(10_000_000, 99_999_999), count)]


def taken(city: City, content: bytes, *, by: str = "dispatcher", **more: Any) -> Run:
    actor = city.actor(by)
    with acting(actor):
        return actions.take(
            name="企业.csv", content=content, what=more.pop("what", "subjects"), by=actor, now=timezone.now(), **more
        )


def saved(city: City, run: Run, *, good_only: bool = True, by: str = "dispatcher") -> Run:
    actor = city.actor(by)
    with acting(actor):
        actions.begin(run_id=run.pk, good_only=good_only, by=actor, now=timezone.now(), in_background=False)
    actions.save(run.pk)
    return Run.objects.get(pk=run.pk)


def undone(city: City, run: Run, *, by: str = "dispatcher") -> Run:
    actor = city.actor(by)
    with acting(actor):
        actions.undo(run_id=run.pk, by=actor, now=timezone.now(), in_background=False)
    actions.take_back(run.pk)
    return Run.objects.get(pk=run.pk)


def said(run: Run) -> list[tuple[int, str]]:
    return [(one.line, one.text % one.params if one.params else one.text) for one in queries.remarks(run)]


def test_of_ten_thousand_codes_the_one_bad_is_named_by_its_row(city: City) -> None:
    good = codes(10_000)
    wrong = good[7_000][:-1] + ("X" if good[7_000][-1] != "X" else "Y")
    rows = [(code, "企业", f"第{n}厂", "", "港湾派出所", n, "") for n, code in enumerate(good)]
    rows[7_000] = (wrong, *rows[7_000][1:])
    began = time.perf_counter()
    run = taken(city, sheet(*rows))
    if run.checked_at is None:
        actions.check(run.pk)
    spent = time.perf_counter() - began
    run.refresh_from_db()
    assert (run.total, run.fresh, run.bad) == (10_000, 9_999, 1)
    ((line, text),) = said(run)
    assert line == 7_002
    assert "校验位" in text
    assert not Subject.objects.exists()
    figure(12, f"10,000 credit codes checked row by row in {spent:.1f} s, the one bad named by its row")


def test_rows_are_entered_changed_or_left_by_key_and_nothing_is_saved_before(city: City) -> None:
    drawn(city)
    held = enterprise(city)
    change(subject_id=held.pk, version=1, values={"address": "旧路 1 号", "note": "留着"}, by=SYSTEM, now=NOW)
    same = enterprise(city, name="第二家公司", code="91370602MAXXXX007R")
    same.refresh_from_db()
    new = codes(1)[0]
    run = taken(
        city,
        sheet(
            (held.credit_code, "", "", "新路 2 号", "", "1,300人", "危险化学品、六必进"),
            (same.credit_code, "企业", same.name, "", "港湾派出所", "", ""),
            (new, "企业", "新厂有限公司", "", "临港分局 港湾派出所", "", ""),
            ("", "园区", "", "", "港湾派出所", "", ""),
        ),
    )
    assert (run.fresh, run.differing, run.same, run.bad) == (1, 1, 1, 1)
    assert Subject.objects.count() == 2
    dispatcher = city.actor("dispatcher")
    with acting(dispatcher), pytest.raises(Conflict):
        actions.begin(run_id=run.pk, good_only=False, by=dispatcher, now=NOW, in_background=False)
    run = saved(city, run)
    assert (run.entered, run.changed) == (1, 1)
    held.refresh_from_db()
    assert (held.address, held.head_count, held.flags, held.note) == (
        "新路 2 号",
        1300,
        ["hazmat", "must_visit"],
        "留着",
    )
    assert held.version == 3
    row = held.changes.order_by("-id").first()
    assert row is not None
    assert (row.by_label, row.via) == ("陈立", f"import:{run.pk.hex}:2")
    assert set(row.fields) == {"address", "head_count", "flags"}
    same.refresh_from_db()
    assert same.version == 1
    made = Subject.objects.get(credit_code=new)
    assert made.number.startswith("Z")
    assert made.changes.get().fields["name"] == [None, "新厂有限公司"]
    assert Entry.objects.filter(action="register.import_finish").count() == 1
    again = actions.save(run.pk)
    assert (again.entered, Subject.objects.count()) == (1, 3)


def test_a_number_is_a_key_too_and_cells_can_be_emptied(city: City) -> None:
    drawn(city)
    held = enterprise(city)
    held.refresh_from_db()
    head = ("主体编号", "地址", "经度", "纬度", "坐标系", "投资额（元）", "公司全名")
    run = taken(
        city,
        sheet((held.number, "清空", "121.1053", "37.1009", "高德", "3亿", "海晏新材料有限公司"), head=head),
        mapping={"公司全名": "名称"},
    )
    run = saved(city, run)
    held.refresh_from_db()
    assert (held.address, held.investment, held.crs, held.name) == ("", 300_000_000, "GCJ02", "海晏新材料有限公司")
    assert held.lon == pytest.approx(121.1, abs=0.001)
    wrong = taken(
        city, sheet(("Z99999999", "", "", "", "", "", ""), ("Z99999999", "", "", "", "", "", ""), head=head[:7])
    )
    assert wrong.bad == 2
    assert any("没有编号" in text for _line, text in said(wrong))
    assert any("第 2 行" in text for _line, text in said(wrong))


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (("91370600MA0000007D", "企业", "甲厂有限公司", "", "港湾派出所", "", ""), "信用代码"),
        (("", "星球", "甲厂有限公司", "", "港湾派出所", "", ""), "类型"),
        (("", "企业", "", "", "港湾派出所", "", ""), "名称"),
        (("", "企业", "甲", "", "港湾派出所", "", ""), "名称"),
        (("", "企业", "甲厂有限公司", "", "月球派出所", "", ""), "责任单位"),
        (("", "企业", "甲厂有限公司", "", "", "", ""), "责任单位"),
        (("", "企业", "甲厂有限公司", "", "港湾派出所", "许多", ""), "职工人数"),
        (("", "企业", "甲厂有限公司", "", "港湾派出所", "", "外星人"), "分类"),
        (("", "企业", "甲厂有限公司", "", "港湾派出所", "", "村"), "分类"),
    ],
)
def test_what_is_wrong_with_a_row_names_its_column(city: City, row: tuple[str, ...], column: str) -> None:
    run = taken(city, sheet(row))
    (found,) = queries.remarks(run)
    assert (found.line, found.bad) == (2, True)
    assert found.column.startswith(column)


def test_who_may_not_keep_the_ground_may_not_import_there(city: City) -> None:
    with pytest.raises(Denied):
        taken(city, sheet(("", "企业", "甲厂有限公司", "", "港湾派出所", "", "")), by="liaison")
    held = enterprise(city)
    Subject.objects.filter(pk=held.pk).update(unit=city.units["river"])
    post = city.users["dispatcher"].posts.get()
    post.reach, post.unit = "below", city.units["port"]
    post.save()
    run = taken(
        city,
        sheet(
            (held.credit_code, "", "", "新路", "", "", ""),
            ("", "企业", "乙厂有限公司", "", "河东派出所", "", ""),
            ("", "企业", "丙厂有限公司", "", "码头派出所", "", ""),
        ),
    )
    assert (run.fresh, run.bad) == (1, 2)
    assert all("河东派出所" in text for _line, text in said(run))


def test_what_somebody_changed_between_check_and_save_is_left_and_told(city: City) -> None:
    held = enterprise(city)
    new = codes(1)[0]
    run = taken(
        city,
        sheet(
            (held.credit_code, "", "", "导入的路", "", "", ""),
            (new, "企业", "新厂有限公司", "", "港湾派出所", "", ""),
        ),
    )
    rows = list(actions._checked(run, *actions._read(run, actions._content(run))[:2], city.actor("dispatcher"), NOW))
    change(subject_id=held.pk, version=1, values={"address": "手改的路"}, by=SYSTEM, now=NOW)
    enterprise(city, name="手录的", code=new)
    late = actions.saving.save(rows, run=run.pk, by=city.actor("dispatcher"), now=NOW)
    assert (late.entered, late.changed, [one.line for one in late.found]) == (0, 0, [2, 3])
    held.refresh_from_db()
    assert held.address == "手改的路"


def test_a_whole_import_is_taken_back_except_what_somebody_touched(city: City) -> None:
    held, other = enterprise(city), enterprise(city, name="第二家公司", code="91370602MAXXXX007R")
    new = codes(3)
    run = taken(
        city,
        sheet(
            (held.credit_code, "", "", "新路 1 号", "", "10", ""),
            (other.credit_code, "", "", "新路 2 号", "", "20", ""),
            *((code, "企业", f"新{n}厂有限公司", "", "港湾派出所", "", "") for n, code in enumerate(new)),
        ),
    )
    run = saved(city, run)
    assert (run.entered, run.changed) == (3, 2)
    change(subject_id=other.pk, version=2, values={"head_count": "25"}, by=SYSTEM, now=NOW)
    used = Subject.objects.get(credit_code=new[0])
    filed(city, subject=str(used.pk))
    run = undone(city, run)
    assert (run.undone, run.stayed) == (3, 2)
    held.refresh_from_db()
    other.refresh_from_db()
    assert (held.address, held.head_count, held.version) == ("", None, 3)
    assert (other.address, other.head_count) == ("新路 2 号", 25)
    assert set(Subject.objects.values_list("credit_code", flat=True)) == {held.credit_code, other.credit_code, new[0]}
    told = dict(said(run))
    assert "又有人改过" in told[3]
    assert "已有诉求" in told[4]
    assert actions.take_back(run.pk).undone == 3
    again = taken(city, sheet((new[1], "企业", "新1厂有限公司", "", "港湾派出所", "", "")))
    assert again.fresh == 1


def test_an_import_is_not_taken_back_after_a_day_and_its_file_goes(city: City) -> None:
    run = saved(city, taken(city, sheet(("", "企业", "甲厂有限公司", "", "港湾派出所", "", ""))))
    dispatcher = city.actor("dispatcher")
    Run.objects.filter(pk=run.pk).update(finished_at=timezone.now() - timedelta(hours=25))
    with acting(dispatcher), pytest.raises(Conflict):
        actions.undo(run_id=run.pk, by=dispatcher, now=timezone.now())
    assert actions.forget_files(now=timezone.now()) == 1
    assert StoredFile.objects.filter(removed_at__isnull=False).count() == 1


def test_contacts_come_in_sealed_and_go_out_again(city: City) -> None:
    held = enterprise(city)
    add_contact(subject_id=held.pk, name="王海燕", phone="13800000001", role="liaison", by=SYSTEM, now=NOW)
    head = ("信用代码", "姓名", "电话", "身份", "主要联系人")
    run = taken(
        city,
        sheet(
            (held.credit_code, "王海燕", "13800000001", "", ""),
            (held.credit_code, "赵云飞", "13800000002", "安全负责人", "是"),
            (held.credit_code, "赵云飞", "13800000002", "安全负责人", "是"),
            ("91370602MAXXXX007R", "某某", "13800000003", "", ""),
            (held.credit_code, "某某", "1380", "", ""),
            (held.credit_code, "某某", "13800000004", "太空人", ""),
            head=head,
        ),
        what="contacts",
    )
    assert (run.fresh, run.same, run.bad) == (1, 1, 4)
    assert "赵云飞" not in str(said(run))
    assert "13800000002" not in str(said(run))
    run = saved(city, run)
    contact = Contact.objects.get(main=True)
    assert (run.entered, contact.name_masked, contact.role) == (1, "赵**", "safety")
    first = Contact.objects.get(main=False)
    run = undone(city, run)
    contact.refresh_from_db()
    assert (run.undone, contact.ended_why) == (1, "撤销导入")
    assert first.ended_at is None
    other = saved(
        city,
        taken(city, sheet((held.credit_code, "钱多", "13800000005", "", ""), head=head), what="contacts"),
    )
    mine = Contact.objects.get(ended_at__isnull=True, main=False, phone_masked="138****0005")
    end_contact(contact_id=mine.pk, why="离职", by=SYSTEM, now=NOW)
    assert undone(city, other).stayed == 1


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old",
        b"%PDF-1.7",
        b"<html><table></table></html>",
        b"PK\x03\x04 not a zip",
        "名称,地址\n".encode(),
        "甲,乙\n1,2\n".encode(),
        '名称,地址\n"甲,乙\n'.encode(),
        b"\x00\x01\x02\x03" * 50,
        "地址,备注\n某路,某事\n".encode(),
    ],
)
def test_a_file_that_is_no_table_is_refused_in_words(city: City, content: bytes) -> None:
    with pytest.raises(Invalid) as refused:
        taken(city, content)
    assert refused.value.problems["file"]


def test_cells_that_act_stay_text(city: City) -> None:
    rows = [
        ("", "企业", f"=HYPERLINK(“x”)第{n}厂", mark, "港湾派出所", "", "")
        for n, mark in enumerate(("=1+1", "@SUM", "+1"))
    ]
    run = saved(city, taken(city, sheet(*rows)))
    assert set(Subject.objects.values_list("address", flat=True)) == {"=1+1", "@SUM", "+1"}
    assert run.entered == 3


def test_a_filled_in_template_is_understood(city: City) -> None:
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(template_of("subjects", "enterprise")))
    page = book.worksheets[0]
    heads = {cell.value: cell.column for cell in page[1]}
    assert len(page.data_validations.dataValidation) >= 4
    for name, value in (("名称", "模板厂有限公司"), ("责任单位", "临港分局 港湾派出所"), ("分类和标识", "规上企业")):
        page.cell(2, heads[name], value)
    out = io.BytesIO()
    book.save(out)
    run = taken(city, out.getvalue(), kind="enterprise")
    assert (run.fresh, run.bad, said(run)) == (1, 0, [])
    with pytest.raises(Invalid):  # nothing is filled in
        taken(city, template_of("contacts"), what="contacts")


def test_the_history_compares_old_rows_with_new_ones_by_a_hash() -> None:
    """A session's first write decides on the plan; made for one row it cost a bulk write the square of its rows."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT proconfig FROM pg_proc WHERE proname = 'subjects_changed'")
        assert cursor.fetchone()[0] == ["enable_nestloop=off"]
