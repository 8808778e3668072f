"""Messages sent or waiting. An SMS row holds a sealed number and a text with nothing personal in it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from huhang.kernel.numbering import uuid7


class Message(models.Model):
    """One message to one person or officer."""

    class Channel(models.TextChoices):
        INSIDE = "inside", _("站内")
        SMS = "sms", _("短信")

    id = models.UUIDField(primary_key=True, default=uuid7)
    channel = models.CharField(max_length=8, choices=Channel.choices)
    template = models.CharField(max_length=60)
    text = models.TextField()
    language = models.CharField(max_length=8, default="zh-hans", db_default="zh-hans")
    case = models.UUIDField(null=True, blank=True)
    person = models.UUIDField(null=True, blank=True)
    user = models.UUIDField(null=True, blank=True)
    to_sealed = models.BinaryField(null=True)
    to_masked = models.CharField(max_length=24, blank=True, default="")
    created_at = models.DateTimeField()
    held_until = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.TextField(blank=True, default="")
    provider_ref = models.CharField(max_length=80, blank=True, default="")
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "notices_message"
        indexes = (
            models.Index(fields=["user", "-created_at"], name="message_of_user", condition=Q(user__isnull=False)),
            models.Index(fields=["user"], name="message_unread", condition=Q(user__isnull=False, read_at__isnull=True)),
            models.Index(fields=["person", "-created_at"], name="message_of_person", condition=Q(person__isnull=False)),
            models.Index(fields=["case"], name="message_of_case", condition=Q(case__isnull=False)),
            models.Index(fields=["channel", "-created_at"], name="message_by_channel"),
        )

    def __str__(self) -> str:
        return f"{self.channel} {self.template}"


class Outbox(models.Model):
    """What the sandbox provider was given: read on the outbox page of a demo or a trial installation."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    message = models.UUIDField()
    to_masked = models.CharField(max_length=24)
    text = models.TextField()
    at = models.DateTimeField()

    class Meta:
        db_table = "notices_outbox"
        indexes = (models.Index(fields=["-at"], name="outbox_newest"),)

    def __str__(self) -> str:
        return f"{self.to_masked} {self.at:%F %T}"
