"""FACES "Where is it stuck?": the page, who may open it, what it costs, and that its numbers open their rows."""

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from io import BytesIO
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection
from django.test import Client
from openpyxl import load_workbook

from huhang.base.access.context import acting
from huhang.cases.actions import move
from huhang.cases.models import Case
from tests.factories.city import NOW, City, filed, make_city

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> City:
    return make_city()


@pytest.fixture(autouse=True)
def _the_hour_stands_still() -> Iterator[None]:
    with patch("django.utils.timezone.now", return_value=NOW):
        yield


def go(city: City, case: Case, who: str, name: str, *, now: Any = NOW, **values: Any) -> None:
    actor = city.actor(who)
    with acting(actor):
        move(case_id=case.pk, name=name, values=values, by=actor, now=now)


def dispatched(city: City, unit: str = "harbour", *, now: Any = NOW, **values: Any) -> Case:
    case = filed(city, now=now, **values).case
    go(city, case, "dispatcher", "classify", now=now, category="PS-02", nature="help", urgency="0")
    go(city, case, "dispatcher", "dispatch", now=now, unit=city.units[unit].pk)
    return case


def busy(city: City) -> None:
    for days in (0, 1, 3, 9, 20):
        for unit, handler in (("harbour", "handler"), ("river", "other_handler"), ("trucks", "traffic")):
            at = NOW - timedelta(days=days)
            case = dispatched(city, unit, now=at)
            go(city, case, handler, "sign", now=at)
            if days in (1, 9):
                go(
                    city,
                    case,
                    handler,
                    "answer",
                    result="solved",
                    proof="处警 12",
                    answer="好了",
                    now=at + timedelta(hours=1),
                )
            if days == 9:
                go(city, case, "revisitor", "revisit", reached="yes", solved="yes", stars="4")
                go(city, case, "revisitor", "close")


def client(city: City, who: str = "leader") -> Client:
    made = Client()
    made.force_login(city.users[who], backend="huhang.base.people.backends.Officers")
    return made


def read(city: City, url: str, who: str = "leader", status: int = 200) -> str:
    answer = client(city, who).get(url)
    assert answer.status_code == status, answer.content.decode()[:3000]
    return answer.content.decode()


def test_every_number_on_the_page_opens_exactly_that_many_rows(city: City) -> None:
    busy(city)
    reader = client(city)
    seen = 0
    for url in ("/supervision/?period=today", "/supervision/?period=quarter"):
        page = reader.get(url).content.decode()
        links = re.findall(r'href="(/supervision/rows/\?[^"]+)"[^>]*>([\d,]+)(?:<small>(/[\d,]+)?</small>)?</a>', page)
        assert len(links) > 60
        for link, number, _small in links:
            told = re.search(r"<h1>[^<]* · ([\d,]+) 件</h1>", reader.get(unescape(link)).content.decode())
            assert told, link
            assert told[1] == number, link
            seen += 1
    assert seen > 150


def test_a_share_opens_its_numerator_and_names_its_n(city: City) -> None:
    busy(city)
    page = read(city, "/supervision/?period=month")
    shares = re.findall(r'href="(/supervision/rows/\?[^"]+)"[^>]*>([\d.]+)%<small>(\d+)/(\d+)</small>', page)
    assert shares
    reader = client(city)
    for link, _share, count, _n in shares:
        told = re.search(r"<h1>[^<]* · ([\d,]+) 件</h1>", reader.get(unescape(link)).content.decode())
        assert told
        assert told[1] == count


def test_nothing_is_a_dash_and_never_nought_per_cent(city: City) -> None:
    page = read(city, "/supervision/")
    assert "—" in page
    assert "0%" not in re.sub(r"<text.*?</text>", "", page)


def test_units_with_few_cases_are_listed_apart_and_said_not_to_be_ranked(city: City) -> None:
    busy(city)
    page = read(city, "/supervision/?sort=-satisfied")
    assert "少于 10 件，不排名" in page
    for unit in ("临港分局", "河市县局", "交警支队", "诉求中心"):
        assert unit in page


def statements(reader: Client, url: str) -> list[str]:
    told: list[str] = []
    with connection.execute_wrapper(lambda run, sql, p, m, c: (told.append(sql), run(sql, p, m, c))[1]):
        assert reader.get(url).status_code == 200
    return [sql for sql in told if not re.match(r"(SAVEPOINT|RELEASE|ROLLBACK)", sql)]


@pytest.mark.parametrize("many", [1, 3])
def test_the_page_costs_at_most_twelve_statements_whatever_its_size(city: City, many: int) -> None:
    for _ in range(many):
        busy(city)
    for who in ("leader", "chief"):
        reader = client(city, who)
        for url, most in (
            ("/supervision/", 12),
            ("/supervision/cards/", 8),
            ("/supervision/rows/?figure=received&period=year", 5),
            ("/supervision/units/", 6),
            ("/supervision/late/", 5),
        ):
            reader.get(url)  # catalogue and tree are then in memory
            real = statements(reader, url)
            # inside the test's own transaction the former actor is told again at the end: one set_config more
            assert len(real) - 1 <= most, "\n".join(sql[:200] for sql in real)


