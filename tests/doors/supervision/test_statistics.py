"""Unit × state × month for whoever counts: every number opens the ledger with that many rows (D3, SAFEGUARDS 20)."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection
from django.test import Client
from openpyxl import load_workbook

from huhang.base.access.context import SYSTEM, acting
from huhang.base.journal.models import Entry
from huhang.cases.models import Case
from tests.doors.api.callers import caller
from tests.factories.city import NOW, City, make_city
from tests.reading.crowd import add_cases

pytestmark = pytest.mark.django_db
PAGE = "/supervision/statistics/"
LINK = re.compile(r'<td><a href="(/desk/ledger/\?[^"]+)">([\d,]+)</a></td>')


@pytest.fixture(autouse=True)
def _the_hour_stands_still() -> Iterator[None]:
    with patch("django.utils.timezone.now", return_value=NOW):
        yield


@pytest.fixture
def city() -> City:
    made = make_city()
    add_cases(made, 1, 120, NOW)
    with acting(SYSTEM):
        for nth, case in enumerate(Case.objects.order_by("number")):
            case.received_at = NOW - timedelta(days=nth * 5)
            case.sensitive = nth % 6 == 0
            case.kind = "card" if nth % 20 == 0 else "request"
            case.state = ("issued" if case.is_open else "lifted") if case.kind == "card" else case.state
            case.category = "yellow" if case.kind == "card" else ""
            case.save()
    return made


def client(city: City, who: str) -> Client:
    made = Client()
    made.force_login(city.users[who], backend="huhang.base.people.backends.Officers")
    return made


def read(city: City, url: str, who: str = "leader", status: int = 200) -> str:
    answer = client(city, who).get(url)
    assert answer.status_code == status, answer.content.decode()[:3000]
    return answer.content.decode()


@pytest.mark.parametrize("who", ["leader", "chief", "handler", "liaison"])
def test_every_number_opens_the_ledger_with_that_many_rows(city: City, who: str) -> None:
    reader, seen = client(city, who), 0
    for query in ("period=all", "across=month&period=twelve&state=open", "by=unit&period=all", "period=all&kind=card"):
        page = reader.get(f"{PAGE}?{query}").content.decode()
        for link, number in LINK.findall(page)[:: 4 if who == "leader" else 1]:
            ledger = reader.get(unescape(link))
            assert ledger.status_code == 200, link
            listed = ledger.content.decode().count("<tr data-row")
            assert listed == min(50, int(number.replace(",", ""))), (query, link, number)
            seen += 1
    assert seen > (8 if who == "handler" else 20) or who == "liaison"


def test_rows_add_up_and_nothing_is_a_dash(city: City) -> None:
    page = read(city, f"{PAGE}?period=all")
    rows = re.findall(
        r"<tr><th scope=\"row\">(.*?)</tr>", page[page.index('<table class="heat') :].split("</table>")[0]
    )
    totals = [int(re.findall(r">([\d,]+)<", row)[0].replace(",", "")) for row in rows]
    assert totals[-1] == sum(totals[:-1]) == Case.objects.filter(kind="request").count()
    empty = read(city, f"{PAGE}?period=month&kind=meeting")
    assert "—" in empty
    assert "0%" not in empty


def test_one_may_go_down_into_a_branch_and_up_again(city: City) -> None:
    page = read(city, f"{PAGE}?period=all")
    below = unescape(re.findall(r'<th scope="row"><a href="([^"]+)">临港分局</a>', page)[0])
    port = read(city, below)
    assert "港湾派出所" in port
    assert "临港分局本级" in port
    assert "河东派出所" not in port
    assert re.search(r'<a href="/supervision/statistics/\?period=all">市局</a>', port)


def test_somebody_elses_unit_is_like_one_that_does_not_exist(city: City) -> None:
    river = city.units["river"].pk
    for who, url in (
        ("chief", f"{PAGE}?unit={river}"),
        ("handler", f"{PAGE}?unit={city.units['port'].pk}"),
        ("leader", f"{PAGE}?unit=没有"),
        ("leader", f"{PAGE}?unit={NOW}"),
        ("leader", f"{PAGE}?kind=没有"),
    ):
        read(city, url, who, 404)
    read(city, PAGE, "system_admin", 403)
    assert "河东派出所" not in read(city, f"{PAGE}?period=all&by=unit", "chief")


def test_what_cannot_be_meant_is_told_beside_the_place(city: City) -> None:
    for query in ("period=custom&from=2026-13&to=2026-01", "period=custom&from=2026-03&to=2026-01", "period=x"):
        page = read(city, f"{PAGE}?{query}", status=422)
        assert 'role="alert"' in page
        assert "下面先按今年列出" in page
    assert read(city, f"{PAGE}?across=quer&by=alle&state=weg")


def test_the_page_costs_six_statements_whatever_it_shows(city: City) -> None:
    for who, most in (("leader", 6), ("handler", 7)):
        reader = client(city, who)
        reader.get(PAGE)
        for query in ("", "?period=all&by=unit", "?across=month"):
            told: list[str] = []
            with connection.execute_wrapper(lambda run, sql, p, m, c, t=told: (t.append(sql), run(sql, p, m, c))[1]):
                assert reader.get(f"{PAGE}{query}").status_code == 200
            told = [sql for sql in told if not re.match(r"(SAVEPOINT|RELEASE|ROLLBACK)", sql)]
            assert len(told) <= most, told


def test_the_table_is_a_file_and_the_journal_says_so(city: City) -> None:
    url = f"{PAGE}export/?period=all&by=unit"
    book = load_workbook(io.BytesIO(client(city, "leader").get(url).content))
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    assert rows[0][:2] == ("单位", "合计")
    assert rows[-1][1] == sum(row[1] for row in rows[1:-1]) == Case.objects.filter(kind="request").count()
    table = list(csv.reader(io.StringIO(client(city, "chief").get(f"{url}&form=csv").content.decode("utf-8-sig"))))
    assert {row[0] for row in table} >= {"港湾派出所", "合计"}
    assert Entry.objects.filter(action="figures.export").count() == 2
    assert client(city, "handler").get(url).status_code == 403


def test_in_english(city: City) -> None:
    reader = client(city, "leader")
    page = reader.get(PAGE, headers={"Accept-Language": "en"}).content.decode()
    assert "Statistics" in page
    assert not re.search(r"[\u4e00-\u9fff]", re.sub(r"<th scope=\"row\">.*?</th>|<title>.*?</title>", "", _main(page)))


def _main(page: str) -> str:
    return page[page.index("<main") : page.index("</main>")]


@pytest.mark.parametrize("who", ["leader", "chief", "handler", "security_admin"])
def test_the_interface_tells_the_same(city: City, who: str) -> None:
    program: Any = caller(who)
    told = program.get("/statistics?since=2024-01").json()
    assert told["by"] == ["unit", "state", "month"]
    assert told["total"] == sum(row["count"] for row in told["items"])
    scope = "all" if who == "leader" else "unit"
    for row in told["items"][::9]:
        query = f"scope={scope}&unit={row['unit']}&state={row['state']}&since={row['month']}-01"
        last = 28 if row["month"].endswith("-02") else 30
        counted = program.get(f"/requests?{query}&until={row['month']}-{last}&count=true").json()["count"]
        assert counted == row["count"] or last == 30, row
    by_state = program.get("/statistics?since=2024-01&by=state").json()
    assert by_state["total"] == told["total"]
    assert all(set(row) == {"state", "count"} for row in by_state["items"])
    if who == "chief":
        port = program.get(f"/statistics?since=2024-01&unit={city.units['port'].pk}").json()
        assert port["total"] == told["total"] > 0
        assert program.get(f"/statistics?unit={city.units['river'].pk}").status_code == 422


def test_the_interface_says_what_it_cannot_count(city: City) -> None:
    program: Any = caller("leader")
    for query, field in (
        ("by=colour", "by"),
        ("by=,", "by"),
        ("kind=x", "kind"),
        ("state=x", "state"),
        ("since=2026-13", "since"),
        ("since=2026-05&until=2026-01", "until"),
        ("since=1999-01", "since"),
        ("unit=00000000-0000-0000-0000-000000000000", "unit"),
        ("months=3", "months"),
    ):
        answer = program.get(f"/statistics?{query}")
        assert answer.status_code == 422, query
        assert field in answer.json()["problems"], query
