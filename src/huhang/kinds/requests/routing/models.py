"""What was proposed, what was chosen instead, which model spoke, and which rule failed (C2)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from huhang.kernel.numbering import uuid7


class What(models.TextChoices):
    """What a proposal is about."""

    CATEGORY = "category", _("类别")
    UNIT = "unit", _("主办单位")


class Source(models.TextChoices):
    """Who proposes: a rule, a model, or nobody, because neither is sure enough."""

    RULE = "rule", _("规则")
    MODEL = "model", _("模型")
    NONE = "none", _("没有建议")


class Model(models.Model):
    """One trained classifier: on what it was trained, how it did on later cases, and its weights as plain arrays.

    At most one of a sort is live; promotion and going back are an administrator's, journaled.
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    what = models.CharField(max_length=8, choices=What.choices)
    version = models.PositiveIntegerField()
    made_at = models.DateTimeField()
    cases = models.PositiveIntegerField()
    labels = models.PositiveIntegerField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    tested = models.PositiveIntegerField()
    macro_f1 = models.FloatField(null=True)
    right = models.FloatField(null=True)
    sure = models.FloatField(null=True)
    sure_right = models.FloatField(null=True)
    notes = models.JSONField(default=dict)
    weights = models.BinaryField()
    digest = models.CharField(max_length=64)
    live = models.BooleanField(default=False)
    promoted_at = models.DateTimeField(null=True, blank=True)
    promoted_by = models.ForeignKey(
        "people.User", db_index=False, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "routing_model"
        constraints = (
            models.UniqueConstraint(fields=["what", "version"], name="routing_model_version_once"),
            models.UniqueConstraint(fields=["what"], condition=Q(live=True), name="routing_one_live_model"),
        )

    def __str__(self) -> str:
        return f"{self.what} {self.version}"

    @property
    def tag(self) -> str:
        """As a proposal names it."""
        return f"{self.what}-{self.version}"

    @property
    def sure_percent(self) -> str:
        """How much of the tested it answered for sure."""
        return f"{self.sure or 0:.0%}"

    @property
    def sure_right_percent(self) -> str:
        """How much of that was right; a dash for none of none."""
        return f"{self.sure_right:.0%}" if self.sure_right is not None else "—"


class Proposal(models.Model):
    """What was proposed for a request, by which rule or model in which version, how sure, and who came next."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    case = models.ForeignKey("cases.Case", db_index=False, on_delete=models.PROTECT, related_name="+")
    what = models.CharField(max_length=8, choices=What.choices)
    at = models.DateTimeField()
    source = models.CharField(max_length=8, choices=Source.choices)
    rule = models.CharField(max_length=60, blank=True, default="")
    rule_version = models.PositiveIntegerField(default=0)
    model = models.ForeignKey(Model, db_index=False, on_delete=models.PROTECT, null=True, related_name="+")
    value = models.CharField(max_length=40, blank=True, default="")
    confidence = models.FloatField(null=True)
    next_value = models.CharField(max_length=40, blank=True, default="")
    next_source = models.CharField(max_length=8, choices=Source.choices, default=Source.NONE)
    next_by = models.CharField(max_length=80, blank=True, default="")
    next_confidence = models.FloatField(null=True)
    faults = models.JSONField(default=list)

    class Meta:
        db_table = "routing_proposal"
        indexes = (models.Index(fields=["case", "what", "-at"], name="routing_proposal_of_case"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(source="none", value="") | Q(~Q(source="none"), ~Q(value="")),
                name="routing_proposal_says_something",
            ),
        )

    def __str__(self) -> str:
        return f"{self.case_id} {self.what}"


class Choice(models.Model):
    """What the person at the desk chose where something had been proposed; never changed."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    case = models.ForeignKey("cases.Case", db_index=False, on_delete=models.PROTECT, related_name="+")
    proposal = models.ForeignKey(Proposal, db_index=False, on_delete=models.PROTECT, related_name="+")
    what = models.CharField(max_length=8, choices=What.choices)
    source = models.CharField(max_length=8, choices=Source.choices)
    rule = models.CharField(max_length=60, blank=True, default="")
    rule_version = models.PositiveIntegerField(default=0)
    model = models.ForeignKey(Model, db_index=False, on_delete=models.PROTECT, null=True, related_name="+")
    proposed = models.CharField(max_length=40)
    chosen = models.CharField(max_length=40)
    agreed = models.BooleanField()
    at = models.DateTimeField()
    by = models.ForeignKey("people.User", db_index=False, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        db_table = "routing_choice"
        indexes = (
            models.Index(fields=["case", "-at"], name="routing_choice_of_case"),
            models.Index(fields=["source", "what", "rule", "model", "-at"], name="routing_choice_by_source"),
        )

    def __str__(self) -> str:
        return f"{self.case_id} {self.what} {self.agreed}"


class Fault(models.Model):
    """A rule that failed while running: stands on the health page until an administrator settles it."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    rule = models.CharField(max_length=60)
    rule_version = models.PositiveIntegerField()
    message = models.CharField(max_length=200)
    params = models.JSONField(default=dict)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    times = models.PositiveIntegerField(default=1)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(
        "people.User", db_index=False, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    settled_how = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        db_table = "routing_fault"
        constraints = (
            models.UniqueConstraint(
                fields=["rule", "rule_version"], condition=Q(settled_at__isnull=True), name="routing_fault_stands_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.rule}@{self.rule_version}"


class Mark(models.Model):
    """How far the worker has looked for requests that wait for a proposal; an outage delays it and loses none."""

    name = models.CharField(max_length=24, primary_key=True)
    at = models.DateTimeField()

    class Meta:
        db_table = "routing_mark"

    def __str__(self) -> str:
        return self.name
