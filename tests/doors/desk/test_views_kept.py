"""FACES, C1: views people keep, with columns, grouping and counts; exports in the background; a list on paper."""

import io
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from python_calamine import CalamineWorkbook

from huhang.base.access.context import SYSTEM, acting
from huhang.base.downloads import actions as downloads
from huhang.base.downloads.models import Download
from huhang.base.files.models import StoredFile
from huhang.base.journal.models import Entry
from huhang.base.vault import actions as vault
from huhang.cases.models import SavedView
from huhang.doors.desk.lists import export
from huhang.kernel.errors import Conflict, Missing
from tests.factories.city import City, filed, make_city

BACKEND = "huhang.base.people.backends.Officers"


@pytest.fixture
def city(own_database: str) -> City:
    with acting(SYSTEM):
        made = make_city()
        for n in range(4):
            filed(made, title=f"噪声{n}", place="港湾路" if n % 2 else "码头", now=timezone.now())
        return made


def as_(city: City, who: str) -> Client:
    client = Client()
    client.force_login(city.users[who], backend=BACKEND)
    return client


def rows_of(answer: Any) -> list[list[Any]]:
    content = b"".join(answer.streaming_content)
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()


def asked_for(client: Client, form: str = "xlsx", query: str = "page=ledger") -> str:
    answer = client.post(f"/desk/downloads/new/?{query}", {"form": form, "idempotency_key": f"key-{form}-{query}"})
    assert answer.status_code == 302
    return str(answer.headers["Location"])


def test_a_view_keeps_columns_and_grouping_and_says_how_many_it_holds(city: City) -> None:
    client = as_(city, "dispatcher")
    ticked = client.get("/desk/ledger/?col=place&col=state&group=unit&channel=hotline")
    assert ticked.headers["Location"] == "/desk/ledger/?group=unit&channel=hotline&cols=place.state"
    shown = client.get("/desk/ledger/?channel=hotline&cols=state.place&group=unit")
    page = shown.content.decode()
    assert "港湾路" in page
    assert '<th scope="col">来自</th>' not in page
    assert "诉求中心 <span" in page  # the total of the group, leading to its rows
    client.post("/desk/views/new/?page=ledger&channel=hotline&cols=state.place&group=unit", {"name": "热线按单位"})
    listed = client.get("/desk/views/").content.decode()
    assert "热线按单位" in listed
    assert "cols=state.place" in listed
    assert '<td class="num">4</td>' in listed


def test_an_old_view_with_an_unknown_column_still_opens(city: City) -> None:
    client = as_(city, "dispatcher")
    assert client.get("/desk/ledger/?cols=nothing.state&group=nothing").status_code == 200


def test_a_view_whose_condition_is_gone_says_so_and_can_be_removed(city: City) -> None:
    client = as_(city, "dispatcher")
    client.post("/desk/views/new/?page=ledger&category=PS-02", {"name": "噪声"})
    with acting(SYSTEM):  # as if the category had been withdrawn since
        SavedView.objects.update(query="category=GONE-1")
    page = client.get("/desk/views/").content.decode()
    assert "条件已不能用" in page


def test_grouping_costs_one_statement_and_every_column_works(city: City) -> None:
    client = as_(city, "supervisor")
    client.get("/desk/ledger/")
    with CaptureQueriesContext(connection) as plain:
        client.get("/desk/ledger/")
    for column in ("unit", "branch", "state", "category", "channel", "urgency", "officer"):
        with CaptureQueriesContext(connection) as grouped:
            assert client.get(f"/desk/ledger/?group={column}").status_code == 200
        assert len(grouped) <= len(plain) + 2, column


def test_a_long_export_is_made_as_the_officer_told_on_a_page_and_fetched(city: City) -> None:
    client = as_(city, "supervisor")
    page = asked_for(client)
    assert asked_for(client) == page  # a double click is one file
    assert "排队中" in client.get(page).content.decode()
    with acting(SYSTEM):
        row = Download.objects.get()
    downloads.make(row.pk)
    told = client.get(f"{page}progress/").content.decode()
    assert "已完成" in told
    assert "4/4" in told
    rows = rows_of(client.get(f"{page}file/"))
    assert [row[0] for row in rows[:1]] == ["编号"]
    assert len(rows) == 5
    with acting(SYSTEM):
        written = Entry.objects.get(action="ledger.export")
        assert '"count":4' in written.data
        assert "噪声" not in bytes(row.asked).decode("latin-1")
    assert client.get("/desk/downloads/").status_code == 200
    assert client.get(f"/desk/downloads/new/?{'page=ledger'}").status_code == 200


