"""What a dispute has beyond a case: who is at odds, each sitting, each letter outside, the agreement."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from huhang.kernel.numbering import uuid7


class Dispute(models.Model):
    """The detail row of a dispute; the case row has topic (category), place, unit and clocks.

    ``settled_by`` is whoever led the last step to the settlement and therefore does not look again; ``relapses`` counts
    how often it came up again after a settlement.
    """

    case = models.OneToOneField("cases.Case", on_delete=models.PROTECT, primary_key=True, related_name="dispute")
    post = models.ForeignKey(
        "posts.Post", on_delete=models.PROTECT, null=True, blank=True, related_name="disputes", verbose_name=_("警务站")
    )
    terms = models.TextField(_("协议内容"), blank=True, default="")
    agreement = models.ForeignKey(
        "cases.Attachment", db_index=False, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    spoken = models.BooleanField(_("口头协议"), default=False)
    agreed_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(_("化解时间"), null=True, blank=True)
    settled_by = models.ForeignKey("people.User", db_index=False, on_delete=models.PROTECT, null=True, related_name="+")
    in_time = models.BooleanField(null=True)
    relapses = models.PositiveSmallIntegerField(_("复发"), default=0)
    ways = ArrayField(models.CharField(max_length=16), default=list, blank=True)

    class Meta:
        db_table = "disputes_dispute"
        verbose_name = _("纠纷")

    def __str__(self) -> str:
        return str(self.case_id)


class Party(models.Model):
    """Somebody at odds: a subject of the register, or a person whose name is sealed. ``read_at`` is when the agreement
    of the running round was read to them, ``signed_at`` when they signed it."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    case = models.ForeignKey("cases.Case", db_index=False, on_delete=models.PROTECT, related_name="parties")
    seq = models.PositiveSmallIntegerField()
    side = models.CharField(max_length=8)
    name_sealed = models.BinaryField(null=True)
    name_masked = models.CharField(max_length=120)
    subject = models.ForeignKey(
        "subjects.Subject", db_index=False, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    person = models.ForeignKey(
        "subjects.Person", db_index=False, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    read_at = models.DateTimeField(null=True, blank=True)
    signed_at = models.DateTimeField(null=True, blank=True)
    signed_how = models.CharField(max_length=8, blank=True, default="")

    class Meta:
        db_table = "disputes_party"
        constraints = (
            models.UniqueConstraint(fields=["case", "seq"], name="party_in_order"),
            models.CheckConstraint(
                condition=Q(subject__isnull=False, name_sealed__isnull=True)
                | Q(subject__isnull=True, name_sealed__isnull=False),
                name="party_subject_or_person",
            ),
            models.CheckConstraint(
                condition=Q(signed_at__isnull=True) | Q(read_at__isnull=False), name="party_read_before_signing"
            ),
        )
        indexes = (models.Index(fields=["subject"], name="party_subject", condition=Q(subject__isnull=False)),)

    def __str__(self) -> str:
        return self.name_masked


class Sitting(models.Model):
    """One step of the mediation: the day, who took part, what was said."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    case = models.ForeignKey("cases.Case", db_index=False, on_delete=models.PROTECT, related_name="sittings")
    seq = models.PositiveSmallIntegerField()
    on = models.DateField()
    place = models.CharField(max_length=100, blank=True, default="")
    present = ArrayField(models.UUIDField(), default=list)
    others = models.CharField(max_length=100, blank=True, default="")
    said = models.TextField()
    at = models.DateTimeField()
    by = models.ForeignKey("people.User", db_index=False, on_delete=models.PROTECT, null=True, related_name="+")
    by_label = models.CharField(max_length=64)

    class Meta:
        db_table = "disputes_sitting"
        constraints = (models.UniqueConstraint(fields=["case", "seq"], name="sitting_in_order"),)

    def __str__(self) -> str:
        return f"{self.case_id} #{self.seq}"


class Letter(models.Model):
    """One letter to another authority, open until it is answered or ended with the dispute (C5)."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    case = models.ForeignKey("cases.Case", db_index=False, on_delete=models.PROTECT, related_name="letters")
    seq = models.PositiveSmallIntegerField()
    authority = models.CharField(max_length=60)
    authority_version = models.PositiveIntegerField()
    name = models.CharField(max_length=80)
    asked = models.TextField()
    number = models.CharField(max_length=40)
    file = models.ForeignKey("cases.Attachment", db_index=False, on_delete=models.PROTECT, related_name="+")
    clock = models.OneToOneField("cases.Clock", on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField()
    urged = models.PositiveSmallIntegerField(default=0)
    urged_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_why = models.CharField(max_length=12, blank=True, default="")
    result = models.CharField(max_length=12, blank=True, default="")
    answer = models.TextField(blank=True, default="")

    class Meta:
        db_table = "disputes_letter"
        constraints = (
            models.UniqueConstraint(fields=["case", "seq"], name="letter_in_order"),
            models.UniqueConstraint(
                fields=["case", "authority"], condition=Q(ended_at__isnull=True), name="one_open_letter_an_authority"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("sent_at")), name="letter_ends_after_sent"
            ),
        )

    def __str__(self) -> str:
        return self.number
