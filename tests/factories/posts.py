"""Posts with sensible words where none are given."""

from datetime import date
from typing import Any

from huhang.base.access.context import acting
from huhang.cases.actions import open_case
from huhang.cases.models import Case
from huhang.register.posts import actions
from huhang.register.posts.models import Post
from huhang.register.subjects.models import Subject
from tests.factories.city import NOW, City
from tests.factories.visits import subject_of


def post(city: City, host: Subject | None = None, by: str = "chief", **values: Any) -> Post:
    """A post in the harbour's enterprise, opened by the branch's chief."""
    actor = city.actor(by)
    given = {
        "name": "海晏化工安企警务站",
        "why": "厂区职工多，治安和纠纷事项集中",
        "opened_on": date(2026, 1, 5),
        **values,
    }
    with acting(actor):
        return actions.open_post(host_id=(host or subject_of(city)).pk, by=actor, now=NOW, **given)


def hazard(city: City, where: Post, by: str = "handler", **values: Any) -> Case:
    """Something noticed by an officer of the post."""
    actor = city.actor(by)
    given = {"category": "exit", "body": "二号车间东门内堆了半通道的货。", **values}
    with acting(actor):
        return open_case("hazard", post=where.pk, by=actor, now=NOW, **given)


def disputed(city: City, where: Post | None, by: str = "handler", **values: Any) -> Case:
    """The culvert: the enterprise and a villager are at odds."""
    actor = city.actor(by)
    parties = [
        {"side": "a", "subject": str(subject_of(city).pk)},
        {"side": "b", "name": "王海燕", "phone": "13800000001"},
    ]
    given = {
        "title": "项目涵洞堵了村里排水",
        "body": "大门外项目修的涵洞太小，雨后村里积水，村民堵了厂门。",
        "topic": "drainage",
        "parties": parties,
        **values,
    }
    with acting(actor):
        return open_case("dispute", post=where.pk if where else None, by=actor, now=NOW, **given)
