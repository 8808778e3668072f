"""How a row's original cells are kept: personal ones, and those of columns nobody has explained, never in plain text.

While a run waits, its sealed cells stand under a key of their own, which itself is sealed by the vault; opening that
key is one journalled reading for the whole run instead of one for every cell. With the request they are sealed anew
under the installation's keys.
"""

import base64
import json
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from huhang.base.access.rules import Actor
from huhang.base.keyring import keys
from huhang.base.keyring.keys import Ring
from huhang.base.sheets.cells import Cell, plain_cell
from huhang.base.vault import actions as vault
from huhang.base.vault import rules
from huhang.kinds.requests.importing.columns import Column, is_sealed

KEY, CELL, SOURCE = "import.key", "import.cell", "request.source_row"


def fresh_key() -> tuple[Ring, str]:
    """A key for one run, and the same sealed, as text."""
    raw = secrets.token_bytes(32)
    return _ring(raw), base64.b64encode(vault.seal(raw.hex(), KEY)).decode()


def open_key(sealed: str, *, by: Actor, now: datetime) -> Ring:
    """The key of a run; the journal says that its personal cells were opened for filing."""
    return _ring(
        bytes.fromhex(vault.reveal(base64.b64decode(sealed), KEY, person=None, why="登记导入的诉求", by=by, now=now))
    )


def _ring(raw: bytes) -> Ring:
    return Ring("run", {"run": raw})


def kept(cells: Sequence[Cell], columns: Sequence[Column], ring: Ring) -> dict[str, Any]:
    """A row as the run keeps it: plain cells by column number, and the sealed ones in one piece."""
    plain: dict[str, Any] = {}
    personal: dict[str, Any] = {}
    for one in columns:
        value = plain_cell(cells[one.index]) if one.index < len(cells) else None
        if value is not None and value != "":
            (personal if is_sealed(one) else plain)[str(one.index)] = value
    raw: dict[str, Any] = {"cells": plain}
    if personal:
        raw["sealed"] = _seal(personal, CELL, ring)
    return raw


def cells_of(raw: Mapping[str, Any], columns: Sequence[Column], ring: Ring) -> list[Cell]:
    """The cells of a kept row, in their places."""
    found = dict(raw["cells"])
    if "sealed" in raw:
        found |= json.loads(rules.unseal(base64.b64decode(raw["sealed"]), CELL, ring))
    width = max((one.index for one in columns), default=-1) + 1
    return [_storable(found.get(str(index))) for index in range(width)]


def _storable(value: Any) -> Cell:
    return value if isinstance(value, str | int | float | bool) else None


def source_row(cells: Sequence[Cell], columns: Sequence[Column], *, file: str, line: int) -> dict[str, Any]:
    """The original row as it stays with the request, by heading; ``sealed`` holds the rest as JSON for the vault."""
    plain: dict[str, Any] = {}
    personal: dict[str, Any] = {}
    for one in columns:
        value = plain_cell(cells[one.index]) if one.index < len(cells) else None
        if value is None or value == "":
            continue
        into = personal if is_sealed(one) else plain
        into[one.heading if one.heading and one.heading not in into else one.place] = value
    row: dict[str, Any] = {"file": file, "line": line, "cells": plain}
    if personal:
        row["sealed"] = _seal(personal, SOURCE, keys.ring("seal"))
    return row


def _seal(cells: Mapping[str, Any], purpose: str, ring: Ring) -> str:
    return base64.b64encode(rules.seal(json.dumps(cells, ensure_ascii=False), purpose, ring)).decode()
