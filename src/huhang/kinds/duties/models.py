"""What a duty has beyond a case: who asked for it, and what was reported."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _


class Duty(models.Model):
    """The detail row of a duty; the case row beside it carries unit, state and clock.

    ``in_time`` says whether the newest report came before the date; ``reports`` are earlier ones that did not do.
    """

    case = models.OneToOneField("cases.Case", on_delete=models.PROTECT, primary_key=True, related_name="duty")
    asked_unit = models.ForeignKey("units.Unit", db_index=False, on_delete=models.PROTECT, related_name="+")
    asked_by = models.ForeignKey("people.User", db_index=False, on_delete=models.PROTECT, null=True, related_name="+")
    source = models.CharField(_("来源"), max_length=80, blank=True, default="")
    report = models.TextField(blank=True, default="")
    reported_by = models.ForeignKey(
        "people.User", db_index=False, on_delete=models.PROTECT, null=True, related_name="+"
    )
    reported_at = models.DateTimeField(null=True, blank=True)
    in_time = models.BooleanField(null=True)
    reports = ArrayField(models.TextField(), default=list, blank=True)

    class Meta:
        db_table = "duties_duty"
        verbose_name = _("议定事项")

    def __str__(self) -> str:
        return str(self.case_id)
