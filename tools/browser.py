"""Finds a Chromium for the browser walks, and installs one where there is none.

    python tools/browser.py        finds or installs, prints the path, or says what to install

``HUHANG_CHROMIUM`` names one outright.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")


def find() -> Path | None:
    """A Chromium that starts: the named one, the system's, or the one Playwright downloaded; None without any."""
    named = os.environ.get("HUHANG_CHROMIUM")
    if named:
        return Path(named) if _starts(Path(named)) else None
    for name in NAMES:
        found = shutil.which(name)
        if found and _starts(Path(found)):
            return Path(found)
    own = _playwrights_own()
    return own if own and _starts(own) else None


def ensure() -> Path:
    """A Chromium, installed if need be: by apt as root, by Playwright's own download otherwise.

    Raises:
        SystemExit: none could be had; the message says what to install.
    """
    found = find()
    if found is None:
        print("==> no Chromium found: installing one", flush=True)
        if os.geteuid() == 0 and shutil.which("apt-get"):
            _apt("chromium", "fonts-noto-cjk")
            found = find()
        if found is None:
            _quietly([sys.executable, "-m", "playwright", "install", "chromium"])
            found = find()
    if found is None:
        raise SystemExit(
            "The browser walks need Chromium and none could be installed. Install it and a Chinese font\n"
            "(Debian, Ubuntu: apt-get install chromium fonts-noto-cjk), or name one with HUHANG_CHROMIUM=/path.\n"
            "浏览器测试需要 Chromium，没有能够自动装上。请安装 chromium 和中文字体 fonts-noto-cjk，"
            "或者用 HUHANG_CHROMIUM 指明它的路径。"
        )
    if not _has_chinese_font():
        if os.geteuid() == 0 and shutil.which("apt-get"):
            _apt("fonts-noto-cjk")
        if not _has_chinese_font():
            print("note: no Chinese font found, screenshots will show boxes (package fonts-noto-cjk)", flush=True)
    return found


def _playwrights_own() -> Path | None:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return None
    with sync_playwright() as driver:
        path = Path(driver.chromium.executable_path)
    return path if path.exists() else None


def _starts(program: Path) -> bool:
    """Whether it runs at all: a download without its system libraries does not."""
    try:
        said = subprocess.run([program, "--version"], capture_output=True, check=False, timeout=60)  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return False
    return said.returncode == 0


def _has_chinese_font() -> bool:
    lister = shutil.which("fc-list")
    if lister is None:
        return False
    said = subprocess.run([lister, ":lang=zh", "family"], capture_output=True, check=False)  # noqa: S603
    return bool(said.stdout.strip())


def _apt(*packages: str) -> None:
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    _quietly(["apt-get", "update", "-q"], env)
    _quietly(["apt-get", "install", "-y", "-q", "--no-install-recommends", *packages], env)


def _quietly(words: list[str], env: dict[str, str] | None = None) -> None:
    try:
        said = subprocess.run(words, env=env, capture_output=True, text=True, errors="replace", check=False)  # noqa: S603
    except OSError as error:
        print(f"    {words[0]}: {error}", flush=True)
        return
    if said.returncode != 0:
        print("\n".join(f"    {line}" for line in (said.stdout + said.stderr).strip().splitlines()[-8:]), flush=True)


if __name__ == "__main__":
    print(ensure())
