"""`huhang cards simulate`: what other thresholds would have issued over a past period, without the limit of a page."""

from datetime import date
from pathlib import Path
from typing import Any

import click

from huhang.kernel.errors import Invalid


@click.group("cards")
def cards_group() -> None:
    """督办卡。"""


@cards_group.command("simulate")
@click.option("--from", "first", metavar="2026-07-01", help="从哪天；不写就是上一个季度。")
@click.option("--to", "last", metavar="2026-09-30", help="到哪天。")
@click.option(
    "--thresholds",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="另一份发卡标准（YAML，写法同 catalog/card_thresholds）；不写就用现用的。",
)
def simulate_cards(first: str | None, last: str | None, thresholds: Path | None) -> None:
    """算一算：过去一段时间按这个标准会发多少督办卡。只算不发。"""
    from huhang.doors.cli.setup import ready

    ready()
    from django.utils import timezone

    from huhang.base.access.context import SYSTEM, acting
    from huhang.base.catalog import queries as catalog
    from huhang.kinds.cards import catalogue
    from huhang.kinds.cards.simulating import simulate
    from huhang.reading.figures.periods import custom

    now = timezone.now()
    with acting(SYSTEM):
        ladder = _ladder(thresholds) if thresholds else catalogue.newest()
        if ladder is None:
            raise Invalid("还没有发卡标准，请先由管理员载入目录。")
        period = custom(*_days(first, last, catalog.schedule().date_of(now)))
        window = period.window(now, catalog.schedule())
        done = simulate(ladder, window.since, window.until, actor=SYSTEM, now=now, most=None)
    _tell(done, ladder, period)


def _days(first: str | None, last: str | None, today: date) -> tuple[date, date]:
    from huhang.reading.figures.periods import last_quarter

    usual = last_quarter(today)
    try:
        return (
            date.fromisoformat(first) if first else usual[0],
            date.fromisoformat(last) if last else (today if first else usual[1]),
        )
    except ValueError:
        raise Invalid("请按 2026-11-21 这样填起止日期。") from None


def _ladder(path: Path) -> Any:
    """The ladder of a file.

    Raises:
        Invalid: with every sentence the checker has about it.
    """
    import yaml

    from huhang.kinds.cards.catalogue import check
    from huhang.kinds.cards.rules import ladder_of

    try:
        read = yaml.safe_load(path.read_text(encoding="utf-8"))
        body = read["entries"][0] if isinstance(read, dict) and "entries" in read else read
    except (yaml.YAMLError, UnicodeDecodeError, IndexError, TypeError, KeyError):
        raise Invalid("这份发卡标准不是合格的 YAML。") from None
    if not isinstance(body, dict):
        raise Invalid("这份发卡标准不是合格的 YAML。")
    if says := check(body):
        raise Invalid("发卡标准有误：%(why)s", params={"why": "；".join(says)})
    body.setdefault("code", "draft")
    body.setdefault("version", 0)
    return ladder_of(body)


def _tell(done: Any, ladder: Any, period: Any) -> None:
    from huhang.kinds.cards.rules import LABELS, LEVELS

    click.echo(f"{period.first} 至 {period.last}，标准 {ladder.name}：会发 {len(done.cards):,} 张。")
    least, most = done.by_level("least"), done.by_level("most")
    for level in LEVELS[::-1]:
        click.echo(f"  {LABELS[level]} {least[level]:>7,}（若都不答复 {most[level]:,}）")
    click.echo(f"共算了 {done.clocks:,} 个时限，{done.still:,} 个正暂停的不在内；督办员自己发的不在内。")
    click.echo("延期和暂停按最后的结果算；没有发过的卡不知道会不会答复，所以给出两头。")


COMMANDS = (cards_group,)
