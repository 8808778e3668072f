"""A notice, and the copy each subject has of it with what became of it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from huhang.kernel.numbering import uuid7


class Notice(models.Model):
    """What is told to whom, and how far it has come. ``said`` and ``words`` are the filter as an address and in words.

    ``rules`` is the version of `notice_rules` it was submitted under. A correction names what it ``corrects``.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("草稿")
        WAITING = "waiting", _("等人放行")
        REFUSED = "refused", _("未放行")
        SENDING = "sending", _("发送中")
        SENT = "sent", _("已发送")
        WITHDRAWN = "withdrawn", _("已撤回")

    id = models.UUIDField(primary_key=True, default=uuid7)
    title = models.CharField(_("标题"), max_length=80)
    body = models.TextField(_("正文"))
    until = models.DateField(_("有效期到"), null=True, blank=True)
    urgent = models.BooleanField(_("紧急"), default=False)
    urgent_why = models.CharField(_("紧急的理由"), max_length=200, blank=True, default="")
    state = models.CharField(_("状态"), max_length=12, choices=State.choices, default=State.DRAFT)
    unit = models.ForeignKey("units.Unit", on_delete=models.PROTECT, related_name="+", verbose_name=_("发出单位"))
    branch = models.UUIDField(null=True, blank=True)
    said = models.CharField(max_length=1000, blank=True, default="")
    words = models.CharField(max_length=400, blank=True, default="")
    rules = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    corrects = models.ForeignKey(
        "self", db_index=False, on_delete=models.PROTECT, null=True, blank=True, related_name="corrections"
    )
    created_at = models.DateTimeField()
    by = models.ForeignKey("people.User", db_index=False, on_delete=models.PROTECT, null=True, related_name="+")
    by_label = models.CharField(max_length=64)
    submitted_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey("people.User", db_index=False, on_delete=models.PROTECT, null=True, related_name="+")
    decided_label = models.CharField(max_length=64, blank=True, default="")
    reason = models.CharField(max_length=200, blank=True, default="")
    sent_at = models.DateTimeField(null=True, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_label = models.CharField(max_length=64, blank=True, default="")
    withdrawn_why = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        db_table = "announcements_notice"
        verbose_name = _("通知")
        indexes = (models.Index(fields=["-created_at"], name="notice_newest"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(urgent=False) | ~Q(urgent_why=""),
                name="urgent_notice_says_why",
                violation_error_message=_("标为紧急要写明理由。"),
            ),
        )

    def __str__(self) -> str:
        return self.title


class Enclosure(models.Model):
    """A file that goes with a notice."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="enclosures")
    file = models.ForeignKey("files.StoredFile", db_index=False, on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "announcements_enclosure"

    def __str__(self) -> str:
        return str(self.file_id)


class Copy(models.Model):
    """The notice as one subject has it: through whom it was told, whether it was opened, and read.

    ``digest`` knows the link of the first message again, ``again`` that of the reminder; both stay good.
    """

    class Way(models.TextChoices):
        PENDING = "", _("待发")
        SMS = "sms", _("短信")
        SHARED = "shared", _("同一联系人已收到")
        NONE = "none", _("没有手机号")
        CAPPED = "capped", _("本月已达上限，未发")

    id = models.UUIDField(primary_key=True, default=uuid7)
    notice = models.ForeignKey(Notice, db_index=False, on_delete=models.PROTECT, related_name="copies")
    subject = models.ForeignKey("subjects.Subject", db_index=False, on_delete=models.PROTECT, related_name="notices")
    person = models.ForeignKey("subjects.Person", db_index=False, on_delete=models.PROTECT, null=True, related_name="+")
    way = models.CharField(max_length=8, choices=Way.choices, blank=True, default="")
    digest = models.BinaryField(null=True, unique=True)
    again = models.BinaryField(null=True, unique=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "announcements_copy"
        verbose_name = _("通知的一份")
        constraints = (models.UniqueConstraint(fields=["notice", "subject"], name="notice_once_a_subject"),)
        indexes = (
            models.Index(fields=["subject", "-sent_at"], name="notice_of_subject"),
            models.Index(fields=["notice"], name="notice_unsent", condition=Q(sent_at__isnull=True)),
        )

    def __str__(self) -> str:
        return f"{self.notice_id} {self.subject_id}"
