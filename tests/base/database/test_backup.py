"""A dump is complete or absent; a restore is complete or nothing (SAFEGUARDS 17)."""

import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from huhang.base.database import Cluster, apply_grants, dump, restore
from huhang.kernel.errors import Conflict, Missing, Unavailable


@pytest.fixture
def dsn(shared: Cluster) -> Iterator[Callable[[str], str]]:
    names: list[str] = []

    def database(name: str) -> str:
        shared.create_database(name)
        names.append(name)
        return shared.dsn(name)

    yield database
    for name in names:
        shared.drop_database(name)


def fill(dsn: str, text: str) -> None:
    with psycopg.connect(dsn, autocommit=True) as session:
        session.execute("CREATE EXTENSION btree_gist")
        session.execute("CREATE TABLE said (id int PRIMARY KEY, words text)")
        session.execute("ALTER TABLE said ENABLE ROW LEVEL SECURITY")
        session.execute("CREATE POLICY all_of_it ON said TO huhang_app USING (true)")
        session.execute("INSERT INTO said VALUES (1, %s)", [text])
        apply_grants(session)


def words(dsn: str, role: str = "huhang_app") -> list[str]:
    with psycopg.connect(dsn, options=f"-c role={role}") as session:
        return [str(row[0]) for row in session.execute("SELECT words FROM said ORDER BY id")]


def test_what_was_dumped_comes_back_with_its_rights(dsn: Callable[[str], str], tmp_path: Path) -> None:
    old, new = dsn("old"), dsn("new")
    fill(old, "望海市诉求")
    path = dump(old, tmp_path / "a.dump")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    restore(new, path)
    assert words(new) == ["望海市诉求"]


def test_nothing_is_overwritten_unasked(dsn: Callable[[str], str], tmp_path: Path) -> None:
    old, other = dsn("old"), dsn("other")
    fill(old, "旧")
    fill(other, "新")
    path = dump(old, tmp_path / "a.dump")
    with pytest.raises(Conflict):
        dump(other, path)
    with pytest.raises(Conflict):
        restore(other, path)
    assert words(other) == ["新"]
    dump(old, path, force=True)
    restore(other, path, force=True)
    assert words(other) == ["旧"]


def test_a_broken_dump_changes_nothing_even_when_forced(
    dsn: Callable[[str], str], shared: Cluster, tmp_path: Path
) -> None:
    old, empty = dsn("old"), dsn("empty")
    fill(old, "原样")
    whole = dump(old, tmp_path / "a.dump").read_bytes()
    broken = tmp_path / "broken.dump"
    broken.write_bytes(whole[: len(whole) // 2])
    for target in (old, empty):
        with pytest.raises(Unavailable):
            restore(target, broken, force=True)
    assert words(old) == ["原样"]
    with psycopg.connect(shared.dsn("postgres", "postgres")) as session:
        names = {str(row[0]) for row in session.execute("SELECT datname FROM pg_database")}
    assert {name for name in names if name.startswith(("old", "empty"))} == {"old", "empty"}
    with psycopg.connect(empty) as session:
        assert session.execute("SELECT to_regclass('said')").fetchone() == (None,)


def test_a_failed_dump_leaves_no_file(dsn: Callable[[str], str], tmp_path: Path, shared: Cluster) -> None:
    with pytest.raises(Unavailable):
        dump(shared.dsn("not_there"), tmp_path / "a.dump")
    with pytest.raises(Unavailable):
        dump(dsn("old"), tmp_path / "no-folder" / "a.dump")
    assert list(tmp_path.iterdir()) == []


def test_a_missing_dump_is_named(dsn: Callable[[str], str], tmp_path: Path) -> None:
    with pytest.raises(Missing, match="absent"):
        restore(dsn("old"), tmp_path / "absent.dump")
