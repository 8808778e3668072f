"""The papers of a dispute: the agreement every party is read, and letters to other authorities."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import translation

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.rules import Actor
from huhang.base.papers.actions import issue
from huhang.base.papers.agreement import Agreement, compose_agreement
from huhang.base.papers.composing import compose
from huhang.base.papers.rules import Letter as Paper
from huhang.base.papers.rules import date_words, mark_of
from huhang.base.vault import actions as vault
from huhang.cases.actions.talking import attach_paper
from huhang.cases.models import Attachment, Case
from huhang.kernel.worktime import Schedule
from huhang.kinds.disputes import queries
from huhang.kinds.disputes.models import Letter, Party
from huhang.kinds.disputes.rules import SIDES
from huhang.register.units.models import Unit

NAME = "dispute.party"
"""What a party's name is sealed for."""


def _unit(case: Case) -> Unit:
    with acting(SYSTEM):
        return Unit.objects.get(pk=case.unit_id)


def _mark(unit: Unit, end: str) -> str:
    return mark_of(unit.short_name, settings.HUHANG_CITY, "公安", end=end)


def _name(one: Party, case: Case, by: Actor, now: datetime) -> str:
    """The full name, for the paper each party signs; reading it is a line of the journal (SAFEGUARDS 10)."""
    if one.name_sealed is None:
        return one.name_masked
    why = "制作调解协议书"
    return vault.reveal(bytes(one.name_sealed), NAME, person=one.person_id, why=why, by=by, now=now, case=case.pk)


def write_agreement(case: Case, terms: str, *, by: Actor, now: datetime) -> Attachment:
    """Numbers the agreement, writes it as a Word file, and seals it among the files of the case."""
    with translation.override(settings.LANGUAGE_CODE):
        unit, sides = _unit(case), {code: str(label) for code, label in SIDES}
        title = "调解协议书"
        paper = issue(mark=_mark(unit, "调"), title=title, unit=unit.pk, case=case.pk, by=by, now=now)
        paper_of = Agreement(
            organ=unit.name,
            number=paper.number,
            title=title,
            parties=[(sides.get(one.side, ""), _name(one, case, by, now)) for one in queries.parties(case)],
            about=[line.strip() for line in case.body.split("\n") if line.strip()],
            terms=[line.strip() for line in terms.split("\n") if line.strip()],
            dated=Schedule().date_of(now),
        )
        content = compose_agreement(paper_of)
        return attach_paper(case, number=paper.number, content=content, label=title, by=by, now=now)


def write_letter(
    case: Case, *, body: Any, asked: str, due_at: datetime, by: Actor, now: datetime
) -> tuple[str, Attachment]:
    """The letter to another authority: only what is asked goes into it, nobody's name (PIPL §6)."""
    with translation.override(settings.LANGUAGE_CODE):
        unit = _unit(case)
        title = f"关于协助化解纠纷 {case.number} 有关事项的函"
        paper = issue(mark=_mark(unit, "函"), title=title, unit=unit.pk, case=case.pk, by=by, now=now)
        until = date_words(Schedule().date_of(due_at))
        lines = [
            f"我单位正在调解编号为 {case.number} 的一起纠纷，其中有关事项属于贵单位职责（{body['for']}），"
            "请予协助。具体如下：",
            *[line.strip() for line in asked.split("\n") if line.strip()],
            f"请于 {until}前（{body['days']} 个工作日内）将处理情况函复我单位，以便告知当事人。",
            "特此函达。",
        ]
        return paper.number, _sent(case, unit, paper.number, title, str(body["name"]), lines, "公函", by=by, now=now)


def write_urging(case: Case, letter: Letter, *, by: Actor, now: datetime) -> str:
    """The letter of reminder for one that was not answered; gives its number."""
    with translation.override(settings.LANGUAGE_CODE):
        unit = _unit(case)
        title = f"关于催办纠纷 {case.number} 有关事项的函"
        paper = issue(mark=_mark(unit, "函"), title=title, unit=unit.pk, case=case.pk, by=by, now=now)
        limit = date_words(Schedule().date_of(due)) if (due := letter.clock.due_at) else ""
        passed = f"，现已超过函复期限（{limit}）" if due and now >= due else f"，函复期限为 {limit}"
        lines = [
            f"我单位于 {date_words(Schedule().date_of(letter.sent_at))}以《{letter.number}》请贵单位协助化解编号为 "
            f"{case.number} 的一起纠纷{passed}，尚未收到函复（第 {letter.urged} 次催办）。",
            "请尽快处理并函复；确需更多时间的，请书面说明原因和预计完成的日期，以便告知当事人。",
            "特此函达。",
        ]
        _sent(case, unit, paper.number, title, letter.name, lines, "催办函", by=by, now=now)
        return paper.number


def _sent(
    case: Case, unit: Unit, number: str, title: str, to: str, lines: list[str], label: str, *, by: Actor, now: datetime
) -> Attachment:
    note = "联系单位：" + unit.name + (f"，电话：{unit.phone}" if unit.phone else "")
    told = Paper(unit.name, number, title, to, lines, Schedule().date_of(now), note=note)
    return attach_paper(case, number=number, content=compose(told), label=label, by=by, now=now)
