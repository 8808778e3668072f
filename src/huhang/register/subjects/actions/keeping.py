"""Subjects coming into the register and changing: every write checks the version it was made from (A1)."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.rules import Actor, Perm
from huhang.base.journal import actions as journal
from huhang.kernel.errors import Conflict, Denied, Invalid, Missing
from huhang.kernel.geo import Point
from huhang.kernel.numbering import uuid7
from huhang.kernel.text import clean
from huhang.register.subjects import catalogue, particulars, queries
from huhang.register.subjects.models import Subject
from huhang.register.subjects.rules import is_given_by_us, own_number
from huhang.register.units.areas import unit_at
from huhang.register.units.queries import receiving, tree

BY_AREA = "area"
"""Given for the unit: whichever the place belongs to."""
PLACE = ("lon", "lat", "crs", "given_lon", "given_lat")


class Overtaken(Conflict):
    """Somebody else changed the subject since it was read; nothing was written."""

    def __init__(self) -> None:
        super().__init__(
            "这一条在您打开之后被别人改过，您的修改还没有保存。", hint="请对照现在的内容，再决定保存哪些。"
        )


@transaction.atomic
def enter(*, values: Mapping[str, Any], by: Actor, now: datetime, via: str = "") -> Subject:
    """A new subject.

    Args:
        values: what it is described by (`particulars`), and ``kind``, ``number``, ``flags``, ``lon``, ``lat``, ``crs``,
            ``unit`` (an id, or ``area``: whichever unit the place belongs to) and ``within``.

    Raises:
        Denied: the unit it goes to is not this actor's to keep.
        Invalid: something in the values, beside its field; a credit code or number already in the register.
    """
    kind = str(values.get("kind") or "")
    if kind not in Subject.Kind.values:
        raise Invalid("请选择类型。", field="kind")
    said = {"name": "", **values}
    columns = {**particulars.read(said), **_rest(said, kind, None, by, now)}
    if "unit_id" not in columns:
        raise Invalid("请选择责任单位，或填写坐标由辖区确定。", field="unit")
    if not queries.reaches(by, Perm.KEEP_REGISTER, columns["unit_id"]):
        where = tree().label(columns["unit_id"])
        raise Denied("这里由%(unit)s负责登记，您没有登记的权限。", params={"unit": where})
    _refuse_known(columns, by)
    made = Subject(id=uuid7(), kind=kind, created_at=now, **columns, **stamp(by, now, via))
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as problem:
        raise _twice(problem) from None
    made.refresh_from_db(fields=["number"])
    journal.write("subject.enter", by=by, now=now, about=made.name, data={"subject": str(made.pk), "kind": kind})
    return made


def enter_subject(
    *, kind: str, name: str, unit_id: uuid.UUID, credit_code: str = "", by: Actor, now: datetime, **rest: Any
) -> Subject:
    """A new subject of a known unit, in few words. Raises as `enter`."""
    values = {"kind": kind, "name": name, "unit": unit_id, "credit_code": credit_code, **rest}
    return enter(values=values, by=by, now=now)


@transaction.atomic
def change(
    *, subject_id: uuid.UUID, version: int, values: Mapping[str, Any], by: Actor, now: datetime, via: str = ""
) -> Subject:
    """Changes what is given and differs; what is not given stays. Nothing different writes nothing.

    Raises:
        Missing: no such subject for this actor.
        Denied: it is not this actor's to keep.
        Overtaken: its version is another one.
        Conflict: it was merged into another.
        Invalid: something in the values, beside its field.
    """
    held = locked(subject_id, by)
    if held.version != version:
        raise Overtaken
    if held.state == Subject.State.MERGED:
        raise Conflict("这一条已并入另一条，请到那一条上修改。")
    columns = {**particulars.read(values), **_rest(values, held.kind, held, by, now)}
    different = {name: value for name, value in columns.items() if getattr(held, name) != value}
    if not different:
        return held
    _refuse_known(different, by)
    for name, value in {**different, **stamp(by, now, via), "version": held.version + 1}.items():
        setattr(held, name, value)
    try:
        with transaction.atomic():
            held.save(update_fields=[*different, *stamp(by, now, via), "version"])
    except IntegrityError as problem:
        raise _twice(problem) from None
    data = {"subject": str(held.pk), "fields": sorted(different), "version": held.version}
    journal.write("subject.change", by=by, now=now, about=held.name, data=data)
    return held


@transaction.atomic
def set_state(*, subject_id: uuid.UUID, version: int, state: str, why: str, by: Actor, now: datetime) -> Subject:
    """Closes a subject, strikes it off, or takes it back among those that stand.

    Raises:
        Missing, Denied, Overtaken: as `change`.
        Conflict: it was merged, or is in that state already.
        Invalid: no such state, or no reason.
    """
    held = locked(subject_id, by)
    if held.version != version:
        raise Overtaken
    if state not in (Subject.State.ACTIVE, Subject.State.CLOSED, Subject.State.STRUCK_OFF):
        raise Invalid("请选择状态。", field="state")
    if held.state == Subject.State.MERGED:
        raise Conflict("这一条已并入另一条；要恢复，请先拆开。")
    if held.state == state:
        raise Conflict("已经是这个状态。")
    said = clean(why, max_length=200)
    if not said:
        raise Invalid("请写明原因。", field="why")
    held.state, held.state_at, held.state_why, held.version = state, now, said, held.version + 1
    for name, value in stamp(by, now, "").items():
        setattr(held, name, value)
    held.save(update_fields=["state", "state_at", "state_why", "version", *stamp(by, now, "")])
    data = {"subject": str(held.pk), "state": state, "version": held.version}
    journal.write("subject.state", by=by, now=now, about=held.name, data=data)
    return held


@transaction.atomic
def hand_over(*, unit_id: uuid.UUID, by: Actor, now: datetime) -> int:
    """Gives all subjects of a dissolved unit to its successor, as the system: who dissolves units sees none of them.

    Returns how many; the history of each says so.
    """
    heir = tree()[unit_id].successor
    if heir is None:
        return 0
    with acting(SYSTEM):
        fresh = {**stamp(by, now, "handover"), "unit_id": heir, "unit_from": Subject.UnitFrom.PERSON}
        count = Subject.objects.filter(unit_id=unit_id).update(version=F("version") + 1, **fresh)
    if count:
        data = {"unit": str(unit_id), "successor": str(heir), "count": count}
        journal.write("subject.hand_over", by=by, now=now, about=tree().label(heir), data=data)
    return count


def locked(subject_id: uuid.UUID, by: Actor) -> Subject:
    """The subject, locked for a write by somebody who may keep it.

    Raises:
        Missing, Denied: as `change`.
    """
    held = queries.visible(by).select_for_update(of=("self",)).filter(pk=subject_id).first()
    if held is None:
        raise Missing
    if not queries.may_keep(by, held):
        raise Denied("这一条由%(unit)s负责维护，您没有修改的权限。", params={"unit": tree().label(held.unit_id)})
    return held


def stamp(by: Actor, now: datetime, via: str) -> dict[str, Any]:
    """Who wrote, for the history that the trigger keeps."""
    return {
        "updated_at": now,
        "updated_by": by.id,
        "updated_label": by.label[:64],
        "updated_unit": by.unit,
        "via": via,
    }


def _rest(values: Mapping[str, Any], kind: str, held: Subject | None, by: Actor, now: datetime) -> dict[str, Any]:
    """The columns that are no plain particulars: number, classes, place, unit, what it lies in."""
    found: dict[str, Any] = {}
    number = str(values.get("number") or "").strip()
    if number:
        found["number"] = _number(number, held)
    if "flags" in values:
        found["flags"] = particulars.read_flags(values["flags"], kind, held.flags if held else ())
        found["sensitive"] = catalogue.is_sensitive(found["flags"])
    if "lon" in values or "lat" in values:
        found |= particulars.read_place(values.get("lon"), values.get("lat"), values.get("crs"))
    if "within" in values:
        found["within_id"] = _within(str(values["within"] or ""), held, by)
    return {**found, **_unit(values, found, held, now)}


def _number(said: str, held: Subject | None) -> str:
    number = own_number(said)
    if is_given_by_us(number) and (held is None or held.number != number):
        raise Invalid("Z 开头加数字的编号由系统给出，请换一个或留空。", field="number")
    return number


def _within(said: str, held: Subject | None, by: Actor) -> uuid.UUID | None:
    if not said.strip():
        return None
    outer = queries.by_key(by, said)
    if outer is None:
        raise Invalid("没有找到这个园区或主体，请填它的编号、信用代码或全称。", field="within")
    if held is not None and outer.pk == held.pk:
        raise Invalid("不能填它自己。", field="within")
    return outer.pk


def _unit(values: Mapping[str, Any], found: Mapping[str, Any], held: Subject | None, now: datetime) -> dict[str, Any]:
    """The unit that answers for it, and whether its place or a person says so."""
    asked = str(values.get("unit") or "")
    on = timezone.localtime(now).date()
    lon, lat = (found.get(n, getattr(held, n, None)) for n in ("lon", "lat"))
    by_place = unit_at(Point(lon, lat), on=on) if lon is not None and lat is not None else None
    if asked and asked != BY_AREA:
        try:
            unit = receiving(uuid.UUID(asked), on=on).id if str(getattr(held, "unit_id", "")) != asked else None
        except ValueError:
            raise Invalid("请选择责任单位。", field="unit") from None
        chosen = unit or uuid.UUID(asked)
        agrees = by_place is not None and by_place.id == chosen
        return {"unit_id": chosen, "unit_from": "area" if agrees and _asked_by_area(held, chosen) else "person"}
    if asked == BY_AREA or (held is None and lon is not None):
        if by_place is None:
            none = "这个位置不在任何单位的辖区里，请选择责任单位。"
            raise Invalid(none if lon is not None else "没有坐标，不能按辖区确定，请选择责任单位。", field="unit")
        return {"unit_id": by_place.id, "unit_from": "area"}
    moved = held is not None and "lon" in found and (found["lon"], found["lat"]) != (held.lon, held.lat)
    if moved and held is not None and held.unit_from == "area":
        return {"unit_id": by_place.id} if by_place is not None else {"unit_from": "person"}
    return {}


def _asked_by_area(held: Subject | None, chosen: uuid.UUID) -> bool:
    """A form that sends the unit back unchanged does not make a person's choice of what the area said."""
    return held is not None and held.unit_id == chosen and held.unit_from == "area"


def _refuse_known(columns: Mapping[str, Any], by: Actor) -> None:
    """One credit code and one number is one subject; the look-up runs as the system, and tells only what is public."""
    for field, sentence in (
        ("credit_code", "这个统一社会信用代码已登记为“%(name)s”（%(number)s）。"),
        ("number", "这个编号已是“%(name)s”（%(number)s）的。"),
    ):
        if not columns.get(field):
            continue
        with acting(SYSTEM):
            there = Subject.objects.filter(**{field: columns[field]}).values("pk", "name", "number").first()
        if there is None:
            continue
        if not queries.visible(by).filter(pk=there["pk"]).exists():
            raise Invalid("这个代码或编号已在登记库里，请联系管理主体库的同事。", field=field)
        raise Invalid(sentence, field=field, params={"name": there["name"], "number": there["number"]})


def _twice(problem: IntegrityError) -> Invalid:
    field = "number" if "number" in str(problem).split("DETAIL")[0] else "credit_code"
    return Invalid("刚刚有人登记了同一个代码或编号，请刷新后核对。", field=field)
