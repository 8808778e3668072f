"""Posts and who is posted there from Excel: a template, a check row by row, saving, and taking it back (A4, B4)."""

import uuid
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.rules import Actor
from huhang.base.journal import actions as journal
from huhang.base.people.models import User
from huhang.base.sheets import cells, template
from huhang.base.sheets.cells import Cell
from huhang.base.sheets.headings import Plan, Vocabulary, wanted
from huhang.base.sheets.lying import LYING
from huhang.base.sheets.reading import read
from huhang.base.sheets.template import TemplateColumn
from huhang.kernel.errors import Conflict, Denied, Invalid, Missing, Refusal
from huhang.kernel.text import clean
from huhang.kernel.worktime import Schedule
from huhang.register.posts import actions, queries
from huhang.register.posts.models import Import, Post, Proposal, Stay
from huhang.register.subjects import queries as register
from huhang.register.subjects.models import Subject
from huhang.register.units.queries import by_name, tree

MOST, UNDO = 5000, timedelta(days=1)

POSTS = Vocabulary(
    (
        wanted("number", "警务站编号", "编号 number"),
        wanted("name", "警务站名称", "名称 站名 name", needed=True),
        wanted("host", "设在哪里", "企业 景区 主体 所在主体 信用代码 host", needed=True),
        wanted("unit", "派出单位", "派出所 责任单位 unit"),
        wanted("place", "位置", "地址 place"),
        wanted("opened_on", "设立日期", "设站日期 opened_on", needed=True),
        wanted("why", "为什么设", "设立原因 why", needed=True),
    )
)
OFFICERS = Vocabulary(
    (
        wanted("post", "警务站编号", "警务站 编号 post", needed=True),
        wanted("officer", "警号", "民警警号 officer", needed=True),
        wanted("starts_on", "从哪天起", "起 开始日期 派驻日期 starts_on", needed=True),
        wanted("ends_on", "到哪天止", "止 结束日期 ends_on"),
        wanted("why", "为什么派驻", "派驻原因 why", needed=True),
        wanted("ended_why", "为什么离开", "离站原因 ended_why"),
    )
)
VOCABULARIES: Mapping[str, Vocabulary] = {"posts": POSTS, "officers": OFFICERS}
_ABOUT = {
    "number": "主体库里已有这个警务站时填；已经设立的不改动",
    "name": "主体库里没有的，照这个名称登记",
    "host": "所在企业、项目、园区、景区的编号、信用代码或全称；必须已经登记",
    "unit": "简称、全称或机构代码；不填是所在主体的责任单位",
    "post": "警务站的主体编号或全称",
    "officer": "民警的警号",
    "ends_on": "不填是长期；最后一天也算在站",
}


def template_of(what: str) -> bytes:
    """The workbook to fill in.

    Raises:
        Missing: there is no such table.
    """
    if what not in VOCABULARIES:
        raise Missing
    title = str(Import.What(what).label)
    columns = [
        TemplateColumn(
            heading=one.label,
            about=_ABOUT.get(one.key, ""),
            width=24 if one.key in ("name", "host", "post", "why", "place") else 14,
            values=tuple(sorted(by_name())) if one.key == "unit" else (),
            only=False,
            needed=one.needed,
            moment="day" if one.key.endswith("_on") else "",
        )
        for one in VOCABULARIES[what].things
    ]
    notes = [
        _("填好“%(sheet)s”这一张再上传；先逐行检查，您确认后才保存。") % {"sheet": title},
        _("一次导入可以在一天内整批撤销；已经有隐患、纠纷的警务站不撤销，会逐行说明。"),
    ]
    return template.written(title, columns, notes)


@transaction.atomic
def check(*, what: str, name: str, data: bytes, by: Actor, now: datetime) -> Import:
    """Reads a table and says of each row what would be done, or what is wrong. Nothing is changed yet.

    Raises:
        Denied: whoever decides on no post, and programs without an officer.
        Invalid: no table, no heading, or too many rows.
    """
    if by.user is None or what not in VOCABULARIES:
        raise Denied
    table = read(data)
    if len(table.rows) > MOST + 1:
        raise Invalid("一次最多导入 %(most)d 行，请拆成几个文件。", field="file", params={"most": MOST})
    plan = VOCABULARIES[what].plan_for(table, {})
    judge: Callable[..., dict[str, Any]] = _post_row if what == "posts" else _stay_row
    units, rows = by_name(), []
    for line, row in list(zip(table.lines, table.rows, strict=True))[plan.heading_row + 1 :]:
        rows.append({"line": line, **_judged(judge, plan, row, units, by, now)})
    made = Import.objects.create(what=what, name=clean(name, max_length=120), by_id=by.user, created_at=now, rows=rows)
    data_ = {"import": str(made.pk), "what": what, "rows": len(rows), "wrong": made.count("wrong")}
    journal.write("post.import_check", by=by, now=now, data=data_)
    return made


