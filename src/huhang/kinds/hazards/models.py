"""What a hazard has beyond a case. No column can hold a provision, an offence or a measure (ADR 36)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Hazard(models.Model):
    """The detail row of a hazard; the case row has the host (subject), kind (category), place and clocks.

    ``fixer`` is who in the enterprise sees to it, by office and never by name; ``again`` counts how often it was found
    not right when looked at, ``in_time`` says whether it was put right before the date.
    """

    case = models.OneToOneField("cases.Case", on_delete=models.PROTECT, primary_key=True, related_name="hazard")
    post = models.ForeignKey("posts.Post", on_delete=models.PROTECT, related_name="hazards", verbose_name=_("警务站"))
    fixer = models.CharField(_("由谁消除"), max_length=60, blank=True, default="")
    told_at = models.DateTimeField(_("告知时间"), null=True, blank=True)
    told_way = models.CharField(_("告知方式"), max_length=8, blank=True, default="")
    told_masked = models.CharField(_("告知了谁"), max_length=40, blank=True, default="")
    removed_at = models.DateTimeField(_("消除时间"), null=True, blank=True)
    removed_by = models.ForeignKey("people.User", db_index=False, on_delete=models.PROTECT, null=True, related_name="+")
    in_time = models.BooleanField(null=True)
    checked_at = models.DateTimeField(_("复看时间"), null=True, blank=True)
    checked_by = models.ForeignKey("people.User", db_index=False, on_delete=models.PROTECT, null=True, related_name="+")
    again = models.PositiveSmallIntegerField(_("再次要求"), default=0)

    class Meta:
        db_table = "hazards_hazard"
        verbose_name = _("隐患")

    def __str__(self) -> str:
        return str(self.case_id)
