"""What is counted of requests (HOUSE §2.7, STANDARDS §4.4).

Each figure is one condition over the columns of the case and its detail row. Of a request that was redone, the last
round is judged; that an earlier round was rated badly is a figure of its own, so nothing disappears (SAFEGUARDS 20).
"""

from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from huhang.cases.figures import Figure
from huhang.kinds.requests.rules import BAD

_CLOSED = Q(state="closed")
_NOT_ANNULLED = ~Q(state="annulled")
"""Not brought by a table that was taken back: that was never received."""
_RECORDED = Q(state="recorded")
_RECTIFIED = ("rectified", "revisited")
_VALID_BAD = ("open", *_RECTIFIED)
_REACHED = ("solved", "unsolved")
_ASKED = ("answered", "revisited", "appealed")
"""States in which the answer is given and the revisit clock runs."""


def _closed(now: datetime) -> Q:
    return _CLOSED


def _late(now: datetime) -> Q:
    return Q(is_open=True, due_at__lte=now)  # due instants are half-open: at the instant itself it is late


FIGURES = (
    Figure("received", _("受理"), _("受理时间在期内"), "received_at", lambda now: _NOT_ANNULLED),
    Figure("in_hand", _("在办"), _("现在还没有办结"), where=lambda now: Q(is_open=True)),
    Figure(
        "late",
        _("超期未结"),
        _("现在还没有办结，已过到期时间"),
        where=_late,
        of="in_hand",
        better="low",
        order="due_at",
    ),
    Figure(
        "late_revisit",
        _("其中待回访"),
        _("已经答复，回访或销号超期的"),
        where=lambda now: Q(state__in=_ASKED),
        of="late",
        better="low",
        order="due_at",
    ),
    Figure("waiting", _("等诉求人"), _("现在等诉求人补充，时限暂停"), where=lambda now: Q(waiting=True), of="in_hand"),
    Figure("answered", _("已答复"), _("最近一次答复在期内，没有再发回重办"), "answered_at"),
    Figure(
        "pace",
        _("办理用时中位"),
        _("从受理到答复的工作时间，一个工作日按全天办公时段计"),
        "answered_at",
        of="answered",
        span=("received_at", "answered_at"),
        better="low",
    ),
    Figure("closed", pgettext_lazy("figure", "销号"), _("销号时间在期内"), "closed_at", _closed),
    Figure(
        "finished",
        _("办结率"),
        _("期内受理的，已销号、撤回、并单，或导入的台账载明已解决"),
        "received_at",
        lambda now: Q(is_open=False) & _NOT_ANNULLED,
        of="received",
        better="high",
    ),
    Figure(
        "on_time",
        _("按期答复"),
        _("期内销号的，最后一次答复在到期之前"),
        "closed_at",
        lambda now: Q(request__in_time=True),
        of="closed",
        better="high",
    ),
    Figure(
        "returned",
        _("退单"),
        _("期内受理的，被退过单"),
        "received_at",
        lambda now: Q(request__returns__gt=0),
        of="received",
        better="low",
    ),
    Figure(
        "transferred",
        _("改派"),
        _("期内受理的，派单两次以上"),
        "received_at",
        lambda now: Q(request__transfers__gt=1),
        of="received",
        better="low",
    ),
    Figure(
        "redone",
        _("重办"),
        _("期内受理的，发回重办过"),
        "received_at",
        lambda now: Q(request__redo_count__gt=0),
        of="received",
        better="low",
    ),
    Figure("withdrawn", _("撤回"), _("期内由诉求人撤回"), "closed_at", lambda now: Q(state="withdrawn")),
    Figure("merged", _("并单"), _("期内并入同一件办理"), "closed_at", lambda now: Q(state="merged")),
    Figure(
        "revisited",
        _("已回访"),
        _("期内销号的，最后一轮回访过"),
        "closed_at",
        lambda now: Q(request__revisit_result__gt=""),
        of="closed",
        better="high",
    ),
    Figure(
        "reached",
        _("联系上"),
        _("回访过的，联系上了诉求人"),
        "closed_at",
        lambda now: Q(request__revisit_result__in=_REACHED),
        of="revisited",
        better="high",
    ),
    Figure(
        "unreached",
        _("联系不上"),
        _("回访过的，多次没有联系上"),
        "closed_at",
        lambda now: Q(request__revisit_result="unreached"),
        of="revisited",
        better="low",
    ),
    Figure(
        "solved",
        _("解决率"),
        _("联系上的，诉求人说已解决"),
        "closed_at",
        lambda now: Q(request__revisit_result="solved"),
        of="reached",
        better="high",
    ),
    Figure(
        "rated",
        _("评价率"),
        _("期内销号的，诉求人评过最后一轮"),
        "closed_at",
        lambda now: Q(request__stars__isnull=False),
        of="closed",
    ),
    Figure(
        "rated_valid",
        _("计入评价"),
        _("评过的，没有认定为误评"),
        "closed_at",
        lambda now: Q(request__excluded=False),
        of="rated",
    ),
    Figure(
        "satisfied",
        _("满意率"),
        _("计入的评价里，最后一轮评三星以上"),
        "closed_at",
        lambda now: Q(request__stars__gt=BAD),
        of="rated_valid",
        better="high",
    ),
    Figure(
        "satisfied_all",
        _("满意率（全口径）"),
        _("评过的，最后一轮评三星以上；认定误评的也算在内"),
        "closed_at",
        lambda now: Q(request__stars__gt=BAD),
        of="rated",
        better="high",
    ),
    Figure(
        "excluded",
        _("误评剔除"),
        _("评过的，最后一轮的评价由第二人认定为误评，不计入满意率"),
        "closed_at",
        lambda now: Q(request__excluded=True),
        of="rated",
    ),
    Figure(
        "ever_bad",
        _("曾不满意"),
        _("期内销号的，任何一轮评过两星以下"),
        "closed_at",
        lambda now: Q(request__worst_stars__lte=BAD),
        of="closed",
        better="low",
    ),
    Figure(
        "bad",
        _("差评"),
        _("期内受理的，收到过差评（两星以下，认定误评的除外）"),
        "received_at",
        lambda now: Q(request__rectify__in=_VALID_BAD),
        of="received",
        better="low",
    ),
    Figure(
        "rectified",
        _("差评整改率"),
        _("有效差评里，已经整改的"),
        "received_at",
        lambda now: Q(request__rectify__in=_RECTIFIED),
        of="bad",
        better="high",
    ),
    Figure(
        "rectified_in_time",
        _("差评按期整改率"),
        _("有效差评里，在期限之内整改的"),
        "received_at",
        lambda now: Q(request__rectify__in=_RECTIFIED, request__rectify_in_time=True),
        of="bad",
        better="high",
    ),
    Figure(
        "rectify_revisited",
        _("差评回访率"),
        _("有效差评里，整改后由没有经手的人回访过的"),
        "received_at",
        lambda now: Q(request__rectify="revisited"),
        of="bad",
        better="high",
    ),
    Figure(
        "spoken",
        _("走访带回"),
        _("期内受理的，走访时听到的"),
        "received_at",
        lambda now: Q(channel="visit") & _NOT_ANNULLED,
        of="received",
    ),
    Figure(
        "spoken_solved",
        _("走访带回并解决"),
        _("走访带回的，已经销号，诉求人说已解决；或导入的台账载明已解决"),
        "received_at",
        lambda now: (_CLOSED & Q(request__revisit_result="solved")) | _RECORDED,
        of="spoken",
        better="high",
    ),
    Figure(
        "spoken_recorded",
        _("其中台账载明"),
        _("走访带回并解决的，是导入的台账这么写的，没有经过本系统答复、回访"),
        "received_at",
        lambda now: _RECORDED,
        of="spoken_solved",
    ),
    Figure(
        "brought",
        _("现场办公带回"),
        _("期内受理的，现场办公时登记的"),
        "received_at",
        lambda now: Q(channel="office_day"),
        of="received",
    ),
    Figure(
        "brought_solved",
        _("现场办公带回并解决"),
        _("现场办公带回的，已经销号，诉求人说已解决"),
        "received_at",
        lambda now: _CLOSED & Q(request__revisit_result="solved"),
        of="brought",
        better="high",
    ),
)
"""Every figure of a request; a share follows the figure it is a share of."""
