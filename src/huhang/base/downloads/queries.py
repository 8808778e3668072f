"""One's own files, made and in the making."""

import uuid
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, TextField
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from huhang.base.access.rules import Actor
from huhang.base.downloads.models import Download
from huhang.base.jobs.models import Work
from huhang.kernel.errors import Missing


def downloads_of(actor: Actor) -> QuerySet[Download]:
    """An officer's own, newest first; ``lost`` says that the worker gave one up."""
    lost = (
        Work.objects.filter(name="downloads.make", given_up_at__isnull=False)
        .annotate(of=KeyTextTransform("download", "args"))
        .filter(of=Cast(OuterRef("pk"), TextField()))
    )
    return Download.objects.filter(by_id=actor.user).annotate(lost=Exists(lost)).order_by("-created_at", "-id")


def download_of(actor: Actor, pk: uuid.UUID) -> Any:
    """One of an officer's own.

    Raises:
        Missing: no such file of this officer; somebody else's looks the same.
    """
    found = downloads_of(actor).filter(pk=pk).first()
    if found is None:
        raise Missing
    return found
