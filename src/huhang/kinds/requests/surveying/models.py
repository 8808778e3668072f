"""What is kept of a survey, so that no answer can be joined to who was asked (ADR 38).

Answers and opinions have random keys and no time at all; a link that was used says so and not when.
"""

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from huhang.kernel.numbering import uuid7


class Round(models.Model):
    """A questionnaire put to people from one moment to another: to everybody by one address, or to those invited.

    ``entry`` is the address of an open one. ``reminded_at`` is when those who had not answered were reminded, once for
    all. ``asked`` is how many were invited, frozen at the beginning. ``stirred`` is how many answers there were when
    they were last written anew; ``counted`` is the year's survey its opinions were entered as.
    """

    class Audience(models.TextChoices):
        OPEN = "open", _("向所有人开放")
        SMS = "sms", _("短信邀请")
        PAPER = "paper", _("纸质邀请")

    id = models.UUIDField(primary_key=True, default=uuid7)
    title = models.CharField(_("名称"), max_length=80)
    questionnaire = models.CharField(_("问卷"), max_length=40)
    version = models.PositiveIntegerField()
    audience = models.CharField(_("问谁"), max_length=8, choices=Audience.choices)
    entry = models.CharField(max_length=16, unique=True)
    unit = models.ForeignKey("units.Unit", on_delete=models.PROTECT, related_name="+", verbose_name=_("组织单位"))
    branch = models.UUIDField(null=True, blank=True)
    starts_at = models.DateTimeField(_("起"))
    ends_at = models.DateTimeField(_("止"))
    closed_at = models.DateTimeField(null=True, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True)
    asked = models.PositiveIntegerField(default=0)
    narrowed = models.CharField(max_length=400, blank=True, default="")
    stirred = models.PositiveIntegerField(default=0)
    counted = models.ForeignKey("repeats.Survey", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()
    by = models.ForeignKey("people.User", db_index=False, on_delete=models.PROTECT, null=True, related_name="+")
    by_label = models.CharField(max_length=64)

    class Meta:
        db_table = "surveying_round"
        verbose_name = _("问卷调查")
        indexes = (models.Index(fields=["-starts_at"], name="round_newest"),)
        constraints = (models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="round_ends_after_start"),)

    def __str__(self) -> str:
        return self.title


class Invitation(models.Model):
    """A subject that was asked, and whether its link was used: not when, and not for which answer.

    ``again`` knows the link of the reminder; both stay good. Whoever had answered by then has one nobody holds, so that
    no row tells whether its answer came before or after.

    Without a digest the link is not made yet. Rows that were used are written anew, in another order, whenever answers
    are mixed, so that their place in the table tells nothing either.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    round = models.ForeignKey(Round, db_index=False, on_delete=models.PROTECT, related_name="invitations")
    subject = models.ForeignKey("subjects.Subject", on_delete=models.PROTECT, related_name="+")
    digest = models.BinaryField(null=True, unique=True)
    again = models.BinaryField(null=True, unique=True)
    reached = models.BooleanField(default=False)
    spent = models.BooleanField(default=False)

    class Meta:
        db_table = "surveying_invitation"
        constraints = (models.UniqueConstraint(fields=["round", "subject"], name="invited_once"),)

    def __str__(self) -> str:
        return f"{self.round_id}"


class Answer(models.Model):
    """One answered questionnaire: question → answer. Nobody reads it before it is mixed with others.

    Mixed, it has a new key and holds no free text: that stands by itself as `Opinion`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    round = models.ForeignKey(Round, db_index=False, on_delete=models.PROTECT, related_name="answers")
    values = models.JSONField(default=dict)
    mixed = models.BooleanField(default=False)

    class Meta:
        db_table = "surveying_answer"
        indexes = (models.Index(fields=["round", "mixed"], name="answer_of_round"),)

    def __str__(self) -> str:
        return f"{self.round_id}"


class Topic(models.Model):
    """Opinions that say about the same; made by likeness, named and rearranged by people."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    round = models.ForeignKey(Round, db_index=False, on_delete=models.PROTECT, related_name="topics")
    question = models.CharField(max_length=24)
    category = models.CharField(max_length=40, blank=True, default="")
    name = models.CharField(_("名称"), max_length=80)
    sketch = models.BinaryField(default=b"")
    named_by_label = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        db_table = "surveying_topic"
        indexes = (models.Index(fields=["round", "question"], name="topic_of_round"),)

    def __str__(self) -> str:
        return self.name


class Opinion(models.Model):
    """What somebody wrote, apart from what else they answered; numbers that lead to somebody are hidden."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    round = models.ForeignKey(Round, db_index=False, on_delete=models.PROTECT, related_name="opinions")
    question = models.CharField(max_length=24)
    category = models.CharField(max_length=40, blank=True, default="")
    text = models.TextField()
    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, null=True, related_name="opinions")

    class Meta:
        db_table = "surveying_opinion"
        indexes = (models.Index(fields=["round", "question"], name="opinion_of_round"),)

    def __str__(self) -> str:
        return f"{self.round_id}"
