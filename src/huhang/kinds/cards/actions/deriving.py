"""The tick: what clocks, ratings and unanswered cards ask for now, from the database alone (D2, SAFEGUARDS 7).

Nothing is remembered between ticks, so an outage of any length loses none: the next tick finds the same matters. It
issues at most `MOST` cards, the most overdue first, and goes on at the next tick.
"""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Case as Choose
from django.db.models import Exists, F, IntegerField, OuterRef, Q, QuerySet, Value, When
from django.utils import translation
from django.utils.translation import gettext as _

from huhang.base.access.context import SYSTEM
from huhang.base.catalog import queries as catalog
from huhang.base.people.models import Post
from huhang.base.people.queries import held
from huhang.cases.models import Case
from huhang.cases.registry import kinds
from huhang.cases.rules import Kind, Watch
from huhang.kinds.cards import catalogue, queries
from huhang.kinds.cards.actions.issuing import issue, raise_card, readdress
from huhang.kinds.cards.models import Card
from huhang.kinds.cards.queries import Standing
from huhang.kinds.cards.rules import RANK, Ladder

MOST = 500
"""So many cards come out in one tick; more wait five minutes."""

LIVE = Card.objects.filter(matter=OuterRef("pk"), lifted_at__isnull=True)


@dataclass
class Derived:
    """What a tick did."""

    issued: int = 0
    raised: int = 0
    readdressed: int = 0


def derive(now: datetime) -> Derived:
    """Issues, raises and addresses anew whatever is due; writes nothing where nothing changed."""
    done, ladder = Derived(), catalogue.newest()
    if ladder is None:
        return done
    versions = sorted(set(Card.objects.filter(lifted_at__isnull=True).values_list("version", flat=True)))
    for matter in list(_astray(now)):
        done.readdressed += _with(matter, now, None)
    for kind in kinds().values():
        if kind.watch is None:
            continue
        for version in versions:
            kept = catalogue.ladder(version)
            if kept is not None:
                done.raised += sum(_with(one, now, kept) for one in _rising(kind, kind.watch, kept, now))
        for matter in _without_card(kind, kind.watch, ladder, now):
            done.issued += _first(matter, ladder, now)
            if done.issued >= MOST:
                return done
    return done


def ranked(ladder: Ladder, now: datetime) -> Any:
    """The rank of the level a due date could have now, as an expression; `Ladder.by_clock` has the last word."""
    edges = ladder.edges(now, catalog.calendar(), catalog.schedule())
    graver = sorted(edges.items(), key=lambda edge: -RANK[edge[0]])
    whens = [When(due_at__lt=edge, then=Value(RANK[level])) for level, edge in graver]
    return Choose(*whens, default=Value(0), output_field=IntegerField())


def _near(kind: Kind, watch: Watch, ladder: Ladder, now: datetime) -> QuerySet[Case]:
    edge = max(ladder.edges(now, catalog.calendar(), catalog.schedule()).values())
    return Case.objects.filter(watch.where(), kind=kind.name, due_at__lt=edge).annotate(rank=ranked(ladder, now))


def _without_card(kind: Kind, watch: Watch, ladder: Ladder, now: datetime) -> Iterator[uuid.UUID]:
    """Matters that should have a card and have none; what was explained and lifted counts for as long as it is true."""
    excused = Card.objects.filter(
        matter=OuterRef("pk"),
        lifted_at__isnull=False,
        lift_cause__in=("explained", "revoked"),
        matter_from=OuterRef("due_from"),
        rank__gte=OuterRef("rank"),
    )
    rows = _near(kind, watch, ladder, now).filter(~Exists(LIVE), ~Exists(excused)).order_by("due_at", "id")
    for row in rows.only("id", "kind", "is_open", "answered_at", "due_at", "due_from", "received_at"):
        if queries.clock_level(row, ladder, now):
            yield row.pk
    often = Case.objects.filter(watch.often_bad(ladder.times, now), ~Exists(LIVE), kind=kind.name)
    known = {pk: len(times) for pk, times in watch.bad(list(often.values_list("pk", flat=True))).items()}
    judged = dict(
        Card.objects.filter(matter__in=known, lifted_at__isnull=False).order_by("bad").values_list("matter", "bad")
    )
    yield from (pk for pk, times in sorted(known.items()) if times > judged.get(pk, 0))


