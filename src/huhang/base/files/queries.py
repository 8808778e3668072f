"""Reading stored files."""

from collections.abc import Iterator

from huhang.base.files.models import StoredFile


def open_file(stored: StoredFile) -> Iterator[bytes]:
    raise NotImplementedError
