"""What is stored of recurring duties: excuses, what was written down by hand, reminders told, calendar addresses.

Whether a duty is due, done, late or excused is stored nowhere: it follows from these rows, the records rooms declare
and the clock (`deriving`).
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from huhang.kernel.numbering import uuid7

_OF_ONE = Q(subject__isnull=True, unit__isnull=False) | Q(subject__isnull=False, unit__isnull=True)


class Excuse(models.Model):
    """A chief says why a duty of one period need not be done; taken back it no longer counts, and stays readable."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    rule = models.CharField(max_length=40)
    version = models.PositiveIntegerField()
    subject = models.ForeignKey(
        "subjects.Subject", db_index=False, on_delete=models.PROTECT, null=True, related_name="+"
    )
    unit = models.ForeignKey("units.Unit", db_index=False, on_delete=models.PROTECT, null=True, related_name="+")
    day = models.DateField(_("周期第一天"))
    reason = models.CharField(_("理由"), max_length=200)
    at = models.DateTimeField()
    by = models.UUIDField(null=True)
    by_label = models.CharField(max_length=64)
    by_unit = models.UUIDField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.UUIDField(null=True)
    ended_label = models.CharField(max_length=64, blank=True, default="", db_default="")

    class Meta:
        db_table = "rounds_excuse"
        verbose_name = _("免办说明")
        constraints = (
            models.CheckConstraint(condition=_OF_ONE, name="excuse_of_one"),
            models.UniqueConstraint(
                fields=["rule", "subject", "day"],
                condition=Q(ended_at__isnull=True, subject__isnull=False),
                name="excused_once_a_subject",
            ),
            models.UniqueConstraint(
                fields=["rule", "unit", "day"],
                condition=Q(ended_at__isnull=True, unit__isnull=False),
                name="excused_once_a_unit",
            ),
        )
        indexes = (models.Index(fields=["subject"], name="excuse_of_subject", condition=Q(subject__isnull=False)),)

    def __str__(self) -> str:
        return f"{self.rule} {self.day}"


class Record(models.Model):
    """A meeting, round or symposium written down by hand, because no other record of it exists."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    rule = models.CharField(max_length=40)
    version = models.PositiveIntegerField()
    subject = models.ForeignKey(
        "subjects.Subject", db_index=False, on_delete=models.PROTECT, null=True, related_name="+"
    )
    unit = models.ForeignKey("units.Unit", db_index=False, on_delete=models.PROTECT, related_name="+")
    held_at = models.DateTimeField(_("时间"))
    place = models.CharField(_("地点"), max_length=120, blank=True, default="")
    people = models.PositiveIntegerField(_("到了几人"))
    bodies = models.PositiveIntegerField(_("来了几家"), default=1)
    roles = ArrayField(models.CharField(max_length=24), verbose_name=_("见到"), default=list)
    note = models.TextField(_("谈了什么、做了什么"))
    at = models.DateTimeField()
    by = models.UUIDField(null=True)
    by_label = models.CharField(max_length=64)
    voided_at = models.DateTimeField(null=True)
    voided_by = models.UUIDField(null=True)
    voided_label = models.CharField(max_length=64, blank=True, default="", db_default="")
    voided_why = models.CharField(max_length=200, blank=True, default="", db_default="")

    class Meta:
        db_table = "rounds_record"
        verbose_name = _("履职记录")
        indexes = (
            models.Index(fields=["held_at"], name="record_held", condition=Q(voided_at__isnull=True)),
            models.Index(fields=["subject", "-held_at"], name="record_of_subject", condition=Q(subject__isnull=False)),
        )

    def __str__(self) -> str:
        return f"{self.rule} {self.held_at:%F}"


class Told(models.Model):
    """That an officer was reminded of a duty at a stage (``near``, ``late``); so nobody is told the same twice."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    user = models.ForeignKey("people.User", db_index=False, on_delete=models.CASCADE, related_name="+")
    rule = models.CharField(max_length=40)
    of = models.UUIDField()
    day = models.DateField()
    stage = models.CharField(max_length=4)
    at = models.DateTimeField()

    class Meta:
        db_table = "rounds_told"
        constraints = (
            models.UniqueConstraint(fields=["user", "rule", "of", "day", "stage"], name="told_once_a_stage"),
        )
        indexes = (models.Index(fields=["at"], name="told_when"),)

    def __str__(self) -> str:
        return f"{self.rule} {self.day} {self.stage}"


class Feed(models.Model):
    """An officer's calendar address: secret, kept as a digest only, revoked or replaced at any time."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    user = models.ForeignKey("people.User", db_index=False, on_delete=models.CASCADE, related_name="+")
    digest = models.BinaryField(unique=True)
    language = models.CharField(max_length=8, default="zh-hans")
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "rounds_feed"
        constraints = (
            models.UniqueConstraint(
                fields=["user"], condition=Q(ended_at__isnull=True), name="one_live_feed_an_officer"
            ),
        )

    def __str__(self) -> str:
        return str(self.user_id)
