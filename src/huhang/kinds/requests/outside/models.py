"""What was referred outside, and every letter of reminder."""

from django.db import models
from django.db.models import Q

from huhang.kernel.numbering import uuid7


class Referral(models.Model):
    """One letter to one authority, open until it is answered, called off, or ended with the request."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    case = models.ForeignKey("cases.Case", db_index=False, on_delete=models.PROTECT, related_name="referrals")
    seq = models.PositiveSmallIntegerField()
    authority = models.CharField(max_length=60)
    authority_version = models.PositiveIntegerField()
    name = models.CharField(max_length=80)
    asked = models.TextField()
    number = models.CharField(max_length=40)
    letter = models.ForeignKey("cases.Attachment", db_index=False, on_delete=models.PROTECT, related_name="+")
    clock = models.OneToOneField("cases.Clock", on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey("units.Unit", db_index=False, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField()
    sent_by = models.CharField(max_length=64)
    interim_at = models.DateTimeField(null=True, blank=True)
    warned_at = models.DateTimeField(null=True, blank=True)
    interim_warned_at = models.DateTimeField(null=True, blank=True)
    urged_at = models.DateTimeField(null=True, blank=True)
    urged = models.PositiveSmallIntegerField(default=0)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_why = models.CharField(max_length=12, blank=True, default="")
    result = models.CharField(max_length=12, blank=True, default="")
    answer = models.TextField(blank=True, default="")
    answer_file = models.ForeignKey(
        "cases.Attachment", db_index=False, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    said = models.TextField(blank=True, default="")

    class Meta:
        db_table = "outside_referral"
        constraints = (
            models.UniqueConstraint(fields=["case", "seq"], name="referral_in_order"),
            models.UniqueConstraint(
                fields=["case", "authority"], condition=Q(ended_at__isnull=True), name="one_open_referral_an_authority"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_why="") | (Q(ended_at__isnull=False) & ~Q(ended_why="")),
                name="referral_ended_has_why",
            ),
        )
        indexes = (models.Index(fields=["sent_at"], name="referral_open", condition=Q(ended_at__isnull=True)),)

    def __str__(self) -> str:
        return self.number


class Urging(models.Model):
    """One letter of reminder (催办函)."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    case = models.ForeignKey("cases.Case", db_index=False, on_delete=models.PROTECT, related_name="+")
    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="urgings")
    at = models.DateTimeField()
    number = models.CharField(max_length=40)
    letter = models.ForeignKey("cases.Attachment", db_index=False, on_delete=models.PROTECT, related_name="+")
    by_label = models.CharField(max_length=64)

    class Meta:
        db_table = "outside_urging"

    def __str__(self) -> str:
        return self.number
