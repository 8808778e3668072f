"""What every page's frame shows: the menu with its counts, the search box, who is signed in, the names of the place."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpRequest
from django.urls import NoReverseMatch, get_script_prefix, reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from huhang.base.access.rules import STRANGER, Actor, Perm
from huhang.doors.frame.parts import Entry, Group, Who, mark_current
from huhang.reading.rules import Filter, home_scope
from huhang.reading.tallies import Asked, Tallies, Tally, take

OFFICE = ("/desk/", "/supervision/")


@dataclass(frozen=True)
class Item:
    """A line of the desk's menu: where it leads and which permission it takes; any one of several is enough."""

    label: str
    icon: str
    name: str
    perms: tuple[Perm, ...] = (Perm.SEE,)
    tally: str = ""


def _desk_items() -> list[tuple[str, list[Item]]]:
    return [
        (
            "",
            [
                Item(_("待办"), "inbox", "desk:inbox", tally="menu"),
                Item(_("诉求台账"), "chat-left-text", "desk:ledger"),
                Item(_("登记诉求"), "plus-square", "desk:request_new", (Perm.REGISTER,)),
                Item(_("成批办理"), "check2-square", "desk:batches", (Perm.DISPATCH, Perm.SIGN)),
                Item(_("消息"), "bell", "desk:messages"),
            ],
        ),
        (
            _("联系企业"),
            [
                Item(_("主体库"), "building", "desk:register"),
                Item(_("包保责任"), "person-check", "desk:liaisons"),
                Item(pgettext("menu", "走访"), "geo-alt", "desk:visits"),
                Item(pgettext("menu", "警务站"), "shield-check", "desk:posts"),
                Item(_("地图"), "map", "desk:map"),
            ],
        ),
        (
            _("服务活动"),
            [
                Item(_("定期职责"), "calendar-check", "desk:rounds"),
                Item(_("现场办公"), "calendar-event", "desk:office_days"),
                Item(_("讲座演练"), "easel", "desk:trainings"),
                Item(_("联席会议"), "chat-square-text", "desk:meetings", (Perm.CONVENE, Perm.HANDLE)),
                Item(_("通知"), "megaphone", "desk:notices"),
                Item(_("问卷调查"), "clipboard-data", "desk:surveys"),
            ],
        ),
        (
            _("统计与表格"),
            [
                Item(_("统计"), "table", "supervision:statistics"),
                Item(_("表格导入"), "file-earmark-arrow-up", "desk:imports", (Perm.IMPORT,)),
                Item(_("导出文件"), "download", "desk:downloads", (Perm.EXPORT,)),
            ],
        ),
        (
            _("督办"),
            [
                Item(_("今日一页"), "speedometer2", "supervision:today", (Perm.SUPERVISE,)),
                Item(pgettext("menu", "单位"), "buildings", "supervision:units", (Perm.SUPERVISE,)),
                Item(_("督办卡"), "flag", "supervision:cards", (Perm.SUPERVISE,)),
                Item(_("热点"), "fire", "supervision:matters", (Perm.SUPERVISE,)),
                Item(_("十大问题"), "bar-chart", "supervision:worst", (Perm.SUPERVISE,)),
            ],
        ),
        (
            _("留痕与管理"),
            [
                Item(_("日志与校验"), "journal-check", "desk:journal", (Perm.READ_JOURNAL,)),
                Item(_("人员与岗位"), "people", "desk:people", (Perm.MANAGE_PEOPLE,)),
                Item(pgettext("menu", "单位"), "diagram-3", "desk:units", (Perm.MANAGE_SYSTEM,)),
                Item(_("目录与日历"), "calendar3", "desk:catalog", (Perm.MANAGE_SYSTEM,)),
                Item(
                    _("分派建议"),
                    "signpost-split",
                    "desk:routing",
                    (Perm.MANAGE_SYSTEM, Perm.SUPERVISE, Perm.DISPATCH),
                ),
                Item(_("发卡标准与试算"), "sliders", "supervision:card_simulate", (Perm.MANAGE_SYSTEM,)),
                Item(_("运行状况"), "heart-pulse", "desk:health", (Perm.MANAGE_SYSTEM,)),
                Item(_("短信发件箱"), "chat-dots", "desk:outbox", (Perm.MANAGE_SYSTEM,)),
                Item(_("推送"), "broadcast", "desk:webhooks", (Perm.MANAGE_SYSTEM,)),
                Item(_("接口令牌"), "key", "desk:tokens"),
            ],
        ),
    ]