@pytest.mark.parametrize("who", ["clerk", "handler", "dispatcher", "liaison", "revisitor", "security_admin"])
def test_who_does_not_supervise_is_refused(city: City, who: str) -> None:
    for url in ("/supervision/", "/supervision/rows/?figure=late", "/supervision/late/", "/supervision/export/"):
        read(city, url, who, 403)


def test_a_stranger_is_sent_to_sign_in() -> None:
    assert Client().get("/supervision/").status_code == 302


def test_a_chief_finds_his_branch_and_no_other(city: City) -> None:
    busy(city)
    page = read(city, "/supervision/", "chief")
    assert "港湾派出所" in page
    assert "河东派出所" not in page
    for unit in ("river_county", "river", "bureau"):
        read(city, f"/supervision/?unit={city.units[unit].pk}", "chief", 404)
        read(city, f"/supervision/rows/?figure=received&unit={city.units[unit].pk}", "chief", 404)
    read(city, f"/supervision/?unit={city.units['harbour'].pk}", "chief")


def test_a_period_that_cannot_be_is_said_so_and_the_page_still_stands(city: City) -> None:
    page = read(city, "/supervision/?period=custom&from=2026-11-20&to=2026-11-01", status=422)
    assert "结束日期早于开始日期" in page
    read(city, "/supervision/rows/?figure=nothing", status=404)
    read(city, "/supervision/rows/?figure=late&left=never", status=404)
    read(city, "/supervision/?unit=x", status=404)


def test_pages_of_rows_show_every_case_once_in_both_directions(city: City) -> None:
    for _ in range(57):
        filed(city)
    reader = client(city)
    url, numbers = "/supervision/rows/?figure=received&period=today", []
    first = reader.get(url).content.decode()
    numbers += re.findall(r'class="t" href="[^"]*/cases/([^/"]+)/"', first)
    older = re.search(r'href="([^"]+)" rel="next"', first)
    assert older
    second = reader.get("/supervision/rows/" + unescape(older[1])).content.decode()
    numbers += re.findall(r'class="t" href="[^"]*/cases/([^/"]+)/"', second)
    assert len(numbers) == len(set(numbers)) == 57
    newer = re.search(r'href="([^"]+)" rel="prev"', second)
    assert newer
    again = reader.get("/supervision/rows/" + unescape(newer[1])).content.decode()
    assert re.findall(r'class="t" href="[^"]*/cases/([^/"]+)/"', again) == numbers[:50]
    assert 'rel="prev"' not in again


def test_a_pending_extension_waits_for_a_supervisor_and_not_for_a_leader(city: City) -> None:
    case = dispatched(city)
    go(city, case, "handler", "sign")
    go(city, case, "handler", "ask_extension", amount=3, reason="等鉴定")
    link = f"/desk/cases/{case.number}/moves/decide_extension/"
    assert link in read(city, "/supervision/", "supervisor")
    assert link in read(city, "/supervision/", "chief")
    assert link not in read(city, "/supervision/", "leader")


def test_late_cases_stand_under_their_branch_the_latest_first(city: City) -> None:
    for days in (30, 60, 45):
        dispatched(city, now=NOW - timedelta(days=days))
    dispatched(city, "river", now=NOW - timedelta(days=40))
    page = read(city, "/supervision/late/")
    assert page.index("临港分局 · 3") < page.index("河市县局 · 1")
    order = re.findall(r'class="t" href="[^"]*/cases/([^/"]+)/"', page)
    due = dict(Case.objects.values_list("number", "due_at"))
    assert [due[n] for n in order[:3]] == sorted(due[n] for n in order[:3])


def test_the_page_prints_and_speaks_english(city: City) -> None:
    busy(city)
    paper = read(city, "/supervision/print/?period=year")
    assert len(re.findall(r"<tr>", paper)) > 30 + 10
    assert 'viewBox="0 0 520 200"' in paper
    page = client(city).get("/supervision/", headers={"accept-language": "en"}).content.decode()
    assert 'lang="en' in page


def test_no_page_carries_a_style_attribute_or_a_script_of_its_own(city: City) -> None:
    busy(city)
    for url in ("/supervision/", "/supervision/print/", "/supervision/late/", "/supervision/rows/?figure=received"):
        page = read(city, url)
        assert " style=" not in page
        assert not re.search(r"<script(?![^>]*\bsrc=)", page)


def test_the_workbook_holds_the_same_numbers_and_nothing_that_runs(city: City) -> None:
    busy(city)
    answer = client(city).get("/supervision/export/?period=quarter")
    assert answer.status_code == 200
    book = load_workbook(BytesIO(answer.content))
    units = book["单位"]
    heads = [c.value for c in units[1]]
    rows = {r[0]: dict(zip(heads, r, strict=True)) for r in units.iter_rows(min_row=2, values_only=True)}
    assert rows["合计"]["受理"] == 15
    assert rows["临港分局"]["满意率 n"] == 1
    assert all(c.data_type != "f" for sheet in book for line in sheet.iter_rows() for c in line)
    from huhang.base.journal.models import Entry

    assert Entry.objects.filter(action="figures.export").count() == 1


def test_an_auditor_reads_everything_and_exports_nothing(city: City) -> None:
    assert "/supervision/export/" not in read(city, "/supervision/", "auditor")
    read(city, "/supervision/export/", "auditor", 403)
