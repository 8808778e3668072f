"""Every row looked at before any is filed: what it says, what is wrong with it, what to do, and whether it is known."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from huhang.base.sheets import cells
from huhang.base.sheets.cells import Cell
from huhang.base.vault import actions as vault
from huhang.kernel.errors import Invalid
from huhang.kernel.identifiers import check_credit_code
from huhang.kernel.satisfaction import stars_of
from huhang.kernel.text import fold
from huhang.kinds.requests import catalogue
from huhang.kinds.requests.importing.columns import Column, Plan
from huhang.kinds.requests.rules import CHANNELS, NATURES, URGENCIES

ERROR, WARNING = "error", "warning"
BODY, TITLE, PLACE, NAME = 20_000, 200, 200, 40
CONTENT = "request.source"
"""What the blind index of a row's content is for (`base.vault`)."""

_CHANNEL_WORDS = {
    "web": "网站 网络 网上 互联网 网页 政务网 在线",
    "hotline": "热线 电话 12345 12389 来电 24小时热线",
    "visit": "走访 上门",
    "app": "移动端 小程序 微信 手机端 公众号",
    "letter": "来信 信件 信访 书信 邮件",
    "window": "窗口 现场 来访 大厅",
    "stuck": "办不成事 办不成事窗口",
    "symposium": "座谈会 座谈",
    "office_day": "现场办公 现场办公会",
    "self_check": "自查",
    "spot_check": "上级抽查 抽查",
    "call_110": "110",
    "import": "表格导入 导入 历史台账",
}
_SATISFACTION = {"非常满意": "1", "满意": "2", "基本满意": "3", "不满意": "4", "非常不满意": "5"}
"""GB/T 39046-2020 A.8 in words (STANDARDS §2.2)."""
_YES = {"0": "一般 普通 正常", "1": "紧急 加急 急", "2": "特急 特别紧急"}


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a row: where, how bad, what, and what to do about it."""

    level: str
    column: str
    text: str
    advice: str = ""

    def kept(self) -> dict[str, str]:
        """As the database keeps it."""
        return {"level": self.level, "column": self.column, "text": self.text, "advice": self.advice}


@dataclass
class Row:
    """A row checked: the values for filing, its problems, and the key by which it is known again."""

    line: int
    cells: list[Cell]
    values: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    number: str = ""
    key: str = ""
    repeated: bool = False
    stars: int | None = None
    """What the person thought of the earlier answer, in our stars (5 best); never a rating of an answer of ours."""

    @property
    def bad(self) -> bool:
        """Whether it cannot be filed as it stands."""
        return any(one.level == ERROR for one in self.problems)


class Register:
    """Enterprises of the register by credit code and by name, looked up once for the whole file."""

    def __init__(self, by_code: Mapping[str, str], by_name: Mapping[str, str]) -> None:
        self.by_code, self.by_name = by_code, by_name


class Words:
    """How channels, natures, urgencies and categories may be written in a file."""

    def __init__(self) -> None:
        self.channels = _spellings(CHANNELS, _CHANNEL_WORDS)
        self.natures = _spellings(NATURES, {})
        self.urgencies = _spellings(URGENCIES, _YES)
        self.bodies = catalogue.categories()
        self.categories = _category_words(self.bodies)


def _plain(text: str) -> str:
    return re.sub(r"[\s/／>＞\-—_·.、]+", "", fold(text))


def _spellings(pairs: Iterable[tuple[str, Any]], more: Mapping[str, str]) -> dict[str, str]:
    known = {}
    for value, label in pairs:
        for word in (value, str(label), *more.get(value, "").split()):
            known[_plain(word)] = value
    return known


def _category_words(bodies: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Codes and full names, and last parts that only one category has."""
    known: dict[str, str] = {}
    last: dict[str, set[str]] = {}
    for code, body in bodies.items():
        for name in (str(body["name"]), str(body["name_en"])):
            known[_plain(name)] = code
            last.setdefault(_plain(name.rpartition("/")[2]), set()).add(code)
        known[_plain(code)] = code
    return {**{word: codes.pop() for word, codes in last.items() if len(codes) == 1}, **known}


