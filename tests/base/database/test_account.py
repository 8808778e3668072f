"""Root steps down, an ordinary user stays who he is, and no door is opened that was closed (HOUSE §4)."""

import os
import shutil
import stat
import sys
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from huhang.base.database import Cluster, binaries, resolve
from huhang.base.database.account import Account
from huhang.kernel.errors import Unavailable

Make = Callable[..., Cluster]
SPARE = 65533  # a number nobody has


def as_user(uid: int, work: Callable[[], object]) -> None:
    """Run ``work`` in a child process that has become an ordinary user for good."""
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.setgroups([])
            os.setgid(uid)
            os.setuid(uid)
            work()
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


@pytest.mark.usefixtures("root")
def test_root_steps_down_to_an_existing_account(make: Make) -> None:
    status = make().start()
    assert status.pid is not None
    assert Path(f"/proc/{status.pid}").stat().st_uid != 0
    assert status.cluster.stat().st_uid != 0


@pytest.mark.usefixtures("root")
def test_a_closed_folder_stays_closed_and_the_cluster_goes_elsewhere(make: Make, home: Path) -> None:
    closed = home / "closed"
    closed.mkdir(mode=0o700)
    cluster = make(data=closed / "data")
    status = cluster.start()
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    assert closed not in status.cluster.parents
    with psycopg.connect(cluster.dsn()) as session:
        session.execute("CREATE TABLE kept (id int)")
    cluster.stop()
    with Cluster(closed / "data", fsync=False) as again:  # what was written down is found again
        assert again.status().cluster == status.cluster
        with psycopg.connect(again.dsn()) as session:
            assert session.execute("SELECT count(*) FROM kept").fetchone() == (0,)
    cluster.wipe()
    assert not status.cluster.parent.exists()


@pytest.mark.usefixtures("root")
def test_programs_behind_a_closed_door_are_copied_once(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = binaries.find("wheel")
    package = found.bin.parents[1]
    closed, shelf = home / "closed", home / "shelf"
    closed.mkdir(mode=0o700)
    shutil.copytree(package, closed / package.name)
    if (libraries := package.with_name(f"{package.name}.libs")).exists():
        shutil.copytree(libraries, closed / libraries.name)
    monkeypatch.setattr(binaries, "shared_places", lambda account: [shelf])
    nobody = Account(65534, 65534, drop=True)
    hidden = binaries.find(closed / package.name / "pginstall" / "bin")
    copied = hidden.usable_by(nobody)
    assert shelf in copied.bin.parents
    before = copied.bin.stat().st_mtime_ns
    assert hidden.usable_by(nobody) == copied
    assert copied.bin.stat().st_mtime_ns == before
    assert [each.name for each in (shelf / "pgbin").iterdir()] == [copied.bin.parents[2].name]
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    with Cluster(home / "data", copied.bin, fsync=False) as cluster:
        assert cluster.status().running
    cluster.wipe()


@pytest.mark.usefixtures("root")
def test_a_shelf_laid_down_by_somebody_else_is_not_used(home: Path) -> None:
    shelf = home / "shelf"
    shelf.mkdir()
    os.chown(shelf, 65534, 65534)
    assert not binaries.private_folder(shelf)
    os.chown(shelf, 0, 0)
    shelf.chmod(0o777)
    assert not binaries.private_folder(shelf)
    (home / "link").symlink_to("/tmp")
    assert not binaries.private_folder(home / "link")


@pytest.mark.usefixtures("root")
def test_an_ordinary_user_runs_it_as_himself() -> None:
    import pwd

    user = pwd.getpwnam("nobody").pw_uid
    folder = Path(tempfile.mkdtemp(prefix="hh-"))
    os.chown(folder, user, user)

    def work() -> None:
        with Cluster(folder / "data", fsync=False) as cluster:
            status = cluster.status()
            assert status.cluster.parent == folder / "data"
            assert status.cluster.stat().st_uid == user
            with psycopg.connect(cluster.dsn()) as session:
                assert session.execute("SELECT current_user::text").fetchone() == ("huhang",)

    try:
        as_user(user, work)
    finally:
        shutil.rmtree(folder)


@pytest.mark.usefixtures("root")
def test_another_users_folder_is_refused_with_his_number(make: Make) -> None:
    cluster = make()
    cluster.start()

    def work() -> None:
        with pytest.raises(Unavailable, match=r"不能写入|另一个用户"):
            Cluster(cluster.data).start()

    as_user(SPARE, work)
    cluster.data.chmod(0o700)

    def read() -> None:
        with pytest.raises(Unavailable, match="进不了"):
            resolve({"HUHANG_DATA": str(cluster.data)})

    try:
        as_user(SPARE, read)
    finally:
        cluster.data.chmod(0o711)


def test_an_unknown_account_is_named(home: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("not root: no account has to be chosen")
    with pytest.raises(Unavailable, match="no-such-user"):
        Cluster(home / "data", environ={"HUHANG_PG_USER": "no-such-user"}).start()
