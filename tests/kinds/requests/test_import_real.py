"""A4: 2,786 real messages go in once, keep their original rows, and are found by any two characters they hold."""

import csv
import random
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from huhang.base.access.context import SYSTEM, acting
from huhang.base.journal.models import Entry
from huhang.cases.models import Case
from huhang.cases.search import patterns, tsquery
from huhang.kernel.text import fold, query_words
from huhang.kinds.requests.importing import actions
from huhang.kinds.requests.models import ImportRow, ImportRun, Request
from tests.factories.city import NOW, make_city

FILE = Path(settings.PROJECT).parent / "shared" / "data" / "citizen_messages.csv"
ROWS = 2786

pytestmark = pytest.mark.skipif(not FILE.exists(), reason="../shared/data/citizen_messages.csv is not there")


def found(words: str) -> set[object]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM cases_found(%s::tsquery, %s, %s)", [tsquery(words), patterns(words), 10_000])
        return {row[0] for row in cursor.fetchall()}


def substrings(texts: list[str], *, number: int) -> list[str]:
    """Random runs of two to six letters as they stand in the texts."""
    dice = random.Random(20260101)
    made: list[str] = []
    while len(made) < number:
        text = dice.choice(texts)
        length = dice.randint(2, 6)
        at = dice.randrange(max(1, len(text) - length))
        piece = text[at : at + length]
        if len(piece) >= 2 and all(letter.isalnum() for letter in piece):
            made.append(piece)
    return made


def test_the_real_messages_go_in_once_and_every_two_characters_are_found(own_database: str) -> None:
    content = FILE.read_bytes()
    with acting(SYSTEM):
        make_city()
    with acting(SYSTEM):
        start = time.perf_counter()
        run = actions.check_file(name=FILE.name, content=content, by=SYSTEM, now=NOW)
        checked = time.perf_counter() - start
        actions.begin(run_id=run.pk, good_only=False, by=SYSTEM, now=NOW, in_background=False)
    assert (run.total, run.bad, run.repeated) == (ROWS, 0, 0)

    start = time.perf_counter()
    actions.file_rows(run.pk)
    took = time.perf_counter() - start
    print(f"\nchecked {ROWS} rows in {checked:.2f} s, filed them in {took:.1f} s: {ROWS / took:.0f} rows/s")

    with acting(SYSTEM):
        run = ImportRun.objects.get(pk=run.pk)
        assert (run.imported, run.repeated, run.bad) == (ROWS, 0, 0)
        assert Entry.objects.filter(action="request.open").count() == ROWS
        keeps_every_row(content)
        is_open_and_late()
        finds_what_a_scan_finds()

    with acting(SYSTEM):
        again = actions.check_file(name="again.csv", content=content, by=SYSTEM, now=NOW)
        assert (again.total, again.bad, again.repeated) == (ROWS, 0, ROWS)
        actions.begin(run_id=again.pk, good_only=False, by=SYSTEM, now=NOW, in_background=False)
    actions.file_rows(again.pk)
    with acting(SYSTEM):
        again.refresh_from_db()
        assert (again.imported, again.repeated) == (0, ROWS)
        assert Case.objects.count() == ROWS


def keeps_every_row(content: bytes) -> None:
    """The original row stands with each request, cell for cell."""
    original = list(csv.DictReader(content.decode("utf-8-sig").splitlines(keepends=True)))
    lines = dict(ImportRow.objects.order_by("line").values_list("line", "case_id"))
    kept = dict(Request.objects.values_list("case_id", "source_row"))
    for row, case in zip(original, lines.values(), strict=True):
        assert kept[case]["cells"] == {heading: cell for heading, cell in row.items() if cell}


def is_open_and_late() -> None:
    """C3: what came years ago is open and late, not quietly given a new date."""
    old = Case.objects.filter(received_at__lt=datetime(2020, 6, 1, tzinfo=UTC))
    assert old.count() == 1245
    assert not old.filter(is_open=False).exists()
    assert not old.filter(due_at__gt=NOW).exists()
    assert not old.filter(received_at__year__gte=2015, received_at__lt=datetime(2020, 1, 1, tzinfo=UTC)).filter(
        due_provisional=True
    )
    assert old.filter(received_at__year__lt=2014, due_provisional=True).exists()


def finds_what_a_scan_finds() -> None:
    """Search is exact: the same ids as a scan of every folded text, for three hundred random pieces."""
    texts = {pk: fold(f"{title}\n{body}") for pk, title, body in Case.objects.values_list("pk", "title", "body")}
    pieces = substrings([*texts.values()], number=300)
    for piece in pieces:
        wanted = {pk for pk, text in texts.items() if all(word in text for word in query_words(piece))}
        assert found(piece) == wanted, piece
