"""Which requests are about one matter: near one place, about one subject, or in nearly the same words (C6).

Requests are taken in the order their fingerprints were made, each compared with earlier ones only, so that many small
rounds give what one large round gives. A request joins the open matter it is like; where there is none, it makes one
together with two or more earlier requests that are in no such matter yet. Likeness is always to the first request of a
matter, so that a matter does not wander. Who asked plays no part (K4).
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from huhang.base.access.context import SYSTEM, acting
from huhang.base.journal import actions as journal
from huhang.cases.models import Case
from huhang.kernel.geo import haversine_m
from huhang.kernel.text import alike, bands
from huhang.kinds.requests.repeats import catalogue, rules
from huhang.kinds.requests.repeats.models import Fingerprint, Matter, Member, Run
from huhang.kinds.requests.repeats.queries import Draft, asked, found
from huhang.kinds.requests.repeats.rules import Alike

BACK = timedelta(days=35)
"""A week and the four weeks before it: older requests make no matter hot."""
LAG = timedelta(minutes=2)
"""A transaction that began before this has ended by now, so no fingerprint is passed by."""
AT_ONCE = 500
FIRST = 3
"""So many requests make a matter; it is listed only from the catalogue's least counts on."""

By = Matter.By


@dataclass
class Known:
    """The open matters that had a request lately, found in memory: there are few, and every request asks for them."""

    policy: catalogue.Hot
    by_band: dict[int, list[Matter]] = field(default_factory=lambda: defaultdict(list))
    by_cell: dict[tuple[int, str], list[Matter]] = field(default_factory=lambda: defaultdict(list))
    by_subject: dict[tuple[UUID, str], Matter] = field(default_factory=dict)

    def add(self, matter: Matter) -> None:
        """Makes a matter findable."""
        if matter.by == By.TEXT:
            for band in bands(bytes(matter.sketch)):
                self.by_band[band].append(matter)
        elif matter.by == By.PLACE and matter.lon is not None and matter.lat is not None:
            self.by_cell[rules.cell(matter.lon, matter.lat), matter.category].append(matter)
        elif matter.subject_id is not None:
            self.by_subject[matter.subject_id, matter.category] = matter

    def like(self, by: Matter.By, case: Case, sketched: bytes) -> Matter | None:
        """The matter of this sort that a request belongs to, the nearest or most alike, the oldest of equals."""
        if by == By.SUBJECT:
            return self.by_subject.get((case.subject_id, case.category)) if case.subject_id else None
        scored = self._near(case) if by == By.PLACE else self._worded(sketched)
        return min(scored, key=lambda one: (one[0], one[1].made_at, one[1].pk))[1] if scored else None

    def _near(self, case: Case) -> list[tuple[float, Matter]]:
        if case.lon is None or case.lat is None or not case.category:
            return []
        around = rules.cells(rules.box(case.lon, case.lat, self.policy.radius_m))
        there = [m for square in around for m in self.by_cell.get((square, case.category), ())]
        scored = [(haversine_m(case.lon, case.lat, m.lon or 0.0, m.lat or 0.0), m) for m in there]
        return [one for one in scored if one[0] <= self.policy.radius_m]

    def _worded(self, sketched: bytes) -> list[tuple[float, Matter]]:
        there = {m.pk: m for band in bands(sketched) for m in self.by_band.get(band, ())}
        scored = [(-alike(sketched, bytes(m.sketch)), m) for m in there.values()]
        return [one for one in scored if -one[0] >= self.policy.similar]


def _ties(by: Matter.By, one: Alike, case: Case, policy: catalogue.Hot) -> bool:
    """Whether an earlier request is about the same matter in this way."""
    if by == By.TEXT:
        return one.same or one.similar >= policy.similar
    if not (case.category and one.category):
        return False
    return one.subject if by == By.SUBJECT else one.metres is not None and one.metres <= policy.radius_m


