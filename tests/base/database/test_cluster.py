"""The embedded database starts, stops, survives a crash, and says what is wrong (HOUSE §4, SAFEGUARDS 6)."""

import os
import signal
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from huhang.base.database import Cluster, Status, complaints, postmaster
from huhang.base.database.place import read_state
from huhang.kernel.errors import Conflict, Unavailable

Make = Callable[..., Cluster]


def ask(cluster: Cluster, question: str, role: str = "huhang") -> object:
    with psycopg.connect(cluster.dsn(role=role)) as session:
        row = session.execute(question.encode()).fetchone()
    assert row is not None
    return row[0]


def kill(cluster: Cluster) -> None:
    """The end without warning that a power cut or the system's memory killer brings."""
    pid = cluster.status().pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    waited = threading.Event()
    while postmaster.running(cluster.status().cluster):
        waited.wait(0.01)


def test_a_first_start_makes_everything_and_a_stop_leaves_the_data(make: Make, kind: str) -> None:
    cluster = make(kind)
    first = cluster.start()
    with psycopg.connect(cluster.dsn()) as session:
        session.execute("CREATE TABLE kept (id int)")
        session.execute("INSERT INTO kept VALUES (7)")
    cluster.stop()
    assert not cluster.status().running
    cluster.stop()  # a second stop is no fault
    again = cluster.start()
    assert again.pid != first.pid
    assert ask(cluster, "SELECT id FROM kept") == 7


def test_the_database_is_as_the_house_wants_it(make: Make, kind: str) -> None:
    cluster = make(kind, fsync=True)
    cluster.start()
    wanted = {
        "server_encoding": "UTF8",
        "lc_collate": "C",
        "TimeZone": "UTC",
        "data_checksums": "on",
        "jit": "off",
        "fsync": "on",
        "full_page_writes": "on",
        "synchronous_commit": "on",
        "max_connections": "60",
        "shared_buffers": "64MB",
        "password_encryption": "scram-sha-256",
        "listen_addresses": "",
    }
    query = "SELECT coalesce(current_setting(%s, true), '')"
    with psycopg.connect(cluster.dsn()) as session:
        wanted.pop("lc_collate")  # from 16 on this is a column of pg_database only
        found = {name: session.execute(query, [name]).fetchone() for name in wanted}
        locale = session.execute("SELECT datcollate, datctype FROM pg_database WHERE datname = 'huhang'").fetchone()
    assert found == {name: (value,) for name, value in wanted.items()}
    assert locale == ("C", "C")


def test_the_owner_may_bring_in_exclusion_constraints_and_is_no_superuser(make: Make, kind: str) -> None:
    cluster = make(kind)
    cluster.start()
    with psycopg.connect(cluster.dsn()) as session:
        session.execute("CREATE EXTENSION btree_gist")
        session.execute("CREATE TABLE booked (who int, span tstzrange, EXCLUDE USING gist (who WITH =, span WITH &&))")
        session.execute("SET ROLE huhang_app")
        assert session.execute(
            "SELECT current_user::text, usesuper FROM pg_user WHERE usename = 'huhang'"
        ).fetchone() == (
            "huhang_app",
            False,
        )


def test_nothing_is_open_to_others(make: Make) -> None:
    cluster = make()
    status = cluster.start()
    for secret in ("pg.pass", "pg.admin.pass"):
        assert stat.S_IMODE((cluster.data / secret).stat().st_mode) == 0o600
    assert stat.S_IMODE(Path(status.host).stat().st_mode) == 0o700
    assert stat.S_IMODE(status.cluster.stat().st_mode) == 0o700
    secret = (cluster.data / "pg.pass").read_text().strip().split(":")[-1]
    assert secret not in cluster.dsn()
    assert secret not in (cluster.data / "pg.json").read_text()
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(host=status.host, port=status.port, user="huhang", dbname="huhang", password="guess")
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(host=status.host, port=status.port, user="postgres", dbname="postgres", passfile="/nowhere")


def test_what_was_committed_is_there_after_a_kill(make: Make, kind: str) -> None:
    """SAFEGUARDS 6: fsync is on here, as it is in life."""
    cluster = make(kind, fsync=True)
    cluster.start()
    with psycopg.connect(cluster.dsn()) as session:
        session.execute("CREATE TABLE kept (id int)")
    session = psycopg.connect(cluster.dsn())
    for number in range(1, 101):
        session.execute("INSERT INTO kept VALUES (%s)", [number])
        session.commit()
    session.execute("INSERT INTO kept VALUES (-1)")  # never committed
    kill(cluster)
    session.close()
    assert (cluster.status().cluster / "postmaster.pid").exists()
    assert not cluster.status().running
    cluster.start()
    assert ask(cluster, "SELECT array_agg(id ORDER BY id) FROM kept") == list(range(1, 101))


