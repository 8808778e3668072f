"""`huhang papers …`: the templates official papers are written on."""

from pathlib import Path

import click

from huhang.doors.cli.setup import bare
from huhang.kernel.errors import Conflict


@click.group()
def papers() -> None:
    """公文：函、调解协议书、会议纪要的模板。"""


@papers.command()
@click.argument("target", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--paper", type=click.Choice(["letter", "agreement", "minutes"]), default="letter", help="哪一种，默认函")
def template(target: Path, paper: str) -> None:
    """写出自带的模板，改好后以 letter.docx、agreement.docx、minutes.docx 之名放进 HUHANG_PAPERS，就用它写。"""
    bare()
    from huhang.base.papers import agreement, minutes
    from huhang.base.papers.template import official

    if target.exists():
        raise Conflict("这个文件已经有了，没有覆盖。", hint="请换一个文件名。")
    made = {"letter": official, "agreement": agreement.plain, "minutes": minutes.plain}[paper]
    target.write_bytes(made())
    click.echo(str(target))


COMMANDS = (papers,)
