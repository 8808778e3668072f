"""Words and pure decisions of requests: channels, natures, results, and who may revisit, close, return."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from huhang.kernel.worktime import Calendar, Schedule, Unit, due

CHANNELS = (
    ("web", _("网上大厅")),
    ("hotline", _("24 小时热线")),
    ("visit", _("走访")),
    ("app", _("移动端、小程序")),
    ("letter", _("来信")),
    ("window", _("窗口")),
    ("stuck", _("办不成事窗口")),
    ("symposium", _("座谈会")),
    ("office_day", _("现场办公")),
    ("self_check", _("自查")),
    ("spot_check", _("上级抽查")),
    ("call_110", _("110 非警务转来")),
    ("import", _("表格导入")),
)
"""Every channel of C1, and the spreadsheet by which older ledgers come in."""

NATURES = (
    ("consult", _("咨询")),
    ("help", _("求助")),
    ("advice", _("建议")),
    ("complaint", _("投诉")),
    ("report", _("举报")),
    ("praise", _("表扬")),
)

RESULTS = (
    ("solved", _("已解决")),
    ("partly", _("部分解决，已说明后续")),
    ("explained", _("已解释说明")),
    ("no_basis", _("无法律依据，已说明")),
    ("elsewhere", _("属其他部门，已告知去处")),
)

URGENCIES = (("0", _("一般")), ("1", _("紧急")), ("2", _("特急")))

BAD = 2
"""Two stars or fewer are a bad rating (STANDARDS §3)."""

ATTEMPTS = 3
"""So often a person is called before “could not be reached” may stand."""

UNSIGNED = ("registered", "classified", "dispatched")
"""States in which no unit has signed: whoever was asked first answers for the request (首问负责)."""

BOUNCED = 3
"""So many dispatches show that a request is passed from hand to hand: it is marked, and proposed to a joint meeting."""

RATE_DAYS = 30
"""So many days after closing a rating or an appeal is still taken."""


def return_until(
    dispatched_at: datetime, *, amount: int, unit: str, calendar: Calendar, schedule: Schedule
) -> datetime:
    """Until when a dispatched request may be sent back (STANDARDS §4.3: one working day by default)."""
    told = due(start=dispatched_at, amount=amount, unit=Unit(unit), calendar=calendar, schedule=schedule)
    assert told.due_at is not None  # a clock without pauses always has a due instant
    return told.due_at