def test_ten_kills_in_a_row_lose_nothing(make: Make) -> None:
    cluster = make(fsync=True)
    cluster.start()
    with psycopg.connect(cluster.dsn()) as session:
        session.execute("CREATE TABLE kept (id int)")
    for turn in range(10):
        with psycopg.connect(cluster.dsn()) as session:
            session.execute("INSERT INTO kept VALUES (%s)", [turn])
        kill(cluster)
        cluster.start()
    print("10 kills, rows:", ask(cluster, "SELECT count(*) FROM kept"))
    assert ask(cluster, "SELECT count(*) FROM kept") == 10


def test_a_pid_that_now_belongs_to_another_program_stops_nobody(make: Make) -> None:
    cluster = make()
    status = cluster.start()
    kill(cluster)
    # A stranger under the same account, for PostgreSQL itself would wait for it for ever.
    drop = {"user": status.cluster.stat().st_uid} if os.geteuid() == 0 else {}
    stranger = subprocess.Popen(["sleep", "600"], cwd="/", **drop)  # type: ignore[call-overload]
    try:
        pidfile = status.cluster / "postmaster.pid"
        lines = pidfile.read_text().splitlines()
        pidfile.write_text("\n".join([str(stranger.pid), *lines[1:]]) + "\n")
        assert not cluster.status().running
        assert cluster.start().running
        assert stranger.poll() is None, "the stranger must not be touched"
    finally:
        stranger.kill()
        stranger.wait()


def test_a_running_server_is_found_and_used_and_not_stopped_by_a_guest(make: Make) -> None:
    host = make()
    first = host.start()
    with Cluster(host.data) as guest:
        assert guest.status().pid == first.pid
        assert not guest.mine
    assert host.status().running


def test_two_starters_at_once_make_one_server(make: Make) -> None:
    one, two = make(), make()
    with ThreadPoolExecutor(2) as pool:
        states = [each.result() for each in [pool.submit(one.start), pool.submit(two.start)]]
    assert states[0].pid == states[1].pid
    assert [one.mine, two.mine].count(True) == 1


def test_two_programs_starting_at_once_make_one_server(home: Path, make: Make) -> None:
    cluster = make()
    program = (
        "import sys; from huhang.base.database import Cluster; print(Cluster(sys.argv[1], fsync=False).start().pid)"
    )
    words = [sys.executable, "-c", program, str(cluster.data)]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(each for each in sys.path if each)}
    both = [subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env=env) for _ in range(2)]
    said = [each.communicate(timeout=90)[0].strip() for each in both]
    assert said[0] == said[1] == str(cluster.status().pid)


def test_lost_passwords_are_replaced(make: Make, kind: str) -> None:
    cluster = make(kind)
    cluster.start()
    cluster.stop()
    (cluster.data / "pg.pass").unlink()
    (cluster.data / "pg.admin.pass").unlink()
    cluster.start()
    assert ask(cluster, "SELECT 1") == 1


def test_lost_notes_are_rewritten(make: Make) -> None:
    cluster = make()
    first = cluster.start()
    (cluster.data / "pg.json").write_text("{half")
    assert cluster.start().pid == first.pid
    assert read_state(cluster.data)["pid"] == first.pid


def test_a_half_made_cluster_is_made_anew(make: Make, home: Path) -> None:
    cluster = make()
    (home / "data" / "pg.part").mkdir(parents=True)
    (home / "data").chmod(0o711)
    (home / "data" / "pg.part" / "PG_VERSION").write_text("18")
    assert cluster.start().running


def test_a_taken_port_is_named(make: Make) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(Unavailable) as refused:
            make(port=port).start()
    assert str(port) in refused.value.text
    assert "HUHANG_PG_PORT" in refused.value.hint


