"""`huhang papers …`: the template letters are written on."""

from pathlib import Path

import click

from huhang.doors.cli.setup import bare
from huhang.kernel.errors import Conflict


@click.group()
def papers() -> None:
    """公文：函的模板。"""


@papers.command()
@click.argument("target", type=click.Path(path_type=Path, dir_okay=False))
def template(target: Path) -> None:
    """写出自带的公文模板，改好后以 letter.docx 之名放进 HUHANG_PAPERS，就用它写函。"""
    bare()
    from huhang.base.papers.template import official

    if target.exists():
        raise Conflict("这个文件已经有了，没有覆盖。", hint="请换一个文件名。")
    target.write_bytes(official())
    click.echo(str(target))


COMMANDS = (papers,)
