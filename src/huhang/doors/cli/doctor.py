"""`huhang doctor`: what is wrong, in plain words, and how to mend it."""

import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import click

from huhang.doors.cli.setup import bare, target
from huhang.kernel.errors import Refusal


@dataclass(frozen=True)
class Finding:
    """One thing looked at."""

    what: str
    well: bool
    says: str
    mend: str = ""


def _database() -> Finding:
    if target().embedded and not target().cluster().status().running:
        return Finding("数据库", False, "内置数据库没有运行。", "运行 huhang db start（huhang serve 会自动启动它）。")
    from django.db import Error, connection

    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('server_version_num')::int, current_user")
            version, user = cursor.fetchone()
    except Error as problem:
        return Finding(
            "数据库",
            False,
            f"连不上（{type(problem).__name__}）。",
            "核对 HUHANG_DATABASE_URL 或运行 huhang db status。",
        )
    if version < 150000:
        return Finding("数据库", False, "版本低于 15。", "换用 PostgreSQL 15 或更新的版本。")
    if user != "huhang_app":
        return Finding(
            "数据库",
            False,
            f"以 {user} 身份工作，行级防线不起作用。",
            "运行 huhang migrate，按提示授予角色 huhang_app。",
        )
    return Finding("数据库", True, f"PostgreSQL {version // 10000}，行级防线已启用。")


def _tables() -> Finding:
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    left = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if left:
        return Finding("表结构", False, f"还有 {len(left)} 步没有升级。", "运行 huhang migrate。")
    return Finding("表结构", True, "已是最新。")


def _catalog() -> Finding:
    from django.utils import timezone

    from huhang.base.catalog import queries

    if not queries.newest("request_categories"):
        return Finding("目录", False, "没有载入诉求类别。", "运行 huhang catalog load。")
    year = timezone.localtime().year
    missing = [y for y in (year, year + 1) if str(y) not in queries.newest("calendars")]
    if year in missing:
        return Finding("日历", False, f"{year} 年的放假安排没有载入，到期日都是暂定。", "运行 huhang catalog load。")
    if missing and timezone.localtime().month == 12:
        return Finding(
            "日历",
            False,
            f"{missing[0]} 年的放假安排还没有载入。",
            "通知发布后在“目录”页粘贴导入，暂定的到期日会自动重算。",
        )
    return Finding("目录与日历", True, f"已载入，{year} 年日历可用。")


def _worker() -> Finding:
    from django.utils import timezone

    from huhang.base.access.context import SYSTEM, acting
    from huhang.base.jobs.models import Beat, Work

    with acting(SYSTEM):
        last = Beat.objects.order_by("-at").values_list("at", flat=True).first()
        waiting = Work.objects.filter(
            done_at__isnull=True, given_up_at__isnull=True, not_before__lt=timezone.now() - timedelta(minutes=5)
        ).count()
        lost = Work.objects.filter(given_up_at__isnull=False).count()
    if last is None or timezone.now() - last > timedelta(minutes=5):
        return Finding("后台任务", False, f"没有在运行，{waiting} 件等着做。", "运行 huhang worker。")
    if lost:
        return Finding("后台任务", False, f"{lost} 件多次失败后放弃。", "看“运行状况”页的原因，修好后重排。")
    return Finding("后台任务", True, f"在运行，积压 {waiting} 件。")


def _anchor() -> Finding:
    from huhang.base.journal.actions import anchors_file

    path = anchors_file()
    if not path.exists():
        return Finding(
            "日志锚", False, "还没有定过锚。", "运行 huhang worker，十分钟内会自动定锚；或运行 huhang journal anchor。"
        )
    return Finding("日志锚", True, f"在 {path}，请定期复制到别处。")


def _keys() -> Finding:
    from django.conf import settings

    path = Path(settings.HUHANG_KEYS)
    if not path.exists():
        return Finding("密钥", False, "还没有密钥文件。", "首次启动时会自动生成；恢复备份时请先放回 keys.json。")
    if path.stat().st_mode & 0o077:
        return Finding("密钥", False, "别的用户也能读密钥文件。", f"运行 chmod 600 {path}")
    return Finding("密钥", True, "权限正确；请另存一份。")


def _disk() -> Finding:
    free = shutil.disk_usage(target().data if target().data.exists() else Path.home()).free / 1024**3
    if free < 2:
        return Finding(
            "磁盘", False, f"只剩 {free:.1f} GB。", "清理磁盘或换到更大的盘；写满时新的提交会被拒绝，已有的不会丢。"
        )
    return Finding("磁盘", True, f"还有 {free:.0f} GB。")


def _proxies() -> Finding:
    from django.conf import settings

    if settings.BEHIND_TLS and not settings.HUHANG_PROXIES:
        return Finding(
            "反向代理",
            False,
            "启用了 TLS，却没有说明前面有几层代理：所有人看起来来自同一个地址，限次会误伤。",
            "设置 HUHANG_PROXIES，例如前面有一层代理时设为 1。",
        )
    return Finding("反向代理", True, f"前面有 {settings.HUHANG_PROXIES} 层。")


LOOKS: tuple[Callable[[], Finding], ...] = (_database, _tables, _catalog, _worker, _anchor, _keys, _proxies, _disk)


def findings() -> list[Finding]:
    """Everything looked at; when the database is not there the rest that needs it is left out."""
    found: list[Finding] = []
    for look in LOOKS:
        try:
            one = look()
        except Refusal as problem:
            one = Finding(look.__name__.strip("_"), False, problem.text, problem.hint)
        found.append(one)
        if look is _database and not one.well:
            return [*found, _keys(), _proxies(), _disk()]
    return found


@click.command()
def doctor() -> None:
    """体检：哪里不对，怎么修。"""
    bare()
    found = findings()
    for one in found:
        click.secho(f"{'✓' if one.well else '✗'} {one.what}：{one.says}", fg="green" if one.well else "red")
        if one.mend:
            click.echo(f"    → {one.mend}")
    sys.exit(0 if all(one.well for one in found) else 1)


COMMANDS = (doctor,)
