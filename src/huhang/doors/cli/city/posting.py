"""Police posts of the demo city by the real actions: manned, with hazards told and the culvert's dispute (B4, C5)."""

from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.rules import Actor
from huhang.base.people.models import Post as Place
from huhang.base.people.models import User
from huhang.base.people.queries import actor_for
from huhang.cases.actions import move, open_case
from huhang.cases.models import Case
from huhang.kinds.disputes.models import Party
from huhang.register.posts.actions import open_post, post_officer, propose
from huhang.register.posts.models import Post
from huhang.register.subjects.actions import add_contact
from huhang.register.subjects.models import Contact, Subject

HANDLER, CHIEF, LIAISON = "100003", "100004", "100005"
HAZARDS = (
    ("exit", "二号车间东门内堆了半通道的货，夜班出不去。", "仓储部", 26, "通道已清空，划了黄线。", True),
    ("wiring", "宿舍三楼走廊拉线给电动车充电。", "后勤部", 19, "已拆线，楼下装了充电桩。", True),
    ("gate", "北门监控坏了两个。", "安保部", 12, "已换新。", False),
    ("traffic", "三号门上下班人车混行，没有隔离。", "安保部", 4, "", False),
    ("fraud", "财务一人管公章和网银。", "", 1, "", False),
)
"""Kind, what was seen, who sees to it, days ago, what was done, and whether somebody looked again."""


def man_posts(now: datetime) -> int:
    """Makes posts of the register's rows of that kind, mans them, and lets the cast work at one. Returns how many."""
    made = [_opened(one, now) for one in _stations()]
    for post in made:
        _man(post, post.station.head_count or 3, now)
    propose(by=SYSTEM, now=now)
    try:
        cast = {name: actor_for(name, now=now, door="desk") for name in (HANDLER, CHIEF, LIAISON)}
    except User.DoesNotExist:
        return len(made)
    if (there := _of_the_cast(cast, now)) is not None:
        made.append(there)
        _hazards(there, cast, now)
        _culvert(there, cast, now)
        _short_ones(there, cast, now)
    return len(made)


def _stations() -> list[tuple[Subject, Subject]]:
    """Rows of posts with the subject each stands in, told by their names."""
    with acting(SYSTEM):
        rows = list(Subject.objects.filter(kind=Subject.Kind.POST, post__isnull=True).order_by("number"))
        names = {f"{one.name.removesuffix('警务室').removesuffix('警务站')}": one for one in rows}
        wanted = [*names, *(f"{name}有限公司" for name in names)]
        hosts = {one.name.removesuffix("有限公司"): one for one in Subject.objects.filter(name__in=wanted)}
    return [(row, hosts[name]) for name, row in names.items() if name in hosts]


def _opened(pair: tuple[Subject, Subject], now: datetime) -> Post:
    station, host = pair
    day = timezone.localtime(now).date() - timedelta(days=120 + 11 * (station.head_count or 1))
    why = "景区游客多，旺季治安和纠纷集中" if host.kind == Subject.Kind.SCENIC else "职工多、外来人员多，设站就近服务"
    with acting(SYSTEM):
        return open_post(
            host_id=host.pk, station_id=station.pk, unit_id=station.unit_id, why=why, opened_on=day, by=SYSTEM, now=now
        )


def _man(post: Post, most: int, now: datetime) -> None:
    held = Place.objects.filter(unit_id=post.station.unit_id, ends_at=None, role__in=("handler", "liaison", "chief"))
    officers = list(dict.fromkeys(held.order_by("user__username").values_list("user_id", flat=True)))[:most]
    for n, officer in enumerate(officers):
        day = post.opened_on + timedelta(days=7 * (n % 5))
        with acting(SYSTEM):
            post_officer(post_id=post.pk, officer_id=officer, why="轮值驻站", starts_on=day, by=SYSTEM, now=now)


def _of_the_cast(cast: dict[str, Actor], now: datetime) -> Post | None:
    """A post in the largest enterprise of the handler's station, opened by the chief of its branch."""
    handler, chief = cast[HANDLER], cast[CHIEF]
    rows = Subject.objects.filter(kind=Subject.Kind.ENTERPRISE, unit=handler.unit, posts__isnull=True, sensitive=False)
    with acting(chief):
        host = rows.order_by("-head_count", "number").first()
        if host is None:
            return None
        name = f"{host.name.removesuffix('有限公司')}安企警务站"
        day = timezone.localtime(now).date() - timedelta(days=200)
        post = open_post(host_id=host.pk, name=name, why="职工多，项目施工期长", opened_on=day, by=chief, now=now)
        for who, why in ((cast[LIAISON], "负责日常"), (handler, "轮值")):
            assert who.user is not None
            post_officer(post_id=post.pk, officer_id=who.user, why=why, starts_on=day, by=chief, now=now)
    with acting(SYSTEM):
        phone = "13900000090"
        add_contact(subject_id=host.pk, name="孙安全", phone=phone, role="safety", main=False, by=SYSTEM, now=now)
    return post


