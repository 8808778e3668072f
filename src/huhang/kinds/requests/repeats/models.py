"""What is kept to know repeats again: a fingerprint beside each request, and the matters several requests make."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from huhang.kernel.numbering import uuid7


class Fingerprint(models.Model):
    """What a request says and where, as numbers that an index finds.

    ``keys`` holds the keys of its whole text and of its body alone, and those of its bands salted with the span of
    days it was received in, so that one index answers "the same words ever" and "nearly the same words lately".
    ``cell`` is its square on the map. Everything follows from the case row, which never changes in these columns.
    """

    case = models.OneToOneField("cases.Case", on_delete=models.PROTECT, primary_key=True, related_name="fingerprint")
    received_at = models.DateTimeField()
    made_at = models.DateTimeField()
    cell = models.BigIntegerField(null=True)
    keys = ArrayField(models.BigIntegerField(), default=list)
    sketch = models.BinaryField(default=b"")

    class Meta:
        db_table = "repeats_fingerprint"
        indexes = (
            # without a pending list: it would be read through by every proposal
            GinIndex(fields=["keys"], name="fingerprint_keys", fastupdate=False),
            models.Index(fields=["cell", "received_at"], name="fingerprint_cell", condition=Q(cell__isnull=False)),
            models.Index(fields=["made_at", "case"], name="fingerprint_made"),
        )

    def __str__(self) -> str:
        return str(self.case_id)


class Matter(models.Model):
    """Requests about the same thing: near one place, about one subject, or in nearly the same words.

    It has no person in it and counts none (K4). Its likeness is to its first request: its point, subject and category,
    or its words. ``rules`` is the version of the catalogue it was made under.
    """

    class By(models.TextChoices):
        PLACE = "place", _("同一地点")
        SUBJECT = "subject", _("同一主体")
        TEXT = "text", _("相近文字")

    id = models.UUIDField(primary_key=True, default=uuid7)
    by = models.CharField(max_length=8, choices=By.choices)
    category = models.CharField(max_length=40, blank=True, default="")
    subject = models.ForeignKey("subjects.Subject", on_delete=models.PROTECT, null=True, related_name="+")
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    sketch = models.BinaryField(default=b"")
    rules = models.PositiveIntegerField()
    made_at = models.DateTimeField()
    last_at = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)
    name = models.CharField(_("名称"), max_length=80, blank=True, default="")
    unit = models.ForeignKey(
        "units.Unit", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("跟进单位")
    )
    closed_at = models.DateTimeField(null=True, blank=True)
    done = models.TextField(_("做了什么"), blank=True, default="")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        db_table = "repeats_matter"
        indexes = (models.Index(fields=["-last_at"], name="matter_lately"),)
        constraints = (
            models.UniqueConstraint(
                fields=["subject", "category"],
                condition=Q(by="subject", closed_at__isnull=True),
                name="one_open_matter_of_a_subject",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | ~Q(done=""),
                name="matter_closed_says_what_was_done",
                violation_error_message=_("结束时请写明做了什么。"),
            ),
        )

    def __str__(self) -> str:
        return self.name or str(self.pk)


class Member(models.Model):
    """A request that belongs to a matter."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    matter = models.ForeignKey(Matter, db_index=False, on_delete=models.PROTECT, related_name="members")
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+")
    received_at = models.DateTimeField()

    class Meta:
        db_table = "repeats_member"
        constraints = (models.UniqueConstraint(fields=["matter", "case"], name="member_once"),)
        indexes = (models.Index(fields=["received_at"], name="member_lately"),)

    def __str__(self) -> str:
        return f"{self.matter_id} {self.case_id}"


class Note(models.Model):
    """What people did with a matter: named it, gave it to a unit, closed it, took it up again."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    matter = models.ForeignKey(Matter, db_index=False, on_delete=models.PROTECT, related_name="notes")
    at = models.DateTimeField()
    by = models.ForeignKey("people.User", db_index=False, on_delete=models.PROTECT, related_name="+")
    by_label = models.CharField(max_length=64)
    what = models.CharField(max_length=12)
    text = models.TextField(blank=True, default="")

    class Meta:
        db_table = "repeats_note"
        indexes = (models.Index(fields=["matter", "at"], name="note_of_matter"),)

    def __str__(self) -> str:
        return f"{self.matter_id} {self.what}"


class Survey(models.Model):
    """What people were asked in a survey of a year, brought in as a table: one row a question or opinion (C6)."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    name = models.CharField(_("名称"), max_length=80)
    year = models.PositiveSmallIntegerField(_("年度"))
    at = models.DateTimeField()
    by = models.ForeignKey("people.User", db_index=False, on_delete=models.PROTECT, related_name="+")
    by_label = models.CharField(max_length=64)
    replaced_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "repeats_survey"
        constraints = (
            models.UniqueConstraint(
                fields=["year"], condition=Q(replaced_at__isnull=True), name="one_survey_of_a_year_counts"
            ),
        )

    def __str__(self) -> str:
        return f"{self.year} {self.name}"


class SurveyRow(models.Model):
    """One row of a survey: what it is about, how many chose it, and what was written beside it."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    survey = models.ForeignKey(Survey, on_delete=models.PROTECT, related_name="rows")
    line = models.PositiveIntegerField()
    category = models.CharField(max_length=40)
    topic = models.CharField(max_length=200)
    votes = models.PositiveIntegerField(default=0)
    opinion = models.TextField(blank=True, default="")

    class Meta:
        db_table = "repeats_survey_row"
        constraints = (models.UniqueConstraint(fields=["survey", "line"], name="survey_row_line"),)

    def __str__(self) -> str:
        return f"{self.survey_id}:{self.line}"


class Run(models.Model):
    """One round of grouping: which fingerprints it took, under which rules, and what came of it."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    at = models.DateTimeField()
    rules = models.PositiveIntegerField()
    until_at = models.DateTimeField()
    until_case = models.UUIDField()
    taken = models.PositiveIntegerField()
    joined = models.PositiveIntegerField()
    made = models.PositiveIntegerField()

    class Meta:
        db_table = "repeats_run"
        indexes = (models.Index(fields=["-until_at", "-until_case"], name="run_last"),)

    def __str__(self) -> str:
        return f"{self.at:%F %T}"
