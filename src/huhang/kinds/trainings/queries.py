"""What is known of a session beyond its case row."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from huhang.base.access.queries import visible_to
from huhang.base.access.rules import Actor
from huhang.base.catalog import queries as catalog
from huhang.cases.models import Case
from huhang.kinds.trainings import catalogue
from huhang.kinds.trainings.models import Host, Result, Training
from huhang.kinds.trainings.rules import ASKED, CHECK, RETURN, Terms, share_passed
from huhang.register.rounds import catalogue as rounds
from huhang.register.rounds.rules import Rule
from huhang.register.subjects.models import Subject
from huhang.register.subjects.queries import visible


def detail(case: Case) -> Training:
    """The detail row, fetched once for a case object."""
    return case.training  # a OneToOne: kept on the object after the first use


def terms(case: Case) -> Terms:
    """What the catalogue said of this kind of session when it was planned."""
    return catalogue.terms(case.category, case.category_version)


def return_duty(terms: Terms, held_at: datetime) -> Rule | None:
    """The recurring duty that says until when a session held then is returned to, in the version of that day.

    A session of before the first version goes by the first one; none where no duty goes by such sessions any more.
    """
    sort, day = catalogue.sort_of(terms.form), catalog.schedule().date_of(held_at)
    for duty in rounds.standing():
        if duty.after == sort:
            period = rounds.raised(duty.code, day)
            return period.rule if period else rounds.versions()[0][duty.code][0]
    return None


def of_kind(actor: Actor) -> QuerySet[Case]:
    """Sessions this actor may see, with what a list shows."""
    rows = visible_to(actor, Case.objects.filter(kind="training"))
    return rows.select_related("training", "officer").defer("search", "folded", "body")


def subjects_of(case: Case, actor: Actor) -> list[Subject]:
    """Whom a session was for, as far as the reader may see them."""
    rows = visible(actor).filter(pk__in=Host.objects.filter(case=case).values("subject_id"))
    return list(rows.only("id", "name", "kind", "unit_id").order_by("name", "id"))


def of_subjects(subjects: Sequence[UUID], *, since: datetime, most: int = 20) -> list[Case]:
    """What is planned for some subjects from an instant on, soonest first; whoever asks speaks for them."""
    rows = Case.objects.filter(kind="training", state="arranged", training__starts_at__gte=since)
    rows = rows.filter(pk__in=Host.objects.filter(subject_id__in=list(subjects)).values("case_id"))
    return list(
        rows.select_related("training").defer("search", "folded", "body").order_by("training__starts_at")[:most]
    )


def results(case: Case) -> dict[str, dict[str, Result]]:
    """Numbers by stage and code: of a check its results, of a quiz its questions."""
    found: dict[str, dict[str, Result]] = {}
    for row in Result.objects.filter(case=case):
        found.setdefault(row.stage, {})[row.code] = row
    return found


def shares(case: Case) -> list[tuple[str, int, int, int | None]]:
    """Stage, how many took part, how many passed, and how many in a hundred that is; stages nobody took part in."""
    known = detail(case)
    rows = [(s, getattr(known, f"{s}_taken"), getattr(known, f"{s}_passed")) for s in ASKED]
    if known.form == CHECK:
        rows = [("held", known.people or 0, (known.people or 0) - known.adverse), rows[-1]]
    return [(stage, taken, passed, share_passed(taken, passed)) for stage, taken, passed in rows]


def why_not_hold(case: Case, by: Actor, now: datetime) -> str | None:
    """A session is held on its day, not before."""
    known, schedule = detail(case), catalog.schedule()
    if schedule.date_of(now) < schedule.date_of(known.starts_at):
        return "还没有到举办的日子；提前举办的请先改时间。"
    return None


def _formed(check: bool) -> Any:
    def guard(case: Case, by: Actor, now: datetime) -> str | None:
        return None if (detail(case).form == CHECK) is check else "这一步不是这种活动的。"

    return guard


def both(*guards: Any) -> Any:
    """The first reason any of these guards gives."""

    def guard(case: Case, by: Actor, now: datetime) -> str | None:
        return next((why for one in guards if (why := one(case, by, now)) is not None), None)

    return guard


a_check, no_check = _formed(True), _formed(False)


def why_not_return(case: Case, by: Actor, now: datetime) -> str | None:
    """The day after it nothing can be said of what is kept."""
    if case.answered_at is None:
        return "还没有举办。"
    opens = terms(case).return_opens(case.answered_at)
    return "离举办的日子还太近，回访看不出是否记得住；请过几天再来。" if now < opens else None


def why_not_correct(case: Case, by: Actor, now: datetime) -> str | None:
    """Whoever entered the numbers does not mend them alone."""
    return "更正由别人来办，不能更正自己登记的数字。" if by.user is not None and by.user == case.officer_id else None


def quiz_of(case: Case) -> Any:
    """The quiz of a session in the version it was planned with; none for a check or where there is none."""
    known = detail(case)
    return catalogue.quiz(known.quiz, known.quiz_version) if known.quiz else None


def asked_at(case: Case, stage: str) -> list[Any]:
    """The questions of a stage: at the return the few that are asked again."""
    body = quiz_of(case)
    return catalogue.questions(body, again=stage == RETURN) if body else []
