"""Results, answers and opinions of a survey as the rows of a file in which nothing calculates (SAFEGUARDS 13)."""

from typing import Any

from django.utils.translation import gettext as _

from huhang.kinds.requests.catalogue import category_label
from huhang.kinds.requests.surveying import catalogue
from huhang.kinds.requests.surveying.models import Round
from huhang.reading.exports import Heading, Sheet
from huhang.reading.surveys.results import closed_questions, in_words, opinions_of, results, sheets_of

WHATS = ("results", "answers", "opinions")
Made = tuple[Sheet, list[list[Any]]]


def table(row: Round, what: str) -> Made:
    """One of `WHATS`: its sheet and its rows. Answers and opinions are separate files and cannot be joined."""
    return {"answers": _answers, "opinions": _opinions}.get(what, _results)(row)


def _about(row: Round) -> tuple[tuple[str, str], ...]:
    body = catalogue.sheet(row.questionnaire, row.version)
    return (
        (_("调查"), row.title),
        (_("问卷"), f"{catalogue.say(body)} v{row.version}"),
        (_("目的"), catalogue.say(body, "purpose")),
        (_("说明"), _("答卷不与被邀请者关联；文字意见与其他回答分开保存；人数太少时不显示。")),
    )


def _results(row: Round) -> Made:
    heads = (Heading(_("题目"), 40), Heading(_("选项或意见"), 40), Heading(_("份数"), 10), Heading(_("这题作答"), 10))
    sheet = Sheet(_("结果"), (*heads, Heading(_("占比"), 10), Heading(_("平均"), 10)), _about(row))
    rows: list[list[Any]] = []
    for told in results(row).questions:
        mean = None if told.mean is None else round(told.mean, 2)
        rows.append([told.label, "", None, told.base, None, mean])
        named = [(part.label, part.count) for part in told.parts] + [(g.label, g.count) for g in told.groups]
        rows += [[told.label, label, n, told.base, _percent(n, told.base), None] for label, n in named]
    return sheet, rows


def _percent(count: int, base: int) -> str:
    return f"{100 * count / base:.1f}%" if base else "—"


def _answers(row: Round) -> Made:
    heads = tuple(Heading(catalogue.say(one, "text"), 24) for one in closed_questions(row))
    return Sheet(_("答卷"), heads, _about(row)), [list(in_words(row, one)) for one in sheets_of(row, "", "") or []]


def _opinions(row: Round) -> Made:
    heads = (Heading(_("类别"), 24), Heading(_("归为"), 30), Heading(_("意见"), 80))
    said = opinions_of(row)
    rows = [
        [category_label(o.category, 0) if o.category else "", o.topic.name if o.topic else "", o.text] for o in said
    ]
    return Sheet(_("意见"), heads, _about(row)), rows
