"""Which column holds what: by Chinese or English heading with many spellings, or as explicitly told, which wins."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from huhang.base.sheets.cells import Cell, is_blank, said
from huhang.base.sheets.reading import Table, letter
from huhang.kernel.errors import Invalid
from huhang.kernel.text import half_width

_MARKS = re.compile(r"[\s*:：﹡＊_\-]|\([^)]*\)|（[^）]*）|【[^】]*】")
_LOOK_AT = 10
"""So many rows from the top the heading is looked for in; a title line may stand above it."""


@dataclass(frozen=True)
class Wanted:
    """One thing a row can hold, and the headings it goes by; ``personal`` cells are kept sealed."""

    key: str
    label: str
    aliases: tuple[str, ...]
    personal: bool = False
    needed: bool = False


def wanted(key: str, label: str, aliases: str, *, personal: bool = False, needed: bool = False) -> Wanted:
    """One thing, its aliases parted by blanks."""
    return Wanted(key, label, tuple(aliases.split()), personal, needed)


@dataclass(frozen=True)
class Column:
    """A column of the file: its place, its own heading, and what it holds (empty: not used)."""

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
        """Columns that are not used."""
        return [one for one in self.columns if not one.field]


def heading_key(heading: str) -> str:
    """A heading without marks and remarks, for comparing."""
    return _MARKS.sub("", half_width(heading)).casefold()


class Vocabulary:
    """What the columns of a sort of table may hold, and how each is called."""

    def __init__(self, things: Sequence[Wanted]) -> None:
        self.things = tuple(things)
        self.by_key = {one.key: one for one in things}
        self.aliases = {heading_key(n): one.key for one in things for n in (one.key, one.label, *one.aliases)}

    def field_of(self, heading: str) -> str:
        """What a heading means, or nothing."""
        return self.aliases.get(heading_key(heading), "")

    def told(self, pairs: Mapping[str, str]) -> dict[str, str]:
        """An explicit map of headings, its right sides made field names.

        Raises:
            Invalid: a right side that is no field.
        """
        known = {}
        for heading, name in pairs.items():
            field = self.field_of(name)
            if name.strip() and not field:
                raise Invalid(
                    "对应关系里的“%(name)s”不是可以导入的一项。",
                    hint="可以对应到：%(all)s。",
                    field="mapping",
                    params={"name": name[:40], "all": "、".join(one.label for one in self.things)},
                )
            known[heading_key(heading)] = field
        return known

    def plan_for(self, table: Table, mapping: Mapping[str, str]) -> Plan:
        """Finds the heading and says what each column holds.

        Raises:
            Invalid: no heading, two of them, merged ones, two columns for one thing, or no column for what is needed.
        """
        explicit = self.told(mapping)
        at = self._heading_row(table, explicit)
        self._refuse_merged(table, at)
        if at + 1 < len(table.rows) and self._is_heading(table.rows[at + 1], explicit):
            raise Invalid(
                "第 %(line)d 行又是一行表头。",
                hint="请把表头合成一行，一列一个名称，再导入。",
                params={"line": table.lines[at + 1]},
            )
        columns = self._columns(table, at, explicit)
        self._refuse_unused(explicit, columns)
        self._refuse_twice(columns)
        self._refuse_missing(columns)
        return Plan(columns, at)

    def _meanings(self, row: Sequence[Cell], explicit: Mapping[str, str]) -> list[str]:
        names = [heading_key(said(cell)) for cell in row if not is_blank(cell)]
        return [explicit[name] if name in explicit else self.aliases.get(name, "") for name in names]

    def _is_heading(self, row: Sequence[Cell], explicit: Mapping[str, str]) -> bool:
        found = self._meanings(row, explicit)
        known = sum(bool(one) for one in found)
        return bool(found) and (known == len(found) or (known >= 2 and known * 2 >= len(found)))

    def _heading_row(self, table: Table, explicit: Mapping[str, str]) -> int:
        for at, row in enumerate(table.rows[:_LOOK_AT]):
            if self._is_heading(row, explicit) or (explicit and any(self._meanings(row, explicit))):
                return at
            if sum(not is_blank(cell) for cell in row) > 1 and any(self._meanings(row, {})):
                return at
        first = next((one for one in self.things if one.needed), self.things[0])
        needed = "、".join((first.label, *first.aliases[:6]))
        raise Invalid(
            "没有找到表头。",
            hint="第一行应当是列名，至少有一列叫：%(needed)s。其他名称可以另外写明对应关系。",
            params={"needed": needed},
        )

    def _refuse_merged(self, table: Table, at: int) -> None:
        for top, left, bottom, right in table.merged:
            if top <= table.lines[at] <= bottom:
                place = f"{letter(left)}{top}:{letter(right)}{bottom}"
                raise Invalid(
                    "表头里有合并单元格（%(place)s）。",
                    hint="请取消合并，让每一列有自己的列名，再导入。",
                    params={"place": place},
                )

    def _columns(self, table: Table, at: int, explicit: Mapping[str, str]) -> tuple[Column, ...]:
        width = max(len(row) for row in table.rows[at:])
        heading = [*table.rows[at], *([None] * width)][:width]
        used = {i for row in table.rows[at + 1 :] for i, cell in enumerate(row) if not is_blank(cell)}
        made, claimed = [], {field for field in explicit.values() if field}
        for index, cell in enumerate(heading):
            name = said(cell).strip().replace("\n", " ")[:80]
            if not name and index not in used:
                continue
            key = heading_key(name)
            field = explicit[key] if key in explicit else self.aliases.get(key, "")
            if key not in explicit and field in claimed:
                field = ""  # the explicit map gave this to another column
            made.append(Column(index, name, field))
        return tuple(made)

    def _refuse_unused(self, explicit: Mapping[str, str], columns: Sequence[Column]) -> None:
        there = {heading_key(one.heading) for one in columns}
        gone = [name for name in explicit if name not in there]
        if gone:
            raise Invalid("对应关系里写的列“%(name)s”在文件里没有。", field="mapping", params={"name": gone[0][:40]})

    def _refuse_twice(self, columns: Sequence[Column]) -> None:
        first: dict[str, Column] = {}
        for one in columns:
            if one.field and one.field in first:
                raise Invalid(
                    "%(a)s和%(b)s都是“%(label)s”。",
                    hint="请只留一列，或写明用哪一列，例如：来信标题=标题。",
                    params={"a": first[one.field].place, "b": one.place, "label": self.by_key[one.field].label},
                )
            first[one.field] = one

    def _refuse_missing(self, columns: Sequence[Column]) -> None:
        have = {one.field for one in columns}
        for one in self.things:
            if one.needed and one.key not in have:
                raise Invalid(
                    "缺少“%(label)s”这一列。",
                    hint="列名可以是：%(names)s；也可以写明对应关系。",
                    params={"label": one.label, "names": "、".join((one.label, *one.aliases))},
                )
