"""A dispute is taken, mediated, agreed, signed, looked at again (B4)."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from huhang.base.access.queries import allows
from huhang.base.access.rules import Actor, Perm
from huhang.base.vault import actions as vault
from huhang.cases.actions import clocks
from huhang.cases.actions.moving import party
from huhang.cases.actions.opening import enter
from huhang.cases.models import Assignment, Case, Step
from huhang.cases.rules import Doing, Outcome
from huhang.kernel.errors import Denied, Invalid, Missing
from huhang.kernel.identifiers import mask_name
from huhang.kernel.text import clean
from huhang.kernel.worktime import Schedule
from huhang.kinds.disputes import catalogue, queries
from huhang.kinds.disputes.models import Dispute, Party, Sitting
from huhang.kinds.disputes.outside import end_all
from huhang.kinds.disputes.papers import NAME, write_agreement
from huhang.kinds.disputes.rules import MOST_PARTIES, SIDES
from huhang.register.posts import queries as posts
from huhang.register.posts.models import Post
from huhang.register.subjects import queries as register
from huhang.register.subjects.actions import person_for
from huhang.register.units.queries import tree

SETTLE, RELAPSE = "settle", "relapse"
"""The two clocks."""


@transaction.atomic
def open_dispute(
    *,
    title: str,
    body: str,
    topic: str,
    parties: Sequence[Mapping[str, Any]],
    by: Actor,
    now: datetime,
    post: uuid.UUID | str | None = None,
    place: str = "",
    received_at: datetime | None = None,
    sensitive: bool = False,
) -> Case:
    """Takes a dispute, at a post or at the unit itself; the clock of its topic begins.

    Args:
        parties: at least two, each with ``side`` and either ``subject`` (an id) or ``name`` and, if given, ``phone``.

    Raises:
        Invalid: field by field.
        Denied: nobody's unit stands behind it.
    """
    found = _post(post, by) if post not in (None, "") else None
    unit = found.station.unit_id if found else by.unit
    if unit is None:
        raise Denied
    problems: dict[str, str] = {}
    words: dict[str, str] = {}
    for name, text, most, needed in (
        ("title", title, 100, "请用一句话写明是什么纠纷，不写姓名。"),
        ("body", body, 20_000, "请写明经过。"),
        ("place", place, 200, ""),
    ):
        try:
            words[name] = clean(text, max_length=most)
        except Invalid as wrong:
            problems[name], words[name] = wrong.text, ""
        if needed and not words[name] and name not in problems:
            problems[name] = needed
    known = catalogue.topics().get(topic)
    if known is None:
        problems["topic"] = "请从列出的选项里选一项。"
    if not 2 <= len(parties) <= MOST_PARTIES:
        problems["parties"] = "请写明至少两方当事人，最多 20 方。"
    if problems or known is None:
        raise Invalid(problems=problems)
    made = [_party(n, row, by, now) for n, row in enumerate(parties)]
    case = Case(
        kind="dispute",
        state="brought",
        title=words["title"].replace("\n", " "),
        body=words["body"],
        subject=found.host if found else next((one.subject for one in made if one.subject_id), None),
        from_label=found.station.name if found else tree().label(unit),
        unit_id=unit,
        officer_id=by.user,
        taken_by_id=by.user,
        taken_unit_id=by.unit if by.user else None,
        category=topic,
        category_version=int(known["version"]),
        sensitive=sensitive or bool(found and found.host.sensitive),
        place=words["place"].replace("\n", " "),
        received_at=min(received_at or now, now),
    )
    if found is not None and found.host.unit_id != unit:
        party(case, found.host.unit_id)
    clocks.start(case, SETTLE, catalogue.promise(topic, case.category_version, "days"), at=case.received_at)
    step = Step(move="open", to_state="brought", by_kind=by.kind, by_user_id=by.user, by_label=by.label)
    step.unit_id, step.data = by.unit, {"topic": topic, "parties": len(made)}
    enter(case, step=step, by=by, now=now)
    Assignment.objects.create(case=case, unit_id=unit, role=Assignment.Role.LEAD, opened_at=now, signed_at=now)
    Dispute.objects.create(case=case, post=found)
    for one in made:
        one.case = case
    Party.objects.bulk_create(made)
    return case


def _post(told: uuid.UUID | str, by: Actor) -> Post:
    try:
        pk = told if isinstance(told, uuid.UUID) else uuid.UUID(str(told))
    except ValueError:
        raise Invalid("请选择警务站。", field="post") from None
    rows = posts.visible(by).select_related("station", "host").filter(pk=pk, closed_on__isnull=True)
    found = rows.first()
    if found is None:
        raise Invalid("没有这个警务站，或已撤销，请重新选择。", field="post")
    return found


def _party(n: int, row: Mapping[str, Any], by: Actor, now: datetime) -> Party:
    """A party as it was told: a subject by its public name, or a person, sealed.

    Raises:
        Invalid: neither, a side there is not, a phone that cannot be one.
    """
    side = str(row.get("side") or "other")
    if side not in dict(SIDES):
        raise Invalid("请从列出的选项里选一项。", field=f"parties.{n}.side")
    if row.get("subject"):
        try:
            subject = register.visible(by).filter(pk=uuid.UUID(str(row["subject"]))).first()
        except ValueError:
            subject = None
        if subject is None:
            raise Invalid("登记库里没有这个主体，请重新选择。", field=f"parties.{n}.subject")
        return Party(seq=n + 1, side=side, subject=subject, name_masked=subject.name)
    name, phone = str(row.get("name") or "").strip(), str(row.get("phone") or "").strip()
    if not name:
        raise Invalid("请填写姓名或名称。", field=f"parties.{n}.name")
    try:
        said = clean(name, max_length=40).replace("\n", " ")
        person = person_for(name=said, phone=phone, by=by, now=now) if phone else None
    except Invalid as wrong:
        field = "phone" if wrong.field == "phone" or phone else "name"
        raise Invalid(wrong.message, field=f"parties.{n}.{field}", params=wrong.params) from None
    sealed = vault.seal(said, NAME)
    return Party(seq=n + 1, side=side, name_sealed=sealed, name_masked=mask_name(said), person=person)


def add_party(doing: Doing) -> Outcome:
    """Somebody else is at odds too."""
    count = Party.objects.filter(case=doing.case).count()
    if count >= MOST_PARTIES:
        raise Invalid("当事人最多 20 方。", field="name")
    row = {name: doing.values.get(name) for name in ("side", "name", "phone")}
    try:
        made = _party(count, row, doing.by, doing.now)
    except Invalid as wrong:
        raise Invalid(wrong.message, field=wrong.field.rpartition(".")[2], params=wrong.params) from None
    made.case = doing.case
    made.save(force_insert=True)
    return Outcome(note=made.name_masked)


def _present(doing: Doing) -> list[uuid.UUID]:
    mine = {one.pk for one in queries.parties(doing.case)}
    chosen = [one for one in doing.values["present"] if one in mine]
    if len(chosen) != len(doing.values["present"]) or not chosen:
        raise Invalid("请从列出的选项里选一项。", field="present")
    return chosen


def mediate(doing: Doing) -> Outcome:
    """One sitting: the day, who took part, what was said."""
    values, present = doing.values, _present(doing)
    if values["on"] > Schedule().date_of(doing.now):
        raise Invalid("调解日期不能晚于今天。", field="on")
    Sitting.objects.create(
        case=doing.case,
        seq=Sitting.objects.filter(case=doing.case).count() + 1,
        on=values["on"],
        place=values.get("place") or "",
        present=present,
        others=values.get("others") or "",
        said=values["said"],
        at=doing.now,
        by_id=doing.by.user,
        by_label=doing.by.label,
    )
    _unsign(doing.case)
    who = queries.names(doing.case, present)
    return Outcome(note=f"{values['on']:%Y-%m-%d} · {who}\n{values['said']}", data={"present": len(present)})


def _unsign(case: Case) -> None:
    """What was signed before belongs to an agreement that no longer stands."""
    Party.objects.filter(case=case).update(read_at=None, signed_at=None, signed_how="")


def agree(doing: Doing) -> Outcome:
    """The parties agreed: the agreement is written, to be read to each and signed."""
    known = queries.detail(doing.case)
    known.terms, known.agreed_at, known.spoken = doing.values["terms"], doing.now, False
    known.agreement = write_agreement(doing.case, known.terms, by=doing.by, now=doing.now)
    known.save(update_fields=["terms", "agreed_at", "spoken", "agreement"])
    _unsign(doing.case)
    return Outcome(note=known.terms)


def sign(doing: Doing) -> Outcome:
    """One party was read the agreement, read it back, and signed; with the last of them the dispute is settled."""
    found = Party.objects.select_for_update().filter(case=doing.case, pk=doing.values["party"], signed_at=None).first()
    if found is None:
        raise Invalid("请从列出的选项里选一项。", field="party")
    if not doing.values["read_back"]:
        raise Invalid("先把协议读给对方听，对方复述无误后再签。", field="read_back")
    found.read_at, found.signed_at, found.signed_how = doing.now, doing.now, doing.values["how"]
    found.save(update_fields=["read_at", "signed_at", "signed_how"])
    if Party.objects.filter(case=doing.case, signed_at=None).exists():
        return Outcome(note=found.name_masked)
    return Outcome(note=found.name_masked, data=_settled(doing), to="settled")


def settle_spoken(doing: Doing) -> Outcome:
    """Settled on the spot without a paper: what was agreed is kept, and every party was read it back."""
    known, chosen = queries.detail(doing.case), set(_present(doing))
    if chosen != {one.pk for one in queries.parties(doing.case)}:
        raise Invalid("口头协议要每一方都确认。", field="present")
    Party.objects.filter(case=doing.case).update(read_at=doing.now)
    known.terms, known.agreed_at, known.spoken, known.agreement = doing.values["terms"], doing.now, True, None
    known.save(update_fields=["terms", "agreed_at", "spoken", "agreement"])
    return Outcome(note=known.terms, data=_settled(doing))


def _settled(doing: Doing) -> dict[str, Any]:
    case, known = doing.case, queries.detail(doing.case)
    known.settled_at, known.settled_by_id = doing.now, doing.by.user
    known.in_time = case.due_at is not None and doing.now < case.due_at
    known.save(update_fields=["settled_at", "settled_by", "in_time"])
    clocks.stop(case, SETTLE, at=doing.now)
    promise = catalogue.promise(case.category, case.category_version, "relapse_days")
    clocks.start(case, RELAPSE, promise, at=doing.now)
    case.answered_at = doing.now
    return {"in_time": known.in_time}


def lasting(doing: Doing) -> Outcome:
    """Somebody else asked the parties: it holds."""
    asked = queries.names(doing.case, _present(doing))
    clocks.stop(doing.case, RELAPSE, at=doing.now)
    return Outcome(note=f"{asked}\n{doing.values['said']}")


def relapse(doing: Doing) -> Outcome:
    """It came up again: taken up anew, with its past, on a clock of its own."""
    case, known = doing.case, queries.detail(doing.case)
    known.relapses += 1
    known.save(update_fields=["relapses"])
    clocks.stop(case, RELAPSE, at=doing.now)
    clocks.start(case, SETTLE, catalogue.promise(case.category, case.category_version, "days"), at=doing.now)
    case.answered_at = None
    _unsign(case)
    return Outcome(note=doing.values["said"], data={"relapses": known.relapses})


def fail(doing: Doing) -> Outcome:
    """No agreement: the parties are told of the other ways, and letters still open end with it."""
    known = queries.detail(doing.case)
    known.ways = doing.values["ways"]
    known.save(update_fields=["ways"])
    return _over(doing)


def drop(doing: Doing) -> Outcome:
    """The parties no longer want it mediated."""
    return _over(doing)


def _over(doing: Doing) -> Outcome:
    clocks.stop(doing.case, SETTLE, at=doing.now)
    left = end_all(doing)
    return Outcome(note=doing.values["reason"], data={"unanswered_outside": left} if left else {})


@transaction.atomic
def reveal_party(*, case: Case, party_id: uuid.UUID, why: str, by: Actor, now: datetime) -> str:
    """The plain name of a party, for a stated purpose; the person sees the line where a phone says who it is.

    Raises:
        Denied: without the permission to look in this dispute.
        Missing: no person among its parties.
        Invalid: no purpose.
    """
    if not allows(by, Perm.REVEAL, case):
        raise Denied("您没有查看完整个人信息的权限。")
    found = Party.objects.filter(case=case, pk=party_id, subject__isnull=True).first()
    if found is None or found.name_sealed is None:
        raise Missing
    return vault.reveal(bytes(found.name_sealed), NAME, person=found.person_id, why=why, by=by, now=now, case=case.pk)
