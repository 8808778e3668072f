"""C5: numbers of letters run per year and mark without gaps, however many are written at once."""

import threading
from datetime import UTC, datetime

import pytest
from django.db import connection, transaction

from huhang.base.access.context import SYSTEM, acting
from huhang.base.papers.actions import issue
from huhang.base.papers.models import Paper
from huhang.kernel.numbering import uuid7
from tests.plugins.figures import figure

AT = datetime(2026, 11, 20, 2, tzinfo=UTC)
NEW_YEAR = datetime(2026, 12, 31, 16, 30, tzinfo=UTC)
"""Half past midnight on the first of January in Shanghai."""


def numbered(mark: str = "港湾派出所函", at: datetime = AT) -> str:
    with acting(SYSTEM):
        return issue(mark=mark, title="函", unit=uuid7(), case=None, by=SYSTEM, now=at).number


@pytest.mark.django_db
def test_numbers_run_per_mark_and_year() -> None:
    assert [numbered() for _ in range(2)] == ["港湾派出所函〔2026〕1号", "港湾派出所函〔2026〕2号"]
    assert numbered("码头派出所函") == "码头派出所函〔2026〕1号"
    assert numbered(at=NEW_YEAR) == "港湾派出所函〔2027〕1号"
    assert numbered() == "港湾派出所函〔2026〕3号"


@pytest.mark.django_db
def test_an_undone_letter_leaves_no_gap() -> None:
    numbered()
    with transaction.atomic():
        numbered()
        transaction.set_rollback(True)
    assert numbered() == "港湾派出所函〔2026〕2号"


def test_many_at_once_leave_no_gap_and_no_number_twice(own_database: str) -> None:
    each, hands, got = 5, 8, []

    def write(hand: int) -> None:
        try:
            for n in range(each):
                try:
                    with acting(SYSTEM):
                        paper = issue(mark="港湾派出所函", title="函", unit=uuid7(), case=None, by=SYSTEM, now=AT)
                        if (hand + n) % 4 == 0:  # every fourth is undone
                            raise RuntimeError
                    got.append(paper.n)
                except RuntimeError:
                    pass
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=(hand,)) for hand in range(hands)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with acting(SYSTEM):
        kept = sorted(Paper.objects.values_list("n", flat=True))
    assert kept == sorted(got) == list(range(1, len(got) + 1))
    figure(16, f"{len(got)} letters numbered by {hands} at once, {each * hands - len(got)} undone: 0 gaps, 0 twice")
