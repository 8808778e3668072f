"""A post, who was posted there, and what was proposed; rows are ended, never deleted (B4)."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from huhang.kernel.numbering import uuid7


class Post(models.Model):
    """A post inside a subject (``host``). Its own row of the register (``station``) has name, place, unit and history.

    ``rule`` is the rule that proposed it, empty when a person thought of it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    station = models.OneToOneField(
        "subjects.Subject", on_delete=models.PROTECT, related_name="post", verbose_name=_("警务站")
    )
    host = models.ForeignKey(
        "subjects.Subject", on_delete=models.PROTECT, related_name="posts", verbose_name=_("设在哪里")
    )
    rule = models.CharField(max_length=60, blank=True, default="")
    why = models.CharField(_("为什么设"), max_length=200)
    opened_on = models.DateField(_("设立日期"))
    closed_on = models.DateField(_("撤销日期"), null=True, blank=True)
    closed_why = models.CharField(_("为什么撤"), max_length=200, blank=True, default="")
    opened_by = models.ForeignKey("people.User", db_index=False, on_delete=models.PROTECT, null=True, related_name="+")
    closed_by = models.ForeignKey(
        "people.User", db_index=False, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    run = models.CharField(max_length=48, blank=True, default="", db_default="")

    class Meta:
        db_table = "posts_post"
        verbose_name = _("警务站")
        constraints = (
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True) | Q(closed_on__gte=F("opened_on")), name="post_closed_after_opened"
            ),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True, closed_why="") | (Q(closed_on__isnull=False) & ~Q(closed_why="")),
                name="post_closed_has_why",
            ),
        )
        indexes = (models.Index(fields=["run"], name="post_of_run", condition=~Q(run="")),)

    def __str__(self) -> str:
        return str(self.station_id)


class Stay(models.Model):
    """An officer at a post from one day to another, both counted; an open end means until further notice."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    post = models.ForeignKey(Post, db_index=False, on_delete=models.PROTECT, related_name="stays")
    officer = models.ForeignKey(
        "people.User", db_index=False, on_delete=models.PROTECT, related_name="stays", verbose_name=_("驻站民警")
    )
    starts_on = models.DateField(_("起"))
    ends_on = models.DateField(_("止"), null=True, blank=True)
    why = models.CharField(_("为什么派驻"), max_length=200)
    ended_why = models.CharField(_("为什么离开"), max_length=200, blank=True, default="")
    by = models.ForeignKey("people.User", db_index=False, on_delete=models.PROTECT, null=True, related_name="+")
    run = models.CharField(max_length=48, blank=True, default="", db_default="")

    class Meta:
        db_table = "posts_stay"
        verbose_name = _("驻站")
        constraints = (
            ExclusionConstraint(
                name="one_stay_at_a_time",
                expressions=[
                    ("post", RangeOperators.EQUAL),
                    ("officer", RangeOperators.EQUAL),
                    (Func("starts_on", "ends_on", Value("[]"), function="daterange"), RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="stay_ends_after_start"
            ),
        )
        indexes = (
            models.Index(fields=["officer"], name="stay_now", condition=Q(ends_on__isnull=True)),
            models.Index(fields=["run"], name="stay_of_run", condition=~Q(run="")),
        )

    def __str__(self) -> str:
        return f"{self.post_id} {self.officer_id}"


class Proposal(models.Model):
    """What a rule proposed: by which figures, and what a person decided of it with a reason."""

    class Decision(models.TextChoices):
        OPENED = "opened", _("已设立")
        DECLINED = "declined", _("不设")

    id = models.UUIDField(primary_key=True, default=uuid7)
    host = models.ForeignKey("subjects.Subject", on_delete=models.PROTECT, related_name="+")
    rule = models.CharField(max_length=60)
    grounds = models.JSONField(default=list)
    made_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        "people.User", db_index=False, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_label = models.CharField(max_length=64, blank=True, default="")
    decision = models.CharField(max_length=8, choices=Decision.choices, blank=True, default="")
    reason = models.CharField(max_length=200, blank=True, default="")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        db_table = "posts_proposal"
        constraints = (
            models.UniqueConstraint(
                fields=["host"], condition=Q(decided_at__isnull=True), name="one_open_proposal_a_host"
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, decision="") | (Q(decided_at__isnull=False) & ~Q(decision="")),
                name="proposal_decided_whole",
            ),
        )

    def __str__(self) -> str:
        return f"{self.rule} {self.host_id}"


class Round(models.Model):
    """A round of a post: the day and hour, who went, what was seen in service. It may hold no finding (ADR 36)."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    post = models.ForeignKey(Post, db_index=False, on_delete=models.PROTECT, related_name="rounds")
    officer = models.ForeignKey("people.User", db_index=False, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey("units.Unit", db_index=False, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("什么时候"))
    seen = models.TextField(_("看到什么"))
    created_at = models.DateTimeField()

    class Meta:
        db_table = "posts_round"
        verbose_name = _("巡查")
        constraints = (models.UniqueConstraint(fields=["post", "officer", "at"], name="round_once"),)
        indexes = (
            models.Index(fields=["post", "-at"], name="round_of_post"),
            models.Index(fields=["at"], name="round_at"),
        )

    def __str__(self) -> str:
        return f"{self.post_id} {self.at:%F %T}"


class Import(models.Model):
    """A table somebody uploaded: each row with what was found, and what became of it; saved by a second step (A4)."""

    class What(models.TextChoices):
        POSTS = "posts", _("警务站")
        OFFICERS = "officers", _("驻站民警")

    id = models.UUIDField(primary_key=True, default=uuid7)
    what = models.CharField(max_length=8, choices=What.choices)
    name = models.CharField(max_length=120)
    by = models.ForeignKey("people.User", db_index=False, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    rows = models.JSONField(default=list)
    saved_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "posts_import"
        indexes = (models.Index(fields=["by", "-created_at"], name="posts_import_mine"),)

    def __str__(self) -> str:
        return f"{self.what} {self.name}"

    def count(self, sort: str) -> int:
        """How many rows are of a sort: new, end, same, wrong, done, refused, undone, stayed."""
        return sum(row["sort"] == sort for row in self.rows)
