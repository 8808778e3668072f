"""Storing, serving and removing files."""

import hashlib
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import chain
from typing import IO
from urllib.parse import quote

from django.conf import settings
from django.db import transaction
from django.http import StreamingHttpResponse

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.rules import Actor
from huhang.base.files import disk
from huhang.base.files.inspection import checked, read_within
from huhang.base.files.models import StoredFile
from huhang.base.files.queries import open_file
from huhang.base.files.rules import clean_name
from huhang.base.journal import actions as journal
from huhang.kernel.numbering import uuid7

UNCLAIMED = timedelta(days=1)


@transaction.atomic
def store(
    *, name: str, content: IO[bytes], case: uuid.UUID | None, person: uuid.UUID | None, by: Actor, now: datetime
) -> StoredFile:
    """Checks a file, draws pictures anew, seals it and keeps it. Whether the actor may is the caller's to have asked.

    The bytes reach the disk before the row is written; when the transaction is undone they are cleared a day later.

    Raises:
        Invalid: empty, too large, not a kind taken, damaged or carrying something active; nothing was stored.
        Unavailable: the disk does not take it; nothing was stored.
    """
    kept = checked(name, read_within(content, settings.HUHANG_UPLOAD_BYTES))
    file = uuid7()
    disk.put(file, kept.content)
    stored = StoredFile(
        id=file,
        case=case,
        name=clean_name(name, kept.suffix),
        media_type=kept.media_type,
        size=len(kept.content),
        digest=hashlib.sha256(kept.content).hexdigest(),
        sealed=True,
        person=person,
        stored_at=now,
        stored_by=by.user,
    )
    StoredFile.objects.bulk_create([stored])
    journal.write(
        "file.store",
        by=by,
        now=now,
        case=case,
        data={"file": str(file), "digest": stored.digest, "size": stored.size, "type": stored.media_type},
    )
    return stored


@transaction.atomic
def keep_made(*, name: str, content: bytes, media_type: str, by: Actor, now: datetime) -> StoredFile:
    """Seals and keeps a file that the product itself made for an officer; nothing in it came from outside unread.

    Raises:
        Unavailable: the disk does not take it; nothing was stored.
    """
    file = uuid7()
    disk.put(file, content)
    stored = StoredFile(
        id=file,
        name=name[:200],
        media_type=media_type,
        size=len(content),
        digest=hashlib.sha256(content).hexdigest(),
        sealed=True,
        stored_at=now,
        stored_by=by.user,
    )
    StoredFile.objects.bulk_create([stored])
    journal.write("file.store", by=by, now=now, data={"file": str(file), "digest": stored.digest, "size": stored.size})
    return stored


@transaction.atomic
def serve(stored: StoredFile, *, by: Actor, now: datetime) -> StreamingHttpResponse:
    """The file as a download that no browser shows or runs in our place (SAFEGUARDS 12).

    Reading a file that belongs to a person is a row the person sees, unless it is the person who reads (SAFEGUARDS 10).
    Whether the actor may see the file's case is the caller's to have asked.

    Raises:
        Missing: it was removed.
        Unavailable: it cannot be opened; nothing was sent.
    """
    journal.write(
        "file.read" if stored.person is None or stored.person == by.person else "person.read",
        by=by,
        now=now,
        case=stored.case,
        person=stored.person,
        about="查看附件",
        data={"field": "file", "file": str(stored.pk)},
    )
    pieces = open_file(stored)
    first = next(pieces, b"")  # opened now, so that a fault is a page that says so and not half a file
    return _download(stored, chain([first], pieces))


def _download(stored: StoredFile, pieces: Iterator[bytes]) -> StreamingHttpResponse:
    plain = stored.name.encode("ascii", "replace").decode().replace("?", "_").replace('"', "_").replace("\\", "_")
    answer = StreamingHttpResponse(pieces, content_type=stored.media_type)
    answer["Content-Length"] = str(stored.size)
    answer["Content-Disposition"] = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(stored.name, safe='')}"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer["Cache-Control"] = "no-store, private"
    answer["Cross-Origin-Resource-Policy"] = "same-origin"
    return answer


@transaction.atomic
def remove(stored: StoredFile, *, by: Actor, now: datetime) -> None:
    """Takes the bytes away for good after commit; the row stays and says when (SAFEGUARDS 18)."""
    if stored.removed_at is not None:
        return
    stored.removed_at = now
    stored.save(update_fields=["removed_at"])
    journal.write("file.remove", by=by, now=now, case=stored.case, person=stored.person, data={"file": str(stored.pk)})
    transaction.on_commit(lambda: disk.remove(stored.pk))


def clear_unclaimed(*, now: datetime) -> int:
    """Removes what lies on disk for more than a day without a living row: undone transactions, broken-off writes."""
    old = dict(disk.older_than(now - UNCLAIMED))
    with acting(SYSTEM):
        ids = [file for file in old.values() if file is not None]
        living = set(StoredFile.objects.filter(pk__in=ids, removed_at__isnull=True).values_list("pk", flat=True))
    gone = [path for path, file in old.items() if file not in living]
    for path in gone:
        path.unlink(missing_ok=True)
    return len(gone)
