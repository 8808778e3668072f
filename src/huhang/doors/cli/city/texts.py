"""Stories told with places, firms and days of this city, so that no two read quite alike."""

import random
from datetime import date, timedelta
from typing import Any

from huhang.doors.cli.city import names, phrases, stories
from huhang.doors.cli.city.register import Body, Place

_FEW = ("两", "三", "四", "五", "六")
_NIGHTS = ("十点", "十点半", "十一点", "十一点半", "十二点")
_CLOCKS = ("七点", "七点半", "八点", "九点", "十点")


def _one(unit: Place, kind: str, rng: random.Random, instead: str) -> str:
    bodies = unit.subjects.get(kind)
    return rng.choice(bodies).name if bodies else instead


def _slots(unit: Place, subject: Body | None, park: str, on: date, rng: random.Random) -> dict[str, Any]:
    town = unit.town[:2]
    then = on - timedelta(days=rng.randrange(1, 16))
    firm = subject.name if subject and subject.kind == "enterprise" else _one(unit, "enterprise", rng, "我们公司")
    return {
        "road": names.road(rng),
        "road2": names.road(rng),
        "number": rng.randrange(1, 320),
        "com": _one(unit, "community", rng, f"{town}社区"),
        "firm": firm,
        "project": _one(unit, "project", rng, f"{town}重点项目"),
        "park": park,
        "town": unit.town,
        "station": unit.short,
        "school": f"{town}{rng.choice(('小学', '中学', '实验学校', '幼儿园'))}",
        "market": f"{town}{rng.choice(('农贸市场', '水产市场', '早市', '批发市场'))}",
        "few": rng.choice(_FEW),
        "days": rng.choice((3, 4, 5, 7, 10, 12, 15, 20, 30)),
        "n": rng.choice((6, 8, 10, 12, 15, 20, 25, 30, 40)),
        "night": rng.choice(_NIGHTS),
        "clock": rng.choice(_CLOCKS),
        "small": rng.choice(("一", "两", "三")),
        "month": f"{then.month}月",
        "day": then.day,
    }


def tell(
    code: str, unit: Place, subject: Body | None, park: str, on: date, rng: random.Random, story: int | None = None
) -> tuple[str, str, str]:
    """Title, body and place of a request of a category; ``story`` picks one on purpose (repeats, hot topics)."""
    told = stories.STORIES[code]
    chosen = told[story % len(told)] if story is not None else rng.choice(told)
    slots = _slots(unit, subject, park, on, rng)
    closing = rng.choice(phrases.CLOSINGS)
    body = rng.choice(phrases.OPENINGS) + chosen.happened.format(**slots) + chosen.wish.format(**slots) + closing
    county = unit.branch.town if unit.branch else ""
    place = f"{county}{unit.town}{slots['road']}{slots['number']}号" if rng.random() < 0.7 else slots["com"]
    return chosen.title.format(**slots), body, place


def reply(code: str, unit: Place, on: date, rng: random.Random) -> str:
    """An answer that fits the category."""
    words = rng.choice(stories.ANSWERS[code[:2]])
    day = f"{on.month}月{on.day}日"
    return words.format(unit=unit.short, road=names.road(rng), n=rng.randrange(2, 18), day=day)
