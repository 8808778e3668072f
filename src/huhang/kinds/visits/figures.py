"""What is counted of visits (MISSION B3): sessions, whom they reached, what they brought back, what people thought."""

from collections.abc import Callable
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from huhang.cases.figures import Figure
from huhang.kinds.visits.rules import BAD, CALL, ON_SITE
from huhang.register.subjects.models import Subject

MADE = ~Q(state="voided")


def _is(**conditions: object) -> Callable[[datetime], Q]:
    return lambda now: Q(**conditions)


def _reached(name: str, kind: str, label: object, about: object) -> Figure:
    return Figure(name, label, about, "received_at", lambda now: MADE & Q(subject__kind=kind), each="subject_id")


FIGURES = (
    Figure("visits", _("走访和联系"), _("发生在期内的走访和电话联系，作废的不算"), "received_at", lambda now: MADE),
    Figure(
        "sessions",
        _("场次"),
        _("发生在期内的场次；一场见几家的算一场"),
        "received_at",
        lambda now: MADE,
        each="visit__session",
    ),
    Figure("on_site", _("到场走访"), _("其中到场的"), "received_at", _is(channel=ON_SITE), of="visits"),
    Figure("calls", _("电话联系"), _("其中打电话的"), "received_at", _is(channel=CALL), of="visits"),
    _reached("enterprises", Subject.Kind.ENTERPRISE, _("企业"), _("走访和联系到的企业，一家算一次")),
    _reached("projects", Subject.Kind.PROJECT, _("项目"), _("走访和联系到的重点项目，一个算一次")),
    _reached("organisations", Subject.Kind.ORGANISATION, _("单位、组织"), _("走访和联系到的单位、组织，一家算一次")),
    _reached("communities", Subject.Kind.COMMUNITY, _("社区、村"), _("走访和联系到的社区、村，一个算一次")),
    Figure(
        "people",
        _("见到的人"),
        _("走访和联系时见到、谈到的人次"),
        "received_at",
        lambda now: MADE,
        total="visit__people",
    ),
    Figure(
        "raised",
        _("带回诉求"),
        _("走访和联系时听到、登记为诉求的件数"),
        "received_at",
        lambda now: MADE & Q(visit__raised__gt=0),
        total="visit__raised",
    ),
    Figure(
        "uncounted",
        _("不计次数"),
        _("到场走访里，有专门缘由、不计入上限的"),
        "received_at",
        _is(visit__counted=False, visit__book=""),
        of="on_site",
    ),
    Figure("rated", _("评价率"), _("企业评价过的"), "received_at", _is(visit__stars__isnull=False), of="visits"),
    Figure(
        "satisfied",
        _("满意率"),
        _("评过的，评三星以上"),
        "received_at",
        _is(visit__stars__gt=BAD),
        of="rated",
        better="high",
    ),
    Figure(
        "breached",
        _("反映违反清单"),
        _("评过的，企业说有违反亲清清单的情况"),
        "received_at",
        _is(visit__breaches__len__gt=0),
        of="rated",
        better="low",
    ),
    Figure(
        "displeased",
        _("差评待了解"),
        _("评两星以下或反映违反清单，负责人还没有了解情况"),
        where=_is(state="displeased"),
        better="low",
    ),
    Figure("voided", _("作废"), _("发生在期内、后来作废的"), "received_at", _is(state="voided")),
)
"""Every figure of a visit; a share follows the figure it is a share of."""
