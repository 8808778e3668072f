"""What a session has beyond a case: when, for whom, numbers. No column can hold who took part (B5, ADR 37)."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from huhang.cases.tables import TableRun
from huhang.kernel.numbering import uuid7
from huhang.kinds.trainings.rules import MOST_PEOPLE


def _number(label: Any) -> "models.PositiveIntegerField[int, int]":
    return models.PositiveIntegerField(label, default=0)


class Training(models.Model):
    """The detail row of a session; the case row carries kind (category), first subject, place and clock.

    ``case.answered_at`` is when it was held. ``people`` took part or were checked, ``scanned`` of them counted
    themselves at the door. ``taken`` and ``passed`` are of the quiz or the drill, before, after and at the return;
    ``adverse`` are results of a check that were handed over. ``kept`` says whether the skill was found kept.
    """

    case = models.OneToOneField("cases.Case", on_delete=models.PROTECT, primary_key=True, related_name="training")
    form = models.CharField(max_length=8)
    starts_at = models.DateTimeField(_("时间"))
    speaker = models.CharField(_("主讲、带队"), max_length=80, blank=True, default="")
    rule = models.CharField(max_length=60)
    quiz = models.CharField(max_length=24, blank=True, default="")
    quiz_version = models.PositiveIntegerField(default=0)
    reached = models.PositiveSmallIntegerField(_("几家"))
    people = models.PositiveIntegerField(_("人数"), null=True, blank=True)
    scanned = _number(_("扫码人数"))
    adverse = _number(_("移交人数"))
    before_taken = _number(_("开始前参加"))
    before_passed = _number(_("开始前合格"))
    after_taken = _number(_("结束时参加"))
    after_passed = _number(_("结束时合格"))
    return_taken = _number(_("回访时参加"))
    return_passed = _number(_("回访时合格"))
    return_adverse = _number(_("回访移交人数"))
    return_owed = models.BooleanField(default=False)
    returned_at = models.DateTimeField(null=True, blank=True)
    in_time = models.BooleanField(null=True)
    kept = models.BooleanField(null=True)

    class Meta:
        db_table = "trainings_training"
        verbose_name = _("讲座演练")
        constraints = (
            models.CheckConstraint(
                condition=Q(people__isnull=True) | Q(people__gte=1, people__lte=MOST_PEOPLE), name="training_people"
            ),
            models.CheckConstraint(
                condition=Q(before_passed__lte=F("before_taken"))
                & Q(after_passed__lte=F("after_taken"))
                & Q(return_passed__lte=F("return_taken"))
                & Q(return_adverse__lte=F("return_taken")),
                name="training_passed_within_taken",
            ),
            models.CheckConstraint(
                condition=Q(people__isnull=True, adverse=0) | Q(adverse__lte=F("people")), name="training_adverse"
            ),
        )
        indexes = (models.Index(fields=["starts_at"], name="training_by_day"),)

    def __str__(self) -> str:
        return str(self.case_id)


class Host(models.Model):
    """A subject a session was for."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    case = models.ForeignKey("cases.Case", db_index=False, on_delete=models.PROTECT, related_name="hosts")
    subject = models.ForeignKey("subjects.Subject", db_index=False, on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "trainings_host"
        constraints = (models.UniqueConstraint(fields=["case", "subject"], name="host_once_a_session"),)
        indexes = (models.Index(fields=["subject"], name="host_by_subject"),)

    def __str__(self) -> str:
        return str(self.subject_id)


class Result(models.Model):
    """How many there were of one result of a check, or one question's right answers: a number, never a person."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    case = models.ForeignKey("cases.Case", db_index=False, on_delete=models.PROTECT, related_name="results")
    stage = models.CharField(max_length=8)
    code = models.CharField(max_length=24)
    taken = models.PositiveIntegerField()
    right = models.PositiveIntegerField(default=0)

    class Meta:
        db_table = "trainings_result"
        constraints = (
            models.UniqueConstraint(fields=["case", "stage", "code"], name="result_once_a_stage"),
            models.CheckConstraint(condition=Q(right__lte=F("taken")), name="result_right_within_taken"),
        )

    def __str__(self) -> str:
        return f"{self.stage} {self.code}"


class Mark(models.Model):
    """That some device was counted at a stage: a keyed digest of a random value it holds for a day, destroyed soon.

    It tells devices apart within one stage of one session and nothing else: the key is mixed with the session.
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    case = models.ForeignKey("cases.Case", db_index=False, on_delete=models.PROTECT, related_name="+")
    stage = models.CharField(max_length=8)
    digest = models.BinaryField()
    made_at = models.DateTimeField()

    class Meta:
        db_table = "trainings_mark"
        constraints = (models.UniqueConstraint(fields=["case", "stage", "digest"], name="device_once_a_stage"),)
        indexes = (models.Index(fields=["made_at"], name="mark_by_age"),)

    def __str__(self) -> str:
        return self.stage


class ImportRun(TableRun):
    """A table of sessions that was read: its rows as values with what is wrong beside each; the file is not kept."""

    class Meta:
        db_table = "trainings_import"