def _rising(kind: Kind, watch: Watch, ladder: Ladder, now: datetime) -> list[uuid.UUID]:
    """Matters whose live card, of this version of the thresholds, may have to rise."""
    live = LIVE.filter(version=ladder.version).exclude(case__state="lifting")
    lower = live.filter(rank__lt=OuterRef("rank"))
    found = list(_near(kind, watch, ladder, now).filter(Exists(lower)).values_list("pk", flat=True))
    milder = live.filter(rank__lt=RANK[ladder.bad_level])
    often = watch.often_bad(ladder.times, now)
    found += Case.objects.filter(often, Exists(milder), kind=kind.name).values_list("pk", flat=True)
    silent = live.filter(case__state="issued", case__due_at__lte=now)
    rises = [band.level for band in ladder.bands if band.unanswered]
    silent = silent.filter(level__in=rises)
    found += Case.objects.filter(Exists(silent), kind=kind.name).values_list("pk", flat=True)
    return list(dict.fromkeys(found))


def _astray(now: datetime) -> QuerySet[Any, uuid.UUID]:
    """Matters whose unanswered card points to the wrong unit, to another officer, or to somebody who left."""
    holds = Post.objects.filter(held(now), user=OuterRef("case__officer"), user__is_active=True, user__left_at=None)
    moved = ~Q(case__unit=F("matter__unit"))
    other = Q(level="blue", matter__officer__isnull=False) & ~Q(case__officer=F("matter__officer"))
    gone = ~Exists(holds)
    rows = Card.objects.filter(lifted_at__isnull=True, case__state="issued").filter(moved | other | gone)
    return rows.values_list("matter", flat=True)


def _locked(matter: uuid.UUID) -> Case | None:
    """The matter's row, or nothing while somebody is at work on it: the next tick comes soon."""
    rows = Case.objects.select_for_update(of=("self",), skip_locked=True).defer("search", "folded")
    return rows.filter(pk=matter).first()


def _first(pk: uuid.UUID, ladder: Ladder, now: datetime) -> bool:
    with transaction.atomic(), translation.override(settings.LANGUAGE_CODE):
        matter = _locked(pk)
        if matter is None or Card.objects.filter(matter=matter, lifted_at__isnull=True).exists():
            return False
        told = queries.standing(matter, ladder, now, over=True)
        if not told.level:
            return False
        issue(matter, told, ladder, why=queries.why(matter, told, now), by=SYSTEM, now=now)
        return True


def _with(pk: uuid.UUID, now: datetime, ladder: Ladder | None) -> bool:
    """Raises the live card of a matter by its own version, or without one only addresses it anew."""
    with transaction.atomic(), translation.override(settings.LANGUAGE_CODE):
        matter = _locked(pk)
        if matter is None:
            return False
        if ladder is None:
            return readdress(matter, now=now)
        told = queries.standing(matter, ladder, now, over=True)
        reason = queries.why(matter, told, now)
        card = Card.objects.select_related("case").filter(matter=matter, lifted_at__isnull=True).first()
        if card is not None and _silent(card, told, now):
            higher = ladder.band(card.level).unanswered
            if RANK.get(higher, 0) > RANK.get(told.level, 0):
                told = Standing(higher, "unanswered", told.bad)
                reason = _("没有按时书面答复")
        return bool(told.level) and raise_card(matter, told, ladder, why=reason, now=now)


def _silent(card: Card, told: Standing, now: datetime) -> bool:
    """A written answer is overdue, and there is still something to answer for."""
    due = card.case.due_at
    late = card.case.state == "issued" and due is not None and due <= now
    return late and (bool(told.level) or card.cause == "hand")
