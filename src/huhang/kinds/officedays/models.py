"""What an office day has beyond a case: its hours, its slots, and who booked which (B6)."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from huhang.cases.tables import TableRun
from huhang.kernel.numbering import uuid7


class OfficeDay(models.Model):
    """The detail row of an office day; the case row carries unit, subject, place and clock.

    ``case.answered_at`` is when it was held. ``came`` kept their booking, ``walk_ins`` came without one, ``taken``
    problems became requests under the day; how many of those are solved the ledger says, never this row.
    """

    case = models.OneToOneField("cases.Case", on_delete=models.PROTECT, primary_key=True, related_name="office_day")
    starts_at = models.DateTimeField(_("开始"))
    ends_at = models.DateTimeField(_("结束"))
    slot_minutes = models.PositiveSmallIntegerField(_("每段分钟"))
    rule_version = models.PositiveIntegerField()
    topic = models.CharField(_("主要办什么"), max_length=200, blank=True, default="")
    came = models.PositiveIntegerField(_("预约到场"), default=0)
    walk_ins = models.PositiveIntegerField(_("临时到场"), default=0)
    received = models.PositiveIntegerField(_("接待人数"), default=0)
    taken = models.PositiveIntegerField(_("带回问题"), default=0)

    class Meta:
        db_table = "officedays_day"
        verbose_name = _("现场办公")
        constraints = (
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="office_day_ends_after_it_begins"),
            models.CheckConstraint(condition=Q(received=F("came") + F("walk_ins")), name="office_day_received"),
        )
        indexes = (models.Index(fields=["starts_at"], name="office_day_by_day"),)

    def __str__(self) -> str:
        return str(self.case_id)


class Slot(models.Model):
    """A span of the day with its seats; ``booked`` is how many live bookings there are, never more than seats."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    case = models.ForeignKey("cases.Case", db_index=False, on_delete=models.PROTECT, related_name="slots")
    starts_at = models.DateTimeField()
    seats = models.PositiveSmallIntegerField()
    booked = models.PositiveSmallIntegerField(default=0)

    class Meta:
        db_table = "officedays_slot"
        constraints = (
            models.UniqueConstraint(fields=["case", "starts_at"], name="slot_once_a_day"),
            models.CheckConstraint(condition=Q(booked__lte=F("seats")), name="slot_not_oversold"),
        )

    def __str__(self) -> str:
        return str(self.starts_at)


class Booking(models.Model):
    """Somebody's seat in a slot. Given up or lapsed, the row stays and says so.

    The mask of the name stands here too, so that officers need no sight of the person's own row.
    """

    class State(models.TextChoices):
        LIVE = "live", _("已预约")
        CAME = "came", _("已到场")
        MISSED = "missed", _("没有来")
        CANCELLED = "cancelled", _("已取消")
        LAPSED = "lapsed", _("因取消失效")

    id = models.UUIDField(primary_key=True, default=uuid7)
    case = models.ForeignKey("cases.Case", db_index=False, on_delete=models.PROTECT, related_name="bookings")
    slot = models.ForeignKey(Slot, on_delete=models.PROTECT, related_name="bookings")
    person = models.ForeignKey("subjects.Person", db_index=False, on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=16, unique=True)
    name_masked = models.CharField(max_length=40, blank=True, default="")
    about = models.CharField(_("想谈什么"), max_length=200, blank=True, default="")
    state = models.CharField(max_length=10, choices=State.choices, default=State.LIVE)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "officedays_booking"
        constraints = (
            models.UniqueConstraint(fields=["case", "person"], condition=Q(state="live"), name="booked_once_a_day"),
        )
        indexes = (
            models.Index(fields=["person", "-made_at"], name="booking_of_person"),
            models.Index(fields=["case", "state"], name="booking_of_day"),
        )

    def __str__(self) -> str:
        return self.number


class ImportRun(TableRun):
    """A table of days held that was read; what people said waits ``sealed`` until its rows are saved."""

    sealed = models.BinaryField(null=True)

    class Meta:
        db_table = "officedays_import"
