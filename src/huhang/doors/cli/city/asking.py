"""Surveys and notices of the demo city by the real actions: one survey over, one open, two notices (C6, A3)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from huhang.base.access.context import acting
from huhang.base.access.rules import Actor, Perm
from huhang.base.people.models import User
from huhang.base.people.queries import actor_for
from huhang.kinds.requests.surveying import actions as surveys
from huhang.kinds.requests.surveying.models import Round, Topic
from huhang.register.announcements import actions as notices
from huhang.register.announcements.models import Copy
from huhang.register.subjects.catalogue import class_labels
from huhang.register.subjects.queries import Wanted, narrowed, within_reach

LIAISON, CHIEF, SUPERVISOR = "100005", "100004", "100007"
NAMED: tuple[tuple[str, str, int, str], ...] = (
    ("traffic", "货车夜里占道停放，厂门口出入很不方便。", 13, "货车夜间占道"),
    ("traffic", "三号门路口信号灯太短，下班时间排很长的队。", 9, "路口信号灯太短"),
    ("traffic", "园区门口没有斑马线，过马路很危险。", 6, "缺斑马线"),
    ("order", "工地夜间施工，宿舍休息不好。", 11, "夜间施工噪声"),
    ("order", "厂区围墙外面经常丢电缆。", 6, "围墙外电缆被盗"),
    ("order", "附近有人骑摩托车飙车，声音特别大。", 4, "飙车扰民"),
    ("park", "园区投诉以后没有人回话，不知道该找谁。", 12, "园区投诉没人回话"),
    ("park", "希望派出所在园区里设一个服务点。", 7, "园区里设服务点"),
    ("household", "外地员工办居住证要跑好几趟。", 9, "居住证跑几趟"),
    ("household", "集体户口要哪些材料，几个窗口说法不一样。", 5, "集体户口材料说法不一"),
    ("fraud", "冒充老板骗财务转账的电话很多，盼多来讲一讲。", 8, "冒充老板诈骗"),
    ("fraud", "合同诈骗报案以后很久没有消息。", 6, "合同诈骗没有消息"),
)
"""Class, opinion, by how many, and the name a person gave the group: 96 opinions over five classes (MISSION C6)."""
_ENDINGS = ("", "请尽快解决。", "已经说过几回了。", "其他都挺好。")


def ask_and_tell(now: datetime) -> int:
    """Holds two surveys and sends two notices. Returns how many opinions the finished survey brought."""
    try:
        liaison, chief, boss = (actor_for(name, now=now, door="desk") for name in (LIAISON, CHIEF, SUPERVISOR))
    except User.DoesNotExist:
        return 0
    count = _yearly(boss, now)
    _pulse(chief, now)
    _notices(liaison, chief, now)
    return count


def _begin(by: Actor, title: str, sheet: str, now: datetime, *, since: int, days: int) -> Round:
    starts, ends = now - timedelta(days=since), now + timedelta(days=days)
    with acting(by):
        return surveys.begin(
            title=title, questionnaire=sheet, audience="open", starts_at=starts, ends_at=ends, by=by, now=now
        )


def _yearly(boss: Actor, now: datetime) -> int:
    row = _begin(boss, f"{now.year} 年企业评议", "yearly", now - timedelta(minutes=30), since=35, days=1)
    n = 0
    for chosen, said, count, _name in NAMED:
        for m in range(count):
            values = {
                "overall": str(4 if chosen in ("household", "fraud") and m % 3 else 3 if m % 4 else 2),
                "class": chosen,
                "opinion": f"{said}{_ENDINGS[m % len(_ENDINGS)]}",
                "channels": [("liaison", "hotline", "window", "web")[m % 4]],
                "matters": [["reply", "speed", "once"], ["speed", "reply", "calm"]][m % 2],
                "visits": str(m % 5),
                "again": ("yes", "perhaps", "yes", "no")[m % 4],
            }
            surveys.answer(values, entry=row.entry, now=now)
            n += 1
    with acting(boss):
        surveys.close(round_id=row.pk, by=boss, now=now)
        for topic in list(Topic.objects.filter(round=row)):
            name = next((name for _c, said, _n, name in NAMED if topic.name.startswith(said[:6])), "")
            if name:
                surveys.rename_topic(round_id=row.pk, topic_id=topic.pk, name=name, by=boss, now=now)
        surveys.count_in(round_id=row.pk, year=now.year, by=boss, now=now)
    return n


def _pulse(chief: Actor, now: datetime) -> None:
    row = _begin(chief, "窗口和网上办事体验", "pulse", now - timedelta(minutes=20), since=3, days=11)
    for n in range(17):
        values = {"easy": str((5, 4, 4, 3, 5)[n % 5]), "where": ("window", "web", "visit")[n % 3]}
        wish = {"wish": ("取号机希望有英文。", "中午也能办就好了。")[n % 2]} if n % 4 == 0 else {}
        surveys.answer({**values, **wish}, entry=row.entry, now=now)
    surveys.mix(row.pk, now=now)


def _notices(liaison: Actor, chief: Actor, now: datetime) -> None:
    typhoon = "台风预计周末影响我市，请检查厂区围挡、广告牌和临时用电，危化品转移到安全处，值班电话保持畅通。"
    _send(liaison, "台风来临前请检查厂区", typhoon, Wanted(kind="enterprise"), now - timedelta(minutes=12), read=3)
    fraud = "近期有人冒充老板要财务转账。请财务人员转账前当面或电话核实，接到可疑电话先问联络员。"
    flagged = Wanted(kind="enterprise", flags=_flag(chief))
    _send(chief, "请提醒财务人员防范冒充老板的电话", fraud, flagged, now - timedelta(minutes=8), read=2)


def _flag(by: Actor) -> tuple[str, ...]:
    """The flag by which the fewest enterprises are singled out, so that the city loads quickly."""
    with acting(by):
        rows = narrowed(within_reach(by, Perm.NOTIFY), Wanted(kind="enterprise")).exclude(flags=[])
        flags = [flag for held in rows.values_list("flags", flat=True)[:200] for flag in held]
    counted = sorted({(flags.count(flag), flag) for flag in flags if flags.count(flag) > 3})
    return (counted[0][1],) if counted else ()


def _send(by: Actor, title: str, body: str, wanted: Wanted, now: datetime, *, read: int) -> None:
    with acting(by):
        count = narrowed(within_reach(by, Perm.NOTIFY), wanted).count()
        if not count:
            return
        row = notices.draft(title=title, body=body, words=_words(wanted), by=by, now=now)
        row = notices.submit(notice_id=row.pk, wanted=wanted, expected=count, by=by, now=now)
    while notices.deliver(row.pk, now=now):
        pass
    with acting(by):
        told = list(Copy.objects.filter(notice=row, way="sms").order_by("id"))
    _press(told, read, now)


def _words(wanted: Wanted) -> str:
    return "；".join(["企业", *class_labels(list(wanted.flags))])


def _press(copies: Sequence[Copy], read: int, now: datetime) -> None:
    """Every ``read``-th is only opened, those between them are read, and the last third is left alone."""
    for n, copy in enumerate(copies[: len(copies) * 2 // 3]):
        who = Actor(kind="person", id=copy.person_id, label="联系人", person=copy.person_id)
        at = now + timedelta(seconds=20 + n)
        (notices.mark_opened if n % read == 0 else notices.mark_read)(copy, by=who, now=at)
