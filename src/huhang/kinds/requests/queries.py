"""What is known of a request beyond its case row."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.rules import Actor
from huhang.base.catalog import queries as catalog
from huhang.base.statements.kept import kept
from huhang.cases.models import Case, ClockExtension, Step
from huhang.kinds.requests import catalogue, rules
from huhang.kinds.requests.models import Rating, Request, Revisit
from huhang.kinds.requests.rules import BAD, BOUNCED, CHANNELS, NATURES, RATE_DAYS, UNSIGNED
from huhang.kinds.requests.solved.models import Dispute


def detail(case: Case) -> Request:
    """The detail row, fetched once for a case object."""
    return case.request  # a OneToOne: kept on the object after the first use


def ratings(case: Case) -> list[Rating]:
    """Ratings of every round, oldest first, each with what was decided about it being mistaken."""
    return list(Rating.objects.filter(case=case).select_related("dispute").order_by("at", "id"))


def last_word(case: Case) -> Rating | None:
    """The rating that counts now: of the last round, or of the answer of the request this one is joined to."""
    rows = Rating.objects.filter(case=case, answer_of=case.merged_into_id)
    if case.merged_into_id is not None:
        return rows.order_by("-at", "-id").first()
    return rows.filter(round=detail(case).redo_count).first()


def dispute_of(rating: Rating) -> Dispute | None:
    """What was said about a rating being mistaken; nothing when nobody said so, or the person has rated anew since."""
    found: Dispute | None = getattr(rating, "dispute", None)
    return found if found is not None and not found.overtaken else None


def revisits(case: Case) -> list[Revisit]:
    """Attempts to reach the person, oldest first."""
    return list(Revisit.objects.filter(case=case).order_by("at", "id"))


def handled_by(case: Case, user: uuid.UUID) -> bool:
    """Whether this officer signed for or answered the case in any round; asked once for a case object."""
    known: dict[uuid.UUID, bool] = case.__dict__.setdefault("_handled_by", {})
    if user not in known:
        known[user] = case.steps.filter(by_user_id=user, move__in=("sign", "answer")).exists()
    return known[user]


def lead_of(case: Case) -> Case:
    """The request this one was joined to, with its detail row; itself when it stands alone.

    Read as the system: the person may not open the other one, but what was answered there is answered to them.
    """
    if case.merged_into_id is None:
        return case
    with acting(SYSTEM):
        return Case.objects.select_related("request").defer("search", "folded").get(pk=case.merged_into_id)


def _extensions(*, case: uuid.UUID) -> "QuerySet[ClockExtension]":
    return ClockExtension.objects.filter(clock__case=case, clock__name="answer", clock__stopped_at__isnull=True)


def extensions(case: Case) -> list[ClockExtension]:
    """Extensions asked for on the running answer clock, whatever became of them."""
    return kept(_extensions, case=case.pk)


def bad_and_never_redone(case: Case) -> bool:
    """Whether the request was rated badly, not by mistake, and has not been redone yet."""
    known = detail(case)
    return known.redo_count == 0 and known.stars is not None and known.stars <= BAD and not known.excluded


def return_until(case: Case) -> datetime | None:
    """Until when the unit may send the request back; none when it was not dispatched."""
    known = detail(case)
    if known.dispatched_at is None:
        return None
    times = catalogue.promise(
        "give_back", nature=known.nature, category=case.category, version=case.category_version, urgency=case.urgency
    )
    return rules.return_until(
        known.dispatched_at,
        amount=times.amount,
        unit=times.unit_of_time,
        calendar=catalog.calendar(),
        schedule=catalog.schedule(),
    )


def route(case: Case) -> list[Step]:
    """Every time the request was given to a unit or came back, oldest first; nothing is asked where it went once."""
    known = detail(case)
    if known.transfers < 2 and not known.returns:
        return []
    return list(case.steps.filter(move__in=("dispatch", "reassign", "give_back")).order_by("seq"))


def returned_by(case: Case, unit: uuid.UUID) -> Step | None:
    """The last time this unit sent the request back, if it ever did."""
    return case.steps.filter(move="give_back", data__from=str(unit)).order_by("-seq").first()


def answerable(case: Case) -> bool:
    """Whether whoever took the request answers for it still: until a unit signs, and again after a return (C2)."""
    return case.state in UNSIGNED


def _too_late(case: Case, now: datetime) -> bool:
    return case.closed_at is not None and now > case.closed_at + timedelta(days=RATE_DAYS)


def why_not_rate(case: Case, now: datetime) -> str | None:
    """Why the person cannot rate now, or nothing."""
    if _too_late(case, now):
        return "办结已超过 30 天，不能再评价。"
    rated = Rating.objects.filter(case=case, answer_of=None, round=detail(case).redo_count, said_to="person").exists()
    return "这一次已经评价过了，谢谢。" if rated else None


def why_not_appeal(case: Case, now: datetime) -> str | None:
    """Why the person cannot appeal now, or nothing: once a round, within thirty days of closing."""
    if _too_late(case, now):
        return "办结已超过 30 天，不能再申诉；可以重新提交诉求。"
    return "这一次答复已经申诉过，复核结果见经过。" if appealed_this_round(case) else None


def appealed_this_round(case: Case) -> bool:
    """Whether an appeal came after the newest answer."""
    newest = case.steps.filter(move__in=("answer", "appeal")).order_by("-seq").values_list("move", flat=True).first()
    return newest == "appeal"


def facts(case: Case, actor: Actor) -> list[tuple[Any, Any]]:
    """What the case page shows of a request beside the case itself."""
    known = detail(case)
    rows: list[tuple[Any, Any]] = [
        (_("渠道"), dict(CHANNELS).get(case.channel, case.channel)),
        (_("性质"), dict(NATURES).get(known.nature, known.nature)),
        (_("类别"), catalogue.category_label(case.category, case.category_version) if case.category else _("未归类")),
    ]
    if known.transfers > 1 or known.returns:
        said = _("派单 %(t)d 次，退单 %(r)d 次") % {"t": known.transfers, "r": known.returns}
        rows.append((_("流转"), said + (_("；多次流转") if known.transfers >= BOUNCED else "")))
    if known.redo_count:
        rows.append((_("重办"), _("第 %(n)d 次") % {"n": known.redo_count}))
    if known.source_row and known.source_row.get("stars"):
        rows.append((_("原台账的评价"), _("%(n)d 星（评的是以前的答复）") % {"n": known.source_row["stars"]}))
    if known.confidential:
        rows.append((_("保密"), _("诉求人要求保密")))
    return rows
