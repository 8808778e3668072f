"""`huhang import requests FILE`: the same check and the same filing as on the page, in the foreground."""

import sys
import time
import uuid
from pathlib import Path
from typing import Any

import click

from huhang.kernel.errors import Invalid, Missing

SHOWN = 20


@click.group("import")
def import_group() -> None:
    """导入历史台账。"""


@import_group.command("requests")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--unit", "unit_code", metavar="CODE", help="受理单位的代码；不写就是诉求中心。")
@click.option("--by", "police_no", metavar="POLICE_NO", help="以哪位民警的名义导入（警号）；不写就是系统。")
@click.option(
    "--good-rows/--all-or-nothing", "good_only", default=False, help="只导入没有错误的行；默认有一行错就都不导入。"
)
@click.option("--map", "pairs", multiple=True, metavar="来信标题=title", help="写明某一列是什么，可以写多次。")
@click.option("--check-only", is_flag=True, help="只检查，不导入。")
@click.option("--report", type=click.Path(dir_okay=False, path_type=Path), help="把逐行检查的结果写成 xlsx 或 csv。")
def import_requests(
    file: Path,
    unit_code: str | None,
    police_no: str | None,
    good_only: bool,
    pairs: tuple[str, ...],
    check_only: bool,
    report: Path | None,
) -> None:
    """把 xlsx 或 csv 里的诉求逐行检查后导入；同一文件再导一次不会重复。"""
    from huhang.doors.cli.setup import ready

    ready()
    run = _checked(file, unit_code, police_no, _mapping(pairs))
    _tell(run)
    if report is not None:
        _write(run, report)
    if check_only:
        _discard(run)
        sys.exit(1 if run.bad else 0)
    took = _file(run, good_only=good_only)
    if report is not None:
        _write(run, report)
    speed = f"，{run.imported / took:.0f} 件/秒" if run.imported and took else ""
    click.secho(
        f"导入 {run.imported} 件，已有 {run.repeated} 件，没有导入 {run.bad} 行，用时 {took:.1f} 秒{speed}。",
        fg="green",
    )


def _mapping(pairs: tuple[str, ...]) -> dict[str, str]:
    split = dict(pair.partition("=")[::2] for pair in pairs)
    if any(not heading.strip() or not name.strip() for heading, name in split.items()):
        raise Invalid("--map 要写成 文件里的列名=内容，例如 --map 来信标题=标题。")
    return split


def _actor(police_no: str | None) -> Any:
    from dataclasses import replace

    from django.utils import timezone

    from huhang.base.access.context import SYSTEM
    from huhang.base.people.models import User
    from huhang.base.people.queries import actor_for

    if not police_no:
        return replace(SYSTEM, door="cli")
    try:
        return actor_for(police_no, now=timezone.now())
    except User.DoesNotExist:
        raise Missing("没有警号为“%(no)s”的在职民警。", params={"no": police_no[:20]}) from None


def _unit(code: str | None) -> uuid.UUID | None:
    from huhang.register.units.queries import tree

    if not code:
        return None
    found = next((node.id for node in tree().nodes.values() if node.code == code), None)
    if found is None:
        raise Missing("没有代码为“%(code)s”的单位。", params={"code": code[:20]})
    return found


def _checked(file: Path, unit_code: str | None, police_no: str | None, mapping: dict[str, str]) -> Any:
    from django.conf import settings
    from django.utils import timezone

    from huhang.base.access.context import SYSTEM, acting
    from huhang.kinds.requests.importing import actions

    if file.stat().st_size > settings.HUHANG_IMPORT_BYTES:  # said before anything is read
        most = settings.HUHANG_IMPORT_BYTES // 1024 // 1024
        raise Invalid("文件超过 %(most)d MB。", hint="请拆成几个文件，分几次导入。", params={"most": most})
    with acting(SYSTEM):
        actor, unit = _actor(police_no), _unit(unit_code)
    with acting(actor):
        return actions.check_file(
            name=file.name, content=file.read_bytes(), by=actor, now=timezone.now(), unit=unit, mapping=mapping
        )


def _tell(run: Any) -> None:
    from huhang.base.access.context import SYSTEM, acting
    from huhang.kinds.requests.importing import queries

    click.echo(f"{run.name}：{run.total} 行，{run.bad} 行有错误，{run.repeated} 行已有。")
    for note in run.columns["notes"]:
        click.echo(f"  · {note}")
    with acting(SYSTEM):
        rows = queries.problem_rows(run, most=SHOWN + 1)
    for row in rows[:SHOWN]:
        for one in row.problems:
            colour = "red" if one["level"] == "error" else "yellow"
            click.secho(f"  第 {row.line} 行 {one['column']}：{one['text']} {one['advice']}", fg=colour)
    if len(rows) > SHOWN:
        click.echo("  ……其余见 --report 写出的报告。")


def _write(run: Any, path: Path) -> None:
    from huhang.base.access.context import SYSTEM, acting
    from huhang.kinds.requests.importing import report

    with acting(SYSTEM):
        path.write_bytes(report.as_csv(run) if path.suffix.lower() == ".csv" else report.as_xlsx(run))
    click.echo(f"逐行检查的结果已写入 {path}")


def _as(run: Any) -> Any:
    from django.utils import timezone

    from huhang.base.access.context import SYSTEM, acting
    from huhang.kinds.requests.importing import actions

    with acting(SYSTEM):
        return actions.actor_of_run(run, timezone.now(), door="cli")


def _discard(run: Any) -> None:
    from django.utils import timezone

    from huhang.base.access.context import acting
    from huhang.kinds.requests.importing import actions

    actor = _as(run)
    with acting(actor):
        actions.discard(run_id=run.pk, by=actor, now=timezone.now())


def _file(run: Any, *, good_only: bool) -> float:
    """Files the rows with a bar that moves; returns the seconds it took."""
    from django.utils import timezone

    from huhang.base.access.context import acting
    from huhang.kinds.requests.importing import actions

    actor = _as(run)
    with acting(actor):
        actions.begin(run_id=run.pk, good_only=good_only, by=actor, now=timezone.now(), in_background=False)
    start = time.perf_counter()
    with click.progressbar(length=max(run.total - run.bad, 1), label="导入") as bar:
        done = actions.file_rows(run.pk, door="cli", progress=lambda now, _total: bar.update(now - bar.pos))
    run.imported, run.repeated, run.bad = done.imported, done.repeated, done.bad
    return time.perf_counter() - start


COMMANDS = (import_group,)
