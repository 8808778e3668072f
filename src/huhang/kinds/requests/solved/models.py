"""What each answer must stand up to, what was said about a rating being mistaken, and links that rate once."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from huhang.cases.links import OneTimeLink
from huhang.kernel.numbering import uuid7


class Answered(models.Model):
    """One answer of a round: its result with the rule's version, its proof, and the draw of its revisit (C4).

    The draw can be worked out again: ``ticket`` is SHA-256 over seed, number and round; it was drawn when the ticket
    lay below ``rate`` per cent, or when something in ``because`` asks for a revisit whatever the lot says.
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    case = models.ForeignKey("cases.Case", db_index=False, on_delete=models.PROTECT, related_name="answers")
    round = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    by = models.ForeignKey("people.User", db_index=False, on_delete=models.PROTECT, null=True, related_name="+")
    unit = models.ForeignKey("units.Unit", db_index=False, on_delete=models.PROTECT, null=True, related_name="+")
    result = models.CharField(max_length=16)
    result_version = models.PositiveIntegerField(default=0)
    reference = models.CharField(max_length=200, blank=True, default="")
    reference_public = models.BooleanField(default=False)
    files = ArrayField(models.UUIDField(), default=list, blank=True)
    rule = models.CharField(max_length=60)
    rate = models.PositiveSmallIntegerField()
    seed = models.CharField(max_length=32)
    ticket = models.PositiveIntegerField()
    drawn = models.BooleanField()
    because = ArrayField(models.CharField(max_length=12), default=list, blank=True)

    class Meta:
        db_table = "solved_answered"
        constraints = (
            models.UniqueConstraint(fields=["case", "round"], name="drawn_once_a_round"),
            models.CheckConstraint(condition=Q(rate__lte=100, ticket__lt=10_000), name="draw_in_range"),
        )

    def __str__(self) -> str:
        return f"{self.case_id} {self.round}"


class Dispute(models.Model):
    """The unit says a rating is mistaken; somebody of another unit decides. The rating itself is never touched.

    ``overtaken``: what was noted on the telephone gave way to the person's own word, which this says nothing about.
    An excluded rating stays shown with reason and names, and every figure is told with and without it (SAFEGUARDS 20).
    """

    rating = models.OneToOneField("requests.Rating", on_delete=models.PROTECT, primary_key=True, related_name="dispute")
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="disputes")
    why = models.TextField()
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey("people.User", db_index=False, on_delete=models.PROTECT, related_name="+")
    asked_label = models.CharField(max_length=64)
    asked_unit = models.ForeignKey("units.Unit", db_index=False, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        "people.User", db_index=False, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_label = models.CharField(max_length=64, blank=True, default="")
    decided_unit = models.ForeignKey(
        "units.Unit", db_index=False, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    excluded = models.BooleanField(null=True, blank=True)
    decision = models.TextField(blank=True, default="")
    overtaken = models.BooleanField(default=False)

    class Meta:
        db_table = "solved_dispute"
        constraints = (
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, decided_by__isnull=True, excluded__isnull=True)
                | Q(decided_at__isnull=False, decided_by__isnull=False, excluded__isnull=False),
                name="dispute_decided_whole",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True)
                | (Q(decided_unit__isnull=False) & ~Q(decided_by=F("asked_by")) & ~Q(decided_unit=F("asked_unit"))),
                name="dispute_decided_by_another_unit",
                violation_error_message=_("误评由别的单位的人决定，不能自己定自己的。"),
            ),
        )

    def __str__(self) -> str:
        return f"{self.case_id} {self.asked_label}"


class RatingLink(OneTimeLink):
    """A link by which one round can be rated once, without an account."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    case = models.ForeignKey("cases.Case", db_index=False, on_delete=models.PROTECT, related_name="rating_links")
    round = models.PositiveSmallIntegerField()

    class Meta:
        db_table = "solved_rating_link"
        constraints = (
            models.UniqueConstraint(
                fields=["case", "round"], condition=Q(spent_at=None, replaced_at=None), name="one_live_link_a_round"
            ),
        )
        indexes = (models.Index(fields=["case"], name="rating_link_of_case"),)

    def __str__(self) -> str:
        return f"{self.case_id} {self.round}"
