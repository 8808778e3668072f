"""A card comes out, rises, or is addressed anew. A matter has one live card; its row is locked throughout."""

import uuid
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.queries import allows
from huhang.base.access.rules import Actor, Perm
from huhang.base.journal import actions as journal
from huhang.base.messages import actions as messages
from huhang.cases.actions import clocks
from huhang.cases.actions.moving import SAVED, append, give, locked, note_beside
from huhang.cases.actions.opening import enter
from huhang.cases.models import Assignment, Case, Step
from huhang.cases.registry import kind_of
from huhang.cases.rules import Outcome
from huhang.kernel.errors import Conflict, Denied, Invalid
from huhang.kernel.numbering import uuid7
from huhang.kernel.text import clean
from huhang.kinds.cards import catalogue, queries
from huhang.kinds.cards.models import Card, Notice
from huhang.kinds.cards.queries import Standing
from huhang.kinds.cards.rules import LABELS, LEVELS, RANK, Ladder

ANSWER = "card_answer"
"""The clock of the written answer."""


@transaction.atomic
def issue_card(*, matter: uuid.UUID, level: str, reason: str, by: Actor, now: datetime) -> Case:
    """Issues a card by hand, by a supervisor, with a reason.

    Raises:
        Missing: no such matter for this officer.
        Denied: not a supervisor of it.
        Invalid: no level, no reason, or a kind that is not supervised.
        Conflict: the matter is over, has a live card, or no thresholds are loaded.
    """
    about = locked(matter, by)
    if by.user is None or not allows(by, Perm.ISSUE_CARD, about):
        raise Denied("只有督办员能发督办卡。")
    if level not in LEVELS:
        raise Invalid("请从列出的级别里选一项。", field="level")
    words = clean(reason, max_length=500)
    if not words:
        raise Invalid("请写明为什么督办。", field="reason")
    if kind_of(about.kind).watch is None:
        raise Invalid("这类事项不发督办卡。", field="matter")
    if not about.is_open:
        raise Conflict("这件事已经结束，不再发督办卡。")
    ladder = catalogue.newest()
    if ladder is None:
        raise Conflict("还没有发卡标准，请先由管理员载入目录。")
    if Card.objects.filter(matter=about, lifted_at__isnull=True).exists():
        raise Conflict("这件事已有一张督办卡，一件事同时只有一张。")
    told = Standing(level, "hand", queries.standing(about, ladder, now).bad)
    return issue(about, told, ladder, why=words, by=by, now=now)


def issue(about: Case, told: Standing, ladder: Ladder, *, why: str, by: Actor, now: datetime) -> Case:
    """Writes a new card about a locked matter; the caller has seen that there is none."""
    with translation.override(settings.LANGUAGE_CODE):
        found = queries.addressee(about, told.level, now)
        title = _("督办：%(title)s") % {"title": about.title}
        note = _("%(card)s，%(why)s") % {"card": LABELS[told.level], "why": why}
    case = Case(
        id=uuid7(),
        kind="card",
        state="issued",
        title=title[:200],
        body=why,
        subject_id=about.subject_id,
        from_label=about.from_label,
        unit_id=about.unit_id,
        officer_id=found.user,
        category=told.level,
        category_version=1,
        channel=told.cause if told.cause in ("clock", "rating") else "hand",
        urgency=about.urgency,
        sensitive=about.sensitive,
        parent=about,
        received_at=now,
    )
    step = Step(move="open", to_state="issued", by_kind=by.kind, by_user_id=by.user, by_label=by.label, unit_id=by.unit)
    step.note, step.data = note, {"level": told.level, "cause": told.cause, "thresholds": ladder.name}
    clocks.start(case, ANSWER, catalogue.promise(ladder, ladder.band(told.level)), at=now)
    enter(case, step=step, by=by, now=now)
    Assignment.objects.create(case=case, unit_id=about.unit_id, role=Assignment.Role.LEAD, opened_at=now)
    card = Card.objects.create(
        case=case,
        matter=about,
        level=told.level,
        rank=RANK[told.level],
        cause=told.cause,
        version=ladder.version,
        matter_from=about.due_from,
        bad=told.bad,
        issued_by_id=by.user,
        post=found.post,
        passed=found.passed,
    )
    note_beside(about, "card")
    Case.objects.filter(pk=about.pk).update(beside=about.beside)
    notify(card, case, now=now)
    return case


