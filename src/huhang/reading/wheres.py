"""Conditions over the case table as SQL text, without the ORM's compiler.

A list page asks for a dozen lists and counts of one table. Letting the ORM compile each costs more processor time than
the database needs to answer; the conditions themselves, `visible_to`'s rule among them, stay the same `Q` objects.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final
from uuid import UUID

from django.db.models import BooleanField, Q
from django.db.models.expressions import RawSQL

from huhang.cases.models import Case

Statement = tuple[str, list[Any]]
"""SQL text and its values in order."""

_TABLE: Final = "cases_case"


def _columns() -> dict[str, str]:
    names = {"pk": f'"{_TABLE}"."id"'}
    for field in Case._meta.concrete_fields:
        names[field.name] = names[field.attname] = f'"{_TABLE}"."{field.column}"'
    return names


_COLUMNS: Final = _columns()
_FLAGS: Final = frozenset(f.name for f in Case._meta.concrete_fields if isinstance(f, BooleanField))
_SIGNS: Final = {"exact": "=", "lt": "<", "lte": "<=", "gt": ">", "gte": ">="}


def compiled(where: Q) -> Statement:
    """A condition over columns of the case as SQL; empty text for one that says nothing.

    Equality, order, ``in``, ``isnull`` and ``overlap`` are known, joined in any way, and raw conditions as they stand.
    What is negated holds where the condition is not true, an empty column included, as the ORM has it.

    Raises:
        LookupError: another lookup, or a column of another table.
    """
    values: list[Any] = []
    return _node(where, values), values


def ready(where: Q | None) -> RawSQL | None:
    """A condition that several parts of a statement repeat, made into SQL once."""
    if where is None:
        return None
    sql, values = compiled(where)
    return RawSQL(sql, values, output_field=BooleanField()) if sql else None  # noqa: S611  made by `compiled`


def _node(where: Q, values: list[Any]) -> str:
    parts = [text for child in where.children if (text := _child(child, values))]
    if not parts:
        return ""
    text = parts[0] if len(parts) == 1 else "(" + f" {where.connector} ".join(parts) + ")"
    return f"({text}) IS NOT TRUE" if where.negated else text


def _child(child: Any, values: list[Any]) -> str:
    if isinstance(child, Q):
        return _node(child, values)
    if isinstance(child, RawSQL):
        values.extend(child.params)
        return f"({child.sql})"
    name, value = child
    name, _, lookup = name.partition("__")
    column = _COLUMNS.get(name)
    if column is None:
        raise LookupError(name)
    return _lookup(name, column, lookup or "exact", value, values)


def _lookup(name: str, column: str, lookup: str, value: Any, values: list[Any]) -> str:
    if lookup == "isnull" or (lookup == "exact" and value is None):
        empty = value if lookup == "isnull" else True
        return f"{column} IS NULL" if empty else f"{column} IS NOT NULL"
    if lookup == "exact" and name in _FLAGS:
        return column if value else f"NOT {column}"
    if lookup == "exact" and isinstance(value, RawSQL):
        values.extend(value.params)
        return f"{column} = {value.sql}"
    if lookup in ("in", "overlap"):
        given = list(value)
        keys = lookup == "overlap" or all(isinstance(one, UUID) for one in given)
        values.append(keys_text(given) if keys else given)
        place = "%s::uuid[]" if keys else "%s"
        return f"{column} = ANY ({place})" if lookup == "in" else f"{column} && {place}"
    if lookup not in _SIGNS:
        raise LookupError(f"{name}__{lookup}")
    values.append(value)
    return f"{column} {_SIGNS[lookup]} %s"


def keys_text(keys: Iterable[UUID]) -> str:
    """Keys as the text of an array: the driver takes some thirty times as long to send them one by one."""
    return "{" + ",".join([str(key) for key in keys]) + "}"


def rows(columns: Sequence[str], wheres: Iterable[Q | RawSQL | None], *, order: str = "", limit: int) -> Statement:
    """The first rows of the case table that fulfil every condition."""
    values: list[Any] = []
    parts = [text for where in wheres if where is not None and (text := _child(where, values))]
    chosen = ", ".join(_COLUMNS[name] for name in columns) if columns else "1"
    where = f" WHERE {' AND '.join(parts)}" if parts else ""
    ordered = f" ORDER BY {order}" if order else ""
    return f"SELECT {chosen} FROM {_TABLE}{where}{ordered} LIMIT {limit:d}", values  # noqa: S608  names are ours
