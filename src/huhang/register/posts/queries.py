"""Which posts an officer sees, who is posted, what is proposed, and which host no longer fits."""

import uuid
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet

from huhang.base.access.rules import Actor, Perm
from huhang.base.people.models import Post as Place
from huhang.base.people.models import User
from huhang.kernel.errors import Missing
from huhang.kernel.text import fold
from huhang.register.posts import catalogue
from huhang.register.posts.models import Post, Proposal, Stay
from huhang.register.subjects import queries as register
from huhang.register.subjects.models import Subject
from huhang.register.units.queries import tree

STATES = ("open", "closed", "unfit", "all")


def may_decide(actor: Actor, unit: uuid.UUID) -> bool:
    """Whether an officer opens and closes posts on the ground of a unit, and posts officers there."""
    return register.reaches(actor, Perm.PLAN_LIAISON, unit)


def visible(actor: Actor) -> QuerySet[Post]:
    """Only posts whose host this actor sees in the register; the wall in the database says the same."""
    rows = Post.objects.all()
    return rows if register.seen(actor) is None else rows.filter(host__in=register.visible(actor))


def post_of(actor: Actor, pk: uuid.UUID) -> Post:
    """One post.

    Raises:
        Missing: there is none, or it is not for this actor; the two look the same.
    """
    found = visible(actor).select_related("station", "host", "opened_by", "closed_by").filter(pk=pk).first()
    if found is None:
        raise Missing
    return found


@dataclass(frozen=True)
class Wanted:
    """How the list is narrowed. ``unit`` takes in the units below it; ``sort`` is the kind of the host."""

    q: str = ""
    state: str = "open"
    unit: uuid.UUID | None = None
    sort: str = ""
    officer: uuid.UUID | None = None


def narrowed(rows: QuerySet[Post], wanted: Wanted) -> QuerySet[Post]:
    """The rows a filter leaves, by name."""
    if wanted.state in ("open", "unfit"):
        rows = rows.filter(closed_on__isnull=True)
    elif wanted.state == "closed":
        rows = rows.filter(closed_on__isnull=False)
    if wanted.state == "unfit":
        rows = rows.filter(unfit())
    if wanted.unit is not None:
        rows = rows.filter(station__unit_id__in=register.units_below(wanted.unit))
    if wanted.sort:
        rows = rows.filter(host__kind=wanted.sort)
    if wanted.officer is not None:
        mine = Stay.objects.filter(officer_id=wanted.officer, ends_on__isnull=True)
        rows = rows.filter(pk__in=mine.values("post_id"))
    for word in fold(wanted.q).split():
        rows = rows.filter(Q(station__said__contains=word) | Q(host__said__contains=word))
    return rows.select_related("station", "host").order_by("station__name", "id")


def fits(prefix: str = "") -> Q:
    """The subjects a rule in force proposes; the same answer as `rules.Rule.grounds` for one."""
    p, any_ = prefix, Q(pk__in=[])
    for rule in catalogue.rules():
        for limit in rule.limits:
            any_ |= Q(**{f"{p}kind__in": rule.kinds, f"{p}{limit.measure}__gt": limit.over})
    return any_


def unfit() -> Q:
    """Posts a rule once proposed whose host no longer fits any, or no longer stands: shown, closed by nobody (B4)."""
    gone = ~Q(host__state=Subject.State.ACTIVE)
    return gone | (~Q(rule="") & ~fits("host__"))


def on(day: date, prefix: str = "") -> Q:
    """Posts that were open on a day, or with ``stays__`` … the like for another table's column names."""
    p = prefix
    return Q(**{f"{p}opened_on__lte": day}) & (Q(**{f"{p}closed_on__isnull": True}) | Q(**{f"{p}closed_on__gte": day}))


def staying(since: date, until: date) -> Q:
    """Stays that touch a span of days, both ends counted."""
    return Q(starts_on__lte=until) & (Q(ends_on__isnull=True) | Q(ends_on__gte=since))


def stays_of(post: Post) -> list[Stay]:
    """Everybody ever posted there, those there now first, then the newest."""
    rows = Stay.objects.filter(post=post).select_related("officer")
    return sorted(rows, key=lambda one: (one.ends_on is not None, -one.starts_on.toordinal(), one.officer.name))


def manned(posts: list[uuid.UUID], day: date) -> dict[uuid.UUID, int]:
    """How many officers each post has on a day."""
    rows = Stay.objects.filter(staying(day, day), post_id__in=posts).order_by()
    return dict(rows.values_list("post_id").annotate(n=Count("pk")))


def able(post: Post, day: date) -> list[User]:
    """Officers of the post's unit, its branch and what lies between who are not posted there on this day."""
    node = tree()[post.station.unit_id]
    units = [n.id for n in tree().nodes.values() if n.id == node.id or (node.branch and n.branch == node.branch)]
    there = Stay.objects.filter(staying(day, day), post=post).values("officer_id")
    held = Place.objects.filter(unit_id__in=units, starts_at__date__lte=day).filter(
        Q(ends_at__isnull=True) | Q(ends_at__date__gt=day)
    )
    rows = User.objects.filter(pk__in=held.values("user_id"), is_active=True).exclude(pk__in=there)
    return list(rows.order_by("name", "username"))


def proposals(actor: Actor) -> QuerySet[Proposal]:
    """What waits for a person, as far as this actor sees the hosts; the newest first."""
    rows = Proposal.objects.filter(decided_at__isnull=True).select_related("host")
    if register.seen(actor) is not None:
        rows = rows.filter(host__in=register.visible(actor))
    return rows.order_by("-made_at", "host__name", "id")


def proposal_of(actor: Actor, pk: uuid.UUID) -> Proposal:
    """A proposal that waits.

    Raises:
        Missing: there is none for this actor.
    """
    found = proposals(actor).filter(pk=pk).first()
    if found is None:
        raise Missing
    return found


def posts_for(actor: Actor, unit_only: bool = True) -> list[tuple[str, str]]:
    """Open posts to choose from when something is taken down: own ones first, then those of one's units."""
    rows = visible(actor).filter(closed_on__isnull=True).select_related("station")
    if unit_only and not actor.everything and actor.kind != "system":
        near = [n.id for n in tree().nodes.values() if n.id in actor.units or n.branch in actor.branches]
        mine = Stay.objects.filter(officer_id=actor.user, ends_on__isnull=True).values("post_id")
        rows = rows.filter(Q(pk__in=mine) | Q(station__unit_id__in=near))
    return [(str(one.pk), one.station.name) for one in rows.order_by("station__name", "id")[:500]]


def grounds(host: Subject) -> list[tuple[str, list[dict[str, Any]]]]:
    """Rules in force that propose a post here now, each with what tells."""
    measures = {"head_count": host.head_count, "investment": host.investment}
    told = [(rule.name, rule.grounds(host.kind, measures)) for rule in catalogue.rules()]
    return [(name, found) for name, found in told if found]
