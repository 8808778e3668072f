"""The work ledger: what must be done. The queue beside it may lose a job, the ledger may not."""

from django.db import models
from django.db.models import Q

from huhang.kernel.numbering import uuid7


class Work(models.Model):
    """A piece of work promised in the same transaction as the change that needs it."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    name = models.CharField(max_length=60)
    args = models.JSONField(default=dict)
    not_before = models.DateTimeField()
    created_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.TextField(blank=True, default="")
    queued_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    given_up_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "jobs_work"
        indexes = (
            models.Index(
                fields=["not_before"], name="work_open", condition=Q(done_at__isnull=True, given_up_at__isnull=True)
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} {self.id}"


class Beat(models.Model):
    """When a regular duty last ran; a missed tick is seen and made up for, not lost."""

    name = models.CharField(max_length=60, primary_key=True)
    at = models.DateTimeField()

    class Meta:
        db_table = "jobs_beat"

    def __str__(self) -> str:
        return self.name
