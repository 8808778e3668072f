#!/usr/bin/env python3
"""Makes a working copy out of a checkout: environment, locked packages, browser assets, catalogue, static files.

Only the standard library of Python 3.11 is needed. Safe to repeat: a step whose input has not changed is skipped.

    python3 tools/setup.py [--force]
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036  said before anything newer is used
    sys.exit("Python 3.11 or newer is needed, this is older. 需要 Python 3.11 以上版本。")

import argparse
import contextlib
import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
SOURCE = ROOT / "src"
ASSETS = ROOT / "assets"
VAR = ROOT / "var"
STAMPS = VENV / "huhang-setup.json"
LOCK = ROOT / "requirements.lock"
NODE_LOCK = ROOT / "requirements-node.lock"
NODE_OLDEST = 18
PIP = [str(PYTHON), "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"]

# From the packages of assets/package.json, only what pages load.
VENDOR = {
    "bootstrap/bootstrap.min.css": "bootstrap/dist/css/bootstrap.min.css",
    "bootstrap/bootstrap.bundle.min.js": "bootstrap/dist/js/bootstrap.bundle.min.js",
    "bootstrap/LICENSE": "bootstrap/LICENSE",
    "bootstrap-icons/bootstrap-icons.min.css": "bootstrap-icons/font/bootstrap-icons.min.css",
    "bootstrap-icons/fonts": "bootstrap-icons/font/fonts",
    "bootstrap-icons/LICENSE": "bootstrap-icons/LICENSE",
    "alpine/alpine-csp.min.js": "@alpinejs/csp/dist/cdn.min.js",
    "echarts/echarts.common.min.js": "echarts/dist/echarts.common.min.js",
    "echarts/LICENSE": "echarts/LICENSE",
    "maplibre/maplibre-gl-csp.js": "maplibre-gl/dist/maplibre-gl-csp.js",
    "maplibre/maplibre-gl-csp-worker.js": "maplibre-gl/dist/maplibre-gl-csp-worker.js",
    "maplibre/maplibre-gl.css": "maplibre-gl/dist/maplibre-gl.css",
    "maplibre/LICENSE": "maplibre-gl/LICENSE.txt",
    "pmtiles/pmtiles.js": "pmtiles/dist/pmtiles.js",
}
SOURCE_MAP = re.compile(rb"(/\*# sourceMappingURL=[^*]*\*/|//# sourceMappingURL=\S*)\s*$")


class StepError(Exception):
    """A step did not work; the text says what to do."""


def chinese() -> bool:
    """Whether the terminal asks for Chinese."""
    asked = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return asked.startswith("zh")


def say(english: str, zh: str) -> str:
    """The sentence in the terminal's language."""
    return zh if chinese() else english


def digest(*parts: object) -> str:
    """One fingerprint for texts, and for the contents of files."""
    total = hashlib.sha256()
    for part in parts:
        total.update(part.read_bytes() if isinstance(part, Path) else str(part).encode())
        total.update(b"\0")
    return total.hexdigest()


def listing(files: Iterable[Path]) -> str:
    """A fingerprint of many files by name, size and time, without reading them."""
    seen = sorted((str(each), each.stat().st_size, each.stat().st_mtime_ns) for each in files if each.is_file())
    return digest(*seen)


