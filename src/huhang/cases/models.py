"""One wide row a case, so that every list is one index walk; everything else about it is beside it, append-only."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.contrib.postgres.indexes import BrinIndex, GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Collate
from django.utils.translation import gettext_lazy as _

from huhang.kernel.numbering import uuid7

MAIN = "request"
"""The kind that fills the table; the others are few among it and are found by an index of their own."""


class Case(models.Model):
    """A matter with a number, a state, an owning unit and a running clock."""

    class Urgency(models.IntegerChoices):
        NORMAL = 0, _("一般")
        URGENT = 1, _("紧急")
        EMERGENCY = 2, _("特急")

    id = models.UUIDField(primary_key=True, default=uuid7)
    number = models.CharField(_("编号"), max_length=16, unique=True)
    kind = models.CharField(_("种类"), max_length=24)
    state = models.CharField(_("状态"), max_length=24)
    is_open = models.BooleanField(default=True)
    title = models.CharField(_("标题"), max_length=200)
    body = models.TextField(_("内容"), blank=True, default="")
    subject = models.ForeignKey(
        "subjects.Subject",
        db_index=False,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="cases",
        verbose_name=_("主体"),
    )
    requester = models.ForeignKey(
        "subjects.Person",
        db_index=False,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="cases",
        verbose_name=_("诉求人"),
    )
    from_label = models.CharField(_("来自"), max_length=120, blank=True, default="")
    unit = models.ForeignKey(
        "units.Unit", db_index=False, on_delete=models.PROTECT, related_name="+", verbose_name=_("主办单位")
    )
    branch = models.ForeignKey("units.Unit", db_index=False, on_delete=models.PROTECT, null=True, related_name="+")
    party_units = ArrayField(models.UUIDField(), default=list, blank=True)
    party_branches = ArrayField(models.UUIDField(), default=list, blank=True)
    officer = models.ForeignKey(
        "people.User",
        db_index=False,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("承办人"),
    )
    taken_by = models.ForeignKey(
        "people.User",
        db_index=False,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("首问人"),
    )
    taken_unit = models.ForeignKey(
        "units.Unit", db_index=False, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("首问单位")
    )
    beside = ArrayField(models.CharField(max_length=16), default=list, blank=True, db_default=[])
    category = models.CharField(_("类别"), max_length=40, blank=True, default="")
    category_version = models.PositiveIntegerField(default=0)
    channel = models.CharField(_("渠道"), max_length=24, blank=True, default="")
    urgency = models.PositiveSmallIntegerField(_("紧急程度"), choices=Urgency.choices, default=Urgency.NORMAL)
    sensitive = models.BooleanField(_("涉敏"), default=False)
    place = models.CharField(_("地点"), max_length=200, blank=True, default="")
    lon = models.FloatField(null=True, blank=True)
    lat = models.FloatField(null=True, blank=True)
    parent = models.ForeignKey(
        "self", db_index=False, on_delete=models.PROTECT, null=True, blank=True, related_name="children"
    )
    merged_into = models.ForeignKey(
        "self", db_index=False, on_delete=models.PROTECT, null=True, blank=True, related_name="merged"
    )
    received_at = models.DateTimeField(_("受理时间"))
    due_at = models.DateTimeField(_("到期时间"), null=True, blank=True)
    due_from = models.DateTimeField(null=True, blank=True)
    due_provisional = models.BooleanField(default=False)
    waiting = models.BooleanField(default=False)
    answered_at = models.DateTimeField(_("答复时间"), null=True, blank=True)
    closed_at = models.DateTimeField(_("办结时间"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    folded = models.TextField(blank=True, default="", editable=False)
    search = SearchVectorField(null=True, editable=False)
    secret_digest = models.BinaryField(default=b"", editable=False)

    class Meta:
        db_table = "cases_case"
        verbose_name = _("事项")
        indexes = (
            models.Index(fields=["unit", "due_at", "id"], name="case_queue_unit", condition=Q(is_open=True)),
            models.Index(fields=["branch", "due_at", "id"], name="case_queue_branch", condition=Q(is_open=True)),
            models.Index(fields=["due_at", "id"], name="case_queue_all", condition=Q(is_open=True)),
            models.Index(fields=["officer", "due_at", "id"], name="case_queue_officer", condition=Q(is_open=True)),
            models.Index(fields=["state", "due_at", "id"], name="case_queue_state", condition=Q(is_open=True)),
            models.Index(
                F("unit"),
                Collate("state", "C"),
                F("due_at"),
                name="case_waits",
                include=("id",),
                condition=Q(is_open=True),
            ),
            models.Index(fields=["unit", "-received_at", "-id"], name="case_ledger_unit"),
            models.Index(fields=["branch", "-received_at", "-id"], name="case_ledger_branch"),
            models.Index(fields=["-received_at", "-id"], name="case_ledger_all"),
            models.Index(fields=["closed_at", "branch"], name="case_closed", condition=Q(closed_at__isnull=False)),
            models.Index(
                fields=["taken_by", "-received_at", "-id"], name="case_taken", condition=Q(taken_by__isnull=False)
            ),
            models.Index(
                fields=["taken_by", "due_at", "id"],
                name="case_queue_taken",
                condition=Q(is_open=True, taken_by__isnull=False),
            ),
            GinIndex(
                fields=["party_units"],
                name="case_parties_open",
                condition=Q(is_open=True) & ~Q(party_units=[]),
            ),
            models.Index(
                fields=["officer", "-received_at", "-id"],
                name="case_ledger_officer",
                condition=Q(officer__isnull=False),
            ),
            models.Index(fields=["kind", "-received_at", "-id"], name="case_kind", condition=~Q(kind=MAIN)),
            models.Index(fields=["requester"], name="case_requester", condition=Q(requester__isnull=False)),
            models.Index(fields=["subject", "-received_at"], name="case_subject", condition=Q(subject__isnull=False)),
            models.Index(fields=["parent"], name="case_parent", condition=Q(parent__isnull=False)),
            models.Index(fields=["merged_into"], name="case_merged", condition=Q(merged_into__isnull=False)),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(is_open=True, closed_at__isnull=True) | Q(is_open=False, closed_at__isnull=False),
                name="case_closed_has_time",
            ),
            models.CheckConstraint(condition=~Q(merged_into=F("id")), name="case_not_merged_into_itself"),
            models.CheckConstraint(
                condition=Q(lon__isnull=True, lat__isnull=True)
                | Q(lon__gte=-180, lon__lte=180, lat__gte=-90, lat__lte=90),
                name="case_point_on_earth",
            ),
        )

    def __str__(self) -> str:
        return self.number


class Step(models.Model):
    """One thing that happened to a case; never changed, never deleted."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    case = models.ForeignKey(Case, db_index=False, on_delete=models.PROTECT, related_name="steps")
    seq = models.PositiveIntegerField()
    move = models.CharField(max_length=32)
    from_state = models.CharField(max_length=24, blank=True, default="")
    to_state = models.CharField(max_length=24)
    at = models.DateTimeField()
    by_kind = models.CharField(max_length=12)
    by_user = models.ForeignKey("people.User", db_index=False, on_delete=models.PROTECT, null=True, related_name="+")
    by_label = models.CharField(max_length=64, blank=True, default="")
    unit = models.ForeignKey("units.Unit", db_index=False, on_delete=models.PROTECT, null=True, related_name="+")
    note = models.TextField(blank=True, default="")
    public_note = models.TextField(blank=True, default="")
    data = models.JSONField(default=dict)

    class Meta:
        db_table = "cases_step"
        constraints = (models.UniqueConstraint(fields=["case", "seq"], name="step_in_order"),)
        indexes = (BrinIndex(fields=["at"], name="step_by_time"),)  # “changed since”; steps come in nearly by time

    def __str__(self) -> str:
        return f"{self.case_id} #{self.seq} {self.move}"


