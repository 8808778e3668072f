"""SAFEGUARDS 8: tampering with the journal is found by a verifier that shares no code with the product."""

import base64
import hashlib
import importlib.util
import json
import random
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connection

from huhang.base.access.context import SYSTEM, acting
from huhang.base.database import Cluster
from huhang.base.journal import actions as journal
from huhang.base.journal.models import Entry, Link
from huhang.kernel.numbering import uuid7
from tests.environment import ROOT
from tests.factories.city import NOW
from tests.plugins.figures import figure

_spec = importlib.util.spec_from_file_location("verify_journal", ROOT / "tools" / "verify_journal.py")
assert _spec
assert _spec.loader
verifier = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(verifier)

Row = list[Any]


@pytest.fixture
def anchors(tmp_path: Path, settings: Any) -> Path:
    settings.HUHANG_ANCHORS = tmp_path / "anchors.jsonl"
    return Path(settings.HUHANG_ANCHORS)


def write(n: int, *, every: int = 10) -> None:
    """So many entries, each in a transaction of its own, with an anchor after every tenth."""
    for i in range(n):
        with acting(SYSTEM):
            journal.write(
                "test.write", by=SYSTEM, now=NOW + timedelta(seconds=i), case=uuid7(), about=f"第 {i} 条", data={"i": i}
            )
        if (i + 1) % every == 0:
            with acting(SYSTEM):
                journal.anchor(now=NOW + timedelta(seconds=i))


def rows_of(dsn: str) -> list[Row]:
    with psycopg.connect(dsn) as session:
        return [list(row) for row in session.execute(verifier.ROWS)]


def test_an_untouched_journal_has_no_findings(own_database: str, cluster: Cluster, anchors: Path) -> None:
    write(25)
    findings, links, looked = verifier.verify(cluster.dsn(own_database), anchors, None)
    with acting(SYSTEM):
        assert Link.objects.count() == Entry.objects.count() == links
    assert findings == []
    assert looked == 2


def test_the_application_can_neither_change_nor_delete_nor_link(own_database: str) -> None:
    write(3)
    for statement in (
        "UPDATE journal_entry SET about = 'x'",
        "DELETE FROM journal_entry",
        "TRUNCATE journal_entry CASCADE",
        "UPDATE journal_link SET seq = seq + 1",
        "DELETE FROM journal_link",
        "INSERT INTO journal_link (seq, entry, previous, hash) SELECT 99, id, '', '' FROM journal_entry LIMIT 1",
    ):
        with acting(SYSTEM), pytest.raises(Exception, match="permission denied"), connection.cursor() as cursor:
            cursor.execute(statement)


