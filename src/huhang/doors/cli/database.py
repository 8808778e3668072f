"""`huhang db …`, `huhang migrate`."""

from pathlib import Path

import click

from huhang.base import database as db
from huhang.doors.cli.setup import bare, ready, started, target
from huhang.kernel.errors import Conflict


@click.group("db")
def database() -> None:
    """数据库：启动、停止、看状态、备份、恢复。"""


@database.command()
def start() -> None:
    """启动内置数据库。"""
    if started() is None:
        click.echo(f"用的是外部数据库 {target().shown}，不由本程序启动。")
        return
    click.echo("数据库已启动。")


@database.command()
def stop() -> None:
    """停止内置数据库。"""
    if not target().embedded:
        raise Conflict("用的是外部数据库，不由本程序停止。")
    target().cluster().stop()
    click.echo("数据库已停止，数据都在。")


@database.command()
def status() -> None:
    """数据库在不在、在哪里。"""
    if not target().embedded:
        click.echo(f"外部数据库 {target().shown}")
        return
    now = target().cluster().status()
    click.echo(f"内置数据库：{'运行中' if now.running else '没有运行'}")
    click.echo(f"数据文件夹：{now.cluster}")
    if now.running:
        click.echo(f"版本 {now.version}，进程 {now.pid}，地址 {now.host}，启动于 {now.started:%Y-%m-%d %H:%M:%S} UTC")


@database.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="覆盖已有的备份文件")
def dump(file: Path, force: bool) -> None:
    """备份数据库到文件。"""
    started()
    path = db.dump(target().dsn, file, force=force)
    click.echo(f"已备份到 {path}。")
    click.echo("密钥文件 keys.json、附件文件夹 files、日志锚 anchors 不在其中，请另行备份；没有密钥，个人信息打不开。")


@database.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True))
@click.option("--force", is_flag=True, help="替换现有的数据")
def restore(file: Path, force: bool) -> None:
    """从备份文件恢复。"""
    started()
    db.restore(target().dsn, file, force=force)
    click.echo("已恢复。请运行 huhang migrate，再运行 huhang journal verify 核对日志。")


@click.command()
def migrate() -> None:
    """把数据库升级到本版本；可以反复运行。"""
    from huhang.doors.cli import migrating

    ready()
    bare()
    applied = migrating.migrate()
    click.echo(f"已升级，执行了 {applied} 步。" if applied else "已是最新。")


COMMANDS = (database, migrate)
