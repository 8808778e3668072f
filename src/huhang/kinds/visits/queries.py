"""What is known of a visit beyond its case row, and how often a subject was visited."""

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Count, F, Max, Q, QuerySet

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.rules import Actor
from huhang.cases.models import Case
from huhang.kinds.visits import catalogue
from huhang.kinds.visits.models import Met, Reply, Visit
from huhang.kinds.visits.rules import ON_SITE, Rule
from huhang.register.liaisons.queries import standing
from huhang.register.subjects.models import Subject
from huhang.register.subjects.queries import whole


def detail(case: Case) -> Visit:
    """The detail row, fetched once for a case object."""
    return case.visit  # a OneToOne: kept on the object after the first use


def counted(subject: Subject, quarter: str) -> list[tuple[datetime, uuid.UUID]]:
    """Visits that count against the cap of a quarter: when and by which unit, oldest first.

    Read as the system: the subject is disturbed whoever came (J1).
    """
    with acting(SYSTEM):
        rows = Case.objects.filter(
            kind="visit", subject_id__in=whole(subject), visit__counted=True, visit__quarter=quarter
        )
        return list(rows.order_by("received_at", "id").values_list("received_at", "unit_id"))


def counts(subjects: Iterable[uuid.UUID], quarter: str) -> dict[uuid.UUID, int]:
    """How many visits of a quarter count against the cap, by subject; read as the system, like `counted`."""
    with acting(SYSTEM):
        rows = Case.objects.filter(
            kind="visit", subject_id__in=list(subjects), visit__counted=True, visit__quarter=quarter
        )
        return dict(rows.order_by().values_list("subject_id").annotate(n=Count("pk")))


def rate_until(at: datetime, rule: Rule) -> datetime:
    """Until when a visit that arrived at an instant can be rated."""
    return at + timedelta(days=rule.rate_days)


def met(case: Case) -> list[Met]:
    """Who was met, in the order told."""
    return list(Met.objects.filter(case=case).order_by("id"))


def answers(case: Case) -> list[tuple[str, str]]:
    """Questions and answers in the reader's language, by the version of the sheet they were asked by."""
    known = detail(case)
    body = catalogue.sheet(known.sheet, known.sheet_version) if known.sheet else None
    if body is None:
        return []
    given = {one.question: one for one in Reply.objects.filter(case=case)}
    return [
        (catalogue.say(question, "text"), _said(question, given[question["code"]]))
        for question in body["questions"]
        if question["code"] in given
    ]


def _said(question: dict[str, object], reply: Reply) -> str:
    if reply.chosen:
        options: object = question["options"]
        assert isinstance(options, list)
        names = {str(one["code"]): catalogue.say(one) for one in options}
        return "、".join(names.get(code, code) for code in reply.chosen)
    return reply.text if reply.number is None else str(reply.number)


def why_not_rate(case: Case, by: Actor, now: datetime) -> str | None:
    """Why a visit cannot be rated now."""
    known = detail(case)
    if known.rated_at is not None:
        return "这次走访已经评价过了，谢谢。"
    return "评价的时间已过。" if now >= known.rate_until else None


def why_not_void(case: Case, by: Actor, now: datetime) -> str | None:
    """Whoever made a visit does not take it out of the count."""
    return "作废由别人决定，不能作废自己的走访。" if by.user is not None and by.user == case.officer_id else None


def unseen(officer: uuid.UUID) -> QuerySet[Subject]:
    """The standing subjects an officer answers for, those nobody called on for the longest time first (``seen_at``)."""
    mine = standing().filter(officer_id=officer).values("subject_id")
    on_site = Q(cases__kind="visit", cases__channel=ON_SITE) & ~Q(cases__state="voided")
    rows = Subject.objects.filter(pk__in=mine, state=Subject.State.ACTIVE)
    return rows.annotate(seen_at=Max("cases__received_at", filter=on_site)).order_by(
        F("seen_at").asc(nulls_first=True), "name", "id"
    )
