"""Who answers for whom, from one day to another, and the plans that proposed it (B1)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from huhang.kernel.numbering import uuid7


class Liaison(models.Model):
    """An officer answers for a subject in one line; an open end means until further notice. Never deleted."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    subject = models.ForeignKey(
        "subjects.Subject", db_index=False, on_delete=models.PROTECT, related_name="liaisons", verbose_name=_("主体")
    )
    line = models.CharField(_("责任线"), max_length=24)
    officer = models.ForeignKey(
        "people.User", db_index=False, on_delete=models.PROTECT, related_name="liaisons", verbose_name=_("责任人")
    )
    each = models.CharField(max_length=24, blank=True, default="", db_default="")
    starts_at = models.DateTimeField(_("起"))
    ends_at = models.DateTimeField(_("止"), null=True, blank=True)
    why = models.CharField(_("为什么由其负责"), max_length=200, blank=True, default="", db_default="")
    ended_why = models.CharField(_("为什么不再负责"), max_length=200, blank=True, default="", db_default="")
    plan = models.ForeignKey(
        "liaisons.Plan", db_index=False, on_delete=models.PROTECT, null=True, blank=True, related_name="made"
    )
    by = models.ForeignKey("people.User", db_index=False, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        db_table = "liaisons_liaison"
        verbose_name = _("包保责任")
        constraints = (
            models.UniqueConstraint(
                fields=["subject", "line"], condition=Q(ends_at__isnull=True), name="one_officer_a_line"
            ),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gte=F("starts_at")), name="liaison_ends_after_start"
            ),
        )
        indexes = (
            models.Index(fields=["officer", "line"], name="liaison_now", condition=Q(ends_at__isnull=True)),
            models.Index(fields=["subject", "-starts_at"], name="liaison_of_subject"),
        )

    def __str__(self) -> str:
        return f"{self.line} {self.subject_id}"


class Skill(models.Model):
    """A language or trade an officer speaks, or a unit knows and with it everybody posted there."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    officer = models.ForeignKey("people.User", on_delete=models.PROTECT, null=True, blank=True, related_name="skills")
    unit = models.ForeignKey("units.Unit", on_delete=models.PROTECT, null=True, blank=True, related_name="skills")
    skill = models.CharField(max_length=24)

    class Meta:
        db_table = "liaisons_skill"
        constraints = (
            models.CheckConstraint(
                condition=Q(officer__isnull=True, unit__isnull=False) | Q(officer__isnull=False, unit__isnull=True),
                name="skill_of_one",
            ),
            models.UniqueConstraint(fields=["officer", "skill"], name="skill_once_an_officer"),
            models.UniqueConstraint(fields=["unit", "skill"], name="skill_once_a_unit"),
        )

    def __str__(self) -> str:
        return self.skill


class Plan(models.Model):
    """A proposal for the whole city or one branch, made by rule, confirmed or put aside by a person."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    branch = models.ForeignKey("units.Unit", db_index=False, on_delete=models.PROTECT, null=True, related_name="+")
    policy = models.PositiveIntegerField()
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey("people.User", db_index=False, on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey("people.User", db_index=False, on_delete=models.PROTECT, null=True, related_name="+")
    discarded = models.BooleanField(default=False)
    subjects = models.PositiveIntegerField(default=0)
    officers = models.PositiveIntegerField(default=0)
    short = models.JSONField(default=list)

    class Meta:
        db_table = "liaisons_plan"
        indexes = (models.Index(fields=["-asked_at"], name="plan_newest"),)

    def __str__(self) -> str:
        return f"{self.asked_at:%F %T}"


class PlanRow(models.Model):
    """One line of a plan: who answers now, who should, and what told; ``outcome`` says what became of it."""

    class Outcome(models.TextChoices):
        OPEN = "", _("待确认")
        DONE = "done", _("已执行")
        LEFT = "left", _("未选")
        STALE = "stale", _("情况已变，未执行")

    id = models.UUIDField(primary_key=True, default=uuid7)
    plan = models.ForeignKey(Plan, db_index=False, on_delete=models.CASCADE, related_name="rows")
    subject = models.ForeignKey("subjects.Subject", db_index=False, on_delete=models.PROTECT, related_name="+")
    line = models.CharField(max_length=24)
    before = models.ForeignKey("people.User", db_index=False, on_delete=models.PROTECT, null=True, related_name="+")
    after = models.ForeignKey("people.User", db_index=False, on_delete=models.PROTECT, null=True, related_name="+")
    change = models.CharField(max_length=8)
    why = ArrayField(models.CharField(max_length=16), default=list)
    skills = ArrayField(models.CharField(max_length=24), default=list)
    load = models.PositiveIntegerField(default=0)
    most = models.PositiveIntegerField(default=0)
    others = models.PositiveIntegerField(default=0)
    each = models.CharField(max_length=24, blank=True, default="")
    outcome = models.CharField(max_length=5, choices=Outcome.choices, blank=True, default="", db_default="")

    class Meta:
        db_table = "liaisons_plan_row"
        indexes = (models.Index(fields=["plan", "change", "id"], name="plan_rows"),)

    def __str__(self) -> str:
        return f"{self.change} {self.line}"
