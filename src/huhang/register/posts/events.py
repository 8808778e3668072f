"""Posts opened and closed, and officers posted, in the life of the host and of the post's own row (A1, B4)."""

import uuid
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huhang.base.access.rules import Actor
from huhang.kernel.worktime import Schedule
from huhang.register.posts.models import Post, Stay
from huhang.register.subjects import belongings, life

SORT = "post"


def sorts() -> list[tuple[str, Any]]:
    """One sort."""
    return [(SORT, gettext_lazy("警务站"))]


def _at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(Schedule().zone))


def read(
    actor: Actor, subjects: Sequence[uuid.UUID], *, before: life.Mark | None, most: int, only: str
) -> Iterator[life.Happening]:
    """What happened to posts of these subjects, by day."""
    for one in _all(subjects, before, most):
        if before is None or one.mark < before:
            yield one


def _all(subjects: Sequence[uuid.UUID], before: life.Mark | None, most: int) -> Iterator[life.Happening]:
    latest = Schedule().date_of(before[0]) if before is not None else date.max
    posts = Post.objects.filter(Q(host_id__in=subjects) | Q(station_id__in=subjects)).select_related("station")
    for post in posts.filter(opened_on__lte=latest).order_by("-opened_on")[: most + 5]:
        words = _("设立%(name)s") % {"name": post.station.name}
        yield _of(post, _at(post.opened_on), "o", words, post.why, open_=post.closed_on is None)
    for post in posts.filter(closed_on__lte=latest).order_by("-closed_on")[: most + 5]:
        assert post.closed_on is not None
        words = _("撤销%(name)s") % {"name": post.station.name}
        yield _of(post, _at(post.closed_on), "c", words, post.closed_why)
    stays = Stay.objects.filter(Q(post__host_id__in=subjects) | Q(post__station_id__in=subjects))
    for stay in (
        stays.filter(starts_on__lte=latest)
        .select_related("officer", "post__station")
        .order_by("-starts_on")[: most + 5]
    ):
        words = _("%(who)s派驻%(name)s") % {"who": stay.officer.name, "name": stay.post.station.name}
        until = _("至 %(day)s") % {"day": stay.ends_on.isoformat()} if stay.ends_on else ""
        text = " · ".join(part for part in (stay.why, until, stay.ended_why) if part)
        link = ("post", str(stay.post_id))
        yield life.Happening(_at(stay.starts_on), f"s{stay.pk.hex}", SORT, words, text, link=link)


def _of(post: Post, at: datetime, letter: str, words: str, why: str, *, open_: bool = False) -> life.Happening:
    return life.Happening(at, f"{letter}{post.pk.hex}", SORT, words, why, link=("post", str(post.pk)), open=open_)


def register() -> None:
    """Declares the part in the life, and that posts go along when two subjects turn out to be one."""
    life.declare(life.Source("posts", sorts, read))
    belongings.declare("posts_post", "host_id")
    taken = "EXISTS (SELECT 1 FROM posts_post o WHERE o.station_id = %(to)s)"
    belongings.declare("posts_post", "station_id", unless=taken)
    open_one = (
        "r.decided_at IS NULL AND EXISTS (SELECT 1 FROM posts_proposal o WHERE o.host_id = %(to)s"
        " AND o.decided_at IS NULL)"
    )
    belongings.declare("posts_proposal", "host_id", unless=open_one)
