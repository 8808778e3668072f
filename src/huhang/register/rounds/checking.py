"""What is wrong with a recurring duty as somebody wrote it into the catalogue; pure, entry by entry and two by two."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from huhang.register.rounds.rules import FIRST, LAST, PERIODS, RECORD, WEEK, WHO, day_of

_MOST_DAYS = 120


@dataclass(frozen=True)
class Known:
    """What a rule may name that no catalogue says: kinds of subjects and units, roles of posts."""

    kinds: frozenset[str]
    units: frozenset[str]
    posts: frozenset[str]


def problems(body: Mapping[str, Any], known: Known) -> list[str]:
    """What is wrong with one entry by itself; what it names of other entries is checked by `together`."""
    says = [
        f"缺少 {name}" for name in ("name", "name_en", "about", "about_en", "source", "source_en") if not body.get(name)
    ]
    since = day_of(body.get("since"))
    if since is None or not FIRST <= since < LAST:
        says.append("since 应当是 2015 到 2100 年间的日期，如 2026-01-01：从这天起的周期按这一版")
    says += _period_problems(body)
    concerns = body.get("concerns")
    owes = body.get("owes")
    if not isinstance(concerns, dict) or not isinstance(owes, dict):
        return [*says, "concerns（管谁）和 owes（谁的职责）都要写"]
    says += _named("concerns.kinds", concerns.get("kinds", []), known.kinds)
    says += _named("concerns.units", concerns.get("units", []), known.units)
    says += _named("owes.roles", owes.get("roles", []), known.posts)
    if bool(concerns.get("units")) == bool(concerns.get("kinds") or concerns.get("flags")):
        says.append("concerns 要么写主体（kinds、flags），要么写单位（units），写其中一样")
    if concerns.get("units") and not owes.get("roles"):
        says.append("单位的职责要写 owes.roles：由单位里哪些岗位承担")
    if not concerns.get("units") and not owes.get("lines"):
        says.append("主体的职责要写 owes.lines：由哪条责任线承担，写在前面的优先")
    return says + _way_problems(body.get("done"), of_units=bool(concerns.get("units")))


def _period_problems(body: Mapping[str, Any]) -> list[str]:
    says = []
    if body.get("after"):
        if body.get("period"):
            says.append("有 after 的职责从那件事算起，不再写 period")
        if not _whole(body.get("within"), 1, _MOST_DAYS):
            says.append(f"within 应当是 1 到 {_MOST_DAYS} 个工作日")
    elif body.get("period") not in PERIODS:
        says.append(f"period 应当是 {'、'.join(PERIODS)} 之一")
    for name, most in (("grace", 15), ("remind", 30), ("least_days", 5)):
        if name in body and not _whole(body[name], 0, most):
            says.append(f"{name} 应当是 0 到 {most} 之间的整数")
    if body.get("period") == WEEK and isinstance(body.get("grace"), int) and body["grace"] > 4:
        says.append("每周的职责宽限最多 4 个工作日，不然会和下一周的混在一起")
    return says


def _way_problems(ways: Any, *, of_units: bool) -> list[str]:
    if not isinstance(ways, list) or not ways:
        return ["done 要写明怎样算做到"]
    says = []
    for n, way in enumerate(ways, start=1):
        if not isinstance(way, dict) or not way.get("sort"):
            says.append(f"done 第 {n} 条没有 sort")
            continue
        if way.get("who", "anyone") not in WHO:
            says.append(f"done 第 {n} 条的 who 应当是 {'、'.join(WHO)} 之一")
        if of_units and way.get("who", "anyone") != "anyone":
            says.append(f"done 第 {n} 条：单位的职责不看由谁做的，who 不用写")
        if "least" in way and not _whole(way["least"], 0, 1000):
            says.append(f"done 第 {n} 条的 least 应当是 0 到 1000 之间的整数")
        for name in ("tags", "roles"):
            if not isinstance(way.get(name, []), list):
                says.append(f"done 第 {n} 条的 {name} 应当是一列")
    return says


def _named(name: str, said: Any, known: Iterable[str]) -> list[str]:
    if not isinstance(said, list):
        return [f"{name} 应当是一列"]
    strange = [str(one) for one in said if one not in set(known)]
    return [f"{name} 用了没有的：{'、'.join(strange)}"] if strange else []


def _whole(value: Any, low: int, high: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def overlap(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two entries ask the same of the same subjects in the same sort of period: one of them is too much."""
    if one.get("period") != other.get("period") or one.get("after") != other.get("after"):
        return False
    a, b = one.get("concerns", {}), other.get("concerns", {})
    for name in ("kinds", "flags", "units"):
        if bool(a.get(name)) != bool(b.get(name)) or (a.get(name) and not set(a[name]) & set(b[name])):
            return False
    return bool(_asked(one) & _asked(other))


def _asked(body: Mapping[str, Any]) -> set[tuple[str, str]]:
    ways = [way for way in body.get("done", ()) if way.get("sort") != RECORD]
    return {(str(way.get("sort")), tag) for way in ways for tag in way.get("tags") or ("",)}
