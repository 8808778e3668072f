"""`huhang demo`: everything at once, on the embedded database, with a living city; stops cleanly on Ctrl-C."""

import importlib
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from types import FrameType

import click

from huhang.base.database import Cluster
from huhang.doors.cli import migrating, server
from huhang.doors.cli.setup import bare, started, target
from huhang.kernel.errors import Conflict, Unavailable

_READ_MEANWHILE = (
    "django.db.backends.postgresql.base",
    "django.db.migrations.executor",
    "django.contrib.auth.hashers",
    "django.contrib.postgres.fields",
    "django.core.management",
    "django.forms",
    "django.urls",
    "psycopg_pool",
    "yaml",
)
"""What needs no settings: these ask the database for its address, which a new one has only once it stands."""


def _stage(text: str) -> None:
    click.echo(f"· {text}")


def _database() -> Cluster:
    """The database, started; a new one is made by programs of its own, and the libraries are read meanwhile."""
    with ThreadPoolExecutor(1) as beside:
        starting = beside.submit(started)
        for name in _READ_MEANWHILE:
            importlib.import_module(name)
        cluster = starting.result()
    assert cluster is not None
    return cluster


def _tables() -> None:
    """Tables and catalogue of this version."""
    bare()
    from django.conf import settings

    applied = migrating.migrate()
    _stage(f"表结构{f'升级了 {applied} 步' if applied else '已是最新'}")
    _stage(migrating.load_catalog(settings.HUHANG_CATALOG))


def _city(seed: int, scale: float) -> None:
    from huhang.doors.cli.city import load

    if load.has_city():
        _stage("演示城市已在，接着用上次的数据")
        return
    _stage("生成演示城市……")
    load.make(seed=seed, scale=scale, say=_stage)


def _wait_for(address: str, web: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        if web.poll() is not None:
            raise Unavailable("网页服务没有启动起来。", hint="运行 huhang doctor 看看原因。")
        try:
            with urllib.request.urlopen(f"{address}healthz", timeout=2):  # noqa: S310  our own loopback address
                return
        except OSError:
            time.sleep(0.1)
    raise Unavailable("网页服务三十秒内没有应答。", hint="运行 huhang doctor 看看原因。")


def _greet(address: str) -> None:
    from huhang.doors.cli.demo import PASSWORD, PERSONAS

    click.echo()
    click.secho(f"  护航已就绪：{address}", bold=True)
    click.echo(f"  居民、企业：{address}      民警、窗口：{address}desk/      督办、领导：{address}supervision/")
    click.echo(f"  短信发件箱（演示）：{address}desk/outbox/")
    click.echo(f"\n  登录警号（密码都是 {PASSWORD}）：")
    for persona in PERSONAS:
        click.echo(f"    {persona.username}  {persona.name}  {persona.role}  {persona.unit}")
    click.echo("\n  按 Ctrl-C 停止，数据会留到下次。")


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=int, default=None, help="端口；不写时从 8000 起找一个空着的")
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--scale", type=float, default=1.0, show_default=True)
def demo(host: str, port: int | None, seed: int, scale: float) -> None:
    """在内置数据库上启动整个产品和演示城市。"""
    os.environ.setdefault("HUHANG_TRIAL", "1")  # for this process, before Django reads it, and for its children
    began = time.monotonic()
    if not target().embedded:
        raise Conflict(
            "设置了 HUHANG_DATABASE_URL：演示只在内置数据库上运行，以免写进正式数据。", hint="取消这个环境变量再试。"
        )
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # told to stop while still loading: tidy up as well
    cluster = _database()
    _stage("数据库已启动")
    children: list[subprocess.Popen[bytes]] = []
    stopping = threading.Event()

    def stop(signum: int, frame: FrameType | None) -> None:
        stopping.set()

    try:
        chosen = server.free_port(host, port or 8000, insist=port is not None)
        address = f"http://{host}:{chosen}/"
        os.environ.setdefault("HUHANG_ADDRESS", address.rstrip("/"))  # links in messages lead here
        _tables()
        children.append(_child(["serve", "--host", host, "--port", str(chosen), "--quiet"]))  # starts beside the city
        _city(seed, scale)
        _wait_for(address, children[0])
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, stop)
        children.append(_child(["worker", "--quiet"]))
        _greet(address)
        click.echo(f"  （用时 {time.monotonic() - began:.1f} 秒）")
        while not stopping.wait(0.5) and all(child.poll() is None for child in children):
            pass
    finally:
        _end(children)
        cluster.stop()
        click.echo("\n已停止。")


def _child(words: list[str]) -> "subprocess.Popen[bytes]":
    """One process of the product; in a session of its own, so that Ctrl-C reaches it through us only, once."""
    return subprocess.Popen(  # noqa: S603  our own command
        [sys.executable, "-m", "huhang.doors.cli.main", *words], start_new_session=True
    )


def _end(children: list[subprocess.Popen[bytes]]) -> None:
    for child in children:
        child.terminate()
    for child in children:
        try:
            child.wait(timeout=8)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait(timeout=2)


COMMANDS = (demo,)
