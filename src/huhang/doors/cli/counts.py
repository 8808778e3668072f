"""`huhang counts …`: whether the counts kept by the database are those of the cases and of the register."""

import click

from huhang.doors.cli.setup import ready


@click.group()
def counts() -> None:
    """统计计数：核对、重数。"""


@counts.command()
def prove() -> None:
    """现在就把计数与事项、主体库核对一次（平时每天自动核对）；有差别就重数，并记入日志。"""
    ready()
    from django.utils import timezone

    from huhang.base.access.context import SYSTEM, acting
    from huhang.cases.counts import actions
    from huhang.register.cells import actions as cells

    with acting(SYSTEM):
        made = actions.prove(by=SYSTEM, now=timezone.now())
        placed = cells.prove(by=SYSTEM, now=timezone.now())
    if made.rebuilt:
        click.secho(f"计数与事项相差 {made.cases} 件（{made.sorts} 处），已重新数过。", fg="yellow")
    else:
        click.echo("计数与事项一致。")
    if placed.rebuilt:
        click.secho(f"地图计数相差 {placed.subjects} 个主体（{placed.sorts} 处），已重新数过。", fg="yellow")
    else:
        click.echo("地图计数与主体库一致。")


@counts.command()
def build() -> None:
    """不管有没有差别，全部重数；别人照常登记、办理，不必停。"""
    ready()
    from huhang.base.access.context import SYSTEM, acting
    from huhang.cases.counts import actions
    from huhang.register.cells import actions as cells

    with acting(SYSTEM):
        actions.build()
        cells.build()
    click.echo("已重新数过。")


COMMANDS = (counts,)
