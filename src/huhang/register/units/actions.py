"""Founding, changing and dissolving units."""

import hashlib
import uuid
from datetime import date, datetime
from typing import Any

from django.db import transaction

from huhang.base.access.queries import allows
from huhang.base.access.rules import Actor, Perm
from huhang.base.journal import actions as journal
from huhang.kernel.errors import Conflict, Denied, Invalid
from huhang.kernel.geo import Crs
from huhang.register.units import drawing, queries
from huhang.register.units.models import Unit


def _may(by: Actor) -> None:
    if not allows(by, Perm.MANAGE_SYSTEM):
        raise Denied


@transaction.atomic
def found(
    *,
    code: str,
    name: str,
    short_name: str,
    kind: str,
    parent: Unit | None,
    valid_from: date,
    by: Actor,
    now: datetime,
    **rest: Any,
) -> Unit:
    """A new unit below ``parent`` (none for the bureau itself); its level and branch follow from the parent.

    Raises:
        Denied: without the permission to manage units.
        Invalid: no code or name, a code already in use, or a station, which cannot have units below it.
    """
    _may(by)
    problems = {field: "请填写这一项。" for field, said in (("code", code), ("name", name)) if not said.strip()}
    if problems:
        raise Invalid(problems=problems)
    if Unit.objects.filter(code=code).exists():
        raise Invalid("这个机构代码已在使用。", field="code")
    level = 1 if parent is None else parent.level + 1
    if level > Unit.Level.STATION:
        raise Invalid("派出所、大队之下不再设单位。", field="parent")
    unit = Unit(
        code=code,
        name=name,
        short_name=short_name,
        kind=kind,
        parent=parent,
        level=level,
        valid_from=valid_from,
        **rest,
    )
    unit.branch_id = (
        None if level == Unit.Level.BUREAU else unit.id if level == Unit.Level.BRANCH else parent.id if parent else None
    )
    unit.save(force_insert=True)
    journal.write("unit.found", by=by, now=now, about=name, data={"unit": str(unit.id), "code": code})
    transaction.on_commit(queries.forget)
    return unit


@transaction.atomic
def dissolve(unit_id: uuid.UUID, *, on: date, successor_id: uuid.UUID, by: Actor, now: datetime) -> Unit:
    """Ends a unit on a day; its successor takes over what is open (cases.actions.hand_over).

    Raises:
        Denied: without the permission to manage units.
        Invalid: the successor does not exist on that day, or is the unit itself; the day is that of its founding.
        Conflict: already dissolved, or units below it still stand.
    """
    _may(by)
    unit = Unit.objects.select_for_update().get(pk=unit_id)
    if unit.valid_to is not None:
        raise Conflict("这个单位已经撤销。")
    if successor_id == unit_id:
        raise Invalid("承接单位不能是它自己。", field="successor")
    queries.receiving(successor_id, on=on, field="successor")
    if on <= unit.valid_from:
        raise Invalid("撤销日期要晚于设立日期。", field="on")
    if Unit.objects.filter(parent=unit, valid_to__isnull=True).exists():
        raise Conflict("下面还有单位，请先撤销或改隶它们。")
    unit.valid_to, unit.successor_id = on, successor_id
    unit.save(update_fields=["valid_to", "successor"])
    journal.write(
        "unit.dissolve",
        by=by,
        now=now,
        about=unit.name,
        data={"unit": str(unit_id), "successor": str(successor_id), "on": on},
    )
    transaction.on_commit(queries.forget)
    return unit


@transaction.atomic
def draw_areas(*, content: bytes, crs: Crs, by: Actor, now: datetime) -> list[str]:
    """Draws the areas of units from a GeoJSON file, all of it or nothing; units not in it keep theirs.

    Returns the short names of the units drawn.

    Raises:
        Denied: without the permission to manage units.
        Invalid: the file cannot be used, a feature names no unit or several, or a unit twice.
    """
    _may(by)
    drawn = drawing.read(content, crs)
    known: dict[str, set[uuid.UUID]] = {}
    nodes = {node.id: node for node in queries.tree().nodes.values() if node.valid_to is None}
    for node in nodes.values():
        for name in (node.code, node.name, node.short):
            known.setdefault(name, set()).add(node.id)
    found: dict[uuid.UUID, dict[str, Any]] = {}
    for one in drawn:
        ids = next((known[name] for name in one.names if name in known), set())
        said = {"nth": one.nth, "name": one.names[0][:40]}
        if len(ids) != 1:
            several = "第 %(nth)d 个要素的“%(name)s”有几个单位，请写机构代码。"
            raise Invalid(several if ids else "第 %(nth)d 个要素的“%(name)s”不是现有单位。", field="file", params=said)
        (unit,) = ids
        if unit in found:
            raise Invalid("第 %(nth)d 个要素的“%(name)s”前面已经有了，一个单位只写一次。", field="file", params=said)
        found[unit] = one.area
    for unit, area in found.items():
        Unit.objects.filter(pk=unit).update(area=area)
    names = [nodes[unit].short for unit in found]
    data = {"units": [str(unit) for unit in found], "digest": hashlib.sha256(content).hexdigest(), "crs": crs.value}
    journal.write("unit.draw", by=by, now=now, about="、".join(names)[:200], data=data)
    transaction.on_commit(queries.forget)
    return names