def raise_card(about: Case, told: Standing, ladder: Ladder, *, why: str, now: datetime) -> bool:
    """Raises the live card of a locked matter to a graver level; false when there is nothing to raise.

    The answer given on the lower level stays in the timeline; the graver one asks for its own. An appeal being judged
    goes on.
    """
    case = _live(about)
    if case is None or RANK[told.level] <= case.card.rank or case.state == "lifting":
        return False
    card, before = case.card, case.state
    card.level, card.rank, card.cause = told.level, RANK[told.level], told.cause
    case.category = told.level
    card.raises, card.matter_from, card.bad = card.raises + 1, about.due_from, told.bad
    card.answer, card.answered_at, card.answered_by_id, card.in_time = "", None, None, None
    if before != "contested":
        card.appeal, card.appealed_at, card.appealed_by_id = "", None, None
        card.judgement, card.judged_at, card.judged_by_id = "", None, None
        case.state = "issued"
        begin_answer(case, ladder, told.level, now=now)
    with translation.override(settings.LANGUAGE_CODE):
        _address(case, card, about, now=now)
        note = _("升为%(card)s，%(why)s") % {"card": LABELS[told.level], "why": why}
    _keep(case, card, "raise", before, note, {"level": told.level, "cause": told.cause}, now=now)
    notify(card, case, now=now)
    return True


def readdress(about: Case, *, now: datetime) -> bool:
    """Follows a matter to its new unit or officer, or past somebody who left; false when nothing changes."""
    case = _live(about)
    if case is None or case.state != "issued":
        return False
    card, officer, unit = case.card, case.officer_id, case.unit_id
    if unit != about.unit_id:
        give(case, about.unit_id, now=now)
    with translation.override(settings.LANGUAGE_CODE):
        _address(case, card, about, now=now)
        if (case.officer_id, case.unit_id) == (officer, unit):
            return False
        note = _("随原事项改由%(post)s答复") % {"post": queries.post_words(card.post) or _("督办部门指定的人")}
    _keep(case, card, "readdress", case.state, note, {"unit": case.unit_id}, now=now)
    if case.officer_id != officer:
        notify(card, case, now=now)
    return True


def _live(about: Case) -> Case | None:
    rows = Case.objects.select_for_update(of=("self",)).select_related("card").defer("search", "folded")
    return rows.filter(card__matter=about, card__lifted_at__isnull=True).first()


def _address(case: Case, card: Card, about: Case, *, now: datetime) -> None:
    found = queries.addressee(about, card.level, now)
    case.officer_id, card.post, card.passed = found.user, found.post, found.passed


def _keep(case: Case, card: Card, name: str, before: str, note: str, data: dict[str, Any], *, now: datetime) -> None:
    append(case, name, before, Outcome(note=note, data=data), by=SYSTEM, now=now)
    case.save(update_fields=SAVED)
    card.save()
    journal.write(f"card.{name}", by=SYSTEM, now=now, case=case.pk, data={"from": before, "to": case.state, **data})


def begin_answer(case: Case, ladder: Ladder, level: str, *, now: datetime) -> None:
    """Gives the time for a written answer anew; the caller saves the case."""
    clocks.stop(case, ANSWER, at=now)
    clocks.start(case, ANSWER, catalogue.promise(ladder, ladder.band(level)), at=now)


def notify(card: Card, case: Case, *, now: datetime) -> None:
    """Has the addressee told in the next digest; of an emergency at once."""
    if case.officer_id is None:
        return
    notice = Notice(card=card, user_id=case.officer_id, level=card.level, at=now)
    if case.urgency == Case.Urgency.EMERGENCY:
        notice.told_at = now
        params = {"number": case.number}
        with acting(SYSTEM):
            messages.tell_user(
                case.officer_id, template="card.emergency", params=params, case=case.pk, by=SYSTEM, now=now
            )
    notice.save(force_insert=True)
