"""Takes the pictures of the README anew: a handler's inbox and a case page, from the demo city.

    .venv/bin/python tools/pictures.py        about a minute; writes docs/pictures/*.png

It makes the city in a data folder of its own, starts the web server on it, photographs and throws all of it away.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from threading import Event
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs" / "pictures"
MOST = 200_000
"""Bytes a picture may have."""
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]

CASE = """
SELECT c.number FROM cases_case c JOIN cases_clock k ON k.case_id = c.id JOIN cases_clock_pause p ON p.clock_id = k.id
WHERE k.name = 'answer' AND NOT c.sensitive AND p.ended_at - p.started_at > interval '1 day'
  AND to_char(k.started_at, 'MMDD') BETWEEN '0920' AND '0930'
  AND to_char(k.stopped_at, 'MMDD') BETWEEN '1009' AND '1020'
ORDER BY (SELECT count(*) FROM cases_step s WHERE s.case_id = c.id) DESC, c.number LIMIT 1
"""
"""A case whose clock stood still for its person and over the National Day holidays, with much history."""


def _prepare() -> None:
    """Cluster, tables, catalogue, city: what ``huhang demo`` does before it serves."""
    from huhang.doors.cli import migrating
    from huhang.doors.cli.setup import bare

    bare()
    from django.conf import settings

    from huhang.doors.cli.city import load

    migrating.migrate()
    migrating.load_catalog(settings.HUHANG_CATALOG)
    load.make(seed=1, scale=1.0)


def _ask(statement: str) -> Any:
    import psycopg

    from huhang.base.database import resolve

    with psycopg.connect(resolve(os.environ).dsn) as link:
        return link.execute(statement).fetchone()


@contextmanager
def _served(port: int) -> Iterator[str]:
    command = [sys.executable, "-m", "huhang.doors.cli.main", "serve", "--port", str(port), "--quiet"]
    web = subprocess.Popen(command, cwd=ROOT, start_new_session=True)  # noqa: S603  our own command
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            try:
                with urllib.request.urlopen(f"{address}/healthz", timeout=2):  # noqa: S310  our own loopback address
                    break
            except OSError:
                Event().wait(0.1)
        yield address
    finally:
        web.terminate()
        web.wait(timeout=20)


def _keep(shot: bytes, name: str) -> None:
    """Few colours, small file."""
    from PIL import Image

    PICTURES.mkdir(parents=True, exist_ok=True)
    picture = Image.open(BytesIO(shot)).convert("RGB")
    for colours in (256, 128, 64, 32):
        out = BytesIO()
        few = picture.quantize(colours, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        few.save(out, "PNG", optimize=True)
        if out.tell() <= MOST:
            break
    (PICTURES / f"{name}.png").write_bytes(out.getvalue())
    print(f"docs/pictures/{name}.png: {out.tell():,} bytes, {colours} colours")


def _photograph(address: str) -> None:
    from browser import ensure
    from playwright.sync_api import sync_playwright

    from huhang.doors.cli.city.people import PASSWORD

    with sync_playwright() as driver:
        program = driver.chromium.launch(executable_path=str(ensure()), args=FLAGS)
        page = program.new_page(viewport={"width": 1440, "height": 900}, locale="zh-CN", timezone_id="Asia/Shanghai")

        def sign_in(username: str) -> None:
            page.context.clear_cookies()
            page.goto(f"{address}/account/login/?next=/desk/")
            page.fill('[name="login"]', username)
            page.fill('[name="password"]', PASSWORD)
            page.click('main button:has-text("登录")')
            page.wait_for_url("**/desk/")

        sign_in("100003")
        page.goto(f"{address}/desk/")
        _keep(page.screenshot(), "inbox")
        found = _ask(CASE)
        sign_in("100007")
        page.goto(f"{address}/desk/cases/{found[0]}/")
        _keep(page.screenshot(), "case")
        program.close()


def main() -> int:
    """Makes everything, takes both, leaves nothing but the pictures."""
    for path in (ROOT / "src", ROOT / "tools"):
        sys.path.insert(0, str(path))
    data = Path(tempfile.mkdtemp(prefix="huhang-pictures-"))
    data.chmod(0o711)  # the database's own user passes through
    os.environ.update({"HUHANG_DATA": str(data), "HUHANG_TRIAL": "1", "PYTHONPATH": str(ROOT / "src")})
    os.environ.pop("HUHANG_DATABASE_URL", None)
    from huhang.base.database import Cluster
    from huhang.doors.cli.server import free_port

    cluster = Cluster(data, fsync=False)
    cluster.start()
    try:
        _prepare()
        with _served(free_port("127.0.0.1", 8300, insist=False)) as address:
            _photograph(address)
    finally:
        cluster.wipe()
        shutil.rmtree(data, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
