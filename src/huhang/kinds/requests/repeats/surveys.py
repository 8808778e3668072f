"""A year's survey brought in as a table: what people chose or wrote, by category (C6).

The table has a heading row with 类别 (a category's code or name), 问题 (what was asked or said), 票数 (how many chose
it) and 意见 (what was written). A row with an opinion and no number counts one vote.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from huhang.base.access.rules import Actor, Perm
from huhang.base.journal import actions as journal
from huhang.base.sheets.reading import read
from huhang.kernel.errors import Denied, Invalid
from huhang.kernel.text import clean, fold
from huhang.kinds.requests import catalogue
from huhang.kinds.requests.repeats.models import Survey, SurveyRow

MOST = 5_000
MOST_VOTES = 10_000_000
HEADINGS = {
    "category": ("类别", "分类", "category"),
    "topic": ("问题", "题目", "topic"),
    "votes": ("票数", "votes"),
    "opinion": ("意见", "opinion"),
}
NEEDED = ("category", "topic")


@dataclass(frozen=True)
class Entered:
    """A survey just brought in: how many rows, votes and opinions, in how many categories."""

    survey: Survey
    rows: int
    votes: int
    opinions: int
    categories: int


@transaction.atomic
def enter(*, name: str, year: int, content: bytes, by: Actor, now: datetime) -> Entered:
    """Reads the table and keeps it as the survey of its year; an earlier one of that year is kept but counts no more.

    Raises:
        Denied: no permission to supervise everything.
        Invalid: no name, no such year, not a table, or rows that cannot be used: each is named, and nothing is kept.
    """
    may_enter(by)
    return keep(name=name, year=year, rows=_rows(content), by=by, now=now)


def may_enter(by: Actor) -> uuid.UUID:
    """The officer who enters. Raises Denied for whoever does not supervise everything."""
    if by.user is None or not by.everything or not {Perm.SUPERVISE, Perm.COMMENT} <= by.perms:
        raise Denied("您没有导入问卷的权限。")
    return by.user


@transaction.atomic
def keep(*, name: str, year: int, rows: list[SurveyRow], by: Actor, now: datetime) -> Entered:
    """Keeps rows as the survey of a year, wherever they come from; raises as `enter` does."""
    user = may_enter(by)
    said = clean(name, max_length=80).replace("\n", " ")
    if not said:
        raise Invalid("请填写名称。", field="name")
    if not 2000 <= year <= now.year + 1:
        raise Invalid("请填写问卷的年度，例如 2026。", field="year")
    Survey.objects.filter(year=year, replaced_at=None).update(replaced_at=now)
    survey = Survey.objects.create(name=said, year=year, at=now, by_id=user, by_label=by.label)
    for row in rows:
        row.survey = survey
    SurveyRow.objects.bulk_create(rows)
    entered = Entered(
        survey,
        len(rows),
        sum(row.votes for row in rows),
        sum(bool(row.opinion) for row in rows),
        len({row.category for row in rows}),
    )
    data = {"survey": str(survey.pk), "year": year, "rows": entered.rows, "votes": entered.votes}
    journal.write("survey.enter", by=by, now=now, about=said, data=data)
    return entered


def _rows(content: bytes) -> list[SurveyRow]:
    table = read(content)
    if len(table.rows) < 2:
        raise Invalid("表里没有数据行：第一行是列名，下面每行一项。", field="file")
    if len(table.rows) - 1 > MOST:
        raise Invalid("一份问卷最多 %(most)d 行。", field="file", params={"most": MOST})
    places = _places([fold(str(cell or "")) for cell in table.rows[0]])
    known = _known()
    made, wrong = [], []
    for line, cells in zip(table.lines[1:], table.rows[1:], strict=True):
        got = {n: str(cells[at] if at < len(cells) and cells[at] is not None else "") for n, at in places.items()}
        row, problem = _row(line, got, known)
        if problem:
            wrong.append(f"{line}（{problem}）")
        else:
            made.append(row)
    if wrong:
        shown = "、".join(wrong[:8])
        raise Invalid("这些行不能用，改好再导入：%(lines)s", field="file", params={"lines": shown})
    return made


def _places(heads: list[str]) -> dict[str, int]:
    places = {name: at for name, words in HEADINGS.items() for at, head in enumerate(heads) if head in map(fold, words)}
    if any(name not in places for name in NEEDED):
        raise Invalid("第一行应当有“类别”和“问题”两列；“票数”“意见”可有可无。", field="file")
    return places


def _known() -> dict[str, str]:
    """Codes by code and by either name, folded, and by the last part of a name with a slash."""
    found: dict[str, str] = {}
    for code, body in catalogue.categories().items():
        for word in (code, str(body["name"]), str(body["name_en"]), str(body["name"]).rsplit("/", 1)[-1]):
            found.setdefault(fold(word), code)
    return found


def _row(line: int, got: dict[str, str], known: dict[str, str]) -> tuple[SurveyRow, str]:
    row = SurveyRow(line=line)
    try:
        row.topic = clean(got["topic"], max_length=200).replace("\n", " ")
        row.opinion = clean(got.get("opinion", ""), max_length=4000)
    except Invalid as problem:
        return row, problem.text
    row.category = known.get(fold(got["category"]), "")
    told = got.get("votes", "").strip().removesuffix(".0")
    if not row.category:
        return row, "没有这个类别"
    if told and not (told.isascii() and told.isdigit() and int(told) <= MOST_VOTES):
        return row, "票数应当是整数"
    row.votes = int(told) if told else int(bool(row.opinion))
    return row, "" if row.votes else "既没有票数也没有意见"
