"""How the installation is, in plain words: what is wrong and what to do."""

import json
import shutil
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.db.models import Count, Max, Min, Q
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.queries import allows
from huhang.base.access.rules import Perm
from huhang.base.catalog import queries as catalog
from huhang.base.exchange.models import Delivery
from huhang.base.jobs.actions import try_again
from huhang.base.jobs.models import Beat, Work
from huhang.base.journal.actions import anchors_file
from huhang.base.messages.models import Message
from huhang.cases.counts import queries as counts
from huhang.doors.frame.gates import actor_of, officers
from huhang.doors.frame.notices import done
from huhang.doors.frame.templatetags.frame import moment
from huhang.kernel.errors import Denied, Missing
from huhang.kinds.requests.routing import queries as routing
from huhang.register.cells import queries as cells

WORKER_SILENT = timedelta(minutes=2)
ANCHOR_OLD = timedelta(hours=1)
DISK_LOW = 0.1
LOST_SHOWN = 50
COUNTS_TOLD, COUNTS_OLD, COUNTS_WAITING = timedelta(days=7), timedelta(days=2), 200_000


@dataclass(frozen=True)
class Sign:
    """One thing looked at. ``tone``: ok, warn or bad; ``do`` says what to do when it is not well."""

    what: str
    tone: str
    says: str
    do: str = ""


def signs(now: datetime) -> list[Sign]:
    """Everything looked at, as the system, because whoever keeps it running sees no cases."""
    with acting(SYSTEM):
        return [
            _database(),
            _worker(now),
            _jobs(now),
            _anchor(now),
            _catalog(now),
            _disk(),
            _provider(now),
            _address(),
            _webhooks(),
            _routing(),
            _counts(now),
            _cells(now),
        ]


def _database() -> Sign:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version'), pg_database_size(current_database())")
        version, size = cursor.fetchone()
    says = _("PostgreSQL %(version)s，已用 %(size).1f GB") % {"version": version.split(" ")[0], "size": size / 2**30}
    return Sign(_("数据库"), "ok", says)


def _worker(now: datetime) -> Sign:
    last = Beat.objects.aggregate(at=Max("at"))["at"]
    do = _("请启动后台程序：huhang worker。短信、成批办理、日志锚定都靠它。")
    if last is None or last.year < 2000:
        return Sign(_("后台程序"), "bad", _("还没有运行过"), do)
    says = _("上次值守 %(at)s") % {"at": moment(last, now)}
    return Sign(_("后台程序"), "bad", says, do) if now - last > WORKER_SILENT else Sign(_("后台程序"), "ok", says)


def _jobs(now: datetime) -> Sign:
    going = Q(done_at=None, given_up_at=None)
    seen = Work.objects.aggregate(
        open=Count("pk", filter=going),
        again=Count("pk", filter=going & Q(attempts__gt=0)),
        oldest=Min("not_before", filter=going),
        lost=Count("pk", filter=Q(given_up_at__gte=now - timedelta(days=7))),
    )
    says = _("待办 %(open)d 项，其中 %(again)d 项在重试；7 天内放弃 %(lost)d 项") % seen
    if seen["lost"]:
        return Sign(_("后台任务"), "bad", says, _("请看下面放弃的任务和原因，修好后重排。"))
    late = seen["oldest"] is not None and now - seen["oldest"] > timedelta(minutes=10)
    return Sign(
        _("后台任务"),
        "warn" if late else "ok",
        says,
        _("有任务等了十分钟以上，请看后台程序是否在运行。") if late else "",
    )


def _anchor(now: datetime) -> Sign:
    path = anchors_file()
    lines = path.read_text().splitlines() if path.exists() else []
    if not lines:
        return Sign(_("日志锚定"), "warn", _("还没有锚定过"), _("后台程序每十分钟锚定一次，请看它是否在运行。"))
    at = datetime.fromisoformat(json.loads(lines[-1])["at"])
    says = _("上次 %(at)s，到第 %(seq)d 条") % {"at": moment(at, now), "seq": json.loads(lines[-1])["seq"]}
    old = now - at > ANCHOR_OLD
    return Sign(
        _("日志锚定"),
        "warn" if old else "ok",
        says,
        _("没有新的操作时不会再锚定；有新操作而没有锚定，请看后台程序。") if old else "",
    )


def _catalog(now: datetime) -> Sign:
    known, year = catalog.calendar(), timezone.localtime(now).year
    years = {y.year for y in known.years}
    says = _("日历 %(first)s–%(last)s 年") % {"first": min(years, default="—"), "last": max(years, default="—")}
    if year not in years:
        return Sign(_("目录与日历"), "bad", says, _("没有今年的放假安排，所有期限都是暂定的。请导入通知。"))
    late = now.month >= 11 and year + 1 not in years
    return Sign(
        _("目录与日历"),
        "warn" if late else "ok",
        says,
        _("明年的通知发布后请导入，年末的期限才不是暂定。") if late else "",
    )


def _disk() -> Sign:
    used = shutil.disk_usage(settings.HUHANG_DATA)
    says = _("剩余 %(free).1f GB，共 %(total).1f GB") % {"free": used.free / 2**30, "total": used.total / 2**30}
    low = used.free / used.total < DISK_LOW
    return Sign(_("磁盘"), "bad" if low else "ok", says, _("请清理或扩容；磁盘写满后不能再登记。") if low else "")


