"""What became of promised work, for pages that show its progress."""

from django.db.models import Exists, OuterRef, TextField
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from huhang.base.jobs.models import Work


def given_up(name: str, argument: str) -> Exists:
    """Whether the work of this name for a row was given up; ``argument`` is the one that carries the row's key."""
    lost = Work.objects.filter(name=name, given_up_at__isnull=False).annotate(of=KeyTextTransform(argument, "args"))
    return Exists(lost.filter(of=Cast(OuterRef("pk"), TextField())))
