"""Rows found by their columns, added and changed without the ORM's compiler (ADR 26).

For the few tables every filing and every move touches: compiling such a statement costs more processor time than the
database needs to answer it. Each is put together once; values are converted by the model's own fields.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import MultipleObjectsReturned
from django.db import DatabaseError, connection
from django.db.models import (
    BooleanField,
    DateTimeField,
    Field,
    FloatField,
    ForeignKey,
    IntegerField,
    Model,
    UUIDField,
)
from django.db.models.sql import Query

from huhang.base.statements.prepared import prepared

M = TypeVar("M", bound=Model)
_AS_IT_IS = (BooleanField, DateTimeField, FloatField, ForeignKey, IntegerField, UUIDField)


@dataclass(frozen=True)
class _Column:
    name: str
    quoted: str
    place: str
    field: "Field[Any, Any]"
    plain: bool
    reads: tuple[Callable[..., Any], ...]


@dataclass(frozen=True)
class _Table:
    quoted: str
    columns: tuple[_Column, ...]
    by_name: dict[str, _Column]
    key: _Column
    select: str


@cache
def _table(model: type[Model]) -> _Table:
    quote = connection.ops.quote_name
    columns = []
    for field in model._meta.concrete_fields:
        place = f"%s::{field.db_type(connection)}" if isinstance(field, ArrayField) else "%s"
        plain = isinstance(field, _AS_IT_IS)
        columns.append(
            _Column(
                field.attname,
                quote(field.column or field.attname),
                place,
                field,
                plain,
                tuple(field.get_db_converters(connection)),
            )
        )
    by_name = {column.name: column for column in columns} | {c.field.name: c for c in columns}
    pk = model._meta.pk
    assert pk is not None
    return _Table(
        quote(model._meta.db_table),
        tuple(columns),
        by_name,
        by_name[pk.attname],
        ", ".join(column.quoted for column in columns),
    )


def _sent(column: _Column, value: Any) -> Any:
    """What goes to the database: most values as they are, the others as their field has it."""
    if value is None or column.plain or type(value) is str:
        return value
    return column.field.get_db_prep_save(value, connection)


@cache
def _reading(model: type[Model], without: tuple[str, ...]) -> tuple[_Column, ...]:
    return tuple(column for column in _table(model).columns if column.name not in without)


@cache
def _finding(
    model: type[Model], equal: tuple[tuple[str, bool], ...], order: str, lock: bool, without: tuple[str, ...]
) -> str:
    known = _table(model)
    where = " AND ".join(
        f"{known.by_name[name].quoted} IS NULL" if null else f"{known.by_name[name].quoted} = %s"
        for name, null in equal
    )
    by = ", ".join(known.by_name[name].quoted for name in order.split()) if order else ""
    return (
        f"SELECT {', '.join(column.quoted for column in _reading(model, without))}"  # noqa: S608  names of the model
        f" FROM {known.quoted} WHERE {where}"
        f"{f' ORDER BY {by}' if by else ''}{' FOR UPDATE' if lock else ''}"
    )


def some(
    model: type[M], *, order: str = "", lock: bool = False, without: tuple[str, ...] = (), **equal: Any
) -> list[M]:
    """Rows whose columns equal what is given; ``None`` finds what is empty.

    Args:
        order: names of columns with blanks between, each rising.
        lock: keeps the rows from everybody else until the transaction ends.
        without: names of columns not read now; they are asked for when somebody looks at them.
    """
    known = _table(model)
    sql = _finding(model, tuple((name, value is None) for name, value in equal.items()), order, lock, without)
    values = [_sent(known.by_name[name], value) for name, value in equal.items() if value is not None]
    with prepared(), connection.cursor() as cursor:
        cursor.execute(sql, values)
        found = cursor.fetchall()
    columns = _reading(model, without)
    return [_made(model, columns, row) for row in found]


def one(model: type[M], *, lock: bool = False, without: tuple[str, ...] = (), **equal: Any) -> M | None:
    """The only such row, or none.

    Raises:
        MultipleObjectsReturned: there are several.
    """
    found = some(model, lock=lock, without=without, **equal)
    if len(found) > 1:
        raise MultipleObjectsReturned
    return found[0] if found else None


def _made(model: type[M], columns: tuple[_Column, ...], row: Sequence[Any]) -> M:
    values = [_told(column, value) if column.reads else value for column, value in zip(columns, row, strict=True)]
    return model.from_db(connection.alias, [column.name for column in columns], values)


def _told(column: _Column, value: Any) -> Any:
    for convert in column.reads:
        value = convert(value, None, connection)
    return value


@cache
def _adding(model: type[Model], places: tuple[str, ...], unless_there: bool) -> str:
    known = _table(model)
    said = f"INSERT INTO {known.quoted} ({known.select}) VALUES ({', '.join(places)})"  # noqa: S608  as above
    return said + (" ON CONFLICT DO NOTHING" if unless_there else "")


def add(row: Model, *, unless_there: bool = False) -> bool:
    """Adds a row as `save(force_insert=True)` does, without signals.

    Args:
        unless_there: does nothing when it collides with another row, instead of breaking the transaction.

    Returns:
        Whether it was added.
    """
    known = _table(type(row))
    places, values = [], []
    for column in known.columns:
        value = getattr(row, column.name)
        if hasattr(value, "resolve_expression"):
            text, parts = value.as_sql(Query(None).get_compiler(connection=connection), connection)
            places.append(text)
            values.extend(parts)
        else:
            places.append(column.place)
            values.append(_sent(column, value))
    with prepared(), connection.cursor() as cursor:
        cursor.execute(_adding(type(row), tuple(places), unless_there), values)
        added = bool(cursor.rowcount == 1)
    if added:
        row._state.adding, row._state.db = False, connection.alias
    return added


@cache
def _changing(model: type[Model], names: tuple[str, ...]) -> str:
    known = _table(model)
    told = ", ".join(f"{known.by_name[name].quoted} = {known.by_name[name].place}" for name in names)
    return f"UPDATE {known.quoted} SET {told} WHERE {known.key.quoted} = %s"  # noqa: S608  as above


def change(row: Model, *names: str) -> None:
    """Writes columns of a row as `save(update_fields=names)` does, without signals.

    Raises:
        DatabaseError: the row is not there, or not to be changed by whoever acts.
    """
    known = _table(type(row))
    columns = [known.by_name[name] for name in names]
    values = [_sent(column, getattr(row, column.name)) for column in columns]
    with prepared(), connection.cursor() as cursor:
        cursor.execute(_changing(type(row), names), [*values, row.pk])
        if cursor.rowcount != 1:
            raise DatabaseError("the row to be changed is not there")