def test_a_free_port_is_found_and_another_tried_when_it_was_just_taken(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    from huhang.base.database import server

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        real, offered = server.free_port, [taken.getsockname()[1]]
        monkeypatch.setattr(server, "free_port", lambda: offered.pop() if offered else real())
        cluster = make(port=0)
        status = cluster.start()
    assert not offered
    address = cluster.address() | {"host": "127.0.0.1"}
    with psycopg.connect(**address) as session:
        row = session.execute("SHOW listen_addresses").fetchone()
    assert row == ("127.0.0.1",)
    assert status.running


def test_where_sockets_are_impossible_the_loopback_is_used(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    from huhang.base.database.server import Server

    monkeypatch.setattr(Server, "_socket_works", lambda self: False)
    cluster = make()
    assert cluster.start().host == "127.0.0.1"
    assert ask(cluster, "SELECT 1") == 1


def test_a_long_path_gets_its_socket_elsewhere(make: Make, home: Path) -> None:
    deep = home / ("望海市" * 8) / "data"
    cluster = make(data=deep)
    deep.parent.mkdir()
    deep.parent.chmod(0o711)
    status = cluster.start()
    assert len(os.fsencode(status.host)) < 90
    assert ask(cluster, "SELECT 1") == 1


def test_a_folder_of_another_version_is_refused_and_says_how_to_go_on(make: Make) -> None:
    cluster = make()
    status = cluster.start()
    cluster.stop()
    version = status.cluster / "PG_VERSION"
    right = version.read_text()
    version.write_text("99\n")
    with pytest.raises(Unavailable) as refused:
        cluster.start()
    assert "99" in refused.value.text
    assert refused.value.hint
    version.write_text(right)


def test_missing_programs_are_named(make: Make, home: Path) -> None:
    with pytest.raises(Unavailable, match=str(home / "nothing")):
        make(str(home / "nothing")).start()


def test_a_folder_that_cannot_be_made_is_named(make: Make, home: Path) -> None:
    (home / "file").write_text("")
    with pytest.raises(Unavailable, match="不能写入"):
        Cluster(home / "file" / "data").start()


def test_an_absent_server_says_how_to_start_it(make: Make) -> None:
    with pytest.raises(Unavailable, match="没有运行"):
        make().dsn()


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ('FATAL:  could not write to file "pg_wal/xlogtemp.9": No space left on device', "磁盘已满"),
        ('LOG:  could not bind IPv4 address "127.0.0.1": Address already in use', "端口"),
        ("FATAL:  could not map anonymous shared memory: Cannot allocate memory", "共享内存"),
        ("FATAL:  database files are incompatible with server\nDETAIL:  The data directory was initialized by "
         "PostgreSQL version 14, which is not compatible with this version 18.6.", "另一个版本"),
        ("PANIC:  could not locate a valid checkpoint record", "损坏"),
        ('FATAL:  could not open file "x": Permission denied', "不能写入"),
        ("something nobody foresaw", "没有启动成功"),
    ],
)  # fmt: skip
def test_the_log_is_put_into_words(line: str, word: str) -> None:
    refusal = complaints.explain(line, folder=Path("/data/pg"), port=5)
    assert word in refusal.text
    assert refusal.hint
    assert line in refusal.hint % refusal.params


def test_a_server_that_cannot_start_shows_the_end_of_its_log(make: Make) -> None:
    cluster = make()
    status = cluster.start()
    cluster.stop()
    control = status.cluster / "global" / "pg_control"
    kept = control.read_bytes()
    control.write_bytes(b"\0" * len(kept))
    with pytest.raises(Unavailable) as refused:
        cluster.start()
    assert "FATAL" in str(refused.value.params["said"]) or "PANIC" in str(refused.value.params["said"])
    control.write_bytes(kept)
    assert cluster.start().running


def test_databases_are_made_from_a_template_and_dropped(shared: Cluster) -> None:
    with psycopg.connect(shared.dsn()) as session:
        session.execute("CREATE TABLE pattern (id int)")
    shared.create_database("copy_1", template="huhang")
    guest = psycopg.connect(shared.dsn("copy_1"))
    assert guest.execute("SELECT count(*) FROM pattern").fetchone() == (0,)
    with pytest.raises(Conflict):
        shared.create_database("copy_1")
    shared.drop_database("copy_1")  # with the guest inside
    guest.close()
    shared.drop_database("copy_1")
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(shared.dsn("copy_1"))


def test_a_wiped_cluster_leaves_nothing(make: Make, home: Path) -> None:
    cluster = make()
    status: Status = cluster.start()
    cluster.wipe()
    assert list(cluster.data.iterdir()) == []
    assert not Path(status.host).exists()
