"""One thing said in a request, by the person or by the office; never changed, only read."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from huhang.kernel.numbering import uuid7


class Saying(models.Model):
    """A message inside a request. ``read_at`` is when the other side opened it."""

    class Side(models.TextChoices):
        PERSON = "person"
        OFFICE = "office"

    id = models.UUIDField(primary_key=True, default=uuid7)
    case = models.ForeignKey("cases.Case", db_index=False, on_delete=models.PROTECT, related_name="sayings")
    at = models.DateTimeField()
    side = models.CharField(max_length=8, choices=Side.choices)
    by_user = models.ForeignKey("people.User", db_index=False, on_delete=models.PROTECT, null=True, related_name="+")
    by_label = models.CharField(max_length=64)
    unit = models.ForeignKey("units.Unit", db_index=False, on_delete=models.PROTECT, null=True, related_name="+")
    text = models.TextField()
    files = ArrayField(models.UUIDField(), default=list, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)
    read_by = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        db_table = "talk_saying"
        indexes = (
            models.Index(fields=["case", "at"], name="saying_of_case"),
            models.Index(fields=["case", "side"], name="saying_unread", condition=Q(read_at__isnull=True)),
        )

    def __str__(self) -> str:
        return f"{self.case_id} {self.side} {self.at:%F %T}"