class Checker:
    """Checks rows one by one against a plan; ``now`` decides what is still in the future."""

    def __init__(self, plan: Plan, *, register: Register, filled: Iterable[int], now: datetime) -> None:
        self.columns = {one.field: one for one in plan.columns if one.field}
        self.words, self.register, self.filled, self.now = Words(), register, set(filled), now

    def check(self, line: int, given: list[Cell]) -> Row:
        """The row with its values and everything wrong with it."""
        row = Row(line, given)
        for step in (self._text, self._when, self._who, self._choices, self._category, self._subject, self._point):
            step(row)
        self._satisfaction(row)
        if line in self.filled:
            row.problems.append(
                Problem(WARNING, "", "这一行在合并单元格里，空格已按左上角的值填下来。", "请看填得对不对。")
            )
        if not row.bad:
            row.key = self._key(row)
        return row

    def cell(self, row: Row, name: str) -> Cell:
        """What the row has for a field; nothing when the column is absent or the cell blank."""
        column = self.columns.get(name)
        if column is None or column.index >= len(row.cells) or cells.is_blank(row.cells[column.index]):
            return None
        return row.cells[column.index]

    def _say(self, row: Row, level: str, name: str, text: str, advice: str = "") -> None:
        column: Column | None = self.columns.get(name)
        row.problems.append(Problem(level, column.place if column else "", text, advice))

    def _take(self, row: Row, name: str, read: Callable[[Cell], Any]) -> Any:
        given = self.cell(row, name)
        if given is None:
            return None
        try:
            return read(given)
        except Invalid as problem:
            hint = problem.hint % problem.params if problem.params and problem.hint else problem.hint
            self._say(row, ERROR, name, problem.text, hint or "请改正这一格，再重新检查。")
            return None

    def _text(self, row: Row) -> None:
        row.number = self._take(row, "number", lambda c: cells.code(c, most=40)) or ""
        row.values["title"] = (self._take(row, "title", lambda c: cells.words(c, most=TITLE)) or "").replace("\n", " ")
        body = self._take(row, "body", lambda c: cells.words(c, most=BODY))
        row.values["body"] = body or ""
        row.values["place"] = self._take(row, "place", lambda c: cells.words(c, most=PLACE)) or ""
        if self.cell(row, "body") is None or body == "":
            advice = "请补上内容，或删去这一行；如果这一格是公式，请先“粘贴为值”。"
            self._say(row, ERROR, "body", "没有内容。", advice)

    def _when(self, row: Row) -> None:
        when = self._take(row, "received_at", cells.moment)
        if when is not None and when > self.now:
            self._say(row, ERROR, "received_at", "时间在将来。", "请核对年份和日期。")
        elif when is not None:
            row.values["received_at"] = when
        elif self.cell(row, "received_at") is None:
            advice = "时限从收到时算起；如果知道收到的时间，请补上再导入。"
            self._say(row, WARNING, "received_at", "没有时间，按导入的时刻算收到。", advice)

    def _who(self, row: Row) -> None:
        row.values["name"] = (self._take(row, "name", lambda c: cells.words(c, most=NAME)) or "").replace("\n", " ")
        row.values["phone"] = self._take(row, "phone", cells.phone) or ""
        today = self.now.astimezone(cells.ZONE).date()
        row.values["id_number"] = self._take(row, "id_number", lambda c: cells.id_number(c, today)) or ""
        if row.values["id_number"] and not row.values["name"] and not row.values["phone"]:
            self._say(row, WARNING, "id_number", "只有身份证号，没有姓名和电话，不建个人档案。", "原文封存在原始行里。")

    def _choices(self, row: Row) -> None:
        row.values["channel"] = self._choice(row, "channel", self.words.channels, "import", "按“表格导入”记。")
        row.values["urgency"] = int(self._choice(row, "urgency", self.words.urgencies, "0", "按“一般”记。"))
        row.values["nature"] = self._choice(row, "nature", self.words.natures, "", "按类别或“求助”记。")

    def _choice(self, row: Row, name: str, known: Mapping[str, str], otherwise: str, advice: str) -> str:
        said = self._take(row, name, lambda c: cells.code(c, most=60))
        if not said:
            return otherwise
        found = known.get(_plain(said))
        if found is None:
            self._say(row, WARNING, name, f"不认识“{said[:40]}”。", advice)
        return found or otherwise

    def _category(self, row: Row) -> None:
        said = self._take(row, "category", lambda c: cells.words(c, most=120)) or ""
        code = self.words.categories.get(_plain(said), "") if said else ""
        if said and not code:
            self._say(row, WARNING, "category", f"类别目录里没有“{said[:40]}”。", "按未归类导入，之后由派单员归类。")
        body = self.words.bodies.get(code, {})
        row.values["category"] = code
        row.values["sensitive"] = bool(body.get("sensitive"))
        row.values["nature"] = row.values["nature"] or body.get("nature") or "help"

    def _subject(self, row: Row) -> None:
        code = self._take(row, "credit_code", lambda c: check_credit_code(cells.code(c)))
        name = self._take(row, "subject", lambda c: cells.words(c, most=120))
        if name and not code and re.fullmatch(r"[0-9A-Za-z]{18}", name.strip()):
            code, name = self._take(row, "subject", lambda c: check_credit_code(cells.code(c))), None
        found = self.register.by_code.get(code) if code else None
        found = found or (self.register.by_name.get(name) if name else None)
        if found:
            row.values["subject"] = found
        elif name or code:
            advice = "不关联企业，原文留在原始行里；需要时先登记企业再导入。"
            where = "subject" if name else "credit_code"
            self._say(row, WARNING, where, f"登记库里没有“{(name or code or '')[:60]}”。", advice)

    def _point(self, row: Row) -> None:
        lon = self._take(row, "lon", lambda c: cells.number(c, -180, 180))
        lat = self._take(row, "lat", lambda c: cells.number(c, -90, 90))
        blank = [name for name in ("lon", "lat") if self.cell(row, name) is None]
        if len(blank) == 1:
            self._say(row, ERROR, blank[0], "经度和纬度只填了一个。", "请补全，或两格都留空。")
        row.values["lon"], row.values["lat"] = lon, lat

    def _satisfaction(self, row: Row) -> None:
        """The national code runs the other way round, 1 best: converted at this boundary and nowhere else."""
        said = self._take(row, "satisfaction", lambda c: cells.code(c, most=20))
        if not said:
            return
        try:
            row.stars = stars_of(_SATISFACTION.get(_plain(said), said))
        except Invalid as problem:
            self._say(row, WARNING, "satisfaction", problem.text, "按没有评价导入，原文留在原始行里。")

    def _key(self, row: Row) -> str:
        """Known by its own number and its content, or by content alone (see `key_of`)."""
        received = row.values.get("received_at")
        return key_of(
            row.number,
            *(str(row.values[name]) for name in ("title", "body", "name", "phone")),
            received.isoformat() if received else "",
        )