def run(words: list[str], *, cwd: Path = ROOT, env: dict[str, str] | None = None) -> str:
    """Run a program quietly, with the seconds ticking on a terminal; its last lines are shown only when it fails."""
    began = time.monotonic()
    with tempfile.TemporaryFile() as output:
        child = subprocess.Popen(  # noqa: S603  words of ours
            words, cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
        try:
            while True:
                try:
                    child.wait(1)
                    break
                except subprocess.TimeoutExpired:
                    if sys.stdout.isatty():
                        print(f"\r    {time.monotonic() - began:4.0f} s ", end="", flush=True)
        except BaseException:
            child.terminate()
            child.wait()
            raise
        if sys.stdout.isatty():
            print("\r              \r", end="", flush=True)
        output.seek(0)
        said = output.read().decode("utf-8", "replace")
    if child.returncode != 0:
        raise StepError("\n".join([*(f"    {line}" for line in said.strip().splitlines()[-15:])]))
    return said


class Stamps:
    """What each step was last done for."""

    def __init__(self) -> None:
        try:
            self.done: dict[str, str] = json.loads(STAMPS.read_text("utf-8"))
        except (OSError, ValueError):
            self.done = {}

    def keep(self, name: str, mark: str) -> None:
        """Write down that a step is done."""
        self.done[name] = mark
        part = STAMPS.with_suffix(".part")
        part.write_text(json.dumps(self.done, indent=1), "utf-8")
        part.replace(STAMPS)


def usable() -> bool:
    """Whether a ``.venv`` made by other means is of this Python and was made in this folder."""
    try:
        ours = (VENV / "bin" / "pip").read_text("utf-8").startswith(f"#!{VENV}/")
        return ours and run([str(PYTHON), "--version"]).split()[1] == sys.version.split()[0]
    except (OSError, StepError):
        return False


def make_environment() -> None:
    """Make ``.venv``; on systems that split ``ensurepip`` off, with the system's own pip."""
    if usable():
        return
    shutil.rmtree(VENV, ignore_errors=True)
    try:
        run([sys.executable, "-m", "venv", str(VENV)])
    except StepError as error:
        shutil.rmtree(VENV, ignore_errors=True)
        run([sys.executable, "-m", "venv", "--without-pip", str(VENV)])
        try:
            run([sys.executable, "-m", "pip", "--python", str(PYTHON), "install", "--quiet", "pip"])
        except StepError:
            shutil.rmtree(VENV, ignore_errors=True)
            raise StepError(
                f"{error}\n"
                + say(
                    "    This Python cannot make environments. On Debian or Ubuntu: apt-get install python3-venv",
                    "    这个 Python 不能建立环境。Debian 或 Ubuntu 请运行：apt-get install python3-venv",
                )
            ) from error


def pip_install(lock: Path) -> None:
    """Install exactly what the lock names; every file is checked against its hash."""
    try:
        run([*PIP, "--no-deps", "--require-hashes", "-r", str(lock)])
    except StepError as error:
        raise StepError(
            f"{error}\n"
            + say(
                "    The packages could not be installed. Can the package index be reached? A mirror or proxy is set"
                "\n    with PIP_INDEX_URL or HTTPS_PROXY. What is already installed is kept; run the command again.",
                "    软件包没有装好。能连上软件包索引吗？镜像或代理用 PIP_INDEX_URL 或 HTTPS_PROXY 设置。"
                "\n    已装好的部分会保留，请再运行一次。",
            )
        ) from error


def install_project() -> None:
    """Point the environment at ``src`` and give it the ``huhang`` command; nothing has to be built."""
    site = run([str(PYTHON), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]).strip()
    Path(site, "huhang-checkout.pth").write_text(f"{SOURCE}\n", "utf-8")
    command = VENV / "bin" / "huhang"
    # Through sh, because a path with blanks, or a long one, cannot stand in a #! line.
    command.write_text(
        f"#!/bin/sh\n'''exec' \"{PYTHON}\" \"$0\" \"$@\"\n' '''\n"
        # Guarded: the web server's processes import this file again.
        "import sys\n\nfrom huhang.doors.cli.main import main\n\nif __name__ == '__main__':\n    sys.exit(main())\n",
        "utf-8",
    )
    command.chmod(0o755)


def npm() -> list[str]:
    """The npm to use: the system's if its node is new enough, else the one from the locked Python wheel."""
    node, command = shutil.which("node"), shutil.which("npm")
    if node and command:
        try:
            version = run([node, "--version"]).strip().lstrip("v")
            run([command, "--version"])
            if int(version.split(".")[0]) >= NODE_OLDEST:
                return [command]
        except (StepError, OSError, ValueError):
            pass
    print(say("    no node found: using the packaged one", "    系统里没有 node：改用随包的"), flush=True)
    pip_install(NODE_LOCK)
    return [str(VENV / "bin" / "npm")]


def fetch_assets() -> None:
    """``npm ci`` by the lock (hashes checked), then copy what pages load into ``var/assets/vendor``."""
    command = npm()
    path = f"{Path(command[0]).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    try:
        run(
            [*command, "ci", "--no-audit", "--no-fund", "--ignore-scripts"],
            cwd=ASSETS,
            env={**os.environ, "PATH": path},
        )
    except StepError as error:
        raise StepError(
            f"{error}\n"
            + say(
                "    The browser assets could not be fetched. Can the npm registry be reached? A mirror is set with\n"
                "    npm config set registry …, a proxy with HTTPS_PROXY. Then run the command again.",
                "    浏览器资源没有取到。能连上 npm 源吗？镜像用 npm config set registry … 设置，代理用 HTTPS_PROXY；"
                "然后再运行一次。",
            )
        ) from error
    copy_vendor(ASSETS / "node_modules", VAR / "assets" / "vendor")


def copy_vendor(packages: Path, target: Path) -> None:
    """Copy the files of ``VENDOR`` in one stroke; a source map that is not shipped is not announced either."""
    part = target.with_name("vendor.part")
    shutil.rmtree(part, ignore_errors=True)
    for name, origin in VENDOR.items():
        (part / name).parent.mkdir(parents=True, exist_ok=True)
        if (packages / origin).is_dir():
            shutil.copytree(packages / origin, part / name)
        else:
            (part / name).write_bytes(SOURCE_MAP.sub(b"", (packages / origin).read_bytes()))
    shutil.rmtree(target, ignore_errors=True)
    part.rename(target)


def catalogues() -> list[Path]:
    """The translations of the house."""
    return sorted(SOURCE.rglob("locale/*/LC_MESSAGES/*.po"))


def compile_catalogues() -> None:
    """Every ``.po`` to its ``.mo`` beside it."""
    for each in catalogues():
        words = ["-m", "babel.messages.frontend", "compile", "-i", str(each), "-o", str(each.with_suffix(".mo"))]
        run([str(PYTHON), *words, "-l", each.parents[1].name])


def settings_exist() -> bool:
    """Whether there are settings to collect static files by."""
    conf = SOURCE / "huhang" / "conf"
    return (conf / "settings.py").exists() or (conf / "settings" / "__init__.py").exists()


def static_files() -> Iterator[Path]:
    """The files that ``collectstatic`` gathers from the house itself."""
    for folder in [*SOURCE.rglob("static"), VAR / "assets"]:
        yield from folder.rglob("*")
    yield from (SOURCE / "huhang" / "conf").rglob("*.py")


def collect_static() -> None:
    """Gather static files with names that carry their hash."""
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "huhang.conf.settings"}
    run([str(PYTHON), "-m", "django", "collectstatic", "--noinput", "--verbosity", "0"], env=env)