class Assignment(models.Model):
    """A unit's part in a case: the lead, or a supporting unit with its own task, clock, result and rating.

    A supporting unit's part is open until ``ended_at``; ``status`` says where it stands. ``waived_at`` is when the
    lead's chief signed that the lead may answer while this part is still open.
    """

    class Role(models.TextChoices):
        LEAD = "lead", _("主办")
        SUPPORT = "support", _("协办")

    class Status(models.TextChoices):
        ASKED = "asked", _("待签收")
        DISPUTED = "disputed", _("协商中")
        WORKING = "working", _("办理中")
        FINISHED = "finished", _("已办结")
        RELEASED = "released", _("已解除")
        MOVED = "moved", _("已移交")

    id = models.UUIDField(primary_key=True, default=uuid7)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="assignments")
    unit = models.ForeignKey("units.Unit", db_index=False, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=8, choices=Role.choices)
    opened_at = models.DateTimeField()
    signed_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_why = models.CharField(max_length=24, blank=True, default="")
    status = models.CharField(max_length=12, choices=Status.choices, blank=True, default="", db_default="")
    ordinal = models.PositiveSmallIntegerField(default=0, db_default=0)
    task = models.TextField(blank=True, default="", db_default="")
    terms = models.PositiveIntegerField(default=0, db_default=0)
    asked_by = models.ForeignKey("people.User", db_index=False, on_delete=models.PROTECT, null=True, related_name="+")
    clock = models.OneToOneField("cases.Clock", on_delete=models.PROTECT, null=True, related_name="support")
    reply_due_at = models.DateTimeField(null=True, blank=True)
    reply_told_at = models.DateTimeField(null=True, blank=True)
    result = models.TextField(blank=True, default="", db_default="")
    stars = models.PositiveSmallIntegerField(null=True, blank=True)
    stars_reason = models.TextField(blank=True, default="", db_default="")
    rated_at = models.DateTimeField(null=True, blank=True)
    waived_at = models.DateTimeField(null=True, blank=True)
    waived_by = models.ForeignKey("people.User", db_index=False, on_delete=models.PROTECT, null=True, related_name="+")
    waived_why = models.TextField(blank=True, default="", db_default="")

    class Meta:
        db_table = "cases_assignment"
        constraints = (
            models.UniqueConstraint(
                fields=["case"], condition=Q(role="lead", ended_at__isnull=True), name="one_lead_at_a_time"
            ),
            models.UniqueConstraint(
                fields=["case", "unit"],
                condition=Q(role="support", ended_at__isnull=True),
                name="one_open_support_of_a_unit",
            ),
            models.CheckConstraint(
                condition=Q(stars__isnull=True)
                | Q(stars__gte=3, stars__lte=5)
                | (Q(stars__gte=1, stars__lte=2) & ~Q(stars_reason="")),
                name="support_rated_badly_with_reason",
            ),
        )
        indexes = (
            models.Index(fields=["unit", "-opened_at"], name="assignment_of_unit"),
            models.Index(fields=["unit"], name="support_open", condition=Q(role="support", ended_at=None)),
            models.Index(
                fields=["reply_due_at"],
                name="support_reply_untold",
                condition=Q(status="disputed", ended_at=None, reply_told_at=None),
            ),
        )

    def __str__(self) -> str:
        return f"{self.case_id} {self.role}"


