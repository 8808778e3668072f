"""Files at rest: sealed, whole or not there, found damaged when they are, served as downloads only."""

import errno
import io
import os
import random
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import transaction

from huhang.base.access.context import SYSTEM
from huhang.base.access.rules import Actor
from huhang.base.files import actions, disk, queries, rules
from huhang.base.files.models import StoredFile
from huhang.base.journal.models import Entry
from huhang.base.keyring.keys import Ring
from huhang.kernel.errors import Invalid, Missing, Unavailable

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
PERSON, CASE = uuid.uuid4(), uuid.uuid4()
TEXT = "一段只在这里出现的文字\n".encode()
RING = Ring("k1", {"k1": b"1" * 32})


@pytest.fixture(autouse=True)
def _own_folder(settings: object, tmp_path: Path) -> None:
    settings.HUHANG_FILES = tmp_path / "files"  # type: ignore[attr-defined]


def stored(content: bytes = TEXT, name: str = "说明.txt", person: uuid.UUID | None = PERSON) -> StoredFile:
    return actions.store(name=name, content=io.BytesIO(content), case=CASE, person=person, by=SYSTEM, now=NOW)


def on_disk() -> list[Path]:
    from django.conf import settings

    return [path for path in Path(settings.HUHANG_FILES).rglob("*") if path.is_file()]


# ---- sealing, alone


@pytest.mark.parametrize("size", [0, 1, rules.CHUNK - 1, rules.CHUNK, rules.CHUNK + 1, 3 * rules.CHUNK, 200_001])
def test_what_is_sealed_opens_again(size: int) -> None:
    content, file = random.Random(size).randbytes(size), uuid.uuid4()
    sealed = b"".join(rules.seal(content, file, RING, os.urandom(16)))
    assert b"".join(rules.unseal(io.BytesIO(sealed), file, RING)) == content


def test_every_change_to_a_sealed_file_is_found(capsys: pytest.CaptureFixture[str]) -> None:
    """Cut off, flipped, swapped, repeated, another file's, another key's: as SAFEGUARDS 8 asks of the journal."""
    chance, file = random.Random(7), uuid.uuid4()
    content = chance.randbytes(2 * rules.CHUNK + 300)
    pieces = list(rules.seal(content, file, RING, os.urandom(16)))
    whole, other = b"".join(pieces), list(rules.seal(content, uuid.uuid4(), RING, os.urandom(16)))
    changes: list[bytes] = [
        b"".join([pieces[0], pieces[2], pieces[1], pieces[3]]),
        b"".join(pieces[:2]),
        b"".join(pieces[:3]),
        pieces[0],
        b"".join([*pieces, pieces[3]]),
        b"".join(other),
        b"".join([pieces[0], *other[1:]]),
        b"",
    ]
    changes += [whole[: chance.randrange(len(whole))] for _ in range(200)]
    for _ in range(300):
        at = chance.randrange(len(whole))
        changes.append(whole[:at] + bytes((whole[at] ^ 1 << chance.randrange(8),)) + whole[at + 1 :])
    for at in range(len(pieces[0])):
        changes += [whole[:at] + bytes((whole[at] ^ 1 << bit,)) + whole[at + 1 :] for bit in range(8)]
    found = 0
    for changed in changes:
        with pytest.raises(rules.DamagedError):
            list(rules.unseal(io.BytesIO(changed), file, RING))
        found += 1
    with pytest.raises(rules.DamagedError):
        list(rules.unseal(io.BytesIO(whole), file, Ring("k2", {"k2": b"1" * 32})))
    with capsys.disabled():
        print(f"\nsealed files: {len(changes)} changes, {found} found")


# ---- names


@pytest.mark.parametrize(
    ("name", "suffix", "kept"),
    [
        ("../../etc/passwd", "txt", "passwd.txt"),
        ("..\\..\\windows\\a.txt", "txt", "a.txt"),
        ("C:\\用户\\照片.JPEG", "jpg", "照片.jpg"),
        ("照片.webp", "jpg", "照片.jpg"),
        ("发票\u202egpj.exe", "jpg", "发票gpj.exe.jpg"),
        ("a\0b.txt", "txt", "ab.txt"),
        ("a\nb\r\n.txt", "txt", "a b.txt"),
        ("", "pdf", "附件.pdf"),
        ("...", "pdf", "附件.pdf"),
        (".pdf", "pdf", "附件.pdf"),
        ("CON.txt", "txt", "_CON.txt"),
        ('a<b>:"|?*.txt', "txt", "ab.txt"),
        ("page.html", "jpg", "page.html.jpg"),
        ("长" * 300 + ".pdf", "pdf", "长" * 100 + ".pdf"),
        ("\udcff坏.txt", "txt", "坏.txt"),
        ("\u200b\u200e.txt", "txt", "附件.txt"),
    ],
)
def test_a_name_is_fit_to_show_and_to_save_under(name: str, suffix: str, kept: str) -> None:
    assert rules.clean_name(name, suffix) == kept


# ---- storing


