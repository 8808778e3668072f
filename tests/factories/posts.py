"""Posts with sensible words where none are given."""

from datetime import date
from typing import Any

from huhang.base.access.context import acting
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
