"""Storing, serving and removing files."""

import uuid
from datetime import datetime
from typing import IO

from django.http import StreamingHttpResponse

from huhang.base.access.rules import Actor
from huhang.base.files.models import StoredFile


def store(
    *, name: str, content: IO[bytes], case: uuid.UUID | None, person: uuid.UUID | None, by: Actor, now: datetime
) -> StoredFile:
    raise NotImplementedError


def serve(stored: StoredFile, *, by: Actor, now: datetime) -> StreamingHttpResponse:
    raise NotImplementedError


def clear_unclaimed(*, now: datetime) -> int:
    raise NotImplementedError
