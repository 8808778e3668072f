"""`python -m bench.register`: a table of the register in, and its list filtered, at the size asked for (A1, A4).

With ``--map`` and sizes: what the map and the register cost among so many subjects (A1, A2; `bench.ground`).
Wall-clock seconds of check and save on this machine, with the processor time of process and database beside them; the
list costs processor time of a page, as the other benches do. Nothing here asserts anything (docs/performance.md).
"""

import argparse
import csv
import io
import random
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import psycopg

from bench import ground, house
from bench.cost import QUIET, Meter, yardstick
from bench.house import say as _say

HEAD = ("信用代码", "类型", "名称", "地址", "经度", "纬度", "坐标系", "责任单位", "职工人数", "分类和标识", "行业")


def _table(rows: int, *, seed: str, heads: int) -> bytes:
    """A register as a bureau keeps one in a spreadsheet: places on the ground of the demo city, codes checked."""
    from huhang.kernel.identifiers import complete_credit_code
    from huhang.register.units.models import Unit

    dice = random.Random(seed)  # noqa: S311
    stations = list(Unit.objects.filter(kind="station").values_list("lon", "lat"))
    numbers = dice.sample(range(10_000_000, 99_999_999), rows)
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(HEAD)
    for n, number in enumerate(numbers):
        lon, lat = dice.choice(stations)
        code = complete_credit_code(f"91379901{number}")
        firm = (code, "企业", f"望海第{n}精密制造有限公司", f"海港路{n % 900}号")
        place = (f"{lon:.6f}", f"{lat:.6f}", "CGCS2000", "")
        table.writerow((*firm, *place, heads + n % 300, "规上企业" if n % 3 else "规上企业、物流仓储", "制造"))
    return out.getvalue().encode()


def _timed(label: str, meter: Meter, work: Callable[[], Any]) -> Any:
    before, began, own = meter.database(), time.perf_counter(), time.process_time()
    made = work()
    spent, process = time.perf_counter() - began, time.process_time() - own
    database = sum(seconds - before.get(pid, 0.0) for pid, seconds in meter.database().items())
    print(f"| {label} | {spent:.1f} | {process:.1f} | {database:.1f} |", flush=True)
    return made


def _import(rows: int, meter: Meter, who: Any) -> None:
    from django.utils import timezone

    from huhang.base.access.context import acting
    from huhang.register.imports import actions
    from huhang.register.imports.models import Run

    def run(label: str, content: bytes) -> Run:
        def take() -> Run:
            with acting(who):
                made = actions.take(name="主体.csv", content=content, what="subjects", by=who, now=timezone.now())
            actions.check(made.pk)
            with acting(who):
                return Run.objects.get(pk=made.pk)

        made: Run = _timed(f"{label}：检查 {rows:,} 行", meter, take)
        _say(f"  新 {made.fresh} 改 {made.differing} 同 {made.same} 错 {made.bad}")
        with acting(who):
            actions.begin(run_id=made.pk, good_only=True, by=who, now=timezone.now(), in_background=False)
        _timed(f"{label}：保存", meter, lambda: actions.save(made.pk))
        return made

    run("新登记", _table(rows, seed="bench", heads=20))
    changed = run("按信用代码更新", _table(rows, seed="bench", heads=21))
    with acting(who):
        actions.undo(run_id=changed.pk, by=who, now=timezone.now(), in_background=False)
    _timed("整批撤销", meter, lambda: actions.take_back(changed.pk))


def _lists(meter: Meter, client: Any) -> None:
    print("\n| 列表 | 应用 CPU 毫秒 | 数据库 CPU 毫秒 | 合计 | 标尺 |\n|---|--:|--:|--:|--:|", flush=True)
    asks = (
        ("全部，第一页", ""),
        ("一种分类", "?flag=logistics"),
        ("名称里的字", "?q=精密制造"),
        ("名称里少见的字", "?q=第77777精密"),
        ("90 天没走访", "?silent=90"),
    )
    for label, query in asks:
        rod = yardstick()
        cost = meter.measure(lambda query=query: client.get(f"/desk/register/{query}"), repeats=10)  # type: ignore[misc]
        print(f"| {label} | {cost.process:.1f} | {cost.database:.1f} | {cost.total:.1f} | {rod:.1f} |", flush=True)


