"""The duties behind a number, to look through, to open, to take along as a file (B2)."""

from collections.abc import Sequence
from datetime import datetime
from typing import overload

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from huhang.base.access.rules import Actor, Perm
from huhang.base.people.models import User
from huhang.doors.desk.rounds import asking
from huhang.doors.desk.rounds.excusing import key_of, may_tick
from huhang.doors.desk.rounds.words import month_words, shown
from huhang.doors.frame.gates import actor_of, officers
from huhang.register.rounds import queries
from huhang.register.rounds.deriving import Duty
from huhang.register.subjects import queries as register

PAGE = 50


class _Counted(Sequence[Duty]):
    """A list that is counted and cut by the database, as a paginator wants it."""

    def __init__(self, asked: asking.Shown, actor: Actor, now: datetime) -> None:
        self._asked, self._actor, self._now = asked, actor, now

    def __len__(self) -> int:
        found = queries.tallies(self._asked.wanted, self._actor, self._now)
        return sum(tally.owed for tally in found.values())

    @overload
    def __getitem__(self, part: int) -> Duty: ...

    @overload
    def __getitem__(self, part: slice) -> list[Duty]: ...

    def __getitem__(self, part: int | slice) -> Duty | list[Duty]:
        first = part if isinstance(part, int) else part.start or 0
        most = 1 if isinstance(part, int) else part.stop - first
        found = queries.duties(self._asked.wanted, self._actor, self._now, most=most, skip=first)
        return found[0] if isinstance(part, int) else found


@officers(Perm.SEE)
@require_safe
def list_page(request: HttpRequest) -> HttpResponse:
    """The duties of a month under a filter, the late first.

    Raises:
        Invalid: a filter that cannot be used.
    """
    actor, now = actor_of(request), timezone.now()
    asked = asking.read(request.GET.dict(), now)
    page = Paginator(_Counted(asked, actor, now), PAGE).get_page(request.GET.get("page", "1")[:6])
    url = reverse("desk:rounds_list")
    officer = User.objects.filter(pk=asked.wanted.officer).first() if asked.wanted.officer else None
    rows = shown(page.object_list, actor, now)
    for row in rows:
        row["tick"] = key_of(row["duty"]) if may_tick(row["duty"], actor) else ""
    context = {
        "ticks": any(row["tick"] for row in rows),
        "back": urlencode([*asked.said.items(), *([("page", page.number)] if page.number > 1 else [])]),
        "month": "" if asked.wanted.open else month_words(asked.month),
        "subject": register.visible(actor).filter(pk=asked.wanted.of).first() if asked.wanted.of else None,
        "rows": rows,
        "page": page,
        "bar": asking.bar(asked, actor, url),
        "officer": officer,
        "before_url": asked.link(url, month=asking.beside(asked.month)[0]),
        "after_url": asked.link(url, month=asking.beside(asked.month)[1]),
        "back_url": asking.Shown(
            {k: v for k, v in asked.said.items() if k in ("month", "rule", "unit")}, asked.month, asked.wanted
        ).link(reverse("desk:rounds_units")),
        "export_url": asked.link(reverse("desk:rounds_export")) if Perm.EXPORT in actor.perms else "",
        "now": now,
    }
    return render(request, "desk/rounds/list.html", context)