def _judged(
    judge: Callable[..., dict[str, Any]], plan: Plan, row: list[Cell], units: Any, by: Actor, now: datetime
) -> dict[str, Any]:
    try:
        return judge(_Row(plan, row, Schedule().date_of(now)), units, by)
    except Refusal as wrong:
        return {"sort": "wrong", "words": _first(plan, row), "values": {}, **_told(wrong)}


def _told(wrong: Refusal) -> dict[str, Any]:
    """What is wrong, so that a page can say it in its own language."""
    return {"problem": wrong.message, "params": {name: str(value) for name, value in wrong.params.items()}}


def _first(plan: Plan, row: list[Cell]) -> str:
    told = (cells.said(row[one.index]) for one in plan.columns if one.field and one.index < len(row))
    return next((text for text in told if text), "")[:60]


class _Row:
    """The cells of one row by what they hold."""

    def __init__(self, plan: Plan, row: list[Cell], today: date) -> None:
        self._plan, self._row, self.today = plan, row, today

    def _cell(self, name: str) -> Cell:
        column = self._plan.of(name)
        return self._row[column.index] if column is not None and column.index < len(self._row) else None

    def text(self, name: str, most: int = 200, *, needed: str = "") -> str:
        said = cells.code(self._cell(name), most=most)
        if needed and not said:
            raise Invalid(needed, field=name)
        return said

    def day(self, name: str) -> date | None:
        cell = self._cell(name)
        return None if cells.is_blank(cell) else Schedule().date_of(cells.moment(cell))


def _post_row(row: _Row, units: Mapping[str, uuid.UUID], by: Actor) -> dict[str, Any]:
    number, name = row.text("number", 20), row.text("name", 120, needed="请填写警务站名称。")
    station = register.by_key(by, number) if number else None
    if number and (station is None or station.kind != Subject.Kind.POST):
        raise Invalid("主体库里没有这个编号的警务站。", field="number")
    if station is not None and Post.objects.filter(station=station).exists():
        return {"sort": "same", "words": name, "problem": "", "values": {}}
    host = register.by_key(by, row.text("host", 120, needed="请写明设在哪里。"))
    if host is None:
        raise Invalid("没有找到，请填它的编号、信用代码或全称。", field="host")
    if station is None and Post.objects.filter(host=host, station__name=name, closed_on__isnull=True).exists():
        return {"sort": "same", "words": name, "problem": "", "values": {}}
    said = row.text("unit", 80)
    if said and said not in units:
        raise Invalid("没有找到这个单位，请写简称、全称或机构代码。", field="unit")
    unit = units[said] if said else host.unit_id
    _may(by, unit)
    opened = row.day("opened_on")
    if opened is None or opened > row.today:
        raise Invalid("设立日期不能晚于今天。", field="opened_on")
    values = {
        "host_id": str(host.pk),
        "station_id": str(station.pk) if station else None,
        "unit_id": str(unit),
        "name": name,
        "place": row.text("place"),
        "opened_on": opened.isoformat(),
        "why": row.text("why", needed="请写明原因。"),
    }
    return {"sort": "new", "words": f"{name} · {host.name}", "problem": "", "values": values}


def _may(by: Actor, unit: uuid.UUID) -> None:
    if not queries.may_decide(by, unit):
        where = tree().label(unit)
        raise Denied("警务站由%(unit)s的负责人决定设立、撤销和派驻，您没有这个权限。", params={"unit": where})


def _stay_row(row: _Row, units: Mapping[str, uuid.UUID], by: Actor) -> dict[str, Any]:
    key = row.text("post", 120, needed="请填警务站的编号或全称。")
    station = register.by_key(by, key)
    post = queries.visible(by).select_related("station").filter(station=station).first() if station else None
    if post is None or post.closed_on is not None:
        raise Invalid("没有这个警务站，或已撤销，请重新选择。", field="post")
    _may(by, post.station.unit_id)
    officer = User.objects.filter(username=row.text("officer", 32), is_active=True).first()
    if officer is None:
        raise Invalid("没有这名民警，或已离任，请重新选择。", field="officer")
    starts, ends = row.day("starts_on"), row.day("ends_on")
    if starts is None or starts < post.opened_on:
        raise Invalid("派驻不能早于设站（%(day)s）。", field="starts_on", params={"day": post.opened_on.isoformat()})
    if ends is not None and ends < starts:
        raise Invalid("结束日期不能早于开始日期。", field="ends_on")
    words, ended_why = f"{officer.name} · {post.station.name}", row.text("ended_why")
    known = Stay.objects.filter(post=post, officer=officer, starts_on=starts).first()
    if known is not None and (known.ends_on == ends or ends is None):
        return {"sort": "same", "words": words, "problem": "", "values": {}}
    if known is not None:
        values: dict[str, Any] = {"stay": str(known.pk), "ends_on": str(ends), "why": ended_why or "按表格导入"}
        return {"sort": "end", "words": words, "problem": "", "values": values}
    values = {
        "post_id": str(post.pk),
        "officer_id": str(officer.pk),
        "starts_on": starts.isoformat(),
        "ends_on": ends.isoformat() if ends else None,
        "why": row.text("why", needed="请写明原因。"),
    }
    return {"sort": "new", "words": words, "problem": "", "values": values}