def on_the_map(sizes: Iterable[int], data: Path, repeats: int) -> None:
    """Prints a table of the map and the register at each size."""
    from django.utils import timezone

    for subjects in sorted(sizes):
        with house.server(data, _say, loading=True) as dsn, psycopg.connect(dsn, autocommit=True) as admin:
            ground.fill(admin, subjects, timezone.now(), _say)
        with house.server(data, _say) as dsn, psycopg.connect(dsn, autocommit=True) as admin:
            from bench import callers
            from bench.wire import Wire
            from huhang.base.access.context import SYSTEM, acting
            from huhang.reading.map import queries

            who = callers.caller("全市", "100002", Wire())
            with acting(SYSTEM):
                extent = queries.extent()
            print(f"\n### {subjects:,} 个主体\n\n{_MAP_HEAD}", flush=True)
            for row in ground.measured(admin, Meter(admin), who, extent, repeats):
                print(_line(row), flush=True)


def _line(row: ground.Row) -> str:
    cost, quiet = row.cost, QUIET / row.rod
    return (
        f"| {row.name} | {row.asks} | {cost.process:.1f} | {cost.database:.1f} | {cost.total:.1f} | {row.dearest:.1f}"
        f" | {row.rod:.1f} | {cost.total * quiet:.1f} | {row.dearest * quiet:.1f} |"
    )


_MAP_HEAD = (
    "| 请求 | 次数 | 应用 CPU 毫秒 | 数据库 CPU 毫秒 | 合计 | 最贵一次 | 标尺 | 折合 | 最贵折合 |\n"
    "|---|--:|--:|--:|--:|--:|--:|--:|--:|"
)


def in_all(data: Path, subjects: int) -> None:
    """Both in one folder: map and register among so many subjects, then a table of as many more brought in."""
    on_the_map([subjects], data, repeats=4)
    with house.server(data, _say) as dsn:
        print(f"\n### 登记库，表格 {subjects:,} 行\n", flush=True)
        imports_and_lists(dsn, subjects)


def imports_and_lists(dsn: str, rows: int) -> None:
    """Prints a table of a register brought in, changed and taken back, and one of its list."""
    from django.test import Client
    from django.utils import timezone

    from huhang.base.people.models import User
    from huhang.base.people.queries import actor_for

    admin = psycopg.connect(dsn, autocommit=True)
    meter = Meter(admin)
    name = User.objects.filter(posts__role="dispatcher", posts__reach="all").values_list("username", flat=True)[0]
    who = actor_for(name, now=timezone.now(), door="desk")
    print("| 导入 | 秒 | 应用 CPU 秒 | 数据库 CPU 秒 |\n|---|--:|--:|--:|", flush=True)
    _import(rows, meter, who)
    admin.execute("ANALYZE subjects_subject")
    client = Client()
    client.force_login(User.objects.get(username=name), backend="huhang.base.people.backends.Officers")
    _lists(meter, client)
    admin.close()


def main() -> None:
    """Fills the register and prints both tables."""
    given = argparse.ArgumentParser(prog="bench.register", description="主体库：表格导入和列表筛选")
    given.add_argument("--rows", type=int, default=100_000)
    given.add_argument("--data", type=Path, help="数据目录；不给就用临时目录")
    given.add_argument("--map", type=int, nargs="+", default=[], help="在多少个主体时测地图和登记库；给了就只测这些")
    given.add_argument("--repeats", type=int, default=6, help="地图的每项测几次")
    asked = given.parse_args()
    if asked.map:
        with house.folder(asked.data, _say) as data:
            on_the_map(asked.map, data, asked.repeats)
        return
    with house.folder(asked.data, _say) as data, house.server(data, _say) as dsn:
        imports_and_lists(dsn, asked.rows)


if __name__ == "__main__":
    main()
