"""What a request has beyond a case: contact, answer, revisits, ratings."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from huhang.kernel.numbering import uuid7


class Request(models.Model):
    """The detail row of a request; the case row beside it carries unit, state and clock.

    ``in_time``, ``revisit_result``, ``stars`` say how the last round ended, ``worst_stars`` the worst word of any
    round: written in the transaction that answers, revisits or rates, so that figures over a year count columns
    (SAFEGUARDS 20: tests recompute them from the journal). ``excluded``: the last round's rating was found mistaken by
    a second person; ``rectify``: how far the last valid bad rating is put right (open, rectified, revisited).
    """

    case = models.OneToOneField("cases.Case", on_delete=models.PROTECT, primary_key=True, related_name="request")
    nature = models.CharField(_("性质"), max_length=16)
    confidential = models.BooleanField(_("为诉求人保密"), default=False)
    contact_sealed = models.BinaryField(null=True)
    contact_masked = models.CharField(max_length=40, blank=True, default="")
    dispatch_unit = models.ForeignKey(
        "units.Unit", db_index=False, on_delete=models.PROTECT, null=True, related_name="+"
    )
    dispatched_at = models.DateTimeField(null=True, blank=True)
    transfers = models.PositiveSmallIntegerField(default=0)
    returns = models.PositiveSmallIntegerField(default=0)
    answer = models.TextField(blank=True, default="")
    result = models.CharField(max_length=16, blank=True, default="")
    answered_unit = models.ForeignKey(
        "units.Unit", db_index=False, on_delete=models.PROTECT, null=True, related_name="+"
    )
    answered_by = models.ForeignKey(
        "people.User", db_index=False, on_delete=models.PROTECT, null=True, related_name="+"
    )
    redo_count = models.PositiveSmallIntegerField(default=0)
    in_time = models.BooleanField(null=True)
    revisit_result = models.CharField(max_length=10, blank=True, default="", db_default="")
    stars = models.PositiveSmallIntegerField(null=True)
    worst_stars = models.PositiveSmallIntegerField(null=True)
    excluded = models.BooleanField(default=False, db_default=False)
    rectify = models.CharField(max_length=10, blank=True, default="", db_default="")
    rectify_in_time = models.BooleanField(null=True)
    source_key = models.CharField(max_length=80, null=True, blank=True, unique=True)
    source_row = models.JSONField(null=True, blank=True)

    class Meta:
        db_table = "requests_request"
        verbose_name = _("诉求")

    def __str__(self) -> str:
        return str(self.case_id)


class Revisit(models.Model):
    """One attempt to ask the person whether it is solved, by somebody who did not handle it."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    case = models.ForeignKey("cases.Case", db_index=False, on_delete=models.PROTECT, related_name="revisits")
    round = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    by = models.ForeignKey("people.User", db_index=False, on_delete=models.PROTECT, null=True, related_name="+")
    unit = models.ForeignKey("units.Unit", db_index=False, on_delete=models.PROTECT, null=True, related_name="+")
    reached = models.BooleanField()
    responded = models.BooleanField(null=True, blank=True)
    solved = models.BooleanField(null=True, blank=True)
    note = models.TextField(blank=True, default="")

    class Meta:
        db_table = "requests_revisit"
        indexes = (models.Index(fields=["case", "at"], name="revisit_of_case"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(reached=False, solved__isnull=True) | Q(reached=True, solved__isnull=False),
                name="revisit_solved_only_when_reached",
                violation_error_message=_("联系上了才能说是否解决。"),
            ),
        )

    def __str__(self) -> str:
        return f"{self.case_id} {self.at:%F}"


class Rating(models.Model):
    """What the person thinks, 5 stars best. Never made by default; at most one a round (C4).

    ``answer_of``: whose answer it is about where the request was joined to another: ``round`` is then a round of that
    one, and the rounds of its own stay free for the answer it gets when it is parted again (C6).
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    case = models.ForeignKey("cases.Case", db_index=False, on_delete=models.PROTECT, related_name="ratings")
    round = models.PositiveSmallIntegerField()
    stars = models.PositiveSmallIntegerField()
    reasons = ArrayField(models.CharField(max_length=8), default=list, blank=True)
    comment = models.TextField(blank=True, default="")
    said_to = models.CharField(max_length=12)
    at = models.DateTimeField()
    answer_of = models.ForeignKey("cases.Case", db_index=False, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        db_table = "requests_rating"
        constraints = (
            models.UniqueConstraint(
                fields=["case", "round"], condition=Q(answer_of__isnull=True), name="rated_once_a_round"
            ),
            models.UniqueConstraint(
                fields=["case", "answer_of", "round"],
                condition=Q(answer_of__isnull=False),
                name="joined_rated_once_a_round",
            ),
            models.CheckConstraint(condition=Q(stars__gte=1, stars__lte=5), name="rating_five_stars"),
        )

    def __str__(self) -> str:
        return f"{self.case_id} {self.stars}"


class ImportRun(models.Model):
    """One file of requests brought in: what was in it, what went in, what was refused and why."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    by = models.ForeignKey("people.User", db_index=False, on_delete=models.PROTECT, null=True, related_name="+")
    unit = models.ForeignKey("units.Unit", db_index=False, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    columns = models.JSONField(default=dict)
    total = models.PositiveIntegerField(default=0)
    bad = models.PositiveIntegerField(default=0)
    imported = models.PositiveIntegerField(default=0)
    repeated = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    checked_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "requests_import"

    def __str__(self) -> str:
        return self.name


class ImportRow(models.Model):
    """One row of the file: as it was read, what is wrong with it, and the case it became."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    run = models.ForeignKey(ImportRun, db_index=False, on_delete=models.CASCADE, related_name="rows")
    line = models.PositiveIntegerField()
    source_key = models.CharField(max_length=80)
    raw = models.JSONField()
    problems = models.JSONField(default=list)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    repeated = models.BooleanField(default=False)

    class Meta:
        db_table = "requests_import_row"
        constraints = (models.UniqueConstraint(fields=["run", "line"], name="import_row_line"),)

    def __str__(self) -> str:
        return f"{self.run_id}:{self.line}"
