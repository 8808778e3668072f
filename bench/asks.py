"""What is measured: each ask through the pages, through the API, and as bare statements."""

import itertools
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils import timezone

from bench.bare import Bare
from bench.callers import Caller
from bench.cost import Work
from huhang.base.catalog import queries as catalog

TWO, FOUR = "噪声", "夜间渣土"
"""Words people search for: two characters that many cases have, four that fewer have."""

_SAID = {
    "channel": "hotline",
    "nature": "help",
    "name": "王海燕",
    "phone": "13800000001",
    "title": "夜间渣土车噪声影响园区宿舍",
    "body": "晚上十二点以后渣土车从三号门过，宿舍睡不好。",
}


@dataclass(frozen=True)
class Ask:
    """One row of the table: the same ask made three ways."""

    name: str
    who: str
    page: Work | None
    api: Work | None
    bare: Work
    repeats: int = 30


_nth = itertools.count(int(time.time()))


def _told() -> dict[str, str]:
    """What somebody says, never twice the same: the page asks back when the same comes in again."""
    return {**_SAID, "body": f"{_SAID['body']}第{next(_nth)}次。"}


def _units(caller: Caller) -> list[Any] | None:
    return None if caller.actor.everything or caller.actor.grants[0].reach == "all" else list(caller.actor.units)


def lists(caller: Caller, bare: Bare) -> Iterator[Ask]:
    """Queue, late ones, search and count, as one caller sees them."""
    units, name = _units(caller), caller.name
    scope = "all" if units is None else "unit"
    inbox, ledger = reverse("desk:inbox"), reverse("desk:ledger")
    listed = {"scope": scope, "open": "true", "order": "due"}
    yield Ask(
        "队列 50 行，按到期",
        name,
        lambda: caller.page(inbox, scope=scope),
        lambda: caller.get("/requests", **listed),
        lambda: bare.queue(units, late=False),
    )
    yield Ask(
        "只看超期",
        name,
        lambda: caller.page(inbox, scope=scope, late="1"),
        lambda: caller.get("/requests", **listed, late="true"),
        lambda: bare.queue(units, late=True),
    )
    for words in (TWO, FOUR):
        yield Ask(
            f"搜索“{words}”",
            name,
            lambda words=words: caller.page(ledger, q=words),  # type: ignore[misc]
            lambda words=words: caller.get("/requests", q=words),  # type: ignore[misc]
            lambda words=words: bare.found(words, units),  # type: ignore[misc]
            repeats=12,
        )
    yield Ask(
        "计数，到 1,001 为止",
        name,
        None,
        lambda: caller.get("/requests", scope=scope, open="true", count="true", limit="1"),
        lambda: bare.count(units),
    )


def statistics(caller: Caller, bare: Bare) -> Iterator[Ask]:
    """A year by unit, state and month: the page shows two of the three and is asked for both tables by turns."""
    units, page = _units(caller), reverse("supervision:statistics")
    across = itertools.cycle(("state", "month"))
    today = catalog.schedule().date_of(timezone.now())
    yield Ask(
        "统计：一年，单位×状态×月",
        caller.name,
        lambda: caller.page(page, period="twelve", across=next(across), by="unit"),
        lambda: caller.get("/statistics", since=f"{today.year - 1}-{today.month:02}", by="unit,state,month"),
        lambda: bare.grid(units),
        repeats=20,
    )


def figures(caller: Caller, bare: Bare) -> Iterator[Ask]:
    """The page of supervision, beside one plain grouping of a year's cases."""
    yield Ask(
        "今日一页；直接查询为一年的单位×状态×月",
        caller.name,
        lambda: caller.page(reverse("supervision:today")),
        None,
        lambda: bare.grid(None),
        repeats=3,
    )


def records(caller: Caller, bare: Bare) -> Iterator[Ask]:
    """One case whole."""
    units = _units(caller)
    numbers = [number for number, _, _ in bare.numbers("registered" if units is None else "handling", units)][:200]
    at = _round(numbers)
    yield Ask(
        "一件的全部",
        caller.name,
        lambda: caller.page(reverse("desk:case", kwargs={"number": next(at)})),
        lambda: caller.get(f"/requests/{next(at)}"),
        lambda: bare.record(next(at)),
    )


def writes(caller: Caller, bare: Bare) -> Iterator[Ask]:
    """A new request, and a move on one: classifying by whoever sees everything, signing by a unit."""

    def now() -> str:
        return timezone.localtime().strftime("%Y-%m-%dT%H:%M")

    yield Ask(
        "登记一件",
        caller.name,
        lambda: caller.form(reverse("desk:request_new"), {**_told(), "urgency": "0", "received_at": now()}, wanted=201),
        lambda: caller.post("/requests", _told(), wanted=201),
        bare.create,
    )
    units = _units(caller)
    there = list(bare.numbers("registered" if units is None else "dispatched", units))
    # the bare moves raise versions, so they are made on cases that nobody moves by page or API
    waiting, again = iter(there), _round([row for _, _, row in bare.numbers("handling", units)])
    name = "classify" if units is None else "sign"
    values = {"category": "PS-02", "nature": "help", "urgency": "0"} if units is None else {}

    def page() -> Any:
        number, version, _ = next(waiting)
        where = reverse("desk:move", kwargs={"number": number, "name": name})
        return caller.form(where, {**values, "version": str(version)}, wanted=302)

    def api() -> Any:
        number, version, _ = next(waiting)
        body = {"version": version, "values": values}
        return caller.post(f"/requests/{number}/moves/{name}", body, wanted=200)

    said = "归类" if units is None else "签收"
    # page and API each move as many to warm up as are counted; in a small city a unit has few that wait
    if most := min(8, len(there) // 4):
        yield Ask(f"办一步（{said}）", caller.name, page, api, lambda: bare.move(next(again)), repeats=most)


def _round(some: list[Any]) -> Iterator[Any]:
    while True:
        yield from some
