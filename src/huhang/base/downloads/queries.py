"""One's own files, made and in the making."""

import uuid
from typing import Any

from django.db.models import QuerySet

from huhang.base.access.rules import Actor
from huhang.base.downloads.models import Download
from huhang.base.jobs.queries import given_up
from huhang.kernel.errors import Missing


def downloads_of(actor: Actor) -> QuerySet[Download]:
    """An officer's own, newest first; ``lost`` says that the worker gave one up."""
    lost = given_up("downloads.make", "download")
    return Download.objects.filter(by_id=actor.user).annotate(lost=lost).order_by("-created_at", "-id")


def download_of(actor: Actor, pk: uuid.UUID) -> Any:
    """One of an officer's own.

    Raises:
        Missing: no such file of this officer; somebody else's looks the same.
    """
    found = downloads_of(actor).filter(pk=pk).first()
    if found is None:
        raise Missing
    return found
