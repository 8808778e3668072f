"""Who is told what, and every message made for them. A message holds nothing personal; a secret is kept sealed."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from huhang.kernel.numbering import uuid7


class Subscription(models.Model):
    """A receiver: told of what its owner may see, as long as the owner is in office.

    ``cursor`` is the place in the feed up to which messages have been made; ``failures`` in a row make it rest
    ``rests_until``; ``busy_until`` is held by the process that is sending to it and runs out by itself.
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    owner = models.ForeignKey(
        "people.User", db_index=False, on_delete=models.PROTECT, related_name="+", verbose_name=_("以谁的身份")
    )
    name = models.CharField(_("用途"), max_length=64)
    url = models.CharField(_("接收地址"), max_length=500)
    kinds = ArrayField(models.CharField(max_length=24), default=list, blank=True)
    moves = ArrayField(models.CharField(max_length=32), default=list, blank=True)
    secret_sealed = models.BinaryField()
    created_at = models.DateTimeField()
    created_by = models.ForeignKey("people.User", db_index=False, on_delete=models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    paused_why = models.CharField(max_length=24, blank=True, default="")
    ended_at = models.DateTimeField(null=True, blank=True)
    first = models.BigIntegerField()
    cursor = models.BigIntegerField()
    failures = models.PositiveIntegerField(default=0)
    rests_until = models.DateTimeField(null=True, blank=True)
    busy_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "exchange_subscription"
        indexes = (models.Index(fields=["owner"], name="subscription_of_owner"),)

    def __str__(self) -> str:
        return self.name


class Delivery(models.Model):
    """One message to one receiver; its id stays the same however often it is sent, so a receiver knows it again."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    subscription = models.ForeignKey(Subscription, db_index=False, on_delete=models.PROTECT, related_name="deliveries")
    event = models.BigIntegerField(null=True)
    type = models.CharField(max_length=60)
    number = models.CharField(max_length=16, blank=True, default="")
    body = models.TextField()
    created_at = models.DateTimeField()
    queued_at = models.DateTimeField()
    not_before = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    last_status = models.PositiveSmallIntegerField(null=True)
    last_error = models.CharField(max_length=300, blank=True, default="")
    last_ms = models.PositiveIntegerField(null=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    parked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "exchange_delivery"
        constraints = (models.UniqueConstraint(fields=["subscription", "event"], name="one_message_an_event"),)
        indexes = (
            models.Index(
                fields=["subscription", "event", "created_at"],
                name="delivery_waiting",
                condition=Q(sent_at=None, parked_at=None),
            ),
            models.Index(fields=["subscription", "-created_at"], name="delivery_newest"),
            models.Index(fields=["parked_at"], name="delivery_parked", condition=Q(parked_at__isnull=False)),
        )

    def __str__(self) -> str:
        return f"{self.type} {self.number}"

    @property
    def state(self) -> str:
        """``sent``, ``parked`` or ``waiting``."""
        return "sent" if self.sent_at else "parked" if self.parked_at else "waiting"