def _go(case: Case, by: Actor, at: datetime, name: str, **values: Any) -> None:
    with acting(by):
        move(case_id=case.pk, name=name, values=values, by=by, now=at)


def _hazards(post: Post, cast: dict[str, Actor], now: datetime) -> None:
    liaison, handler = cast[LIAISON], cast[HANDLER]
    with acting(SYSTEM):
        contact = Contact.objects.filter(subject=post.host_id, ended_at=None).order_by("-since").first()
    assert contact is not None
    for kind, body, fixer, days, fixed, looked in HAZARDS:
        at = now - timedelta(days=days)
        with acting(liaison):
            case = open_case("hazard", post=post.pk, category=kind, body=body, by=liaison, now=at)
        if fixer:
            told = at + timedelta(hours=1)
            _go(case, liaison, told, "alert", contact=str(contact.pk), way="person", fixer=fixer)
        if fixed:
            _go(case, liaison, at + timedelta(days=2), "remove", text=fixed)
        if looked:
            _go(case, handler, at + timedelta(days=4), "clear", text="看过，确已消除。")


def _open(post: Post, by: Actor, at: datetime, title: str, body: str, topic: str, other: str) -> tuple[Case, list[str]]:
    parties = [{"side": "a", "subject": str(post.host_id)}, {"side": "b", "name": other, "phone": ""}]
    with acting(by):
        case = open_case("dispute", post=post.pk, title=title, body=body, topic=topic, parties=parties, by=by, now=at)
        return case, [str(pk) for pk in Party.objects.filter(case=case).values_list("pk", flat=True)]


def _culvert(post: Post, cast: dict[str, Actor], now: datetime) -> None:
    """The story told of Binzhou: taken, the town written to, the culvert widened, signed, and it holds."""
    liaison, handler, at = cast[LIAISON], cast[HANDLER], now - timedelta(days=75)
    body = "企业新建项目在大门外修的涵洞太小，把村里排水的沟堵了，一下雨地里就积水，村民把厂门堵了。"
    case, both = _open(post, liaison, at, "项目涵洞堵了村里排水", body, "drainage", "王庆河")

    def go(days: int, name: str, by: Actor = liaison, **values: Any) -> None:
        _go(case, by, at + timedelta(days=days), name, **values)

    def day(days: int) -> str:
        found: date = timezone.localtime(at + timedelta(days=days)).date()
        return found.isoformat()

    said = "村民要求先通排水再谈别的；企业愿意出钱，但沟在村道下面，自己不能挖。"
    go(1, "mediate", on=day(1), present=both, others="村委会主任", place="警务站", said=said)
    go(2, "refer", authority="town_harbour", asked="项目大门外涵洞过水断面太小，村里排水受阻。请现场核实，牵头扩建。")
    text = "镇政府现场核实，已把涵洞由一孔改为三孔，排水通畅。"
    go(12, "letter_answered", result="done", text=text)
    go(13, "mediate", on=day(13), present=both, others="镇党政办", place="现场", said="水已排净，双方都认可。")
    terms = "企业承担涵洞扩建费用三万元，本月底前付清。\n村民不再堵门；今后排水有事先到警务站说。"
    go(13, "agree", terms=terms)
    for one, how in zip(both, ("seal", "sign"), strict=True):
        go(13, "sign_agreement", party=one, read_back=True, how=how)
    go(56, "lasting", by=handler, present=both, said="下过两场大雨，没有再积水，双方都说没有反复。")


def _short_ones(post: Post, cast: dict[str, Actor], now: datetime) -> None:
    liaison = cast[LIAISON]
    at = now - timedelta(days=20)
    case, both = _open(post, liaison, at, "夜间装卸声大，宿舍区职工不满", "夜里一点以后还在装货。", "noise", "李会民")
    terms = "夜里十一点后不再装卸；确有急货先告知宿舍区。"
    _go(case, liaison, at + timedelta(hours=3), "settle_spoken", terms=terms, present=both)
    at = now - timedelta(days=3)
    case, both = _open(
        post, liaison, at, "分包队伍说工钱没有结清", "十二名工人到门口要工钱，企业说已付给分包。", "labour", "赵建业"
    )
    on = timezone.localtime(at).date().isoformat()
    said = "分包答应带账来对；工人同意先离开。"
    _go(case, liaison, at + timedelta(hours=5), "mediate", on=on, present=both, others="人社所", said=said)