def test_two_transactions_at_once_make_one_chain(own_database: str, cluster: Cluster, anchors: Path) -> None:
    def many() -> None:
        try:
            write(40, every=1000)
        finally:
            connection.close()

    with acting(SYSTEM):
        before = Link.objects.count()
    threads = [threading.Thread(target=many) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    findings, links, _ = verifier.verify(cluster.dsn(own_database), anchors, None)
    assert (findings, links - before) == ([], 240)


Tamper = Callable[[random.Random, list[Row]], list[Row]]


def _edit(rng: random.Random, rows: list[Row]) -> list[Row]:
    row = rng.choice(rows)
    column = rng.choice([5, 6, 7, 9, 11, 12, 14, 15])
    row[column] = (row[column] or "") + rng.choice("甲乙丙x ")
    return rows


def _delete(rng: random.Random, rows: list[Row]) -> list[Row]:
    gone = rng.choice(rows)
    if rng.random() < 0.5:  # the entry alone, its link stays
        gone[4:] = [None] * (len(gone) - 4)
        return rows
    rows.remove(gone)
    return rows


def _insert(rng: random.Random, rows: list[Row]) -> list[Row]:
    copy = list(rng.choice(rows))
    copy[:4], copy[4] = [None] * 4, uuid7()
    rows.append(copy)
    return rows


def _swap(rng: random.Random, rows: list[Row]) -> list[Row]:
    a, b = rng.sample(range(len(rows)), 2)
    rows[a][3:], rows[b][3:] = rows[b][3:], rows[a][3:]
    return rows


def _truncate(rng: random.Random, rows: list[Row]) -> list[Row]:
    return rows[: rng.randrange(0, len(rows))]


def _rewrite(rng: random.Random, rows: list[Row]) -> list[Row]:
    """Changes one row and computes every hash anew, as one who owns the database could."""
    _edit(rng, rows)
    before = b""
    for row in rows:
        row[1] = before
        before = hashlib.sha256(before + verifier.canon(row[0], str(row[4]), tuple(row[5:]))).digest()
        row[2] = before
    return rows


TAMPERS: tuple[Tamper, ...] = (_edit, _delete, _insert, _swap, _truncate, _rewrite)


def test_ten_thousand_tampers_are_all_found(own_database: str, cluster: Cluster, anchors: Path) -> None:
    write(40)
    whole = rows_of(cluster.dsn(own_database))
    lines = anchors.read_text().splitlines()
    rng = random.Random(8)
    found = {tamper.__name__: [0, 0] for tamper in TAMPERS}
    for i in range(10_000):
        tamper = TAMPERS[i % len(TAMPERS)]
        rows = tamper(rng, [list(row) for row in whole])
        findings, hashes = verifier.check_chain(iter([tuple(row) for row in rows]))
        findings += verifier.check_anchors(list(lines), hashes, None)
        found[tamper.__name__][0] += 1
        found[tamper.__name__][1] += bool(findings)
    figure(8, f"tampers made and found: {found}")
    assert all(made == seen for made, seen in found.values())


def test_anchors_cannot_be_forged_or_dropped(own_database: str, cluster: Cluster, anchors: Path) -> None:
    write(40)
    _, hashes = verifier.check_chain(iter(rows_of(cluster.dsn(own_database))))
    lines = anchors.read_text().splitlines()
    own = base64.b64encode(Ed25519PrivateKey.generate().public_key().public_bytes_raw()).decode()
    assert verifier.check_anchors(lines, hashes, own), "a key kept apart does not believe another's anchors"
    assert verifier.check_anchors(lines[:1] + lines[2:], hashes, None), "an anchor taken out of the middle is missed"
    changed = json.loads(lines[1])
    changed["seq"] += 1
    assert verifier.check_anchors([lines[0], json.dumps(changed), *lines[2:]], hashes, None)


def _really(session: psycopg.Connection[Any], statement: str) -> None:
    session.execute("SET session_replication_role = replica")  # as a superuser who switches the triggers off
    session.execute(statement)  # type: ignore[arg-type]
    session.commit()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE journal_entry SET about = 'x' WHERE id = (SELECT entry FROM journal_link WHERE seq = 7)",
        "DELETE FROM journal_entry WHERE id = (SELECT entry FROM journal_link WHERE seq = 7)",
        "DELETE FROM journal_link WHERE seq > 15",
        "UPDATE journal_link SET previous = sha256(previous) WHERE seq = 3",
        "INSERT INTO journal_entry SELECT gen_random_uuid(), at, action, actor_kind, actor, actor_name, unit, door,"
        ' "case", person, about, data FROM journal_entry LIMIT 1',
        "UPDATE journal_link SET hash = sha256(hash) WHERE seq = 12",
    ],
)
def test_a_superuser_who_switches_the_triggers_off_is_found(
    own_database: str, cluster: Cluster, anchors: Path, statement: str
) -> None:
    write(20)
    with psycopg.connect(cluster.dsn(own_database, role="postgres")) as session:
        _really(session, statement)
    findings, _, _ = verifier.verify(cluster.dsn(own_database), anchors, None)
    assert findings
