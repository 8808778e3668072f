"""`huhang routing …`: replay other rules over past requests, train, measure on a file of messages."""

import csv
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import click

from huhang.doors.cli.setup import bare, ready
from huhang.kernel.errors import Invalid

_TIMES = ("%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d")


@click.group("routing")
def routing_group() -> None:
    """分派建议：回放规则，训练和评测模型。"""


@routing_group.command("replay")
@click.argument("rules", type=click.Path(exists=True, path_type=Path))
@click.option("--days", default=365, show_default=True, type=click.IntRange(1, 3650), help="回看多少天。")
@click.option("--most", default=100_000, show_default=True, type=click.IntRange(1), help="最多看多少件，从新到旧。")
def replay_rules(rules: Path, days: int, most: int) -> None:
    """用另一套规则（目录文件夹或规则文件）重看过去的诉求，说明多少件会去别处。只读。"""
    ready()
    from django.utils import timezone

    from huhang.base.access.context import SYSTEM, acting
    from huhang.kinds.requests.routing.replay import replay, rules_at

    now = timezone.now()
    with acting(SYSTEM):
        found = replay(rules_at(rules), by=SYSTEM, since=now - timedelta(days=days), until=now, most=most)
        click.echo(f"看了 {found.asked} 件，{found.elsewhere} 件会得到不同的建议。")
        for what, label in (("category", "类别"), ("unit", "主办单位")):
            click.echo(
                f"{label}与最后选定的一致：现行 {_of(found.before_right, what)}，改后 {_of(found.after_right, what)}"
            )
        for change in found.changes:
            _tell_change(change)
        for fault in found.faults.values():
            click.secho(f"规则 {fault.code}@{fault.version} 出错：{fault.says}", fg="yellow")


def _of(counts: dict[str, tuple[int, int]], what: str) -> str:
    right, of = counts.get(what, (0, 0))
    return f"{right}/{of}（{right / of:.1%}）" if of else "—"


def _tell_change(change: Any) -> None:
    from huhang.kinds.requests.routing.queries import value_label

    def side(rule: str, value: str) -> str:
        return f"{value_label(change.what, value)}（{rule}）" if value else "不作建议"

    before, after = side(change.before, change.before_value), side(change.after, change.after_value)
    numbers = "、".join(change.numbers)
    click.echo(f"  {change.cases} 件：{before} → {after}；其中 {change.like_the_desk} 件与选定的一致。例：{numbers}")


@routing_group.command("train")
@click.option("--what", type=click.Choice(["category", "unit", "both"]), default="both", show_default=True)
@click.option("--promote", is_flag=True, help="训练好就启用。")
def train_models(what: str, promote: bool) -> None:
    """用台账训练模型；启用之前不给出建议。"""
    ready()
    from dataclasses import replace

    from django.utils import timezone

    from huhang.base.access.context import SYSTEM, acting
    from huhang.kernel.errors import Conflict
    from huhang.kinds.requests.routing import actions
    from huhang.kinds.requests.routing.models import What

    by = replace(SYSTEM, door="cli")
    for one in What if what == "both" else [What(what)]:
        began = time.perf_counter()
        try:
            made = actions.train(one, by=by, now=timezone.now())
        except Conflict as why:  # too small a ledger is an answer, not a failure
            click.echo(f"{one.label}：{why.text}")
            continue
        said = (
            f"{one.label} {made.tag}：学了 {made.cases} 件，{made.labels} 类，用时 {time.perf_counter() - began:.1f} 秒"
        )
        click.echo(f"{said}，{len(made.weights) / 1e6:.1f} MB")
        _tell_report(made)
        if promote:
            with acting(by):
                actions.promote(model_id=made.pk, by=by, now=timezone.now())
            click.secho(f"{made.tag} 已启用。", fg="green")


def _tell_report(told: Any) -> None:
    if told.macro_f1 is None:
        click.echo("  较晚的诉求太少，或都和较早的近似重复，没有可测的。")
        return
    click.echo(f"  在较晚的 {told.tested} 件上：宏平均 F1 {told.macro_f1:.4f}，说对 {told.right:.1%}")
    right = "—" if told.sure_right is None else f"{told.sure_right:.1%}"
    click.echo(f"  说有九成把握的占 {told.sure:.1%}，其中 {right} 说对")


@routing_group.command("evaluate")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--text", "texts", multiple=True, default=("title", "body"), show_default=True, help="哪几列是文字。")
@click.option("--label", default="label", show_default=True, help="哪一列是类别。")
@click.option("--time", "at", default="time", show_default=True, help="哪一列是时间。")
@click.option("--dated-only", is_flag=True, help="没有时间的行不用；默认当作最早的来学，从不用来测。")
def evaluate(file: Path, texts: tuple[str, ...], label: str, at: str, dated_only: bool) -> None:
    """在一个有类别的 csv 上按时间先后评测：只用较早的训练和调参，在最晚的五分之一上测，近似重复的剔除。"""
    bare()
    from huhang.kinds.requests.routing.learning import learn

    examples = _examples(file, texts, label, at)
    if dated_only:
        examples = [one for one in examples if one.at is not None]
    began, used = time.perf_counter(), time.process_time()
    told = learn(examples).report
    took, cpu = time.perf_counter() - began, time.process_time() - used
    undated = sum(1 for one in examples if one.at is None)
    click.echo(f"{len(examples)} 件，{undated} 件没有时间；测 {told.tested} 件，剔除近似重复 {told.near} 件")
    _tell_report(told)
    for name, (precision, recall, mean, there) in told.by_label.items():
        click.echo(f"  {name}：查准 {precision:.3f}，查全 {recall:.3f}，F1 {mean:.3f}，{there:.0f} 件")
    for low, high, number, right in told.bins:
        share = f"{right / number:.1%}" if number else "—"
        click.echo(f"  说 {low:.0%}–{high:.0%}：{number:.0f} 件，说对 {share}")
    click.echo(f"  用时 {took:.1f} 秒（处理器 {cpu:.1f} 秒）")


def _examples(file: Path, texts: tuple[str, ...], label: str, at: str) -> list[Any]:
    from huhang.kinds.requests.routing.learning import Example
    from huhang.kinds.requests.routing.texts import reading

    with file.open(encoding="utf-8-sig", newline="") as source:
        rows = csv.DictReader(source)
        missing = [name for name in (*texts, label, at) if name not in (rows.fieldnames or [])]
        if missing:
            raise Invalid("文件里没有这些列：%(names)s。", params={"names": "、".join(missing)})
        return [
            Example(reading(row[texts[0]], " ".join(row[t] for t in texts[1:])), row[label], _time(row[at]))
            for row in rows
            if row[label]
        ]


def _time(said: str) -> datetime | None:
    for form in _TIMES:
        try:
            return datetime.strptime(said.strip(), form)  # noqa: DTZ007 - only the order counts
        except ValueError:
            continue
    return None


COMMANDS = (routing_group,)
