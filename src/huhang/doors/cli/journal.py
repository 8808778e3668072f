"""`huhang journal …`."""

import runpy
import sys
from pathlib import Path

import click

from huhang.doors.cli.setup import bare, ready, target
from huhang.kernel.errors import Unavailable


@click.group()
def journal() -> None:
    """日志：核验、定锚。"""


@journal.command()
def verify() -> None:
    """逐条核验日志链与锚；用的是不含本产品代码的独立核验程序。"""
    ready()
    from django.conf import settings

    tool = Path(__file__).resolve().parents[4] / "tools" / "verify_journal.py"
    if not tool.exists():
        raise Unavailable("没有找到独立核验程序 verify_journal.py。", hint="它随源码发布在 tools/ 下，可单独运行。")
    sys.argv = ["verify_journal", "--dsn", target().dsn, "--anchors", str(settings.HUHANG_ANCHORS)]
    runpy.run_path(str(tool), run_name="__main__")


@journal.command()
def anchor() -> None:
    """现在就定一次锚（平时每十分钟自动定）。"""
    ready()
    from django.utils import timezone

    from huhang.base.access.context import SYSTEM, acting
    from huhang.base.journal import actions

    with acting(SYSTEM):
        made = actions.anchor(now=timezone.now())
    click.echo(f"已定锚于第 {made['seq']} 条。" if made else "上次定锚以来没有新的日志。")


@journal.command()
def key() -> None:
    """打印定锚公钥；核验者应从别处保管一份。"""
    bare()
    import base64

    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    from huhang.base.keyring import keys

    raw = keys.anchor_key().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    click.echo(base64.b64encode(raw).decode())


COMMANDS = (journal,)
