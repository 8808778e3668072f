"""What a supervision card has beyond a case, and who is still to be told of it."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from huhang.kernel.numbering import uuid7
from huhang.kinds.cards.rules import CAUSES, LABELS, LEVELS


class Card(models.Model):
    """The detail row of a card; its case row carries unit, addressee and the clock of the written answer.

    ``matter`` is what the card is about. ``matter_from`` and ``bad`` say what was judged when it got its level: the
    beginning of the clock, and how often somebody had been dissatisfied.
    """

    case = models.OneToOneField("cases.Case", on_delete=models.PROTECT, primary_key=True, related_name="card")
    matter = models.ForeignKey("cases.Case", db_index=False, on_delete=models.PROTECT, related_name="cards")
    level = models.CharField(_("级别"), max_length=8, choices=[(name, LABELS[name]) for name in LEVELS])
    rank = models.PositiveSmallIntegerField()
    cause = models.CharField(max_length=12, choices=CAUSES)
    version = models.PositiveIntegerField()
    matter_from = models.DateTimeField(null=True, blank=True)
    bad = models.PositiveSmallIntegerField(default=0)
    raises = models.PositiveSmallIntegerField(default=0)
    issued_by = models.ForeignKey("people.User", db_index=False, on_delete=models.PROTECT, null=True, related_name="+")
    post = models.CharField(max_length=8, blank=True, default="")
    passed = models.CharField(max_length=200, blank=True, default="")
    answer = models.TextField(blank=True, default="")
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        "people.User", db_index=False, on_delete=models.PROTECT, null=True, related_name="+"
    )
    in_time = models.BooleanField(null=True)
    appeal = models.TextField(blank=True, default="")
    appealed_at = models.DateTimeField(null=True, blank=True)
    appealed_by = models.ForeignKey(
        "people.User", db_index=False, on_delete=models.PROTECT, null=True, related_name="+"
    )
    judgement = models.TextField(blank=True, default="")
    judged_at = models.DateTimeField(null=True, blank=True)
    judged_by = models.ForeignKey("people.User", db_index=False, on_delete=models.PROTECT, null=True, related_name="+")
    lift_reason = models.TextField(blank=True, default="")
    lift_cause = models.CharField(max_length=12, blank=True, default="")
    lifted_by = models.ForeignKey("people.User", db_index=False, on_delete=models.PROTECT, null=True, related_name="+")
    confirmed_by = models.ForeignKey(
        "people.User", db_index=False, on_delete=models.PROTECT, null=True, related_name="+"
    )
    lifted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "cards_card"
        verbose_name = _("督办卡")
        indexes = (
            models.Index(fields=["matter"], name="card_of_matter"),
            models.Index(fields=["rank"], name="card_out", condition=Q(lifted_at__isnull=True)),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["matter"],
                condition=Q(lifted_at__isnull=True),
                name="one_live_card_a_matter",
                violation_error_message=_("这件事已有一张督办卡。"),
            ),
            models.CheckConstraint(
                condition=Q(level="blue", rank=1)
                | Q(level="yellow", rank=2)
                | Q(level="orange", rank=3)
                | Q(level="red", rank=4),
                name="card_rank_is_its_level",
            ),
            models.CheckConstraint(
                condition=Q(lifted_at__isnull=True) | (Q(lifted_by__isnull=False) & ~Q(lift_reason="")),
                name="card_lifted_with_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(lifted_at__isnull=True)
                | ~Q(level="red")
                | (Q(confirmed_by__isnull=False) & ~Q(confirmed_by=F("lifted_by"))),
                name="red_card_lifted_by_two",
                violation_error_message=_("红卡由两个人解除，不能自己确认自己。"),
            ),
            models.CheckConstraint(
                condition=Q(judged_by__isnull=True)
                | (
                    (Q(issued_by__isnull=True) | ~Q(judged_by=F("issued_by")))
                    & (Q(appealed_by__isnull=True) | ~Q(judged_by=F("appealed_by")))
                ),
                name="card_appeal_judged_by_another",
                violation_error_message=_("申诉由发卡人以外的人裁定。"),
            ),
        )

    def __str__(self) -> str:
        return f"{self.case_id} {self.level}"


class Notice(models.Model):
    """Somebody is to be told that a card was addressed to them; told in the next digest, or at once."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    card = models.ForeignKey(Card, db_index=False, on_delete=models.PROTECT, related_name="notices")
    user = models.ForeignKey("people.User", db_index=False, on_delete=models.PROTECT, related_name="+")
    level = models.CharField(max_length=8)
    at = models.DateTimeField()
    told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "cards_notice"
        indexes = (models.Index(fields=["user", "at"], name="notice_untold", condition=Q(told_at__isnull=True)),)

    def __str__(self) -> str:
        return f"{self.card_id} {self.user_id}"


class Digest(models.Model):
    """One message to one officer in one slot of working hours; there is never a second (D2: no storm)."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    user = models.ForeignKey("people.User", db_index=False, on_delete=models.PROTECT, related_name="+")
    slot = models.DateTimeField()
    at = models.DateTimeField()
    cards = models.PositiveIntegerField()

    class Meta:
        db_table = "cards_digest"
        constraints = (models.UniqueConstraint(fields=["user", "slot"], name="one_digest_a_slot"),)

    def __str__(self) -> str:
        return f"{self.user_id} {self.slot:%F %H:%M}"
