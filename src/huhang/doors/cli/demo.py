"""`huhang city`: a fictional city to look at, or a million cases to measure with."""

from datetime import datetime

import click

from huhang.doors.cli.city.people import PASSWORD, PERSONAS
from huhang.doors.cli.setup import ready

__all__ = ["COMMANDS", "PASSWORD", "PERSONAS"]


@click.command()
@click.option("--seed", type=int, default=1, show_default=True, help="同样的种子造出同样的城市")
@click.option("--scale", type=float, default=1.0, show_default=True, help="1 为公开的规模")
@click.option("--now", type=click.DateTime(), default=None, help="一年截止到哪一刻（本地时间）；不写为现在")
@click.option("--replace", is_flag=True, help="先清空试用环境里的城市、诉求和日志")
@click.option("--cases", type=int, default=0, help="另外成批载入这么多件诉求，供测速")
def city(seed: int, scale: float, now: datetime | None, replace: bool, cases: int) -> None:
    """生成虚构的望海市：单位、民警、企业、社区和一年的诉求。"""
    ready()
    from django.utils import timezone

    from huhang.doors.cli.city import bulk, load

    moment = timezone.make_aware(now) if now else timezone.now()
    if replace or not cases or not load.has_city():
        load.make(seed=seed, scale=scale, now=moment, replace=replace, say=click.echo)
        for persona in PERSONAS:
            click.echo(f"  {persona.username}  {persona.name}  {persona.role}  {persona.unit}")
        click.echo(f"  密码都是 {PASSWORD}")
    if cases:
        bulk.load(cases, seed=seed, now=moment, say=click.echo)


COMMANDS = (city,)
