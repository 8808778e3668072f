"""Reading catalogue files and saying what is wrong with them, file and place."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from huhang.kernel.text import canonical_json, plain

Checker = Callable[[dict[str, Any]], list[str]]


@dataclass(frozen=True)
class Problem:
    """Something wrong in a catalogue file, for the person who edits it."""

    file: str
    code: str
    says: str

    def __str__(self) -> str:
        return f"{self.file}{f' [{self.code}]' if self.code else ''}：{self.says}"


@dataclass(frozen=True)
class Sheet:
    """One entry as read from a file."""

    kind: str
    code: str
    version: int
    body: dict[str, Any]
    file: str

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical body: tells whether a version was edited after it was loaded."""
        return hashlib.sha256(canonical_json(self.body).encode()).hexdigest()


WholeChecker = Callable[[Sequence[Sheet]], list[Problem]]
"""Says what is wrong with all entries of a kind taken together: circles, overlaps, references to what is not there."""


def _documents(path: Path) -> Iterator[dict[str, Any]]:
    for document in yaml.safe_load_all(path.read_text(encoding="utf-8")):
        if isinstance(document, dict) and isinstance(document.get("entries"), list):
            yield from document["entries"]
        elif document is not None:
            yield document


def _sheet(kind: str, name: str, body: Any) -> Sheet | Problem:
    if not isinstance(body, dict):
        return Problem(name, "", "每一条应当是“键: 值”的表")
    code, version = body.get("code"), body.get("version")
    if not isinstance(code, str | int) or code == "":
        return Problem(name, "", "缺少 code")
    if not isinstance(version, int) or version < 1:
        return Problem(name, str(code), "version 应当是从 1 起的整数")
    return Sheet(kind, str(code), version, plain(body), name)


def read(
    root: Path, checkers: Mapping[str, Checker], wholes: Mapping[str, WholeChecker] | None = None
) -> tuple[list[Sheet], list[Problem]]:
    """Every entry below ``root`` (one folder a kind), and every problem found; nothing is loaded while one stands."""
    sheets: list[Sheet] = []
    problems: list[Problem] = []
    for path in sorted(root.glob("*/*.yaml")):
        kind, name = path.parent.name, f"{path.parent.name}/{path.name}"
        if kind not in checkers:
            problems.append(Problem(name, "", f"没有“{kind}”这一类目录，请检查文件夹名"))
            continue
        try:
            bodies = list(_documents(path))
        except (yaml.YAMLError, UnicodeDecodeError) as mistake:
            problems.append(Problem(name, "", f"不是合格的 YAML：{str(mistake).splitlines()[0]}"))
            continue
        for body in bodies:
            sheet = _sheet(kind, name, body)
            if isinstance(sheet, Problem):
                problems.append(sheet)
                continue
            problems += [Problem(name, sheet.code, says) for says in checkers[kind](sheet.body)]
            sheets.append(sheet)
    seen: set[tuple[str, str, int]] = set()
    for sheet in sheets:
        key = (sheet.kind, sheet.code, sheet.version)
        if key in seen:
            problems.append(Problem(sheet.file, sheet.code, f"第 {sheet.version} 版写了两次"))
        seen.add(key)
    for check in (wholes or {}).values():
        problems += check(sheets)
    return sheets, problems
