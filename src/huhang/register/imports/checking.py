"""Every row looked at against the register before any is saved: new, differing, the same, or wrong and why (A4)."""

import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.rules import Actor, Perm
from huhang.base.sheets import cells
from huhang.base.sheets.cells import Cell
from huhang.base.sheets.headings import Plan
from huhang.kernel.errors import Invalid
from huhang.kernel.geo import Point
from huhang.kernel.text import fold, squeeze
from huhang.register.imports.columns import CLEAR, unit_names
from huhang.register.subjects import catalogue, particulars, queries
from huhang.register.subjects.models import Subject
from huhang.register.subjects.rules import is_given_by_us, own_number
from huhang.register.units.areas import unit_at
from huhang.register.units.queries import tree

HELD = (
    *("id", "version", "state", "kind", "number", "name", "short_name", "credit_code", "flags", "sensitive", "unit_id"),
    *("unit_from", "industry", "address", "head_count", "investment", "lon", "lat", "crs", "given_lon", "given_lat"),
    *("within_id", "note"),
)
"""The columns of the register an import reads; those from ``kind`` on it may write."""
WRITTEN = HELD[3:]
EMPTY: Mapping[str, Any] = {
    **dict.fromkeys(("short_name", "industry", "address", "crs", "note"), ""),
    **dict.fromkeys(("credit_code", "number", "head_count", "investment", "lon", "lat", "given_lon", "given_lat")),
    "within_id": None,
    "flags": [],
    "sensitive": False,
    "unit_from": "person",
}
_PARTS = re.compile(r"[、,，;；|/\s]+")
_CRS = {
    "gcj02": "GCJ02",
    "gcj-02": "GCJ02",
    "高德": "GCJ02",
    "腾讯": "GCJ02",
    "bd09": "BD09",
    "bd-09": "BD09",
    "百度": "BD09",
}
_CRS |= {"wgs84": "WGS84", "wgs-84": "WGS84", "gps": "WGS84", "cgcs2000": "CGCS2000", "天地图": "CGCS2000"}


@dataclass(frozen=True)
class Found:
    """One thing to say about a row."""

    line: int
    bad: bool
    column: str
    text: str
    params: Mapping[str, Any] = field(default_factory=dict)
    advice: str = ""


@dataclass
class Row:
    """A row checked: what becomes of it and with which columns; ``id`` and ``version`` are of the row it changes."""

    line: int
    become: str = "bad"
    id: uuid.UUID | None = None
    version: int = 0
    columns: dict[str, Any] = field(default_factory=dict)
    found: list[Found] = field(default_factory=list)

    @property
    def bad(self) -> bool:
        return any(one.bad for one in self.found)


class Register:
    """What of the register a file's keys and names meet, looked up once for the whole file, as the system.

    Whoever imports writes only what they keep; what they may not see is told of as not theirs.
    """

    def __init__(self, codes: set[str], numbers: set[str], names: set[str], outer: set[str]) -> None:
        columns = ", ".join(f"s.{name}" for name in HELD)
        with acting(SYSTEM), connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {columns} FROM subjects_subject s WHERE s.credit_code = ANY (%s)"  # noqa: S608
                f" UNION SELECT {columns} FROM subjects_subject s WHERE s.number = ANY (%s)",
                [list(codes), list(numbers)],
            )
            held = [dict(zip(HELD, row, strict=True)) for row in cursor.fetchall()]
            cursor.execute(
                "SELECT kind, name, number FROM subjects_subject WHERE name = ANY (%s) AND state <> 'merged'",
                [list(names)],
            )
            self.names = {(kind, name): number for kind, name, number in cursor.fetchall()}
            cursor.execute(
                "SELECT id, number, credit_code, name FROM subjects_subject WHERE state <> 'merged' AND NOT sensitive"
                " AND (number = ANY (%s) OR credit_code = ANY (%s) OR name = ANY (%s))",
                [list(outer)] * 3,
            )
            self.outer: dict[str, set[uuid.UUID]] = {}
            for pk, *keys in cursor.fetchall():
                for key in keys:
                    if key:
                        self.outer.setdefault(key, set()).add(pk)
        self.by_code = {one["credit_code"]: one for one in held if one["credit_code"]}
        self.by_number = {one["number"]: one for one in held}


