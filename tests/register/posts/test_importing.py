"""A4/B4: posts and who is posted there come in as tables: checked row by row, saved, taken back within a day."""

import io
import re
import zipfile
from datetime import date, timedelta
from typing import Any

import pytest
import xlsxwriter
from django.test import Client
from python_calamine import CalamineWorkbook

from huhang.base.access.context import SYSTEM, acting
from huhang.kernel.errors import Conflict, Invalid, Missing
from huhang.register.posts import actions, importing
from huhang.register.posts.models import Import, Post, Proposal, Stay
from huhang.register.subjects.actions import enter_subject
from huhang.register.subjects.models import Subject
from tests.factories.city import NOW, City, make_city
from tests.factories.posts import hazard, post

pytestmark = pytest.mark.django_db
POSTS = ("警务站名称", "设在哪里", "派出单位", "设立日期", "为什么设")
OFFICERS = ("警务站编号", "警号", "从哪天起", "到哪天止", "为什么派驻", "为什么离开")


@pytest.fixture
def city() -> City:
    return make_city()


def book(heading: tuple[str, ...], *rows: tuple[Any, ...]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as made:
        sheet = made.add_worksheet()
        for n, row in enumerate((heading, *rows)):
            sheet.write_row(n, 0, row)
    return out.getvalue()


def sent(city: City, what: str, data: bytes, who: str = "chief") -> Import:
    actor = city.actor(who)
    with acting(actor):
        return importing.check(what=what, name="表.xlsx", data=data, by=actor, now=NOW)


def test_rows_are_checked_saved_and_taken_back(city: City) -> None:
    unit = city.units["harbour"].pk
    firm = enter_subject(kind="enterprise", name="望海重工", unit_id=unit, head_count="6200", by=SYSTEM, now=NOW)
    far = enter_subject(kind="enterprise", name="河东机械", unit_id=city.units["river"].pk, by=SYSTEM, now=NOW)
    rows = (
        ("重工警务站", firm.number, "港湾派出所", "2026-03-01", "职工多"),
        ("没有企业的站", "不存在", "", "2026-03-01", "x"),
        ("明天的站", firm.name, "", "2099-01-01", "x"),
        ("别人地盘的站", far.name, "", "2026-03-01", "x"),
        ("没有理由的站", firm.name, "没有的所", "2026-03-01", ""),
    )
    run = sent(city, "posts", book(POSTS, *rows))
    assert [row["sort"] for row in run.rows] == ["new", "wrong", "wrong", "wrong", "wrong"]
    assert [row["line"] for row in run.rows] == [2, 3, 4, 5, 6]
    assert not Post.objects.exists()
    chief, other = city.actor("chief"), city.actor("supervisor")
    with acting(other), pytest.raises(Missing):
        importing.save(import_id=run.pk, by=other, now=NOW)
    with acting(chief):
        importing.save(import_id=run.pk, by=chief, now=NOW)
        importing.save(import_id=run.pk, by=chief, now=NOW)
    made = Post.objects.get()
    assert (made.station.name, made.host, str(made.opened_on)) == ("重工警务站", firm, "2026-03-01")
    assert sent(city, "posts", book(POSTS, rows[0])).rows[0]["sort"] == "same"

    told = (
        (made.station.number, "handler", "2026-03-02", "", "懂机械", ""),
        (made.station.name, "second_handler", "2026-03-02", "2026-05-01", "轮值", "轮换"),
        (made.station.number, "nobody", "2026-03-02", "", "x", ""),
        (made.station.number, "handler", "2026-03-03", "", "重叠", ""),
        (made.station.number, "handler", "2025-01-01", "", "早于设站", ""),
    )
    officers = sent(city, "officers", book(OFFICERS, *told))
    assert [row["sort"] for row in officers.rows] == ["new", "new", "wrong", "new", "wrong"]
    with acting(chief):
        officers = importing.save(import_id=officers.pk, by=chief, now=NOW)
        assert [row["sort"] for row in officers.rows] == ["done", "done", "wrong", "refused", "wrong"]
        again = (*told[0][:3], "2026-06-30", "懂机械", "轮换")
        ending = sent(city, "officers", book(OFFICERS, again, told[1]))
        assert [row["sort"] for row in ending.rows] == ["end", "same"]
        importing.save(import_id=ending.pk, by=chief, now=NOW)
        assert Stay.objects.filter(ends_on=None).count() == 0
        assert importing.undo(import_id=ending.pk, by=chief, now=NOW) == (1, 0)
        assert Stay.objects.filter(ends_on=None).count() == 1
        assert importing.undo(import_id=officers.pk, by=chief, now=NOW) == (2, 0)
        with pytest.raises(Conflict):
            importing.undo(import_id=officers.pk, by=chief, now=NOW)
        station = made.station_id
        with pytest.raises(Conflict):
            importing.undo(import_id=run.pk, by=chief, now=NOW + timedelta(days=2))
        assert importing.undo(import_id=run.pk, by=chief, now=NOW) == (1, 0)
    assert not Post.objects.exists()
    assert not Subject.objects.filter(pk=station).exists()
    assert not Proposal.objects.exclude(decided_at=None).exists()


def test_what_is_used_meanwhile_stays_and_a_table_that_is_none_is_refused(city: City) -> None:
    unit = city.units["harbour"].pk
    firm = enter_subject(kind="enterprise", name="望海重工", unit_id=unit, by=SYSTEM, now=NOW)
    run = sent(city, "posts", book(POSTS, ("重工警务站", firm.number, "", "2026-03-01", "职工多")))
    chief = city.actor("chief")
    with acting(chief):
        importing.save(import_id=run.pk, by=chief, now=NOW)
    hazard(city, Post.objects.get())
    with acting(chief):
        assert importing.undo(import_id=run.pk, by=chief, now=NOW) == (0, 1)
    assert Post.objects.count() == 1
    for data in (b"", b"%PDF-1.7", book(("甲", "乙"), (1, 2))):
        with pytest.raises(Invalid):
            sent(city, "posts", data)
    for what in ("posts", "officers"):
        assert importing.template_of(what).startswith(b"PK")
    with pytest.raises(Missing):
        importing.template_of("people")
    assert post(city).pk  # an ordinary opening is no import's


def test_the_file_of_posts_holds_dates_and_comes_back_as_it_went_out(city: City) -> None:
    """A4: what stands as a date is one in the spreadsheet, in the template's columns as in the file's cells."""
    made = post(city)
    actor = city.actor("chief")
    with acting(actor):
        actions.post_officer(
            post_id=made.pk,
            officer_id=city.users["handler"].pk,
            starts_on=date(2026, 2, 1),
            ends_on=date(2026, 3, 1),
            why="轮值",
            by=actor,
            now=NOW,
        )
    client = Client()
    client.force_login(city.users["chief"], backend="huhang.base.people.backends.Officers")
    for url, what, days in (
        ("/desk/posts/?form=xlsx", "posts", {"设立日期": date(2026, 1, 5)}),
        (
            "/desk/posts/?form=xlsx&of=officers",
            "officers",
            {"从哪天起": date(2026, 2, 1), "到哪天止": date(2026, 3, 1)},
        ),
    ):
        content = b"".join(client.get(url).streaming_content)  # type: ignore[attr-defined]
        head, row = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
        told = dict(zip(head, row, strict=True))
        assert {name: told[name] for name in days} == days
        assert [row["sort"] for row in sent(city, what, content).rows] == ["same"]
        text = b"".join(client.get(url.replace("xlsx", "csv")).streaming_content).decode()  # type: ignore[attr-defined]
        assert all(str(day) in text for day in days.values())
        with zipfile.ZipFile(io.BytesIO(importing.template_of(what))) as packed:
            styles, page = (packed.read(f"xl/{name}.xml").decode() for name in ("styles", "worksheets/sheet1"))
        shapes = re.findall(r'<xf numFmtId="(\d+)"', styles.split("<cellXfs")[1])
        own = re.findall(r'<numFmt numFmtId="(\d+)" formatCode="yyyy-mm-dd"', styles)
        runs = re.findall(r'<col min="(\d+)" max="(\d+)"[^>]*style="(\d+)"', page)
        columns = [shapes[int(style)] for first, last, style in runs for _ in range(int(first), int(last) + 1)]
        wanted = [bool(one.key.endswith("_on")) for one in importing.VOCABULARIES[what].things]
        assert [one in own for one in columns] == wanted
