"""Two rows that are one subject: merged with all that belongs to them, and parted again when it was a mistake."""

import uuid
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.rules import Actor
from huhang.base.journal import actions as journal
from huhang.kernel.errors import Conflict, Invalid, Missing
from huhang.kernel.text import clean
from huhang.register.subjects import belongings, queries
from huhang.register.subjects.actions.keeping import Overtaken, locked, stamp
from huhang.register.subjects.models import Merge, Pair, Subject

FILLED = ("short_name", "credit_code", "industry", "address", "head_count", "investment", "note", "within_id")
"""What the kept row takes over where it has nothing itself; a place is taken over whole."""
PLACE = ("lon", "lat", "crs", "given_lon", "given_lat")


@transaction.atomic
def merge(
    *,
    kept_id: uuid.UUID,
    gone_id: uuid.UUID,
    versions: tuple[int, int],
    reason: str,
    by: Actor,
    now: datetime,
) -> Merge:
    """Makes two rows one: cases, contacts and all that is declared go to the kept row; its gaps are filled.

    Args:
        versions: of the kept and of the gone row, as they were read.

    Raises:
        Missing, Denied: one of them is not this actor's to see or to keep.
        Overtaken: one of them was changed meanwhile.
        Conflict: one of them is merged already, or both are one.
        Invalid: no reason.
    """
    if kept_id == gone_id:
        raise Conflict("两条是同一条。")
    # always in one order, so that two who merge the same pair do not wait for one another
    held = {pk: locked(pk, by) for pk in sorted((kept_id, gone_id))}
    kept, gone = held[kept_id], held[gone_id]
    if (kept.version, gone.version) != versions:
        raise Overtaken
    if Subject.State.MERGED in (kept.state, gone.state):
        raise Conflict("其中一条已并入别的主体。")
    said = clean(reason, max_length=200)
    if not said:
        raise Invalid("请写明为什么是同一个。", field="reason")
    via = f"merge:{gone.pk.hex}"
    with acting(SYSTEM):  # whoever merges need not see every case that goes along
        moved = belongings.hand_over(gone.pk, kept.pk)
        made = Merge.objects.create(
            kept=kept,
            gone=gone,
            at=now,
            by=by.id,
            by_label=by.label[:64],
            reason=said,
            moved=moved,
            gone_state=gone.state,
        )
        filled = _fill(kept, gone)
        end = {"state": Subject.State.MERGED, "merged_into_id": kept.pk, "state_at": now, "state_why": said}
        if "credit_code" in filled:  # a code is unique, and belongs to the row that stands
            end["credit_code"] = None
        _save(gone, by, now, via, **end)
        _save(kept, by, now, via, **filled)
        _decide_pairs(kept.pk, gone.pk, "merged", said, by, now)
    data = {"kept": str(kept.pk), "gone": str(gone.pk), "moved": {place: len(ids) for place, ids in moved.items()}}
    journal.write("subject.merge", by=by, now=now, about=kept.name, data=data)
    return made


def _fill(kept: Subject, gone: Subject) -> dict[str, object]:
    empty: tuple[Any, ...] = (None, "", [])
    filled = {name: getattr(gone, name) for name in FILLED if getattr(kept, name) in empty}
    filled = {name: value for name, value in filled.items() if value not in empty and value != kept.pk}
    if kept.lon is None and gone.lon is not None:
        filled |= {name: getattr(gone, name) for name in PLACE}
    flags = sorted({*kept.flags, *gone.flags})
    if flags != sorted(kept.flags):
        filled |= {"flags": flags, "sensitive": kept.sensitive or gone.sensitive}
    return filled


def _save(subject: Subject, by: Actor, now: datetime, via: str, **columns: object) -> None:
    columns = {**columns, **stamp(by, now, via), "version": subject.version + 1}
    Subject.objects.filter(pk=subject.pk).update(**columns)
    for name, value in columns.items():
        setattr(subject, name, value)


