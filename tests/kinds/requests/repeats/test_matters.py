"""C6: requests about one thing become a matter, the same whatever the size of the rounds; nobody is counted (K4)."""

from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from huhang.base.access.context import acting
from huhang.base.journal.models import Entry
from huhang.cases.models import Case
from huhang.kernel.errors import Conflict, Denied, Invalid
from huhang.kinds.requests.repeats.following import follow
from huhang.kinds.requests.repeats.grouping import group
from huhang.kinds.requests.repeats.models import Fingerprint, Matter, Member, Note
from tests.factories.city import NOW, City, enterprise, filed, make_city

pytestmark = pytest.mark.django_db
TEXT = "三号门外的渣土车半夜不停鸣笛，宿舍里的人都睡不好觉"
SOON = NOW + timedelta(hours=1)


@pytest.fixture
def city() -> City:
    return make_city()


class Undone(Exception):  # noqa: N818
    """Takes a round back."""


def several(city: City) -> None:
    """Six at one corner in different words, four about one firm, five in nearly the same words, and strangers."""
    words = (
        "井盖松动车过就响",
        "下水道返味臭得很",
        "夜里有人唱歌到两点",
        "停车把消防道堵了",
        "路灯一闪一闪坏了",
        "有狗追着小孩跑",
    )
    firm = enterprise(city)
    given: list[dict[str, Any]] = [
        {"body": text, "lon": 121.4 + n / 2000, "lat": 37.5, "category": "PS-02"} for n, text in enumerate(words)
    ]
    given += [
        {"body": f"{text}，厂里的", "category": "PS-03", "subject": firm.pk}
        for text in ("废气呛人", "拖欠工钱两月", "大门口堵车", "半夜卸货太吵")
    ]
    given += [{"body": f"{TEXT}，已经{n}天了"} for n in ("三", "四", "五", "六", "七")]
    given += [{"body": "请问办身份证要带什么材料呢"}, {"body": "感谢民警帮我找回走失的老人"}]
    for n, values in enumerate(given):
        filed(city, title="", phone=f"138000001{n:02}", now=NOW + timedelta(minutes=n), **values)


def drawn() -> set[tuple[str, frozenset[str]]]:
    rows: dict[Any, set[str]] = {}
    for pk, body in Member.objects.values_list("matter", "case__body"):
        rows.setdefault(pk, set()).add(body)
    return {(m.by, frozenset(rows[m.pk])) for m in Matter.objects.all()}


def test_matters_are_the_same_whatever_the_size_of_the_rounds(city: City) -> None:
    several(city)
    assert group(now=NOW) is None  # too fresh: something older may still be on its way
    with suppress(Undone), transaction.atomic():
        whole = group(now=SOON)
        assert whole is not None
        assert (whole.taken, whole.made) == (17, 3)
        at_once = drawn()
        assert sorted((by, len(bodies)) for by, bodies in at_once) == [("place", 6), ("subject", 4), ("text", 5)]
        assert Entry.objects.filter(action="matter.group").count() == 1
        assert group(now=SOON) is None
        raise Undone
    rounds = 0
    while group(now=SOON, most=2) is not None:
        rounds += 1
    assert rounds == 9
    assert drawn() == at_once


def test_later_requests_join_and_withdrawn_ones_do_not(city: City) -> None:
    several(city)
    group(now=SOON)
    more = filed(city, title="", body=f"{TEXT}，已经八天了", now=SOON).case
    gone = filed(city, title="", body=f"{TEXT}，已经九天了", now=SOON).case
    Case.objects.filter(pk=gone.pk).update(state="withdrawn")
    run = group(now=SOON + timedelta(hours=1))
    assert run is not None
    assert (run.taken, run.joined, run.made) == (2, 1, 0)
    matter = Matter.objects.get(by="text")
    assert (matter.count, matter.last_at) == (6, SOON)
    assert Member.objects.filter(matter=matter, case=more).exists()


def test_a_fingerprint_that_came_late_is_not_passed_by(city: City) -> None:
    several(city)
    group(now=SOON)
    late = filed(city, title="", body=f"{TEXT}，已经十天了", now=NOW).case
    Fingerprint.objects.filter(case=late).update(made_at=SOON)
    run = group(now=SOON + timedelta(hours=1))
    assert run is not None
    assert run.joined == 1


def test_a_matter_is_named_given_to_a_unit_and_closed_with_what_was_done(city: City) -> None:
    several(city)
    group(now=SOON)
    matter = Matter.objects.get(by="place")
    chief, supervisor = city.actor("chief"), city.actor("supervisor")

    def does(by: Any, what: str, version: int, **said: Any) -> None:
        with acting(by):
            follow(matter_id=matter.pk, what=what, version=version, by=by, now=SOON, **said)

    for who in ("auditor", "leader", "handler", "chief"):
        with pytest.raises(Denied):
            does(city.actor(who), "name", 1, text="三号门")
    does(supervisor, "name", 1, text="三号门一带")
    does(supervisor, "give", 2, unit=city.units["harbour"].pk)
    with pytest.raises(Invalid, match="做了什么"):
        does(chief, "close", 3, text=" ")
    with pytest.raises(Conflict, match="有人改过"):
        does(chief, "close", 1, text="修好了")
    does(chief, "close", 3, text="路政已修，派出所夜间加巡")
    with pytest.raises(Conflict):
        does(chief, "close", 4, text="再关一次")
    assert list(Note.objects.order_by("at", "id").values_list("what", flat=True)) == ["name", "give", "close"]
    assert Entry.objects.filter(action__startswith="matter.").exclude(action="matter.group").count() == 3
    filed(city, title="", body="又有人把车停在路口", now=SOON, lon=121.4, lat=37.5, category="PS-02")
    group(now=SOON + timedelta(hours=1))
    assert Member.objects.filter(matter=matter).count() == 6  # what is closed takes nothing more
    does(chief, "reopen", 4, text="又来了")
    matter.refresh_from_db()
    assert matter.closed_at is None
