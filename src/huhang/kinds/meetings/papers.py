"""The minutes of a joint meeting as an official document (L2; GB/T 9704-2012, 10.3)."""

from datetime import datetime

from django.conf import settings
from django.utils import translation

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.rules import Actor
from huhang.base.catalog import queries as catalog
from huhang.base.papers.actions import issue
from huhang.base.papers.minutes import Minutes, Talked, compose_minutes
from huhang.base.papers.rules import date_words, mark_of
from huhang.cases.actions.talking import attach_paper
from huhang.cases.models import Attachment, Case
from huhang.kernel.worktime import Schedule
from huhang.kinds.meetings import queries
from huhang.kinds.meetings.models import Decision
from huhang.register.units.models import Unit
from huhang.register.units.queries import tree


def write_minutes(case: Case, *, by: Actor, now: datetime) -> Attachment:
    """Numbers the minutes, writes them as a Word file, and seals it among the files of the meeting.

    Whoever may adopt minutes may not always add files; the file is what was said already, so the system adds it.

    Raises:
        Unavailable: the bureau's own template cannot be filled.
    """
    with translation.override(settings.LANGUAGE_CODE), acting(SYSTEM, apart=False):
        unit, known = Unit.objects.get(pk=case.unit_id), case.meeting
        title = case.title.removesuffix("纪要").removesuffix("会议") + "会议纪要"
        mark = mark_of(unit.short_name, settings.HUHANG_CITY, "公安", end="纪")
        paper = issue(mark=mark, title=title, unit=unit.pk, case=case.pk, by=by, now=now)
        when = catalog.schedule().local(known.held_at or known.meets_at)
        items, decided = queries.items(case), queries.decisions(case)
        open_ones = Case.objects.filter(pk__in=[one.about_id for one in items], sensitive=False)
        numbers = dict(open_ones.values_list("pk", "number"))  # of a sensitive one the words must do
        told = Minutes(
            organ=unit.name,
            number=paper.number,
            title=title,
            when=f"{date_words(when.date())} {when:%H:%M}",
            place=case.place,
            present=_lines(known.present),
            items=[
                Talked(
                    item.topic,
                    f"事项 {number}" if (number := numbers.get(item.about_id)) else "",
                    _lines(item.minutes),
                    [_decided(row) for row in decided.get(item.pk, [])],
                )
                for item in items
            ],
            dated=Schedule().date_of(now),
        )
        content = compose_minutes(told)
        return attach_paper(case, number=paper.number, content=content, label="会议纪要", by=SYSTEM, now=now)


def _lines(text: str) -> list[str]:
    return [line for one in text.split("\n") if (line := one.strip())]


def _decided(row: Decision) -> str:
    what, unit = row.what.rstrip("。"), tree().label(row.unit_id)
    return f"{what}。由{unit}在 {row.days} 个工作日内落实（{row.number}）。"
