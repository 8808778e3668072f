"""What is known of cards: the one of a matter, what its cause says now, and whom a level is addressed to."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from huhang.base.access.rules import Actor
from huhang.base.catalog import queries as catalog
from huhang.base.people.models import Post, User
from huhang.base.people.queries import held
from huhang.cases.models import Case
from huhang.cases.registry import kind_of
from huhang.kernel.worktime import elapsed_working_days, is_late
from huhang.kinds.cards import catalogue
from huhang.kinds.cards.models import Card
from huhang.kinds.cards.rules import CAUSES, LABELS, RANK, Ladder
from huhang.register.units.queries import tree

POSTS = ("officer", "chief", "branch", "leader")
"""The way up, a rung a level: officer, station chief or squad, branch chief, bureau leader (STANDARDS §14)."""


def detail(case: Case) -> Card:
    """The detail row, fetched once for a case object."""
    return case.card


def cards_of(matter: uuid.UUID) -> list[Card]:
    """Every card a matter ever had, the live one first, then the newest; with its case, as far as the rows are seen."""
    rows = Card.objects.filter(matter=matter).select_related("case__officer")
    return sorted(rows, key=lambda c: (c.lifted_at is not None, -c.case.received_at.timestamp()))


@dataclass(frozen=True)
class Standing:
    """What the cause of a card says at an instant: the level it gives (none when it is gone), and why."""

    level: str
    cause: str
    bad: int


def standing(matter: Case, ladder: Ladder, now: datetime, *, over: bool = False) -> Standing:
    """The level a matter's own clock and ratings give now, whatever card it has.

    Args:
        over: judges bad ratings of a closed matter too: somebody dissatisfied after the end is a cause to issue or
            raise a card, though with the matter closed there is nothing left to wait for before it is lifted.
    """
    watch = kind_of(matter.kind).watch
    if watch is None:
        return Standing("", "", 0)
    bad = len(watch.bad([matter.pk]).get(matter.pk, ())) if matter.is_open or over else 0
    by_clock = clock_level(matter, ladder, now)
    by_rating = ladder.bad_level if bad >= ladder.times else ""
    if RANK.get(by_rating, 0) > RANK.get(by_clock, 0):
        return Standing(by_rating, "rating", bad)
    return Standing(by_clock, "clock", bad)


def clock_level(row: Any, ladder: Ladder, now: datetime) -> str:
    """The level of a case's running clock alone: a case, or a line of a list. Asks the database nothing."""
    watch = kind_of(row.kind).watch
    if watch is None or row.due_at is None or not watch.holds(row):
        return ""
    return ladder.by_clock(row.due_at, row.due_from or row.received_at, now, catalog.calendar(), catalog.schedule())


def colour(row: Any, now: datetime) -> str:
    """The colour a list shows: of a card its level, of another case a query on its clock (HOUSE §2.3)."""
    if row.kind == "card":
        return str(row.category) if row.is_open else ""
    ladder = catalogue.newest()
    return clock_level(row, ladder, now) if ladder else ""


def why(matter: Case, told: Standing, now: datetime) -> str:
    """The cause in words, for the card's text and timeline."""
    if told.cause == "rating":
        return _("诉求人已 %(n)d 次表示不满意") % {"n": told.bad}
    if matter.due_at is None:
        return ""
    days = elapsed_working_days(matter.due_at, now, catalog.calendar(), catalog.schedule())
    if days > 0:
        return _("超期第 %(n)d 个工作日") % {"n": days}
    if is_late(now, matter.due_at):
        return _("已到期，尚未答复")
    return _("今天到期") if days == 0 else _("离到期还有 %(n)d 个工作日") % {"n": -days}


@dataclass(frozen=True)
class Addressee:
    """Whom a level is addressed to. ``passed`` says which posts on the way up nobody holds."""

    user: uuid.UUID | None
    post: str
    passed: str


def addressee(matter: Case, level: str, now: datetime) -> Addressee:
    """Who answers for a matter at a level; where nobody holds the post, the next above, and that is said."""
    branch, root = tree().branch_of(matter.unit_id), tree().root.id
    chiefs = _chiefs({matter.unit_id, *([branch] if branch else []), root}, now)
    rungs: tuple[tuple[str, uuid.UUID | None, uuid.UUID | None], ...] = (
        ("officer", _officer(matter, now) if level == "blue" else None, matter.unit_id),
        ("chief", chiefs.get(("chief", matter.unit_id)), matter.unit_id),
        ("branch", chiefs.get(("chief", branch)) if branch else None, branch),
        ("leader", chiefs.get(("leader", root)), root),
    )
    passed: list[str] = []
    for post, user, unit in rungs[RANK[level] - 1 :]:
        if user is not None:
            return Addressee(user, post, _("，").join(passed))
        if unit is not None and not (post == "branch" and branch == matter.unit_id):
            passed.append(_vacant(post, unit))
    return Addressee(None, "", _("，").join(passed))


def _vacant(post: str, unit: uuid.UUID) -> str:
    if post == "officer":
        return _("还没有承办人，报上一级")
    return _("%(unit)s负责人无人任职，报上一级") % {"unit": tree().label(unit)}


def _officer(matter: Case, now: datetime) -> uuid.UUID | None:
    """The officer in charge; until a unit has signed, whoever was asked first answers for it (C2)."""
    first = matter.taken_by_id if matter.taken_unit_id == matter.unit_id else None
    for user in (matter.officer_id, first):
        if user is not None and in_office(user, now):
            return user
    return None


def in_office(user: uuid.UUID, now: datetime) -> bool:
    """Whether somebody still works here and holds any post."""
    return Post.objects.filter(held(now), user=user, user__is_active=True, user__left_at=None).exists()


def _chiefs(units: set[uuid.UUID], now: datetime) -> dict[tuple[str, uuid.UUID | None], uuid.UUID]:
    rows = (
        Post.objects.filter(held(now), unit__in=units, role__in=("chief", "leader"), user__is_active=True)
        .filter(user__left_at=None)
        .order_by("-first", "starts_at", "id")
    )
    found: dict[tuple[str, uuid.UUID | None], uuid.UUID] = {}
    for role, unit, user in rows.values_list("role", "unit", "user"):
        found.setdefault((role, unit), user)
    return found


def post_words(post: str) -> str:
    """A rung of the way up, in words."""
    words = {
        "officer": _("承办人"),
        "chief": _("派出所长、大队长"),
        "branch": _("分局、支队负责人"),
        "leader": _("市局领导"),
    }
    return words.get(post, "")


def facts(case: Case, actor: Actor) -> list[tuple[Any, Any]]:
    """What the case page shows of a card beside the case itself."""
    known = detail(case)
    issuer = (
        User.objects.filter(pk=known.issued_by_id).values_list("name", flat=True).first() if known.issued_by_id else ""
    )
    rows: list[tuple[Any, Any]] = [
        (_("级别"), LABELS[known.level]),
        (_("起因"), dict(CAUSES)[known.cause]),
        (_("发卡"), issuer or _("系统按标准自动发出，督办部门负责解除")),
        (_("标准"), _("第 %(n)d 版，%(source)s") % {"n": known.version, "source": catalogue.source()}),
    ]
    if known.post:
        rows.append((_("答复人"), post_words(known.post)))
    if known.passed:
        rows.append((_("逐级上报"), known.passed))
    if known.raises:
        rows.append((_("升级"), _("%(n)d 次") % {"n": known.raises}))
    return rows
