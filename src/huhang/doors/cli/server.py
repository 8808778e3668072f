"""`huhang serve` and `huhang worker`: the two kinds of process the product is made of."""

import os
import signal
import socket
import threading

import click
from django.conf import settings

from huhang.doors.cli.setup import bare, ready
from huhang.kernel.errors import Unavailable


def free_port(host: str, wanted: int, *, insist: bool) -> int:
    """The wanted port, or with ``insist`` off the next free one above it.

    Raises:
        Unavailable: the port is taken, or none of twenty above it is free.
    """
    for port in range(wanted, wanted + (1 if insist else 20)):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return port
    raise Unavailable(
        "端口 %(port)d 已被别的程序占用。", hint="换一个端口：huhang serve --port 8100", params={"port": wanted}
    )


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="监听地址")
@click.option("--port", type=int, default=None, help="端口；不写时从 8000 起找一个空着的")
@click.option("--workers", type=int, default=1, show_default=True, help="进程数")
@click.option("--quiet", is_flag=True, help="不打印地址")
def serve(host: str, port: int | None, workers: int, quiet: bool) -> None:
    """启动网页与接口服务。"""
    ready()
    chosen = free_port(host, port or 8000, insist=port is not None)
    if not quiet:
        click.echo(f"护航：http://{host}:{chosen}/  （Ctrl-C 停止）")
    run_web(host, chosen, workers)


def run_web(host: str, port: int, workers: int = 1) -> None:
    """Serves until told to stop; used by `serve` and, in a process of its own, by `demo`."""
    from granian import Granian
    from granian.constants import Interfaces

    bare()
    os.environ.setdefault("HUHANG_PROCESSES", str(workers))  # whoever runs several machines says how many altogether
    settings.HUHANG_PROCESSES = int(os.environ["HUHANG_PROCESSES"])
    Granian(
        "huhang.conf.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=4,
        backlog=1024,
        respawn_failed_workers=True,
        log_enabled=False,
    ).serve()


@click.command()
@click.option("--quiet", is_flag=True, help="不打印什么")
def worker(quiet: bool) -> None:
    """启动后台任务进程：发短信、成批办理、日志定锚。"""
    ready()
    if not quiet:
        click.echo("护航后台任务已启动（Ctrl-C 停止）")
    run_worker()


def run_worker() -> None:
    """Works until SIGTERM or Ctrl-C."""
    bare()
    from huhang.base.jobs import worker as jobs

    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    jobs.run(stop)


COMMANDS = (serve, worker)
