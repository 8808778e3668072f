"""What a visit has beyond a case: when and why, who was met, what was answered. No column can hold a finding."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from huhang.cases.links import OneTimeLink
from huhang.cases.tables import TableRun
from huhang.kernel.numbering import uuid7


class Visit(models.Model):
    """The detail row of a visit; the case row carries subject, place, purpose (category) and mode (channel).

    ``case.received_at`` is when it took place by the server's clock; ``device_at`` and ``device_now`` are what the
    device said of its beginning and of its own clock, ``arrived_at`` when it reached the server. ``counted`` says that
    it counts against the cap of ``quarter``; ``breaches`` are lines of the list of conduct that were broken, as the
    enterprise says. Visits to several subjects on one occasion (a symposium in a park) share a ``session``. ``book`` is
    the line of the table a visit of earlier was brought in from; of such a visit nobody is asked or told anything.
    """

    case = models.OneToOneField("cases.Case", on_delete=models.PROTECT, primary_key=True, related_name="visit")
    session = models.UUIDField(default=uuid7, db_default=RandomUUID())
    cause = models.CharField(_("缘由"), max_length=24)
    cause_version = models.PositiveIntegerField()
    cause_note = models.CharField(_("依据"), max_length=200, blank=True, default="")
    follows = models.ForeignKey(
        "cases.Case", db_index=False, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    counted = models.BooleanField()
    quarter = models.CharField(max_length=6)
    rule = models.CharField(max_length=60)
    device_at = models.DateTimeField(null=True, blank=True)
    device_now = models.DateTimeField(null=True, blank=True)
    arrived_at = models.DateTimeField()
    accuracy = models.FloatField(_("定位精度（米）"), null=True, blank=True)
    people = models.PositiveIntegerField(_("见到几人"))
    consent = models.BooleanField(_("同意记录"))
    signed_in = models.CharField(max_length=8, blank=True, default="")
    sheet = models.CharField(max_length=24, blank=True, default="")
    sheet_version = models.PositiveIntegerField(default=0)
    book = models.CharField(_("导入自"), max_length=240, blank=True, default="", db_default="")
    raised = models.PositiveSmallIntegerField(_("带回诉求"), default=0)
    rate_until = models.DateTimeField()
    stars = models.PositiveSmallIntegerField(null=True, blank=True)
    comment = models.TextField(blank=True, default="")
    breaches = ArrayField(models.CharField(max_length=24), default=list, blank=True, db_default=[])
    rated_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "visits_visit"
        verbose_name = _("走访")
        constraints = (
            models.CheckConstraint(condition=Q(stars__isnull=True) | Q(stars__gte=1, stars__lte=5), name="visit_stars"),
            models.CheckConstraint(
                condition=Q(stars__isnull=True, rated_at__isnull=True) | Q(stars__isnull=False, rated_at__isnull=False),
                name="visit_rated_whole",
            ),
        )
        indexes = (models.Index(fields=["quarter"], name="visit_counted", condition=Q(counted=True)),)

    def __str__(self) -> str:
        return str(self.case_id)


class Met(models.Model):
    """Somebody who was met: the name sealed, its mask to show; ``person`` only where a phone says who it is."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    case = models.ForeignKey("cases.Case", db_index=False, on_delete=models.PROTECT, related_name="met")
    name_sealed = models.BinaryField()
    name_masked = models.CharField(max_length=40)
    role = models.CharField(_("身份"), max_length=24, blank=True, default="")
    person = models.ForeignKey(
        "subjects.Person", db_index=False, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        db_table = "visits_met"
        indexes = (models.Index(fields=["case"], name="met_on_visit"),)

    def __str__(self) -> str:
        return self.name_masked


class Reply(models.Model):
    """One answer to the questionnaire, in the shape its question asks for."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    case = models.ForeignKey("cases.Case", db_index=False, on_delete=models.PROTECT, related_name="sheet_replies")
    question = models.CharField(max_length=24)
    chosen = ArrayField(models.CharField(max_length=24), default=list, blank=True)
    number = models.BigIntegerField(null=True, blank=True)
    text = models.TextField(blank=True, default="")

    class Meta:
        db_table = "visits_reply"
        constraints = (models.UniqueConstraint(fields=["case", "question"], name="answered_once_a_visit"),)

    def __str__(self) -> str:
        return self.question


class VisitLink(OneTimeLink):
    """A link by which the enterprise rates a visit once, without an account."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    case = models.ForeignKey("cases.Case", db_index=False, on_delete=models.PROTECT, related_name="visit_links")

    class Meta:
        db_table = "visits_link"
        constraints = (
            models.UniqueConstraint(
                fields=["case"], condition=Q(spent_at=None, replaced_at=None), name="one_live_link_a_visit"
            ),
        )

    def __str__(self) -> str:
        return str(self.case_id)


class ImportRun(TableRun):
    """A table of visits that was read; what people said waits ``sealed`` until its rows are saved."""

    sealed = models.BinaryField(null=True)

    class Meta:
        db_table = "visits_import"
