"""What is counted of cards (HOUSE §2.7): out now by level, issued, answered in time, risen, lifted and how."""

from collections.abc import Callable
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from huhang.cases.figures import Figure
from huhang.kinds.cards.rules import LABELS, LEVELS


def _is(**conditions: object) -> Callable[[datetime], Q]:
    return lambda now: Q(**conditions)


FIGURES = (
    Figure("issued", _("发卡"), _("期内发出的督办卡"), "received_at"),
    Figure("out", _("在督"), _("现在还没有解除"), where=_is(is_open=True), better="low"),
    *(
        Figure(
            f"out_{level}",
            LABELS[level],
            _("现在是这一级，还没有解除"),
            where=_is(card__level=level),
            of="out",
            better="low",
        )
        for level in LEVELS
    ),
    Figure(
        "unanswered",
        _("待答复"),
        _("现在还没有书面答复"),
        where=_is(state="issued"),
        of="out",
        better="low",
        order="due_at",
    ),
    Figure(
        "late_answer",
        _("逾期未答复"),
        _("书面答复已过时限"),
        where=lambda now: Q(due_at__lte=now),
        of="unanswered",
        better="low",
        order="due_at",
    ),
    Figure(
        "answered_in_time",
        _("按时答复"),
        _("期内发出的，最后一级按时书面答复"),
        "received_at",
        _is(card__in_time=True),
        of="issued",
        better="high",
    ),
    Figure(
        "risen", _("升级"), _("期内发出的，升过级"), "received_at", _is(card__raises__gt=0), of="issued", better="low"
    ),
    Figure(
        "appealed",
        _("申诉"),
        _("期内发出的，最后一级申诉过"),
        "received_at",
        _is(card__appealed_at__isnull=False),
        of="issued",
    ),
    Figure("lifted", _("解除"), _("期内解除"), "closed_at"),
    Figure(
        "lifted_gone",
        _("起因消除后解除"),
        _("期内解除的，原事项已经办好"),
        "closed_at",
        _is(card__lift_cause="gone"),
        of="lifted",
        better="high",
    ),
    Figure(
        "lifted_explained",
        _("说明后解除"),
        _("期内解除的，起因还在"),
        "closed_at",
        _is(card__lift_cause="explained"),
        of="lifted",
    ),
    Figure(
        "revoked",
        _("申诉成立"),
        _("期内解除的，因申诉成立撤销"),
        "closed_at",
        _is(card__lift_cause="revoked"),
        of="lifted",
    ),
)
