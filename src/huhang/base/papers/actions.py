"""Giving out document numbers without gaps."""

import uuid
from datetime import datetime

from django.db import connection, transaction

from huhang.base.access.context import SYSTEM, acting
from huhang.base.journal import actions as journal
from huhang.base.journal.rules import By
from huhang.base.papers.models import Paper
from huhang.kernel.numbering.documents import document_number
from huhang.kernel.worktime import Schedule

_NEXT = """
INSERT INTO papers_series (id, mark, year, last) VALUES (gen_random_uuid(), %s, %s, 1)
ON CONFLICT (mark, year) DO UPDATE SET last = papers_series.last + 1 RETURNING last
"""
"""The row stays locked until the transaction ends: two letters never get one number, an undone one leaves no gap."""


@transaction.atomic
def issue(*, mark: str, title: str, unit: uuid.UUID, case: uuid.UUID | None, by: By, now: datetime) -> Paper:
    """Takes the next number of a mark in the year of ``now`` (in Shanghai) and notes what it was given to.

    Raises:
        ValueError: the mark is not 2–20 Chinese characters.
    """
    year = Schedule().date_of(now).year
    document_number(mark, year, 1)  # a wrong mark is found before a number is spent
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [mark, year])
        n = int(cursor.fetchone()[0])
    paper = Paper(
        mark=mark,
        year=year,
        n=n,
        number=document_number(mark, year, n),
        title=title[:200],
        unit=unit,
        case=case,
        issued_at=now,
        issued_by=by.label,
    )
    with acting(SYSTEM):
        Paper.objects.bulk_create([paper])
    journal.write("paper.issue", by=by, now=now, case=case, data={"paper": str(paper.pk), "number": paper.number})
    return paper
