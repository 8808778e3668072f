"""Sessions with sensible words where none are given."""

from datetime import datetime, timedelta
from typing import Any

from huhang.base.access.context import acting
from huhang.cases.actions import open_case
from huhang.cases.models import Case
from tests.factories.city import NOW, City
from tests.factories.visits import subject_of

SOON = NOW + timedelta(days=3)


def told(**values: Any) -> dict[str, Any]:
    """What is told of an ordinary lecture."""
    return {
        "sort": "fraud",
        "title": "年底防诈骗",
        "starts_at": SOON,
        "place": "三楼会议室",
        "speaker": "李青",
        **values,
    }


def planned(city: City, by: str = "liaison", *, now: datetime = NOW, **values: Any) -> Case:
    """A session planned by an officer."""
    actor = city.actor(by)
    given = told(**{"subjects": [subject_of(city).pk], **values})
    with acting(actor):
        return open_case("training", by=actor, now=now, **given)
