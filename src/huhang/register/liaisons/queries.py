"""Who answers for whom now, who cannot any more, and what a plan is made from."""

import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from huhang.base.access.rules import Actor, Perm, Reach
from huhang.base.people.models import Post, User
from huhang.kernel.errors import Missing
from huhang.register.liaisons.catalogue import newest
from huhang.register.liaisons.models import Liaison, Plan, PlanRow, Skill
from huhang.register.liaisons.rules import Body, Line, Officer, Policy, Seat, Sort
from huhang.register.subjects import queries as register
from huhang.register.subjects.models import Subject
from huhang.register.units.queries import Node, tree


def may_plan(actor: Actor, unit: uuid.UUID | None) -> bool:
    """Whether an officer decides who answers for subjects of a unit; none asks for the whole city."""
    if actor.kind == "system":
        return True
    node: Node | None = tree().nodes.get(unit) if unit else None
    for grant in actor.grants:
        if Perm.PLAN_LIAISON not in grant.perms:
            continue
        if grant.reach is Reach.ALL:
            return True
        if node is not None and grant.unit in (node.id, node.branch) and grant.reach is Reach.BELOW:
            return True
        if node is not None and grant.unit == node.id and grant.reach is Reach.OWN:
            return True
    return False


def branches_of(actor: Actor) -> list[uuid.UUID] | None:
    """The branches an officer plans for; none means the whole city."""
    if may_plan(actor, None):
        return None
    units = [g.unit for g in actor.grants if Perm.PLAN_LIAISON in g.perms and g.reach is Reach.BELOW]
    return [unit for unit in units if tree().nodes[unit].level == 2]


def standing() -> QuerySet[Liaison]:
    """Everybody who answers for somebody now."""
    return Liaison.objects.filter(ends_at__isnull=True)


def seen_by(actor: Actor, rows: QuerySet[Liaison]) -> QuerySet[Liaison]:
    """Only what concerns subjects this actor sees in the register: a sensitive one is not named here either."""
    return rows if register.seen(actor) is None else rows.filter(subject__in=register.visible(actor))


def vacant(now: datetime) -> QuerySet[Liaison]:
    """Those whose officer holds no post from which the line is held any more: nobody answers in truth."""
    lost: Any = Q()
    for line in newest().lines.values():
        lost |= Q(line=line.code) & ~Exists(_posts_for(line, now))
    return standing().filter(lost)


def _posts_for(line: Line, now: datetime) -> QuerySet[Post]:
    posts = Post.objects.filter(
        Q(ends_at__isnull=True) | Q(ends_at__gt=now),
        user=OuterRef("officer"),
        user__is_active=True,
        role__in=line.roles,
        starts_at__lte=now,
    )
    if line.where == "unit":
        return posts.filter(unit=OuterRef("subject__unit"))
    if line.where == "branch":
        return posts.filter(unit=OuterRef("subject__unit__branch"))
    return posts.filter(unit__kind=line.where)


def of_subject(subject: uuid.UUID) -> dict[str, Liaison]:
    """Line → who answers now."""
    return {row.line: row for row in standing().filter(subject_id=subject).select_related("officer")}


def history(subject: uuid.UUID) -> QuerySet[Liaison]:
    """Everybody who ever answered for a subject, newest first."""
    return Liaison.objects.filter(subject_id=subject).select_related("officer", "by").order_by("-starts_at", "-id")


def able(line: Line, subject: Subject, now: datetime) -> list[tuple[User, int]]:
    """Officers who could take a line of a subject, with how many they carry in it, the least burdened first."""
    posts = _held(now).filter(role__in=line.roles)
    if line.where == "unit":
        posts = posts.filter(unit_id=subject.unit_id)
    elif line.where == "branch":
        posts = posts.filter(unit=tree()[subject.unit_id].branch)
    else:
        posts = posts.filter(unit__kind=line.where)
    carried = Count("liaisons", filter=Q(liaisons__line=line.code, liaisons__ends_at__isnull=True))
    users = User.objects.filter(pk__in=posts.values("user"), is_active=True).annotate(carried=carried)
    return [(user, int(user.carried)) for user in users.order_by("carried", "username")]


def _held(now: datetime) -> QuerySet[Post]:
    return Post.objects.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=now), starts_at__lte=now, user__is_active=True)


def bodies(branch: uuid.UUID | None) -> list[Body]:
    """The subjects of the city or of a branch, as a plan sees them."""
    known = tree()
    rows = Subject.objects.all()
    if branch is not None:
        rows = rows.filter(unit__branch=branch)
    found = rows.values_list("id", "kind", "flags", "unit_id", "investment", "head_count")
    return [
        Body(pk, kind, frozenset(flags), unit, known[unit].branch, money or 0, heads or 0)
        for pk, kind, flags, unit, money, heads in found
    ]