@transaction.atomic
def part(*, merge_id: uuid.UUID, reason: str, by: Actor, now: datetime) -> Merge:
    """Undoes a merge: what went along and is still there goes back, and so does the gone row's credit code.

    What the kept row was filled with stays, except the credit code; its history shows where it came from.

    Raises:
        Missing, Denied: not this actor's.
        Conflict: parted already, or the kept row itself was merged since.
        Invalid: no reason.
    """
    made = Merge.objects.filter(pk=merge_id).first()
    if made is None:
        raise Missing
    held = {pk: locked(pk, by) for pk in sorted((made.kept_id, made.gone_id))}
    kept, gone = held[made.kept_id], held[made.gone_id]
    made = Merge.objects.select_for_update(of=("self",)).get(pk=merge_id)
    if made.undone_at is not None:
        raise Conflict("已经拆开。")
    if kept.state == Subject.State.MERGED:
        raise Conflict("“%(name)s”后来又并入了别的主体，请先拆开那一次。", params={"name": kept.name})
    said = clean(reason, max_length=200)
    if not said:
        raise Invalid("请写明为什么拆开。", field="reason")
    via = f"part:{gone.pk.hex}"
    with acting(SYSTEM):
        back = belongings.give_back(made.moved, kept.pk, gone.pk)
        code = _code_before(gone, made)
        if code and kept.credit_code == code:
            _save(kept, by, now, via, credit_code=None)
        else:
            _save(kept, by, now, via)
        _save(
            gone,
            by,
            now,
            via,
            state=made.gone_state,
            merged_into_id=None,
            state_at=now,
            state_why=said,
            credit_code=code,
        )
        made.undone_at, made.undone_by, made.undone_label = now, by.id, by.label[:64]
        made.save(update_fields=["undone_at", "undone_by", "undone_label"])
        _decide_pairs(kept.pk, gone.pk, "apart", said, by, now)
    journal.write(
        "subject.part", by=by, now=now, about=gone.name, data={"kept": str(kept.pk), "gone": str(gone.pk), "back": back}
    )
    return made


def _code_before(gone: Subject, made: Merge) -> str | None:
    """The gone row's credit code, which the kept row may have been given; it goes back to where it came from."""
    if gone.credit_code:
        return gone.credit_code
    taken = gone.changes.filter(at=made.at, fields__has_key="credit_code").order_by("-id").first()
    code = taken.fields["credit_code"][0] if taken else None
    free = not Subject.objects.filter(credit_code=code).exclude(pk=made.kept_id).exists()
    return code if code and free else None


@transaction.atomic
def keep_apart(*, pair_id: uuid.UUID, reason: str, by: Actor, now: datetime) -> Pair:
    """Two rows were looked at and are two subjects; they are not proposed again.

    Raises:
        Missing, Denied: not this actor's.
        Conflict: decided already.
        Invalid: no reason.
    """
    pair = Pair.objects.filter(pk=pair_id).first()
    if pair is None:
        raise Missing
    for pk in sorted((pair.one_id, pair.other_id)):
        locked(pk, by)
    if pair.decided_at is not None:
        raise Conflict("这一对已经有人判断过。")
    said = clean(reason, max_length=200)
    if not said:
        raise Invalid("请写明为什么不是同一个。", field="reason")
    _decide_pairs(pair.one_id, pair.other_id, "apart", said, by, now)
    journal.write("subject.apart", by=by, now=now, data={"pair": str(pair_id)})
    return pair


def _decide_pairs(one: uuid.UUID, other: uuid.UUID, decision: str, reason: str, by: Actor, now: datetime) -> None:
    both = Q(one_id=one, other_id=other) | Q(one_id=other, other_id=one)
    Pair.objects.filter(both).update(
        decided_at=now, decided_by=by.id, decided_label=by.label[:64], decision=decision, reason=reason
    )


@transaction.atomic
def propose(*, subject_id: uuid.UUID, key: str, by: Actor, now: datetime) -> Pair:
    """Somebody knows two rows to be one: the pair stands among the proposals, also when it was judged before.

    Raises:
        Missing, Denied: not this actor's.
        Invalid: no other subject of this key.
    """
    subject = locked(subject_id, by)
    other = queries.by_key(by, key)
    if other is None or other.pk == subject.pk:
        raise Invalid("没有找到另一条，请填它的编号、信用代码或全称。", field="key")
    both = Q(one=subject, other=other) | Q(one=other, other=subject)
    pair = Pair.objects.filter(both).first()
    if pair is None:
        pair = Pair.objects.create(one=subject, other=other, why="hand", likeness=1.0, found_at=now)
    elif pair.decided_at is not None:
        fresh = {"decided_at": None, "decided_by": None, "decided_label": "", "decision": "", "reason": ""}
        Pair.objects.filter(pk=pair.pk).update(why="hand", found_at=now, **fresh)
        pair.refresh_from_db()
    return pair
