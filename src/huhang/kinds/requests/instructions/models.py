"""What a leader wrote, to which unit, until when, and what was reported."""

from django.db import models
from django.db.models import Q

from huhang.kernel.numbering import uuid7


class Instruction(models.Model):
    """One instruction; open until the owning unit reports back or the request ends."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    case = models.ForeignKey("cases.Case", db_index=False, on_delete=models.PROTECT, related_name="instructions")
    seq = models.PositiveSmallIntegerField()
    text = models.TextField()
    unit = models.ForeignKey("units.Unit", db_index=False, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField()
    given_by = models.ForeignKey("people.User", db_index=False, on_delete=models.PROTECT, related_name="+")
    given_label = models.CharField(max_length=64)
    clock = models.OneToOneField("cases.Clock", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_why = models.CharField(max_length=12, blank=True, default="")
    report = models.TextField(blank=True, default="")
    report_unit = models.ForeignKey(
        "units.Unit", db_index=False, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    report_label = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        db_table = "instructions_instruction"
        constraints = (
            models.UniqueConstraint(fields=["case", "seq"], name="instruction_in_order"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_why="") | (Q(ended_at__isnull=False) & ~Q(ended_why="")),
                name="instruction_ended_has_why",
            ),
        )
        indexes = (models.Index(fields=["given_at"], name="instruction_open", condition=Q(ended_at__isnull=True)),)

    def __str__(self) -> str:
        return f"{self.case_id} #{self.seq}"
