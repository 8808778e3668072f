"""Reading the register: who may see and keep which subject, finding it, its contacts and its history."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from huhang.base.access.rules import Actor, Perm, Reach
from huhang.base.messages.recipients import Reach as Address
from huhang.base.statements import rows
from huhang.kernel.errors import Invalid, Missing
from huhang.kernel.text import squeeze
from huhang.register.subjects import life
from huhang.register.subjects.models import Change, Contact, Correction, Merge, Pair, Person, Subject
from huhang.register.subjects.searching import Found, find, first, with_words
from huhang.register.units.queries import tree


def phone_of(person: uuid.UUID) -> Address | None:
    """The sealed number, its mask and the language for a message. Only the vault opens the number."""
    found = rows.one(Person, id=person)
    if found is None:
        return None
    sealed = found.phone_sealed
    return Address(bytes(sealed) if sealed is not None else b"", found.phone_masked, found.language)


def seen(actor: Actor) -> Q | None:
    """The rule of sight as a condition, none when everything is visible; `walls.sees` says the same in the database.

    Names are public and the register is shared: every officer who sees cases sees it. What the catalogue marks as
    sensitive takes the permission for sensitive matters, or the post that answers for it. A contact sees its own.
    """
    if works_here(actor) and actor.sees_sensitive:
        return None
    if works_here(actor):
        return Q(sensitive=False) | Q(unit_id__in=near(actor))
    if actor.person is not None:
        mine = Contact.objects.filter(person_id=actor.person, ended_at__isnull=True)
        return Q(pk__in=mine.values("subject_id"))
    return Q(pk__in=[])


def works_here(actor: Actor) -> bool:
    """Whether the register is shared with this actor."""
    return actor.kind == "system" or actor.everything or bool(actor.units)


def near(actor: Actor) -> list[uuid.UUID]:
    """The units whose sensitive subjects this actor sees."""
    return [n.id for n in tree().nodes.values() if n.id in actor.units or n.branch in actor.branches]


def visible(actor: Actor) -> QuerySet[Subject]:
    """Only the subjects this actor may see."""
    condition = seen(actor)
    return Subject.objects.all() if condition is None else Subject.objects.filter(condition)


def subject_of(actor: Actor, pk: uuid.UUID) -> Subject:
    """One subject this actor may see.

    Raises:
        Missing: there is none, or it is not for this actor; the two look the same.
    """
    found = visible(actor).select_related("within", "merged_into").filter(pk=pk).first()
    if found is None:
        raise Missing
    return found


def reaches(actor: Actor, perm: Perm, unit: uuid.UUID) -> bool:
    """Whether a permission of this actor counts for the ground of a unit: held there, above it, or everywhere."""
    if actor.kind == "system":
        return True
    node = tree().nodes.get(unit)
    branch = node.branch if node else None
    for grant in actor.grants:
        if perm not in grant.perms or grant.reach is Reach.NONE:
            continue
        below = grant.reach is Reach.BELOW and branch == grant.unit
        if grant.reach is Reach.ALL or grant.unit == unit or below:
            return True
    return False


def may_keep(actor: Actor, subject: Subject) -> bool:
    """Whether this actor may change the subject (A1)."""
    return reaches(actor, Perm.KEEP_REGISTER, subject.unit_id)


def within_reach(actor: Actor, perm: Perm) -> QuerySet[Subject]:
    """The subjects this actor sees and on whose ground a permission of theirs counts (`reaches`, as a condition)."""
    rows = visible(actor)
    if actor.kind == "system":
        return rows
    held = [g for g in actor.grants if perm in g.perms and g.reach is not Reach.NONE]
    if any(g.reach is Reach.ALL for g in held):
        return rows
    units = {g.unit for g in held}
    below = {g.unit for g in held if g.reach is Reach.BELOW}
    return rows.filter(unit_id__in=[n.id for n in tree().nodes.values() if n.id in units or n.branch in below])


@dataclass(frozen=True)
class Wanted:
    """How the list of subjects is narrowed; several mean all of them. ``unit`` takes in the units below it."""

    q: str = ""
    kind: str = ""
    state: str = "active"
    flags: tuple[str, ...] = ()
    unit: uuid.UUID | None = None
    placed: bool | None = None
    industry: str = ""
    within: uuid.UUID | None = None
    silent_since: datetime | None = None


def units_below(unit: uuid.UUID) -> list[uuid.UUID]:
    """The unit and everything below it; the bureau is everybody."""
    nodes = tree().nodes
    if unit == tree().root.id:
        return list(nodes)
    return [n.id for n in nodes.values() if n.id == unit or n.branch == unit]


def found(actor: Actor, wanted: Wanted) -> Found:
    """What a filter leaves of the register for this actor, to be counted and turned over page by page."""
    return find(narrowed(visible(actor), replace(wanted, q="")), wanted.q)


def narrowed(rows: QuerySet[Subject], wanted: Wanted) -> QuerySet[Subject]:
    """The rows a filter leaves."""
    if wanted.kind:
        rows = rows.filter(kind=wanted.kind)
    if wanted.state and wanted.state != "all":
        rows = rows.filter(state=wanted.state)
    if wanted.flags:
        rows = rows.filter(flags__contains=list(wanted.flags))
    if wanted.unit and wanted.unit != tree().root.id:
        rows = rows.filter(unit_id__in=units_below(wanted.unit))
    if wanted.placed is not None:
        rows = rows.filter(lon__isnull=not wanted.placed)
    if wanted.industry:
        rows = rows.filter(industry=wanted.industry)
    if wanted.within:
        rows = rows.filter(within_id=wanted.within)
    if wanted.silent_since is not None:
        rows = rows.exclude(pk__in=life.seen_since(wanted.silent_since))
    return with_words(rows, wanted.q)


def page(
    found: Found, *, size: int, after: tuple[str, uuid.UUID] | None = None
) -> tuple[list[Subject], tuple[str, uuid.UUID] | None]:
    """A page by name, and the place after which the next one begins; none when this is the last."""
    rows = first(found, size + 1, after)
    more = (rows[size - 1].name, rows[size - 1].pk) if len(rows) > size else None
    return rows[:size], more


def by_key(actor: Actor, text: str) -> Subject | None:
    """The subject of a credit code or number, or the only one of exactly this name."""
    said = text.strip()[:120]
    key = squeeze(said)
    rows = list(visible(actor).filter(Q(credit_code=key) | Q(number=key) | Q(name=said))[:2])
    return rows[0] if len(rows) == 1 else None


def named(actor: Actor, text: str) -> Subject:
    """The subject a table names, as `by_key` finds it, or what it was merged into.

    Raises:
        Invalid: none, or more than one.
    """
    found = by_key(actor, text)
    if found is None:
        raise Invalid(
            "登记库里没有“%(name)s”，或不止一个；请填主体编号或信用代码。", params={"name": text.strip()[:40]}
        )
    while found.merged_into is not None:
        found = found.merged_into
    return found


def contacts_of(subject: Subject, *, ended: bool = False) -> list[Contact]:
    """Those who speak for it now, the main one first; with ``ended`` also those who did."""
    rows = Contact.objects.filter(subject=subject)
    if not ended:
        rows = rows.filter(ended_at__isnull=True)
    return list(rows.order_by("ended_at", "-main", "since", "id"))


def whole(subject: Subject) -> list[uuid.UUID]:
    """The subject and everything merged into it, through all generations: whose past is its past."""
    found, fresh = [subject.pk], [subject.pk]
    while fresh:
        fresh = list(Subject.objects.filter(merged_into_id__in=fresh).values_list("pk", flat=True))
        found += fresh
    return found


def history(subject: Subject) -> QuerySet[Change]:
    """Every write to it and to what was merged into it, newest first."""
    return Change.objects.filter(subject_id__in=whole(subject)).order_by("-id")


def open_corrections(actor: Actor) -> QuerySet[Correction]:
    """Corrections that wait for somebody who may keep those subjects, oldest first."""
    rows = Correction.objects.filter(state=Correction.State.OPEN).select_related("subject")
    return rows.filter(subject__in=visible(actor)).order_by("at", "id")


def names_of(ids: Iterable[Any]) -> dict[uuid.UUID, str]:
    """The names of some subjects."""
    wanted = {one for one in ids if one}
    return dict(Subject.objects.filter(pk__in=wanted).values_list("pk", "name")) if wanted else {}


def pairs(actor: Actor, *, most: int = 200) -> list[Pair]:
    """Pairs still to be judged, both rows of which this actor keeps, the likeliest first."""
    seen_by = visible(actor).filter(state__in=("active", "closed"))
    rows = Pair.objects.filter(decided_at__isnull=True, one__in=seen_by, other__in=seen_by)
    found = rows.select_related("one", "other").order_by("-likeness", "id")[: most * 5]
    return [pair for pair in found if may_keep(actor, pair.one) and may_keep(actor, pair.other)][:most]


def pair_of(actor: Actor, pk: uuid.UUID) -> Pair:
    """A pair whose two rows this actor sees.

    Raises:
        Missing: there is none for this actor.
    """
    rows = Pair.objects.filter(pk=pk, one__in=visible(actor), other__in=visible(actor))
    found = rows.select_related("one", "other").first()
    if found is None:
        raise Missing
    return found


def merges_of(subject: Subject) -> list[Merge]:
    """What was merged into it and not parted again, newest first."""
    rows = Merge.objects.filter(kept=subject, undone_at__isnull=True).select_related("gone")
    return list(rows.order_by("-at"))


def own_subjects(person: uuid.UUID) -> list[Subject]:
    """Whom a person speaks for now."""
    mine = Contact.objects.filter(person_id=person, ended_at__isnull=True).values("subject_id")
    return list(Subject.objects.filter(pk__in=mine).exclude(state="merged").order_by("name", "id"))