def key_of(number: str, *content: str) -> str:
    """The key by which a row is known again, in this file or a later one.

    Old ledgers use one number for two letters, so a number alone does not say that two rows are one; and people send
    the same words twice, so words alone do not either when a number, a time or a sender tells them apart. The content
    is a keyed digest: whoever reads the database cannot try phones against it.
    """
    digest = vault.blind("\x1f".join(fold(part) for part in content), CONTENT).hex()
    return f"n:{digest[2:34]}:{number}" if number else f"c:{digest[2:66]}"


def number_of(key: str) -> str:
    """The file's own number inside a key; empty when it had none."""
    return key[35:] if key.startswith("n:") else ""


def mark_repeats(rows: Iterable[Row], known: Mapping[str, str]) -> None:
    """Marks rows that are in the ledger already or stand in the file twice; warns where one number has two contents.

    Args:
        known: keys in the ledger that these rows' keys or numbers meet, each with its number.
    """
    taken: dict[str, int] = {}
    numbers: dict[str, int] = {}
    used = {number for number in known.values() if number}
    for row in rows:
        if row.bad:
            continue
        if row.key in known:
            row.repeated = True
        elif row.key in taken:
            row.repeated = True
            text = f"与第 {taken[row.key]} 行相同。"
            row.problems.append(Problem(WARNING, "", text, "只导入一次。"))
        elif row.number in used:
            _already(row)
        elif row.number in numbers:
            text = f"编号与第 {numbers[row.number]} 行相同，内容不同。"
            row.problems.append(Problem(WARNING, "", text, "按两件导入；如果是同一件，请删去一行。"))
        taken.setdefault(row.key, row.line)
        if row.number:
            numbers.setdefault(row.number, row.line)


def _already(row: Row) -> None:
    text = f"编号“{row.number}”已经导入过，内容与这一行不同。"
    advice = "如果是改过的同一件，请删去这一行，在系统里补充；如果是另一件，请换一个编号。"
    row.problems.append(Problem(ERROR, "", text, advice))
