"""What the letters say. Only what the officer asks goes into them: neither title nor words of the request (PIPL §6)."""

import uuid
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.rules import Actor
from huhang.base.papers.actions import issue
from huhang.base.papers.composing import compose
from huhang.base.papers.rules import Letter, date_words, mark_of
from huhang.cases.actions.talking import attach_paper
from huhang.cases.models import Attachment, Case
from huhang.kernel.worktime import Schedule
from huhang.register.units.models import Unit


def day_words(moment: datetime) -> str:
    """The day of an instant in Shanghai, as letters say it."""
    return date_words(Schedule().date_of(moment))


def write(
    case: Case, *, unit_id: uuid.UUID, to: str, title: str, body: list[str], label: str, by: Actor, now: datetime
) -> tuple[str, Attachment]:
    """Numbers a letter, writes it as a Word file, and seals it among the files of the case."""
    with acting(SYSTEM):
        unit = Unit.objects.get(pk=unit_id)
    paper = issue(
        mark=mark_of(unit.short_name, settings.HUHANG_CITY, "公安", end="函"),
        title=title,
        unit=unit.pk,
        case=case.pk,
        by=by,
        now=now,
    )
    note = "联系单位：" + unit.name + (f"，电话：{unit.phone}" if unit.phone else "")
    letter = Letter(unit.name, paper.number, title, to, body, Schedule().date_of(now), note=note)
    made = attach_paper(case, number=paper.number, content=compose(letter), label=str(label), by=by, now=now)
    return paper.number, made


def refer(case: Case, *, body: Any, asked: str, due_at: datetime, by: Actor, now: datetime) -> tuple[str, Attachment]:
    """The letter that asks."""
    with translation.override(settings.LANGUAGE_CODE):
        return write(
            case,
            unit_id=case.unit_id,
            to=str(body["name"]),
            title=f"关于协助办理诉求 {case.number} 有关事项的函",
            body=[
                f"我单位正在办理编号为 {case.number} 的群众（企业）诉求，其中有关事项属于贵单位职责"
                f"（{body['for']}），请予协助。具体如下：",
                *[line.strip() for line in asked.split("\n") if line.strip()],
                f"请于 {day_words(due_at)}前（{body['days']} 个工作日内）将办理情况函复我单位，以便答复诉求人。"
                "逾期未复，我单位将发函催办。",
                "特此函达。",
            ],
            label=_("公函"),
            by=by,
            now=now,
        )


def urge(case: Case, referral: Any, *, by: Actor, now: datetime) -> tuple[str, Attachment]:
    """The letter of reminder: which letter, since when, the how-maniest time."""
    with translation.override(settings.LANGUAGE_CODE):
        nth = f"（第 {referral.urged + 1} 次催办）"
        due = referral.clock.due_at
        late = f"，现已超过函复期限（{day_words(due)}）" if now >= due else f"，函复期限为 {day_words(due)}"
        return write(
            case,
            unit_id=case.unit_id,
            to=referral.name,
            title=f"关于催办诉求 {case.number} 有关事项的函",
            body=[
                f"我单位于 {day_words(referral.sent_at)}以《{referral.number}》请贵单位协助办理编号为 {case.number} "
                f"的群众（企业）诉求{late}，尚未收到函复{nth}。",
                "请尽快办理并函复；确需更多时间的，请书面说明原因和预计完成的日期，以便我单位如实告知诉求人。",
                "特此函达。",
            ],
            label=_("催办函"),
            by=by,
            now=now,
        )
