"""`python -m bench`: lists, search, record, statistics, create and move at two sizes, beside the bare query; then the
register from a table, its list and the map among so many subjects (`bench.register`).

Figures are processor time of this process and of its database sessions, so they mean the same on a busy machine;
nothing here asserts anything about time (docs/performance.md).
"""

import argparse
import itertools
import platform
from collections.abc import Iterator
from pathlib import Path

import psycopg

from bench import house, register
from bench.cost import QUIET, Cost, Meter, yardstick
from bench.house import say as _say

_HEAD = "| 请求 | 谁 | 门 | 应用 CPU 毫秒 | 数据库 CPU 毫秒 | 合计 | 标尺 | 折合 | 语句 | 直接查询 | 倍数 |"
_RULE = "|---|---|---|--:|--:|--:|--:|--:|--:|--:|--:|"


def _line(name: str, who: str, door: str, cost: Cost, bare: Cost, rod: float) -> str:
    ratio = cost.total / bare.total if bare.total else float("inf")
    return (
        f"| {name} | {who} | {door} | {cost.process:.2f} | {cost.database:.2f} | {cost.total:.2f}"
        f" | {rod:.1f} | {cost.total * QUIET / rod:.1f} | {cost.statements:.0f} | {bare.total:.2f} | {ratio:.1f} |"
    )


def _measured(dsn: str, wanted: str, repeats: int) -> Iterator[str]:
    from django.db import connection

    from bench import asks, callers
    from bench.bare import Bare

    bare, admin = Bare(dsn), psycopg.connect(dsn, autocommit=True)
    meter, seen = Meter(admin), [0]

    def count(execute, sql, params, many, context):  # type: ignore[no-untyped-def]
        seen[0] += 1
        return execute(sql, params, many, context)

    who = callers.cast()
    # one after the other, for each looks for its cases when its turn comes: the thirty units hold the one unit's too
    rows = itertools.chain(
        *(
            each(who[key], bare)
            for each in (asks.lists, asks.records, asks.statistics)
            for key in ("all", "few", "many")
        ),
        asks.figures(who["leader"], bare),
        *(asks.writes(who[key], bare) for key in ("all", "few", "many")),
    )
    with connection.execute_wrapper(count):
        for ask in rows:
            if wanted and wanted not in ask.name:
                continue
            times = min(repeats or ask.repeats, ask.repeats)
            _say(f"· {ask.name}，{ask.who}")
            least = meter.measure(ask.bare, repeats=times)
            for door, work in (("网页", ask.page), ("API", ask.api)):
                if work is not None:
                    before = yardstick()
                    cost = meter.measure(work, repeats=times, counted=lambda: seen[0])
                    yield _line(ask.name, ask.who, door, cost, least, (before + yardstick()) / 2)
    bare.session.close()
    admin.close()


def main() -> None:
    """Fills the ledger step by step and prints a table at each."""
    given = argparse.ArgumentParser(prog="bench", description="整个系统与直接查询相比的开销")
    given.add_argument("--cases", type=int, nargs="+", default=[100_000, 1_000_000], help="在多少件时测量")
    given.add_argument("--only", default="", help="只测名称里有这几个字的")
    given.add_argument("--data", type=Path, help="数据目录：没有就建，测完留着，下次接着用；不给就用临时目录")
    given.add_argument("--repeats", type=int, default=0, help="每项测几次；不给就按各项自己的次数")
    given.add_argument("--subjects", type=int, default=100_000, help="登记库和地图在多少个主体时测量；0 不测")
    given.add_argument("--load-only", action="store_true", help="只载入，不测量（和 --data 一起用）")
    said = given.parse_args()
    with house.folder(said.data, _say) as data:
        print(f"Python {platform.python_version()}，{platform.machine()}", flush=True)
        for cases in sorted(said.cases):
            with house.server(data, _say, loading=True):
                house.fill(cases, _say)
            if said.load_only:
                continue
            with house.server(data, _say) as dsn:
                print(f"\n### {cases:,} 件\n\n{_HEAD}\n{_RULE}", flush=True)
                for line in _measured(dsn, said.only, said.repeats):
                    print(line, flush=True)
        if said.subjects and not said.load_only and not said.only:
            register.in_all(data, said.subjects)


if __name__ == "__main__":
    main()