def test_the_file_is_of_exactly_what_is_filtered_and_of_nobody_elses_sight(city: City) -> None:
    chief = as_(city, "chief")  # of a branch that has none of these
    page = asked_for(chief, "csv", "page=ledger&q=噪声1")
    with acting(SYSTEM):
        pk = Download.objects.get().pk
    downloads.make(pk)
    answer = chief.get(f"{page}file/")
    assert b"".join(answer.streaming_content).decode("utf-8-sig").count("\r\n") == 1  # the head alone
    other = as_(city, "supervisor")
    for address in (page, f"{page}progress/", f"{page}file/"):
        assert other.get(address).status_code == 404
    assert other.post(f"{page}remove/").status_code == 404


def test_more_rows_than_pieces_all_arrive_once(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    actor = city.actor("supervisor")
    real = export.in_pieces
    monkeypatch.setattr(export, "in_pieces", lambda *a, **k: real(*a, **{**k, "size": 1}))
    told: list[int] = []
    made = export.make_ledger(by=actor, asked="page=ledger", form="csv", now=timezone.now(), told=told.append)
    with made.file:
        assert made.file.read().decode("utf-8-sig").count("HS-") == 4
    assert told == [1, 2, 3, 4]


def test_bad_ways_are_told(city: City) -> None:
    client = as_(city, "supervisor")
    assert client.post("/desk/downloads/new/?page=ledger", {"form": "pdf"}).status_code == 422
    assert client.post("/desk/downloads/new/?page=ledger&state=nothing", {"form": "csv"}).status_code == 422
    page = asked_for(client, "csv", "page=ledger&category=PS-02")
    assert client.get(f"{page}file/").status_code == 404
    assert client.post(f"{page}remove/").status_code == 409
    with acting(SYSTEM):  # withdrawn in the meantime: refused in words, not given up in silence
        row = Download.objects.get()
        row.asked = vault.seal("page=ledger&category=GONE-1", downloads.PURPOSE)
        row.save(update_fields=["asked"])
    downloads.make(row.pk)
    assert "没有这个类别" in client.get(page).content.decode()
    for nth in range(downloads.AT_ONCE):
        asked_for(client, "csv", f"page=ledger&urgency={nth % 3}&which={'open' if nth > 2 else 'all'}")
    with acting(SYSTEM), pytest.raises(Conflict, match="份文件在生成"):
        downloads.ask(what="ledger", asked="", form="csv", total=None, by=city.actor("supervisor"), now=timezone.now())


def test_an_officer_who_lost_the_right_gets_no_file(city: City) -> None:
    client = as_(city, "supervisor")
    page = asked_for(client)
    with acting(SYSTEM):
        pk = Download.objects.get().pk
        city.users["supervisor"].is_active = False
        city.users["supervisor"].save(update_fields=["is_active"])
    downloads.make(pk)
    with acting(SYSTEM):
        row = Download.objects.get()
        assert row.file is None
        assert "没有导出权限" in row.refused
        assert page


def test_a_file_is_taken_away_in_time_or_before(city: City) -> None:
    client = as_(city, "supervisor")
    page = asked_for(client)
    with acting(SYSTEM):
        row = Download.objects.get()
    downloads.make(row.pk)
    downloads.make(row.pk)  # run again after a crash: one file
    with acting(SYSTEM):
        row.refresh_from_db()
        assert StoredFile.objects.count() == 1
        assert row.finished_at is not None
    assert downloads.expire(now=row.finished_at + downloads.KEPT / 2) == 0
    assert client.post(f"{page}remove/").status_code == 302
    assert client.get(f"{page}file/").status_code == 404
    assert "已按期删除" in client.get(page).content.decode()
    assert downloads.expire(now=row.finished_at + downloads.KEPT * 2) == 0
    with pytest.raises(Missing), acting(SYSTEM):
        downloads.remove(pk=row.pk, by=city.actor("leader"), now=timezone.now())


def test_a_list_on_paper_says_what_it_is_of(city: City) -> None:
    client = as_(city, "supervisor")
    page = client.get("/desk/list/print/?page=ledger&channel=hotline&group=unit").content.decode()
    assert '渠道 <span class="strong">24 小时热线</span>' in page
    assert page.count("HS-") >= 4
    with patch("huhang.doors.desk.lists.printing.MOST", 2):
        assert "只打印前 2 行" in client.get("/desk/list/print/?page=inbox&scope=all").content.decode()
    assert "没有符合" in client.get("/desk/list/print/?page=ledger&state=withdrawn").content.decode()
