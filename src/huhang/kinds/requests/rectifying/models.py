"""One bad rating being put right: what was done, by whom, in time or not."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from huhang.kernel.numbering import uuid7

CONTACT, RECTIFY, REVISIT = "rectify_contact", "rectify", "rectify_revisit"
OPEN = (CONTACT, RECTIFY, REVISIT)
"""Open stages; each is also the name of the clock that runs in it."""
DONE, SUPERSEDED, LIFTED = "done", "superseded", "lifted"


class Rectification(models.Model):
    """Beside a case, from a bad rating until somebody else has heard from the person that it was put right (C4).

    ``lifted``: the rating was excluded, or the person rated anew; ``superseded``: another bad rating came before this
    one was put right, and has a record of its own. Neither counts as put right.
    """

    class Stage(models.TextChoices):
        CONTACT = CONTACT, _("待联系诉求人")
        RECTIFY = RECTIFY, _("整改中")
        REVISIT = REVISIT, _("待整改回访")
        DONE = DONE, _("已完成")
        SUPERSEDED = SUPERSEDED, _("又收到差评，另行整改")
        LIFTED = LIFTED, _("已解除")

    id = models.UUIDField(primary_key=True, default=uuid7)
    case = models.ForeignKey("cases.Case", db_index=False, on_delete=models.PROTECT, related_name="rectifications")
    rating = models.ForeignKey("requests.Rating", on_delete=models.PROTECT, related_name="rectifications")
    unit = models.ForeignKey("units.Unit", db_index=False, on_delete=models.PROTECT, null=True, related_name="+")
    rule = models.CharField(max_length=60)
    stage = models.CharField(max_length=16, choices=Stage.choices, default=CONTACT)
    begun_at = models.DateTimeField()
    contacted_at = models.DateTimeField(null=True, blank=True)
    contacted_by = models.ForeignKey(
        "people.User", db_index=False, on_delete=models.PROTECT, null=True, related_name="+"
    )
    contacted_in_time = models.BooleanField(null=True)
    said = models.TextField(blank=True, default="")
    rectified_at = models.DateTimeField(null=True, blank=True)
    rectified_by = models.ForeignKey(
        "people.User", db_index=False, on_delete=models.PROTECT, null=True, related_name="+"
    )
    rectified_in_time = models.BooleanField(null=True)
    measures = models.TextField(blank=True, default="")
    reference = models.CharField(max_length=200, blank=True, default="")
    files = ArrayField(models.UUIDField(), default=list, blank=True)
    sent_back = models.PositiveSmallIntegerField(default=0)
    tries = ArrayField(models.DateTimeField(), default=list, blank=True)
    revisited_at = models.DateTimeField(null=True, blank=True)
    revisited_by = models.ForeignKey(
        "people.User", db_index=False, on_delete=models.PROTECT, null=True, related_name="+"
    )
    reached = models.BooleanField(null=True)
    content = models.BooleanField(null=True)
    word = models.TextField(blank=True, default="")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "rectifying_rectification"
        constraints = (
            models.UniqueConstraint(fields=["case"], condition=Q(stage__in=OPEN), name="one_rectification_open"),
            models.CheckConstraint(
                condition=Q(stage__in=OPEN, ended_at__isnull=True) | (~Q(stage__in=OPEN) & Q(ended_at__isnull=False)),
                name="rectification_ended_has_time",
            ),
            models.CheckConstraint(
                condition=Q(revisited_by__isnull=True)
                | (
                    (Q(rectified_by__isnull=True) | ~Q(revisited_by=F("rectified_by")))
                    & (Q(contacted_by__isnull=True) | ~Q(revisited_by=F("contacted_by")))
                ),
                name="rectification_revisited_by_another",
                violation_error_message=_("整改回访由没有经手整改的人来做。"),
            ),
        )
        indexes = (
            models.Index(fields=["case", "begun_at"], name="rectification_of_case"),
            models.Index(fields=["stage"], name="rectification_open", condition=Q(ended_at=None)),
        )

    def __str__(self) -> str:
        return f"{self.case_id} {self.stage}"