def _provider(now: datetime) -> Sign:
    name = settings.HUHANG_SMS.rpartition(".")[2]
    failed = Message.objects.filter(channel=Message.Channel.SMS, failed_at__gte=now - timedelta(days=1)).count()
    sandbox = name == "Sandbox"
    says = _("试用发件箱，不向外发") if sandbox else _("通道 %(name)s") % {"name": name}
    says += _("；24 小时内发送失败 %(n)d 条") % {"n": failed}
    if failed:
        return Sign(_("短信"), "bad", says, _("请联系短信服务商；系统会继续重发。"))
    if sandbox and not settings.HUHANG_TRIAL:
        return Sign(_("短信"), "bad", says, _("正式使用时要设置真实的短信通道（HUHANG_SMS）。"))
    return Sign(_("短信"), "ok", says)


def _address() -> Sign:
    what = _("网上大厅地址")
    if settings.HUHANG_ADDRESS:
        return Sign(what, "ok", settings.HUHANG_ADDRESS)
    says = _("没有设置：短信里没有链接，答复后不发评价链接，也出不了带二维码的评价单")
    return Sign(what, "bad", says, _("请把居民打开网上大厅的地址设为 HUHANG_ADDRESS，再重新启动。"))


def _routing() -> Sign:
    wrong = routing.faults()
    if not wrong:
        return Sign(_("分派规则"), "ok", _("没有出错的规则"))
    names = "、".join(f"{fault.rule}@{fault.rule_version}" for fault in wrong[:5])
    says = _("%(n)d 条规则出错，已跳过：%(names)s") % {"n": len(wrong), "names": names}
    return Sign(_("分派规则"), "bad", says, _("请到“分派建议”看原因，改好规则后记为处理完。"))


def _counts(now: datetime) -> Sign:
    """Whether the counts kept by the database are those of the cases (SAFEGUARDS 20)."""
    what, last, fault, waiting = _("统计计数"), counts.last_proof(), counts.last_fault(), counts.fresh()
    if last is None:
        return Sign(what, "ok", _("还没有核对过，后台程序每天核对一次"))
    says = _("上次核对 %(at)s，与事项一致") % {"at": moment(last.at, now)}
    if fault is not None and now - fault.at < COUNTS_TOLD:
        told = {"at": moment(fault.at, now), "n": fault.cases}
        says = _("%(at)s 核对时相差 %(n)d 件，已重新数过") % told
        return Sign(what, "bad", says, _("请告诉开发人员：计数不该相差。这之前导出的统计请重做。"))
    if now - last.at > COUNTS_OLD or waiting > COUNTS_WAITING:
        says += _("；等着归并 %(n)s 行") % {"n": f"{waiting:,}"}
        return Sign(what, "warn", says, _("核对和归并由后台程序做，请看它是否在运行。数字不受影响，只是慢一些。"))
    return Sign(what, "ok", says)


def _cells(now: datetime) -> Sign:
    """Whether the counts of the ground are those of the register (SAFEGUARDS 20)."""
    what, last, fault, waiting = _("地图计数"), cells.last_proof(), cells.last_fault(), cells.fresh()
    if last is None:
        return Sign(what, "ok", _("还没有核对过，后台程序每天核对一次"))
    says = _("上次核对 %(at)s，与主体库一致") % {"at": moment(last.at, now)}
    if fault is not None and now - fault.at < COUNTS_TOLD:
        told = {"at": moment(fault.at, now), "n": fault.subjects}
        says = _("%(at)s 核对时相差 %(n)d 个主体，已重新数过") % told
        return Sign(what, "bad", says, _("请告诉开发人员：地图计数不该相差。"))
    if now - last.at > COUNTS_OLD or waiting > COUNTS_WAITING:
        says += _("；等着归并 %(n)s 行") % {"n": f"{waiting:,}"}
        return Sign(what, "warn", says, _("核对和归并由后台程序做，请看它是否在运行。数字不受影响，只是慢一些。"))
    return Sign(what, "ok", says)


def _webhooks() -> Sign:
    seen = Delivery.objects.aggregate(
        waiting=Count("pk", filter=Q(sent_at=None, parked_at=None)),
        parked=Count("pk", filter=Q(parked_at__isnull=False)),
    )
    says = _("等着送 %(waiting)d 条，搁置 %(parked)d 条") % seen
    if seen["parked"]:
        return Sign(_("推送"), "bad", says, _("请在“推送”里看是哪个接收方，修好后再送。"))
    return Sign(_("推送"), "ok", says)


def _given_up() -> list[Work]:
    with acting(SYSTEM):
        return list(Work.objects.filter(given_up_at__isnull=False).order_by("-given_up_at")[:LOST_SHOWN])


def _again(request: HttpRequest, now: datetime) -> None:
    try:
        wanted = uuid.UUID(request.POST.get("work", ""))
    except ValueError:
        raise Missing from None
    by = actor_of(request)
    if not allows(by, Perm.MANAGE_SYSTEM):
        raise Denied
    with acting(SYSTEM):  # the ledger of work is the system's; the line in the journal names the officer
        try_again(wanted, by=by, now=now)


@officers(Perm.MANAGE_SYSTEM)
@require_http_methods(["GET", "HEAD", "POST"])
def health(request: HttpRequest) -> HttpResponseBase:
    """The page of it; a POST takes up work that was given up."""
    now = timezone.now()
    if request.method == "POST":
        _again(request, now)
        done(request, _("已重新排队，稍后刷新看结果。"))
        return redirect("desk:health")
    found = signs(now)
    context = {"signs": found, "lost": _given_up(), "now": now, "well": all(s.tone == "ok" for s in found)}
    return render(request, "desk/admin/health.html", context)