class SupportWord(models.Model):
    """One word of a dispute about a supporting unit's task; every word is kept as it was said."""

    class Side(models.TextChoices):
        SUPPORT = "support", _("协办单位")
        LEAD = "lead", _("主办单位")
        DECIDER = "decider", _("裁决")

    id = models.UUIDField(primary_key=True, default=uuid7)
    case = models.ForeignKey(Case, db_index=False, on_delete=models.PROTECT, related_name="+")
    support = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="words")
    side = models.CharField(max_length=8, choices=Side.choices)
    at = models.DateTimeField()
    by = models.ForeignKey("people.User", db_index=False, on_delete=models.PROTECT, null=True, related_name="+")
    by_label = models.CharField(max_length=64)
    text = models.TextField()

    class Meta:
        db_table = "cases_support_word"
        indexes = (models.Index(fields=["case", "at"], name="support_word_of_case"),)

    def __str__(self) -> str:
        return f"{self.support_id} {self.side}"


class Clock(models.Model):
    """A promise of time: from when, how much, by which rule; its due instant is computed, never typed.

    ``told_at`` is when those who answer for it were told that it ran out: once a clock, however often a duty looks.
    A clock ``within`` another is never due later than that one, and stands still while it does.
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    case = models.ForeignKey(Case, db_index=False, on_delete=models.PROTECT, related_name="clocks")
    name = models.CharField(max_length=24)
    rule = models.CharField(max_length=80)
    unit_of_time = models.CharField(max_length=16)
    amount = models.PositiveIntegerField()
    started_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, blank=True)
    provisional = models.BooleanField(default=False)
    calendar_version = models.CharField(max_length=200)
    stopped_at = models.DateTimeField(null=True, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)
    within = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="inner")

    class Meta:
        db_table = "cases_clock"
        constraints = (
            models.UniqueConstraint(
                fields=["case", "name"], condition=Q(stopped_at__isnull=True), name="one_clock_of_a_name_runs"
            ),
        )
        indexes = (
            models.Index(fields=["case"], name="clock_of_case"),
            models.Index(fields=["due_at"], name="clock_provisional", condition=Q(provisional=True, stopped_at=None)),
            models.Index(fields=["name", "due_at"], name="clock_untold", condition=Q(stopped_at=None, told_at=None)),
        )

    def __str__(self) -> str:
        return f"{self.case_id} {self.name}"


class ClockPause(models.Model):
    """A span in which a clock does not count; spans of one clock cannot overlap."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    clock = models.ForeignKey(Clock, on_delete=models.PROTECT, related_name="pauses")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=200)

    class Meta:
        db_table = "cases_clock_pause"
        constraints = (
            ExclusionConstraint(
                name="pauses_do_not_overlap",
                expressions=[
                    ("clock", RangeOperators.EQUAL),
                    (Func("started_at", "ended_at", function="tstzrange"), RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("started_at")), name="pause_ends_after_start"
            ),
        )

    def __str__(self) -> str:
        return f"{self.clock_id} {self.reason}"


class ClockExtension(models.Model):
    """More time asked for, and what was decided by somebody else."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    clock = models.ForeignKey(Clock, on_delete=models.PROTECT, related_name="extensions")
    amount = models.PositiveIntegerField()
    reason = models.TextField()
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey("people.User", db_index=False, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        "people.User", db_index=False, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    granted = models.BooleanField(null=True, blank=True)
    decision = models.TextField(blank=True, default="")

    class Meta:
        db_table = "cases_clock_extension"
        constraints = (
            models.UniqueConstraint(
                fields=["clock"], condition=Q(decided_at__isnull=True), name="one_extension_pending"
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | Q(asked_by__isnull=True) | ~Q(decided_by=F("asked_by")),
                name="extension_decided_by_another",
                violation_error_message=_("延期由别人审批，不能自己批自己。"),
            ),
        )

    def __str__(self) -> str:
        return f"{self.clock_id} +{self.amount}"


class Comment(models.Model):
    """A note among colleagues; the person does not see it."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    case = models.ForeignKey(Case, db_index=False, on_delete=models.PROTECT, related_name="comments")
    at = models.DateTimeField()
    by = models.ForeignKey("people.User", db_index=False, on_delete=models.PROTECT, related_name="+")
    by_label = models.CharField(max_length=64)
    text = models.TextField()

    class Meta:
        db_table = "cases_comment"
        indexes = (models.Index(fields=["case", "at"], name="comment_of_case"),)

    def __str__(self) -> str:
        return f"{self.case_id} {self.at:%F %T}"


class Attachment(models.Model):
    """A stored file that belongs to a case; ``public`` ones the person may see too.

    ``support`` is the part of a supporting unit whose evidence it is.
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    case = models.ForeignKey(Case, db_index=False, on_delete=models.PROTECT, related_name="attachments")
    file = models.ForeignKey("files.StoredFile", on_delete=models.PROTECT, related_name="+")
    label = models.CharField(max_length=200)
    public = models.BooleanField(default=False)
    at = models.DateTimeField()
    by_label = models.CharField(max_length=64)
    support = models.ForeignKey(
        Assignment, db_index=False, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        db_table = "cases_attachment"
        indexes = (models.Index(fields=["case", "at"], name="attachment_of_case"),)

    def __str__(self) -> str:
        return self.label


class SavedView(models.Model):
    """A list somebody keeps: its filters as they stand in the address, own or shared with a unit."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    owner = models.ForeignKey("people.User", db_index=False, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(
        "units.Unit", db_index=False, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    name = models.CharField(_("名称"), max_length=40)
    page = models.CharField(max_length=24)
    query = models.CharField(max_length=500, blank=True, default="")
    created_at = models.DateTimeField()

    class Meta:
        db_table = "cases_saved_view"
        constraints = (models.UniqueConstraint(fields=["owner", "page", "name"], name="saved_view_name_once"),)

    def __str__(self) -> str:
        return self.name


class Batch(models.Model):
    """One move made on many cases: its progress and what happened to each."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    by = models.ForeignKey("people.User", db_index=False, on_delete=models.PROTECT, related_name="+")
    move = models.CharField(max_length=32)
    values = models.JSONField(default=dict)
    total = models.PositiveIntegerField()
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "cases_batch"

    def __str__(self) -> str:
        return f"{self.move} ×{self.total}"


class BatchRow(models.Model):
    """What became of one case of a batch."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    batch = models.ForeignKey(Batch, db_index=False, on_delete=models.PROTECT, related_name="rows")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField()
    done_at = models.DateTimeField(null=True, blank=True)
    refused = models.TextField(blank=True, default="")

    class Meta:
        db_table = "cases_batch_row"
        constraints = (models.UniqueConstraint(fields=["batch", "case"], name="batch_row_once"),)

    def __str__(self) -> str:
        return f"{self.batch_id} {self.case_id}"
