"""A contact says what is wrong in its own record; an officer takes it over, or refuses with a reason it reads (A1)."""

import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from huhang.base.access.rules import Actor
from huhang.base.journal import actions as journal
from huhang.kernel.errors import Conflict, Invalid, Missing, TooMany
from huhang.kernel.text import clean
from huhang.register.subjects import particulars, queries
from huhang.register.subjects.actions.keeping import change, locked
from huhang.register.subjects.models import Correction

CORRECTABLE = tuple(one.name for one in particulars.PARTICULARS if one.correctable)
OPEN_AT_ONCE = 3
"""So many corrections of one subject wait at a time; one can be written together."""


@transaction.atomic
def ask_correction(
    *, subject_id: uuid.UUID, values: Mapping[str, Any], note: str, by: Actor, now: datetime
) -> Correction:
    """Puts down what a contact wants changed; nothing of the record changes yet.

    Raises:
        Missing: the person does not speak for such a subject.
        Invalid: nothing differs and nothing is said, or a value that cannot be one.
        TooMany: several wait already.
    """
    mine = {subject.pk: subject for subject in queries.own_subjects(by.person)} if by.person else {}
    subject = mine.get(subject_id)
    if subject is None or by.person is None:
        raise Missing
    said = clean(note, max_length=1000)
    read = particulars.read({name: value for name, value in values.items() if name in CORRECTABLE})
    wanted = {name: value for name, value in read.items() if getattr(subject, name) != value}
    if not wanted and not said:
        raise Invalid("没有要更正的内容：请改动要更正的项，或在说明里写明。", field="note")
    waiting = Correction.objects.filter(subject=subject, state=Correction.State.OPEN).count()
    if waiting >= OPEN_AT_ONCE:
        raise TooMany("已有 %(n)d 份更正在等核实，请等有了结果再提。", params={"n": waiting}, retry_after=3600)
    made = Correction.objects.create(
        subject=subject,
        person_id=by.person,
        by_label=by.label[:64],
        at=now,
        was={name: getattr(subject, name) for name in wanted},
        wanted=wanted,
        note=said,
    )
    data = {"subject": str(subject.pk), "correction": str(made.pk), "fields": sorted(wanted)}
    journal.write("subject.ask_correction", by=by, now=now, person=by.person, about=subject.name, data=data)
    return made


@transaction.atomic
def decide_correction(
    *, correction_id: uuid.UUID, take: Iterable[str], reason: str, by: Actor, now: datetime
) -> Correction:
    """Takes over some, all or none of what was asked; what is not taken needs a reason.

    Raises:
        Missing, Denied: not this actor's.
        Conflict: decided already.
        Invalid: no reason for what is refused, or a value that no longer fits.
    """
    correction = Correction.objects.filter(pk=correction_id).first()
    if correction is None:
        raise Missing
    subject = locked(correction.subject_id, by)
    correction = Correction.objects.select_for_update(of=("self",)).get(pk=correction_id)
    if correction.state != Correction.State.OPEN:
        raise Conflict("这份更正已经有人核实过。")
    taken = [name for name in correction.wanted if name in set(take)]
    said = clean(reason, max_length=500)
    whole = len(taken) == len(correction.wanted)
    if not said and not (whole and taken):
        raise Invalid("没有全部采纳的，请写明原因；本人看得到。", field="reason")
    if taken:
        values = {name: correction.wanted[name] for name in taken}
        via = f"correction:{correction.pk.hex}"
        change(subject_id=subject.pk, version=subject.version, values=values, by=by, now=now, via=via)
    state = Correction.State
    noted_only = not correction.wanted  # words alone: the officer did what they asked for, or said why not
    correction.state = state.ACCEPTED if whole and taken else state.PART if taken or noted_only else state.REFUSED
    correction.taken, correction.reason = taken, said
    correction.decided_at, correction.decided_by = now, by.id
    correction.decided_label, correction.decided_unit = by.label[:64], by.unit
    correction.save()
    data = {"subject": str(subject.pk), "correction": str(correction.pk), "taken": taken}
    journal.write(
        "subject.decide_correction", by=by, now=now, person=correction.person_id, about=subject.name, data=data
    )
    return correction


def correction_of(actor: Actor, pk: uuid.UUID) -> Correction:
    """A correction of a subject this actor may see.

    Raises:
        Missing: there is none for this actor.
    """
    rows = Correction.objects.filter(pk=pk, subject__in=queries.visible(actor)).select_related("subject")
    found = rows.first()
    if found is None:
        raise Missing
    return found
