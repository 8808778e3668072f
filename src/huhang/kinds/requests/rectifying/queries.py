"""What is known of bad ratings being put right, and what is due of it for whom."""

from django.db.models import OuterRef, Q, QuerySet, Subquery

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.queries import visible_to
from huhang.base.access.rules import Actor, Perm
from huhang.cases.models import Case, Clock, ClockExtension
from huhang.kinds.requests.rectifying.models import CONTACT, OPEN, RECTIFY, REVISIT, Rectification

BESIDE = "rectify"
"""Under this name it stands beside a case."""

JOINED = "joined"
"""Under this name a case notes that others were joined to it: their persons' bad ratings are put right with them."""


def current(case: Case) -> Rectification | None:
    """The one being put right now; nothing is asked of the database where the case notes none."""
    return next((one for one in all_of(case) if one.stage in OPEN), None)


def all_of(case: Case) -> list[Rectification]:
    """Every one of a case with its rating and people, newest first; asked once for a case object."""
    if BESIDE not in case.beside:
        return []
    if "_rectifications" not in case.__dict__:
        rows = Rectification.objects.filter(case=case).select_related(
            "rating", "contacted_by", "rectified_by", "revisited_by"
        )
        case.__dict__["_rectifications"] = list(rows.order_by("-begun_at", "-id"))
    found: list[Rectification] = case.__dict__["_rectifications"]
    return found


def joined(case: Case) -> list[Rectification]:
    """What is being put right for persons whose requests were joined to this one, by number.

    Looked up as the system: whoever closes this one need not see theirs, but must not close over them (C4, C6).
    """
    if JOINED not in case.beside:
        return []
    if "_joined_rectifications" not in case.__dict__:
        with acting(SYSTEM):
            rows = Rectification.objects.filter(case__merged_into=case, ended_at=None).select_related("case", "rating")
            known = rows.defer("case__search", "case__folded", "case__body").order_by("case__number")
            case.__dict__["_joined_rectifications"] = list(known)
    found: list[Rectification] = case.__dict__["_joined_rectifications"]
    return found


def why_not_end(case: Case) -> str | None:
    """Why a case cannot be closed by number yet: a bad rating of it, or of one joined to it, is being put right."""
    if current(case) is not None:
        return "差评整改还没有完成，不能销号。"
    return "并入这一件的诉求还有差评整改没有完成，不能销号。" if joined(case) else None


def extension_asked(case: Case) -> ClockExtension | None:
    """More time for putting it right that nobody has decided yet."""
    rows = ClockExtension.objects.filter(clock__case=case, clock__name=RECTIFY, clock__stopped_at=None)
    return rows.filter(decided_at=None).first()


def clock_of(case: Case, name: str) -> Clock | None:
    """The running clock of a stage."""
    return Clock.objects.filter(case=case, name=name, stopped_at=None).first()


def extended(case: Case) -> bool:
    """Whether more time was asked for in the running stage before, whatever became of it."""
    rows = ClockExtension.objects.filter(clock__case=case, clock__name=RECTIFY, clock__stopped_at=None)
    return rows.exclude(granted=False).exists()


def _mine(actor: Actor) -> Q | None:
    """The stages this actor can do something about, where; nothing when they never can."""
    units = [g.unit for g in actor.grants if Perm.HANDLE in g.perms]
    branches = [g.unit for g in actor.grants if Perm.HANDLE in g.perms and g.reach == "below"]
    where = Q(pk__in=[])
    if units:
        owned = Q(case__unit__in=units) | Q(case__branch__in=branches) | Q(case__officer=actor.user)
        where |= owned & Q(stage__in=(CONTACT, RECTIFY))
    if Perm.REVISIT in actor.perms:
        where |= Q(stage=REVISIT)
    return where if units or Perm.REVISIT in actor.perms else None


def open_for(actor: Actor) -> QuerySet[Rectification]:
    """Open ones that wait for this actor's unit, or for whoever asks the person afterwards; supervisors see all.

    Each carries ``due`` and ``provisional`` of the clock of its stage, the most urgent first.
    """
    where = Q() if Perm.SUPERVISE in actor.perms and Perm.HANDLE not in actor.perms else _mine(actor)
    rows = visible_to(actor, Rectification.objects.filter(ended_at=None), prefix="case__")
    if where is None:
        return rows.none()
    clock = Clock.objects.filter(case=OuterRef("case"), name=OuterRef("stage"), stopped_at=None)
    asked = ClockExtension.objects.filter(
        clock__case=OuterRef("case"), clock__name=RECTIFY, clock__stopped_at=None, decided_at=None
    )
    return (
        rows.filter(where)
        .select_related("case", "rating")
        .defer("case__search", "case__folded", "case__body")
        .annotate(
            due=Subquery(clock.values("due_at")[:1]),
            since=Subquery(clock.values("started_at")[:1]),
            provisional=Subquery(clock.values("provisional")[:1]),
            asked=Subquery(asked.values("amount")[:1]),
        )
        .order_by("due", "id")
    )