def address(name: str) -> str:
    """Where a named page without further parts is; empty when this installation does not have it."""
    return _address(name, get_script_prefix(), settings.ROOT_URLCONF)


@lru_cache(maxsize=1024)
def _address(name: str, prefix: str, urlconf: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def menu_asked(actor: Actor) -> dict[str, Asked]:
    """The counts of the menu, so that a list page can take them together with its own."""
    if Perm.SEE not in actor.perms:
        return {}
    now = timezone.now()
    mine = Filter(scope=home_scope(actor))
    return {"menu": Asked(mine, now), "menu_late": Asked(Filter(scope=mine.scope, late=True), now)}


def keep_tallies(request: HttpRequest, tallies: Tallies) -> None:
    """Tells the frame that the page has counted already."""
    request.frame_tallies = tallies  # type: ignore[attr-defined]


def _tallies(request: HttpRequest, actor: Actor) -> Tallies:
    held: Tallies | None = getattr(request, "frame_tallies", None)
    if held is not None:
        return held
    # on the page that says what failed the transaction takes no more statements
    return Tallies() if connection.needs_rollback else take(actor, menu_asked(actor))


def _entry(item: Item, tallies: Tallies) -> Entry:
    tally = tallies.of(item.tally) if item.tally else None
    label, count = item.label, tally.count if tally else None
    if item.name == "desk:messages":
        count = tallies.messages
    if tally is not None and tally.over:  # counting stopped, so no number stands for the whole
        label, count = _("%(what)s（超过 %(n)s）") % {"what": label, "n": f"{tally.count:,}"}, None
    return Entry(label, item.icon, address(item.name), count or None, hot=bool(tally and _hot(tallies).count))


def _hot(tallies: Tallies) -> Tally:
    return tallies.of("menu_late")


def desk_menu(request: HttpRequest, actor: Actor) -> list[Group]:
    """The desk's menu as far as this actor may go."""
    tallies = _tallies(request, actor)
    groups = []
    for label, items in _desk_items():
        open_to = [i for i in items if address(i.name) and any(p in actor.perms for p in i.perms)]
        if open_to:
            groups.append(Group(tuple(_entry(i, tallies) for i in open_to), label))
    return mark_current(groups, request.path)


def hall_menu(request: HttpRequest) -> list[Group]:
    """The hall's menu; the same for everybody."""
    items = (
        (_("提交诉求"), "pencil-square", "hall:new"),
        (_("查进度"), "search", "hall:follow"),
        (_("现场办公"), "calendar-event", "hall:office_days"),
        (_("我的"), "person", "hall:mine"),
        (_("我的企业"), "building", "hall:subjects"),
        (_("谁看过我的信息"), "eye", "hall:seen"),
    )
    entries = tuple(Entry(label, icon, address(name)) for label, icon, name in items if address(name))
    return mark_current([Group(entries)], request.path)


def _menu(request: HttpRequest, actor: Actor) -> list[Group]:
    if request.path.startswith(OFFICE):
        return desk_menu(request, actor) if actor.kind == "officer" else []
    return hall_menu(request)


def _is_officer(request: HttpRequest, actor: Actor) -> bool:
    if actor.kind != "stranger":
        return actor.kind == "officer"
    return bool(getattr(request, "user", None)) and bool(request.user.is_authenticated)


def frame(request: HttpRequest) -> dict[str, Any]:
    """The context of every layout. Counting happens only when a menu is drawn, in one statement."""
    actor: Actor = getattr(request, "actor", STRANGER)
    office = request.path.startswith(OFFICE)
    city = settings.HUHANG_CITY_ENGLISH if get_language() == "en" else settings.HUHANG_CITY
    return {
        "menu": SimpleLazyObject(lambda: _menu(request, actor)),
        "search_url": address("desk:ledger") if office and Perm.SEE in actor.perms else "",
        "search_text": request.GET.get("q", "")[:200] if office else "",
        "who": Who(actor.label, actor.unit_label) if actor.kind in ("officer", "person") else None,
        "city_name": city,
        "bureau_name": _("%(city)s公安局") % {"city": city},
        "home_url": "/desk/"
        if office or (_is_officer(request, actor) and request.path.startswith("/account/"))
        else "/",
    }
