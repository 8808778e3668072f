"""SAFEGUARDS 13: every exporter there is stands in one list, and no payload comes alive through any of them."""

import csv
import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

import pytest
from python_calamine import CalamineWorkbook

from huhang.base.sheets import template
from huhang.kinds.requests.importing import report
from huhang.kinds.requests.models import ImportRun
from huhang.reading.exports import Heading, Sheet
from huhang.reading.matters import tables
from huhang.register.units import queries as units
from tests.environment import ROOT
from tests.factories.city import NOW, make_city
from tests.plugins.figures import figure
from tests.reading.test_exports import LIVE, PAYLOADS, made

pytestmark = pytest.mark.django_db


def of_import_report(form: str) -> Callable[[list[str]], bytes]:
    """The report of an import whose columns and problems are called like the payloads."""

    def export(texts: list[str]) -> bytes:
        rows = [("1", text, text, text, text, text, text) for text in texts]
        with patch.object(report, "lines", lambda run: iter(rows)):
            return (report.as_csv if form == "csv" else report.as_xlsx)(ImportRun())

    return export


def of_supervision(texts: list[str]) -> bytes:
    """The workbook of supervision, twelve units at a time called like the payloads; the parts are glued for reading."""
    from django.test import Client

    city = make_city()
    client = Client()
    client.force_login(city.users["leader"], backend="huhang.base.people.backends.Officers")
    keys, books = [key for key in city.units if key != "bureau"], []
    for start in range(0, len(texts), len(keys)):
        for key, text in zip(keys, texts[start:], strict=False):
            city.units[key].short_name = text[:40]
            city.units[key].save()
        units.forget()
        with patch("django.utils.timezone.now", return_value=NOW):
            books.append(client.get("/supervision/export/").content)
    return b"\x00BOOK\x00".join(books)


def of_small_table(form: str, texts: list[str]) -> bytes:
    sheet = Sheet("事项", (Heading(texts[0], 10), Heading("标题", 30)), tuple((text, text) for text in texts))
    return tables.written(form, sheet, [[text, number] for number, text in enumerate(texts)])


def of_template(texts: list[str]) -> bytes:
    """A workbook to fill in, whose headings, words and drop-downs are called like the payloads."""
    columns = [template.TemplateColumn(t, t, values=(t, t), example=t) for t in texts]
    return template.written("表", columns, texts)


EXPORTERS: dict[str, Callable[[list[str]], bytes]] = {
    "list.csv": lambda texts: made("csv", texts),
    "list.xlsx": lambda texts: made("xlsx", texts),
    "import-report.csv": of_import_report("csv"),
    "import-report.xlsx": of_import_report("xlsx"),
    "supervision.xlsx": of_supervision,
    "template.xlsx": of_template,
    "table.csv": lambda texts: of_small_table("csv", texts),
    "table.xlsx": lambda texts: of_small_table("xlsx", texts),
}
WRITERS = {
    "reading/exports.py": ("list.csv", "list.xlsx"),
    "base/sheets/report.py": ("import-report.csv", "import-report.xlsx"),
    "base/sheets/template.py": ("template.xlsx",),
    "doors/supervision/export.py": ("supervision.xlsx",),
    "reading/matters/tables.py": ("table.csv", "table.xlsx"),
}
"""Modules that write tables, and which exporters of the list they are."""


def live_cells(name: str, raw: bytes) -> list[str]:
    """Cells a spreadsheet would run or follow."""
    if name.endswith(".csv"):
        rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
        return [cell for row in rows for cell in row if LIVE.match(cell)]
    found = []
    for book in raw.split(b"\x00BOOK\x00"):
        with zipfile.ZipFile(io.BytesIO(book)) as parts:
            names = [n for n in parts.namelist() if n.startswith("xl/worksheets/")]
            found += [n for n in names if re.search("<f[ >]|hyperlink", parts.read(n).decode())]
            found += [n for n in parts.namelist() if "external" in n.lower() or "vba" in n.lower()]
        CalamineWorkbook.from_filelike(io.BytesIO(book))  # it opens
    return found


@pytest.mark.parametrize("name", EXPORTERS)
def test_no_payload_comes_alive(name: str) -> None:
    assert len(PAYLOADS) >= 200
    assert live_cells(name, EXPORTERS[name](PAYLOADS)) == []
    figure(13, f"{name}: {len(PAYLOADS)} payloads, 0 live cells")


def test_every_module_that_writes_tables_is_in_the_list() -> None:
    source = Path(ROOT) / "src" / "huhang"
    writing = {
        str(path.relative_to(source))
        for path in source.rglob("*.py")
        if re.search(r"xlsxwriter\.Workbook|csv\.writer|csv\.DictWriter", path.read_text())
    }
    assert writing == set(WRITERS)
    assert {name for names in WRITERS.values() for name in names} == set(EXPORTERS)