@transaction.atomic
def group(*, now: datetime, most: int = AT_ONCE) -> Run | None:
    """Takes the next fingerprints and puts their requests where they belong; nothing when there are none.

    The round is kept with the version of the rules it went by, and where the next one begins.
    """
    with acting(SYSTEM):
        policy, taken = catalogue.hot(), _next(now, most)
        if not taken:
            return None
        known = Known(policy)
        for matter in Matter.objects.filter(closed_at=None, last_at__gte=now - 2 * BACK).order_by("made_at", "pk"):
            known.add(matter)
        joined = made = 0
        for print_ in taken:
            more, new = _place(print_, known, now)
            joined, made = joined + more, made + new
        last = taken[-1]
        run = Run.objects.create(
            at=now,
            rules=policy.version,
            until_at=last.made_at,
            until_case=last.case_id,
            taken=len(taken),
            joined=joined,
            made=made,
        )
        data = {"rules": run.rules, "taken": run.taken, "joined": joined, "made": made}
        journal.write("matter.group", by=SYSTEM, now=now, data=data)
    return run


def _next(now: datetime, most: int) -> list[Fingerprint]:
    mark = Run.objects.order_by("-until_at", "-until_case").first()
    rows = Fingerprint.objects.filter(made_at__lte=now - LAG, received_at__gte=now - BACK)
    if mark is not None:
        rows = rows.filter(made_at__gte=mark.until_at).exclude(made_at=mark.until_at, case_id__lte=mark.until_case)
    return list(rows.select_related("case").defer("case__search", "case__folded").order_by("made_at", "case")[:most])


def _place(print_: Fingerprint, known: Known, now: datetime) -> tuple[int, int]:
    """Puts one request into its matters; how many it joined, and how many it made."""
    case, sketched, policy = print_.case, bytes(print_.sketch), known.policy
    if case.state == "withdrawn":
        return 0, 0
    joined, lacking = 0, []
    for by in By:
        matter = known.like(by, case, sketched)
        if matter is not None:
            joined += _join(matter, [(case.pk, case.received_at)])
        elif by == By.TEXT or case.category:
            lacking.append(by)
    earlier = _earlier(print_, policy) if lacking else []
    made = 0
    for by in lacking:
        tied = [one for one in earlier if _ties(by, one, case, policy)]
        made += _make(by, case, sketched, tied, known, now)
    return joined, made


def _earlier(print_: Fingerprint, policy: catalogue.Hot) -> list[Alike]:
    """Requests before this one that have words, place or subject in common; never by who asked (K4)."""
    draft = Draft.of(print_.case)
    ask = asked(draft, print_.received_at, window=BACK, radius_m=policy.radius_m)
    ask.pop("person", None)
    ask.pop("keys", None)  # the same words have the same bands; those of years ago make nothing hot
    return found(draft, ask | {"before": print_.made_at})


def _make(by: Matter.By, case: Case, sketched: bytes, tied: list[Alike], known: Known, now: datetime) -> int:
    if len(tied) < FIRST - 1:
        return 0
    held = Member.objects.filter(case__in=[one.case for one in tied], matter__by=by).values_list("case", flat=True)
    taken = set(held)
    free = [(one.case, one.received_at) for one in tied if one.case not in taken]
    if len(free) < FIRST - 1:
        return 0
    matter = Matter(by=by, rules=known.policy.version, made_at=now, last_at=case.received_at)
    if by == By.TEXT:
        matter.sketch = sketched
    else:
        matter.category = case.category
    if by == By.PLACE:
        matter.lon, matter.lat = case.lon, case.lat
    elif by == By.SUBJECT:
        matter.subject_id = case.subject_id
    matter.save(force_insert=True)
    known.add(matter)
    _join(matter, [*free, (case.pk, case.received_at)])
    return 1


def _join(matter: Matter, cases: Iterable[tuple[UUID, datetime]]) -> int:
    rows = [Member(matter=matter, case_id=pk, received_at=at) for pk, at in sorted(cases)]
    fresh = {row.case_id for row in rows} - set(
        Member.objects.filter(Q(matter=matter), case__in=[row.case_id for row in rows]).values_list("case", flat=True)
    )
    Member.objects.bulk_create([row for row in rows if row.case_id in fresh])
    matter.count += len(fresh)
    matter.last_at = max([matter.last_at, *(row.received_at for row in rows)])
    matter.save(update_fields=["count", "last_at"])
    return len(fresh)