def steps() -> Iterator[tuple[str, str, Callable[[], str], Callable[[], None], bool]]:
    """Each step: name, what is said, its fingerprint, what does it, and whether its result is still there."""
    system = sys.version.split()[0]
    yield (
        "environment",
        say("Python environment", "Python 环境"),
        lambda: digest(str(ROOT), system),
        make_environment,
        PYTHON.exists(),
    )
    yield (
        "packages",
        say("locked packages (a few minutes the first time)", "锁定版本的软件包（第一次要几分钟）"),
        lambda: digest(LOCK, system),
        lambda: pip_install(LOCK),
        True,
    )
    yield (
        "project",
        say("the huhang command", "huhang 命令"),
        lambda: digest(str(SOURCE), 1),
        install_project,
        (VENV / "bin" / "huhang").exists(),
    )
    yield (
        "assets",
        say("browser assets", "浏览器资源"),
        lambda: digest(ASSETS / "package-lock.json", VENDOR),
        fetch_assets,
        all((VAR / "assets" / "vendor" / each).exists() for each in VENDOR),
    )
    yield (
        "catalogue",
        say("translations", "译文"),
        lambda: digest(*catalogues()),
        compile_catalogues,
        all(each.with_suffix(".mo").exists() for each in catalogues()),
    )
    if settings_exist():
        yield (
            "static",
            say("static files", "静态文件"),
            lambda: digest(LOCK, listing(static_files())),
            collect_static,
            bool(os.environ.get("HUHANG_DATA")) or (VAR / "static").exists(),
        )


def forget_foreign(stamps: Stamps) -> None:
    """A stamp file of another folder (a copied checkout) counts for nothing."""
    if stamps.done.get("root") != str(ROOT):
        stamps.done = {"root": str(ROOT)}


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """One set-up at a time in a checkout."""
    if not VAR.exists():
        VAR.mkdir()
        VAR.chmod(0o755)
    with (VAR / "setup.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def main() -> int:
    """Do what is needed; 0 when the checkout is ready."""
    parser = argparse.ArgumentParser(description=say("Set up this checkout.", "准备好这份代码。"))
    parser.add_argument("--force", action="store_true", help=say("do every step again", "每一步都重做"))
    force = parser.parse_args().force
    began, did = time.monotonic(), 0
    try:
        with alone():
            stamps = Stamps()
            forget_foreign(stamps)
            for name, label, mark, action, there in steps():
                if there and not force and stamps.done.get(name) == mark():
                    continue
                print(f"==> {label}", flush=True)
                if name == "environment":
                    stamps.done = {"root": str(ROOT)}
                action()
                stamps.keep(name, mark())
                did += 1
    except StepError as error:
        print(f"{error}\n" + say("Set-up did not finish.", "准备工作没有完成。"), file=sys.stderr)
        return 1
    except OSError as error:
        print(say(f"Set-up did not finish: {error}", f"准备工作没有完成：{error}"), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    if did:
        print(say(f"Ready in {time.monotonic() - began:.0f} s.", f"已就绪，用时 {time.monotonic() - began:.0f} 秒。"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