def officers(now: datetime, policy: Policy) -> list[Officer]:
    """Every officer with a post from which some line is held, with skills of their own and of their units."""
    roles = {role for line in policy.lines.values() for role in line.roles}
    own, units = _skills()
    seats: dict[uuid.UUID, list[Seat]] = defaultdict(list)
    names: dict[uuid.UUID, str] = {}
    posts = _held(now).filter(role__in=roles)
    for user, name, role, unit, level, kind in posts.values_list(
        "user_id", "user__name", "role", "unit_id", "unit__level", "unit__kind"
    ):
        names[user] = name
        seats[user].append(Seat(role, unit, level, kind))
    return [
        Officer(user, names[user], tuple(held), frozenset(own[user]).union(*(units[seat.unit] for seat in held)))
        for user, held in seats.items()
    ]


def _skills() -> tuple[dict[uuid.UUID, set[str]], dict[uuid.UUID, set[str]]]:
    own: dict[uuid.UUID, set[str]] = defaultdict(set)
    units: dict[uuid.UUID, set[str]] = defaultdict(set)
    for officer, unit, skill in Skill.objects.values_list("officer_id", "unit_id", "skill"):
        (own[officer] if officer else units[unit]).add(skill)
    return own, units


def held(subjects: Iterable[uuid.UUID] | None = None) -> dict[tuple[uuid.UUID, str], uuid.UUID]:
    """Who answers now, by subject and line."""
    rows = standing() if subjects is None else standing().filter(subject_id__in=list(subjects))
    return {(subject, line): officer for subject, line, officer in rows.values_list("subject_id", "line", "officer_id")}


def plan_of(pk: uuid.UUID, actor: Actor) -> Plan:
    """A plan of the city, or of a branch this officer plans for.

    Raises:
        Missing: no such plan, or not theirs to see.
    """
    found = plans_of(actor).filter(pk=pk).select_related("asked_by", "settled_by", "branch").first()
    if found is None:
        raise Missing
    return found


def plans_of(actor: Actor) -> QuerySet[Plan]:
    """Plans an officer may see, newest first."""
    rows = Plan.objects.order_by("-asked_at", "-id")
    branches = branches_of(actor)
    return rows if branches is None else rows.filter(branch__in=branches)


def tally(plan: Plan) -> dict[str, int]:
    """How many rows of each change."""
    rows = PlanRow.objects.filter(plan=plan).order_by().values_list("change").annotate(n=Count("id"))
    return dict(rows)


def _sort(sort: Sort) -> Q:
    asked = []
    if sort.kinds:
        asked.append(Q(kind__in=sorted(sort.kinds)))
    if sort.flags:
        asked.append(Q(flags__overlap=sorted(sort.flags)))
    fits = Q(pk__isnull=False)
    if asked:
        fits = asked[0] if len(asked) == 1 else asked[0] | asked[1] if sort.any_of else asked[0] & asked[1]
    return fits & Q(investment__gte=sort.investment_from) if sort.investment_from else fits


def needing(line: str) -> Q:
    """Which subjects need a line; like `rules.Policy.lines_of`, the first need that fits a subject counts."""
    needed, earlier = Q(pk__isnull=True), Q(pk__isnull=True)
    for need in newest().needs:
        here = _sort(need.sort)
        if line in need.lines:
            needed |= here & ~earlier
        earlier |= here
    return needed


def without(line: str) -> QuerySet[Subject]:
    """Subjects that need a line and have nobody in it."""
    there = standing().filter(subject=OuterRef("pk"), line=line)
    return Subject.objects.filter(needing(line)).filter(~Exists(there))


def coverage(now: datetime, branch: uuid.UUID | None = None) -> list[dict[str, Any]]:
    """Line by line: how many subjects need it, have somebody, and have somebody who can no longer answer.

    Of a line that each officer carries one of (`rules.Each`) only those carried are counted; nobody needs it.
    """
    inside = Q() if branch is None else Q(unit__branch=branch)
    within = Q() if branch is None else Q(subject__unit__branch=branch)
    lost = Counter(vacant(now).filter(within).values_list("line", flat=True))
    held_now = standing().filter(within)
    carried = dict(held_now.order_by().values_list("line").annotate(n=Count("id")))
    rows = []
    for code, line in newest().lines.items():
        needed = Subject.objects.filter(inside, needing(code)).count()
        missing = without(code).filter(inside).count() if needed else 0
        rows.append(
            {
                "line": line,
                "needed": needed,
                "missing": missing,
                "vacant": lost[code],
                "covered": max(0, needed - missing - lost[code]),
                "all": carried.get(code, 0),
            }
        )
    return rows