def mine(by: Actor, pk: uuid.UUID) -> Import:
    """One's own import.

    Raises:
        Missing: there is none, or it is somebody else's.
    """
    found = Import.objects.filter(pk=pk, by_id=by.user).first() if by.user else None
    if found is None:
        raise Missing
    return found


@transaction.atomic
def save(*, import_id: uuid.UUID, by: Actor, now: datetime) -> Import:
    """Saves the rows that were found good, each by the action a page would take; asking twice is asking once.

    A row refused meanwhile (somebody was quicker) is told beside it and stops no other.

    Raises:
        Missing: no such import of one's own.
    """
    run = Import.objects.select_for_update().get(pk=mine(by, import_id).pk)
    if run.saved_at is not None:
        return run
    for row in run.rows:
        if row["sort"] in ("new", "end"):
            _save(run, row, by, now)
    run.saved_at = now
    run.save(update_fields=["rows", "saved_at"])
    data = {"import": str(run.pk), "done": run.count("done"), "refused": run.count("refused")}
    journal.write("post.import_save", by=by, now=now, data=data)
    return run


def _save(run: Import, row: dict[str, Any], by: Actor, now: datetime) -> None:
    values, key = dict(row["values"]), str(run.pk)
    try:
        with transaction.atomic():
            if row["sort"] == "end":
                ends = date.fromisoformat(values["ends_on"])
                actions.end_stay(stay_id=uuid.UUID(values["stay"]), why=values["why"], ends_on=ends, by=by, now=now)
                row["ended"] = values["stay"]
            else:
                for name in values:
                    if name.endswith("_id") and values[name]:
                        values[name] = uuid.UUID(values[name])
                    elif name.endswith("_on") and values[name]:
                        values[name] = date.fromisoformat(values[name])
                (actions.open_post if run.what == "posts" else actions.post_officer)(**values, run=key, by=by, now=now)
    except Refusal as wrong:
        row.update(sort="refused", **_told(wrong))
        return
    row["sort"] = "done"


@transaction.atomic
def discard(*, import_id: uuid.UUID, by: Actor, now: datetime) -> None:
    """Removes a checked table that was not saved, with all that was read of it.

    Raises:
        Missing: no such import of one's own.
        Conflict: it was saved.
    """
    run = Import.objects.select_for_update().get(pk=mine(by, import_id).pk)
    if run.saved_at is not None:
        raise Conflict("已经导入，不能删除。")
    _remove(run, by, now)


def expire(*, now: datetime) -> int:
    """Removes checked tables nobody saved in time. Returns how many."""
    with acting(SYSTEM), transaction.atomic():
        old = list(Import.objects.select_for_update().filter(saved_at=None, created_at__lte=now - LYING))
        for run in old:
            _remove(run, SYSTEM, now)
    return len(old)


def _remove(run: Import, by: Actor, now: datetime) -> None:
    journal.write("post.import_discard", by=by, now=now, data={"import": str(run.pk), "what": run.what})
    run.delete()


@transaction.atomic
def undo(*, import_id: uuid.UUID, by: Actor, now: datetime) -> tuple[int, int]:
    """Takes an import back within a day: what is used meanwhile stays. Returns how many went and how many stayed.

    Raises:
        Missing: no such import of one's own.
        Conflict: not saved, taken back already, or older than a day.
    """
    run = Import.objects.select_for_update().get(pk=mine(by, import_id).pk)
    if run.saved_at is None or run.undone_at is not None:
        raise Conflict("这次导入还没有保存，或已经撤销过。")
    if now - run.saved_at > UNDO:
        raise Conflict("导入已超过一天，不能整批撤销；请逐条修改。")
    key, ended = str(run.pk), [row["ended"] for row in run.rows if row.get("ended")]
    with acting(SYSTEM):
        Stay.objects.filter(pk__in=ended).update(ends_on=None, ended_why="")
        gone = len(ended) + Stay.objects.filter(run=key).delete()[0]
        stayed = 0
        for post in Post.objects.filter(run=key).select_related("station"):
            taken = _take_back(post)
            gone, stayed = gone + taken, stayed + (not taken)
    run.undone_at = now
    run.save(update_fields=["undone_at"])
    journal.write("post.import_undo", by=by, now=now, data={"import": key, "undone": gone, "stayed": stayed})
    return gone, stayed


def _take_back(post: Post) -> bool:
    """A post nothing hangs on goes, with the row of the register it brought; else it stays."""
    try:
        with transaction.atomic():
            Proposal.objects.filter(post=post).update(
                post=None, decision="", reason="", decided_at=None, decided_by=None, decided_label=""
            )
            station, made = post.station_id, post.created_at
            post.delete()
            for own in Subject.objects.filter(pk=station, created_at=made, via="post"):
                own.delete()
    except ProtectedError:
        return False
    return True