def test_a_stored_file_is_sealed_on_disk_and_opens_as_it_was_sent(db: None) -> None:
    kept = stored()
    (path,) = on_disk()
    assert path.name == str(kept.pk)
    assert TEXT not in path.read_bytes()
    assert path.stat().st_mode & 0o077 == 0
    assert b"".join(queries.open_file(kept)) == TEXT
    assert (kept.size, kept.media_type, kept.name) == (len(TEXT), "text/plain; charset=utf-8", "说明.txt")
    assert Entry.objects.filter(action="file.store", case=CASE).count() == 1


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [("x.txt", b"", "空的"), ("x.exe", b"MZ\0", "不能上传"), ("x.txt", b"a" * (20 * 1024 * 1024 + 1), "20 MB")],
)
def test_a_refused_file_leaves_nothing(db: None, name: str, content: bytes, said: str) -> None:
    with pytest.raises(Invalid, match=said):
        stored(content, name)
    assert on_disk() == []
    assert not StoredFile.objects.exists()


def test_an_endless_upload_is_refused_without_being_read_to_its_end(db: None) -> None:
    class Endless(io.RawIOBase):
        given = 0

        def read(self, size: int = -1, /) -> bytes:
            self.given += size
            return b"a" * size

    upload = Endless()
    with pytest.raises(Invalid):
        actions.store(name="x.txt", content=upload, case=None, person=None, by=SYSTEM, now=NOW)  # type: ignore[arg-type]
    assert upload.given < 21 * 1024 * 1024


@pytest.mark.parametrize("step", ["mkdir", "write", "rename"])
def test_a_full_disk_is_said_plainly_and_leaves_nothing(db: None, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    def full(*args: object, **how: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "/secret/place")

    owner, name = {"mkdir": (Path, "mkdir"), "write": (os, "fsync"), "rename": (Path, "rename")}[step]
    monkeypatch.setattr(owner, name, full)
    with pytest.raises(Unavailable) as refusal:
        stored()
    monkeypatch.undo()
    assert "/" not in refusal.value.text + refusal.value.hint
    assert [path for path in on_disk() if path.suffix == ".part"] == []
    assert not StoredFile.objects.exists()


def test_what_an_undone_transaction_left_is_cleared_a_day_later(db: None) -> None:
    kept = stored()
    with transaction.atomic():
        stored()
        transaction.set_rollback(True)
    assert len(on_disk()) == 2
    just_now = datetime.now(UTC)
    assert actions.clear_unclaimed(now=just_now + timedelta(hours=23)) == 0
    assert actions.clear_unclaimed(now=just_now + timedelta(hours=25)) == 1
    assert [path.name for path in on_disk()] == [str(kept.pk)]


# ---- serving


def test_a_file_is_served_as_a_download_and_nothing_else(db: None) -> None:
    answer = actions.serve(stored(name='a"; x="照片.txt'), by=SYSTEM, now=NOW)
    assert b"".join(answer.streaming_content) == TEXT  # type: ignore[arg-type]
    assert answer["Content-Disposition"].startswith("attachment; ")
    assert "filename*=UTF-8''a%3B%20x%3D%E7%85%A7%E7%89%87.txt" in answer["Content-Disposition"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"].startswith("sandbox")
    assert "no-store" in answer["Cache-Control"]
    assert answer["Content-Length"] == str(len(TEXT))


def test_reading_a_persons_file_is_a_line_that_person_sees(db: None) -> None:
    kept = stored()
    for _ in range(3):
        actions.serve(kept, by=SYSTEM, now=NOW)
    assert Entry.objects.filter(action="person.read", person=PERSON).count() == 3
    actions.serve(kept, by=Actor(kind="person", id=PERSON, person=PERSON), now=NOW)
    assert Entry.objects.filter(action="person.read", person=PERSON).count() == 3


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def swap(path: Path) -> None:
    path.write_bytes(b"".join(rules.seal(b"another", uuid.uuid4(), RING, os.urandom(16))))


@pytest.mark.parametrize("harm", [cut, swap, Path.unlink])
def test_a_damaged_file_is_a_sentence_and_not_half_a_file(db: None, harm: Callable[[Path], None]) -> None:
    kept = stored()
    harm(on_disk()[0])
    with pytest.raises(Unavailable) as refusal:
        actions.serve(kept, by=SYSTEM, now=NOW)
    assert "/" not in refusal.value.text + refusal.value.hint


def test_a_row_that_names_other_contents_is_found_by_its_digest(db: None) -> None:
    kept = stored()
    kept.digest = "0" * 64
    with pytest.raises(Unavailable):
        list(queries.open_file(kept))


def test_a_removed_file_is_gone_after_commit_and_its_row_says_when(
    db: None, django_capture_on_commit_callbacks: Callable[..., object]
) -> None:
    kept = stored()
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        actions.remove(kept, by=SYSTEM, now=NOW)
        assert len(on_disk()) == 1
    assert on_disk() == []
    assert StoredFile.objects.get(pk=kept.pk).removed_at == NOW
    actions.remove(kept, by=SYSTEM, now=NOW)
    disk.remove(kept.pk)
    with pytest.raises(Missing):
        actions.serve(kept, by=SYSTEM, now=NOW)
    assert Entry.objects.filter(action="file.remove").count() == 1