class Checker:
    """Checks rows one by one."""

    def __init__(self, plan: Plan, register: Register, *, kind: str, by: Actor, on: date) -> None:
        self.columns = {one.field: one for one in plan.columns if one.field}
        self.register, self.kind, self.by, self.on = register, kind, by, on
        self.units = unit_names()
        self.kinds = {_word(w): value for value, label in Subject.Kind.choices for w in (value, str(label))}
        self.kinds |= {
            "社区": "community",
            "村": "community",
            "项目": "project",
            "单位": "organisation",
            "组织": "organisation",
        }
        self.flags = {
            _word(w): c for c, b in catalogue.classes().items() for w in (c, str(b["name"]), str(b["name_en"]))
        }
        self.fitting = {kind: set(catalogue.classes(kind)) for kind in Subject.Kind.values}
        self.hiding = {code for code, body in catalogue.classes().items() if body.get("sensitive")}
        self.reach: dict[uuid.UUID, bool] = {}
        self.seen: dict[str, int] = {}
        self.texts = [p for p in particulars.PARTICULARS if p.name in self.columns and p.name not in ("credit_code",)]

    def check(self, line: int, given: Sequence[Cell]) -> Row:
        """The row and what becomes of it."""
        row = Row(line)
        said = self._said(row, given)
        held = self._held(row, said)
        if not row.bad:
            self._take(row, said, held)
        return row

    def _take(self, row: Row, said: dict[str, str], held: dict[str, Any] | None) -> None:
        kind = held["kind"] if held else self._kind(row, said)
        found = self._read(row, said, kind, held)
        if row.bad:
            return
        found |= self._unit(row, said, found, held)
        if not row.bad:
            self._settle(row, found, kind, held)

    def _say(self, row: Row, key: str, text: str, *, bad: bool = True, advice: str = "", **params: Any) -> None:
        column = self.columns.get(key)
        row.found.append(Found(row.line, bad, column.place if column else "", text, params, advice))

    def _said(self, row: Row, given: Sequence[Cell]) -> dict[str, str]:
        found: dict[str, str] = {}
        for key, column in self.columns.items():
            cell = given[column.index] if column.index < len(given) else None
            text = cell.strip() if isinstance(cell, str) else cells.said(cell).strip()
            if text:
                found[key] = text
        return found

    def _key(self, row: Row, said: Mapping[str, str]) -> tuple[str, str]:
        code = number = ""
        try:
            if said.get("credit_code", CLEAR) != CLEAR:
                code = particulars.BY_NAME["credit_code"].read(said["credit_code"])
        except Invalid as wrong:
            self._say(row, "credit_code", wrong.message, advice="请对照营业执照改正这一格。", **wrong.params)
        try:
            number = own_number(said["number"]) if said.get("number") else ""
        except Invalid as wrong:
            self._say(row, "number", wrong.message, **wrong.params)
        for key in (k for k in (f"c:{code}" if code else "", f"n:{number}" if number else "") if k):
            if key in self.seen:
                self._say(
                    row, "credit_code" if key[0] == "c" else "number", "和第 %(line)d 行是同一个。", line=self.seen[key]
                )
            self.seen.setdefault(key, row.line)
        return code, number

    def _held(self, row: Row, said: dict[str, str]) -> dict[str, Any] | None:
        code, number = self._key(row, said)
        if row.bad:
            return None
        said |= {"credit_code": code} if code else {}
        by_number = self.register.by_number.get(number) if number else None
        held = by_number or (self.register.by_code.get(code) if code else None)
        if number and by_number is None and is_given_by_us(number):
            self._say(
                row, "number", "登记库里没有编号 %(number)s。", advice="新登记的请留空，由系统给编号。", number=number
            )
        other = self.register.by_code.get(code) if code else None
        if by_number is not None and other is not None and other["id"] != by_number["id"]:
            text = "编号和信用代码指的是两条不同的主体。"
            self._say(row, "credit_code", text, advice="请只留对的一个。")
        if held is None:
            return None
        if not self._reaches(held["unit_id"]):
            self._say(row, "", "这一条由%(unit)s负责维护，您不能修改。", unit=tree().label(held["unit_id"]))
        if held["state"] == Subject.State.MERGED:
            self._say(row, "", "这一条已并入别的主体，不能修改。")
        return held

    def _reaches(self, unit: uuid.UUID) -> bool:
        if unit not in self.reach:
            self.reach[unit] = queries.reaches(self.by, Perm.KEEP_REGISTER, unit)
        return self.reach[unit]

    def _kind(self, row: Row, said: Mapping[str, str]) -> str:
        asked = said.get("kind", "")
        kind = self.kinds.get(_word(asked), "") if asked else self.kind
        if not kind:
            advice = "、".join(str(label) for _value, label in Subject.Kind.choices)
            if asked:
                self._say(row, "kind", "不认识类型“%(said)s”。", advice=advice, said=asked[:40])
            else:
                self._say(row, "kind", "新登记的要有类型。", advice=advice)
        if "name" not in said:
            self._say(row, "name", "登记库里没有这一条，新登记的要有名称。")
        return kind

    def _read(self, row: Row, said: Mapping[str, str], kind: str, held: Mapping[str, Any] | None) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for one in self.texts:
            text = said.get(one.name)
            if text is None:
                continue
            try:
                found[one.name] = EMPTY[one.name] if text == CLEAR and one.name != "name" else one.read(text)
            except Invalid as wrong:
                self._say(row, one.name, wrong.message, advice="请改正这一格。", **wrong.params)
        if said.get("credit_code"):
            found["credit_code"] = None if said["credit_code"] == CLEAR else said["credit_code"]
        if said.get("number") and held is None:
            found["number"] = own_number(said["number"])
        if "flags" in said:
            found |= self._flags(row, said["flags"], kind)
        found |= self._place(row, said)
        found |= self._within(row, said, held)
        return found

    def _flags(self, row: Row, said: str, kind: str) -> dict[str, Any]:
        if said == CLEAR:
            return {"flags": [], "sensitive": False}
        codes = set()
        for word in _PARTS.split(said):
            code = self.flags.get(_word(word))
            if not word:
                continue
            if code is None:
                self._say(row, "flags", "没有“%(word)s”这个分类或标识。", advice="见模板“取值”一张。", word=word[:24])
            elif kind in self.fitting and code not in self.fitting[kind]:
                label = str(Subject.Kind(kind).label)
                self._say(row, "flags", "“%(name)s”不用于%(kind)s。", name=word[:24], kind=label)
            else:
                codes.add(code)
        return {"flags": sorted(codes), "sensitive": bool(codes & self.hiding)}

    def _place(self, row: Row, said: Mapping[str, str]) -> dict[str, Any]:
        lon, lat, crs = (said.get(name, "") for name in ("lon", "lat", "crs"))
        if not lon and not lat:
            return {}
        if CLEAR in (lon, lat):
            lon = lat = ""
        try:
            return particulars.read_place(lon, lat, _CRS.get(crs.lower(), crs))
        except Invalid as wrong:
            key = wrong.field if wrong.field in self.columns else "lon"
            self._say(row, key, wrong.message, advice="请改正坐标。", **wrong.params)
            return {}

    def _within(self, row: Row, said: Mapping[str, str], held: Mapping[str, Any] | None) -> dict[str, Any]:
        text = said.get("within")
        if text is None:
            return {}
        if text == CLEAR:
            return {"within_id": None}
        ids = self.register.outer.get(text) or self.register.outer.get(squeeze(text)) or set()
        if len(ids) != 1:
            sentence = "登记库里没有“%(said)s”。" if not ids else "“%(said)s”有几条，请填编号或信用代码。"
            self._say(row, "within", sentence, advice="请先登记它，或留空。", said=text[:40])
            return {}
        (outer,) = ids
        if held is not None and held["id"] == outer:
            self._say(row, "within", "不能填它自己。")
            return {}
        return {"within_id": outer}

    def _unit(
        self, row: Row, said: Mapping[str, str], found: Mapping[str, Any], held: Mapping[str, Any] | None
    ) -> dict[str, Any]:
        lon, lat = found.get("lon"), found.get("lat")
        asked = said.get("unit", "")
        by_place = None
        if lon is not None and lat is not None and (asked or held is None or held["unit_from"] == "area"):
            by_place = unit_at(Point(lon, lat), on=self.on)
        if asked:
            ids = self.units.get(asked) or self.units.get(asked.replace(" ", "")) or []
            if len(set(ids)) != 1:
                text = "没有“%(said)s”这个单位。" if not ids else "叫“%(said)s”的单位有几个，请写上分局。"
                self._say(row, "unit", text, said=asked[:40])
                return {}
            unit = uuid.UUID(ids[0])
            if held is not None and held["unit_id"] == unit:
                return {}
            return {"unit_id": unit, "unit_from": "person"}
        if held is None and by_place is None:
            none = "没有责任单位，也没有坐标可以按辖区确定。"
            text = "坐标不在任何单位的辖区里，请填责任单位。" if lon is not None else none
            self._say(row, "lon" if lon is not None else "unit", text)
            return {}
        if by_place is None:
            return {}
        if held is None or (held["unit_from"] == "area" and (lon, lat) != (held["lon"], held["lat"])):
            return {"unit_id": by_place.id, "unit_from": "area"}
        return {}

    def _settle(self, row: Row, found: dict[str, Any], kind: str, held: Mapping[str, Any] | None) -> None:
        unit = found.get("unit_id", held["unit_id"] if held else None)
        if held is None:
            if unit is not None and not self._reaches(unit):
                self._say(row, "unit", "那里由%(unit)s负责登记，您没有登记的权限。", unit=tree().label(unit))
                return
            namesake = self.register.names.get((kind, found["name"]))
            if namesake:
                text = "登记库里已有同名的%(number)s。"
                advice = "如果是同一个，请填它的编号或信用代码；不是同一个可以照样导入。"
                self._say(row, "name", text, bad=False, advice=advice, number=namesake)
            row.become, row.columns = "fresh", {**EMPTY, **found, "kind": kind}
            return
        different = {name: value for name, value in found.items() if held[name] != value}
        row.id, row.version = held["id"], held["version"]
        if "credit_code" in different and different["credit_code"] in self.register.by_code:
            name = self.register.by_code[different["credit_code"]]["name"]
            self._say(row, "credit_code", "这个信用代码已登记为“%(name)s”。", name=name)
            return
        row.become = "differing" if different else "same"
        row.columns = {**{name: held[name] for name in WRITTEN}, **different}


def _word(text: str) -> str:
    return fold(text).replace(" ", "")


def keys_of(plan: Plan, rows: Iterable[Sequence[Cell]]) -> Register:
    """Looks up what the keys and names of a file meet in the register."""
    at = {one.field: one.index for one in plan.columns if one.field}
    found: dict[str, set[str]] = {"credit_code": set(), "number": set(), "name": set(), "within": set()}
    for row in rows:
        for key, into in found.items():
            index = at.get(key)
            if index is not None and index < len(row) and (text := cells.said(row[index]).strip()):
                into.add(
                    text
                    if key in ("name", "within")
                    else squeeze(text).replace("-", "" if key == "credit_code" else "-")
                )
                if key == "within":
                    into.add(squeeze(text))
    safe = {key: {text for text in into if "\0" not in text} for key, into in found.items()}
    return Register(safe["credit_code"], safe["number"], safe["name"], safe["within"])
