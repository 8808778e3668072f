"""Which column holds what: by Chinese or English heading with many spellings, or as explicitly told, which wins."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huhang.kernel.errors import Invalid
from huhang.kernel.text import half_width
from huhang.kinds.requests.importing.cells import Cell, is_blank, said
from huhang.kinds.requests.importing.reading import Table, letter


@dataclass(frozen=True)
class Wanted:
    """One thing a request can be given, and the headings it goes by; ``personal`` cells are kept sealed."""

    key: str
    label: str
    aliases: tuple[str, ...]
    personal: bool = False
    needed: bool = False


def _wanted(key: str, label: str, aliases: str, *, personal: bool = False, needed: bool = False) -> Wanted:
    return Wanted(key, label, tuple(aliases.split()), personal, needed)


WANTED = (
    _wanted(
        "number",
        "编号",
        "来信编号 信件编号 留言编号 工单号 工单编号 诉求编号 序列号 msg_id id no case_no ticket 流水号",
    ),
    _wanted(
        "received_at",
        "时间",
        "日期 来信时间 来信日期 留言时间 受理时间 受理日期 登记时间 登记日期 提交时间 来电时间 发生时间"
        " time date datetime received received_at created_at",
    ),
    _wanted("title", "标题", "主题 来信标题 留言主题 诉求标题 事由 title subject_line topic summary"),
    _wanted(
        "body",
        "内容",
        "正文 来信内容 留言详情 留言内容 诉求内容 诉求详情 详情 问题描述 反映内容"
        " body content text message description detail",
        needed=True,
    ),
    _wanted(
        "name", "姓名", "来信人 诉求人 留言用户 联系人 反映人 来电人 name contact requester citizen", personal=True
    ),
    _wanted(
        "phone",
        "电话",
        "手机 手机号 手机号码 联系电话 联系方式 来电号码 phone mobile tel telephone cell",
        personal=True,
    ),
    _wanted("id_number", "身份证号", "身份证 身份证号码 公民身份号码 证件号码 id_number id_card idcard", personal=True),
    _wanted("channel", "渠道", "来源 来信渠道 受理渠道 来件渠道 channel source"),
    _wanted("nature", "性质", "诉求性质 诉求类型 件类型 nature type"),
    _wanted("category", "类别", "分类 一级标签 标签 问题类别 诉求类别 label category class"),
    _wanted("subject", "企业", "单位 企业名称 单位名称 公司 公司名称 company enterprise organisation organization"),
    _wanted("credit_code", "统一社会信用代码", "信用代码 社会信用代码 credit_code uscc"),
    _wanted("place", "地点", "地址 事发地点 发生地点 事发地址 place address location"),
    _wanted("lon", "经度", "lon lng longitude x坐标"),
    _wanted("lat", "纬度", "lat latitude y坐标"),
    _wanted("urgency", "紧急程度", "紧急 urgency priority"),
    _wanted("satisfaction", "满意度代码", "满意度 满意度编码 评价代码 satisfaction satisfaction_code"),
)
BY_KEY = {one.key: one for one in WANTED}
_LABELS = {
    "number": gettext_lazy("编号"),
    "received_at": gettext_lazy("时间"),
    "title": gettext_lazy("标题"),
    "body": gettext_lazy("内容"),
    "name": gettext_lazy("姓名"),
    "phone": gettext_lazy("电话"),
    "id_number": gettext_lazy("身份证号"),
    "channel": gettext_lazy("渠道"),
    "nature": gettext_lazy("性质"),
    "category": gettext_lazy("类别"),
    "subject": gettext_lazy("企业"),
    "credit_code": gettext_lazy("统一社会信用代码"),
    "place": gettext_lazy("地点"),
    "lon": gettext_lazy("经度"),
    "lat": gettext_lazy("纬度"),
    "urgency": gettext_lazy("紧急程度"),
    "satisfaction": gettext_lazy("满意度代码"),
}
_MARKS = re.compile(r"[\s*:：﹡＊_\-]|\([^)]*\)|（[^）]*）|【[^】]*】")
_LOOK_AT = 10
"""So many rows from the top the heading is looked for in; a title line may stand above it."""


@dataclass(frozen=True)
class Column:
    """A column of the file: its place, its own heading, and what it holds (empty: kept with the row, not used)."""

    index: int
    heading: str
    field: str = ""

    @property
    def place(self) -> str:
        """How the report names it: ``标题（C 列）``."""
        return _("%(heading)s（%(letter)s 列）") % {
            "heading": self.heading or _("无标题"),
            "letter": letter(self.index),
        }

    @property
    def sealed(self) -> bool:
        """Whether its cells are kept sealed: personal ones, and those nobody has said what they hold."""
        return not self.field or BY_KEY[self.field].personal


@dataclass(frozen=True)
class Plan:
    """How a file is read: its columns, and the row after which the data begin."""

    columns: tuple[Column, ...]
    heading_row: int

    def of(self, field: str) -> Column | None:
        """The column that holds something, if any does."""
        return next((one for one in self.columns if one.field == field), None)

    @property
    def unknown(self) -> list[Column]:
        """Columns kept with the row but not used."""
        return [one for one in self.columns if not one.field]


def label_of(field: str) -> str:
    """What a field is called to people."""
    return str(_LABELS[field])


def _key(heading: str) -> str:
    return _MARKS.sub("", half_width(heading)).casefold()


_ALIASES = {_key(name): one.key for one in WANTED for name in (one.key, one.label, *one.aliases)}


def field_of(heading: str) -> str:
    """What a heading means, or nothing."""
    return _ALIASES.get(_key(heading), "")


def told(pairs: Mapping[str, str]) -> dict[str, str]:
    """An explicit map of headings, its right sides made field names.

    Raises:
        Invalid: a right side that is no field.
    """
    known = {}
    for heading, name in pairs.items():
        field = field_of(name)
        if name.strip() and not field:
            raise Invalid(
                "对应关系里的“%(name)s”不是可以导入的一项。",
                hint="可以对应到：%(all)s。",
                field="mapping",
                params={"name": name[:40], "all": "、".join(one.label for one in WANTED)},
            )
        known[_key(heading)] = field
    return known


def plan_for(table: Table, mapping: Mapping[str, str]) -> Plan:
    """Finds the heading and says what each column holds.

    Raises:
        Invalid: no heading, two of them, merged ones, two columns for one thing, or no column for what is needed.
    """
    explicit = told(mapping)
    at = _heading_row(table, explicit)
    _refuse_merged(table, at)
    if at + 1 < len(table.rows) and _is_heading(table.rows[at + 1], explicit):
        raise Invalid(
            "第 %(line)d 行又是一行表头。",
            hint="请把表头合成一行，一列一个名称，再导入。",
            params={"line": table.lines[at + 1]},
        )
    columns = _columns(table, at, explicit)
    _refuse_unused(explicit, columns)
    _refuse_twice(columns)
    _refuse_missing(columns)
    return Plan(columns, at)


def _meanings(row: Sequence[Cell], explicit: Mapping[str, str]) -> list[str]:
    names = [_key(said(cell)) for cell in row if not is_blank(cell)]
    return [explicit[name] if name in explicit else _ALIASES.get(name, "") for name in names]


def _is_heading(row: Sequence[Cell], explicit: Mapping[str, str]) -> bool:
    found = _meanings(row, explicit)
    known = sum(bool(one) for one in found)
    return bool(found) and (known == len(found) or (known >= 2 and known * 2 >= len(found)))


def _heading_row(table: Table, explicit: Mapping[str, str]) -> int:
    for at, row in enumerate(table.rows[:_LOOK_AT]):
        if _is_heading(row, explicit) or (explicit and any(_meanings(row, explicit))):
            return at
        if sum(not is_blank(cell) for cell in row) > 1 and any(_meanings(row, {})):
            return at
    needed = "、".join((BY_KEY["body"].label, *BY_KEY["body"].aliases[:6]))
    raise Invalid(
        "没有找到表头。",
        hint="第一行应当是列名，至少有一列叫：%(needed)s。其他名称可以另外写明对应关系。",
        params={"needed": needed},
    )


def _refuse_merged(table: Table, at: int) -> None:
    for top, left, bottom, right in table.merged:
        if top <= table.lines[at] <= bottom:
            place = f"{letter(left)}{top}:{letter(right)}{bottom}"
            raise Invalid(
                "表头里有合并单元格（%(place)s）。",
                hint="请取消合并，让每一列有自己的列名，再导入。",
                params={"place": place},
            )


def _columns(table: Table, at: int, explicit: Mapping[str, str]) -> tuple[Column, ...]:
    width = max(len(row) for row in table.rows[at:])
    heading = [*table.rows[at], *([None] * width)][:width]
    used = {i for row in table.rows[at + 1 :] for i, cell in enumerate(row) if not is_blank(cell)}
    made, claimed = [], {field for field in explicit.values() if field}
    for index, cell in enumerate(heading):
        name = said(cell).strip().replace("\n", " ")[:80]
        if not name and index not in used:
            continue
        key = _key(name)
        field = explicit[key] if key in explicit else _ALIASES.get(key, "")
        if key not in explicit and field in claimed:
            field = ""  # the explicit map gave this to another column
        made.append(Column(index, name, field))
    return tuple(made)


def _refuse_unused(explicit: Mapping[str, str], columns: Sequence[Column]) -> None:
    there = {_key(one.heading) for one in columns}
    gone = [name for name in explicit if name not in there]
    if gone:
        raise Invalid("对应关系里写的列“%(name)s”在文件里没有。", field="mapping", params={"name": gone[0][:40]})


def _refuse_twice(columns: Sequence[Column]) -> None:
    first: dict[str, Column] = {}
    for one in columns:
        if one.field and one.field in first:
            raise Invalid(
                "%(a)s和%(b)s都是“%(label)s”。",
                hint="请只留一列，或写明用哪一列，例如：来信标题=标题。",
                params={"a": first[one.field].place, "b": one.place, "label": BY_KEY[one.field].label},
            )
        first[one.field] = one


def _refuse_missing(columns: Sequence[Column]) -> None:
    have = {one.field for one in columns}
    for one in WANTED:
        if one.needed and one.key not in have:
            raise Invalid(
                "缺少“%(label)s”这一列。",
                hint="列名可以是：%(names)s；也可以写明对应关系。",
                params={"label": one.label, "names": "、".join((one.label, *one.aliases))},
            )
