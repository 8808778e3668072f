import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import huhang.kernel.numbering.ids

ALL = "(SELECT coalesce(current_setting('huhang.scope', true), '') = 'all')"
ME = "(SELECT nullif(current_setting('huhang.user', true), '')::uuid)"
OWN = f"({ALL} OR owner_id = {ME})"
BESIDE = "EXISTS (SELECT 1 FROM exchange_subscription s WHERE s.id = exchange_delivery.subscription_id)"

# A receiver and its messages are their owner's and the system's; the administrator's pages read as the system.
WALLS = f"""
ALTER TABLE exchange_subscription ENABLE ROW LEVEL SECURITY;
CREATE POLICY exchange_subscription_seen ON exchange_subscription FOR SELECT USING {OWN};
CREATE POLICY exchange_subscription_changed ON exchange_subscription FOR UPDATE USING {OWN} WITH CHECK {OWN};
CREATE POLICY exchange_subscription_added ON exchange_subscription FOR INSERT WITH CHECK {OWN};
ALTER TABLE exchange_delivery ENABLE ROW LEVEL SECURITY;
CREATE POLICY exchange_delivery_seen ON exchange_delivery FOR SELECT USING ({BESIDE});
CREATE POLICY exchange_delivery_changed ON exchange_delivery FOR UPDATE USING ({BESIDE}) WITH CHECK ({BESIDE});
CREATE POLICY exchange_delivery_added ON exchange_delivery FOR INSERT WITH CHECK ({BESIDE});
CREATE POLICY exchange_delivery_removed ON exchange_delivery FOR DELETE USING ({ALL});
"""
NO_WALLS = """
DROP POLICY exchange_delivery_seen ON exchange_delivery;
DROP POLICY exchange_delivery_changed ON exchange_delivery;
DROP POLICY exchange_delivery_added ON exchange_delivery;
DROP POLICY exchange_delivery_removed ON exchange_delivery;
ALTER TABLE exchange_delivery DISABLE ROW LEVEL SECURITY;
DROP POLICY exchange_subscription_seen ON exchange_subscription;
DROP POLICY exchange_subscription_changed ON exchange_subscription;
DROP POLICY exchange_subscription_added ON exchange_subscription;
ALTER TABLE exchange_subscription DISABLE ROW LEVEL SECURITY;
"""


def names(length):
    return django.contrib.postgres.fields.ArrayField(
        base_field=models.CharField(max_length=length), blank=True, default=list, size=None
    )


class Migration(migrations.Migration):
    initial = True
    dependencies = [migrations.swappable_dependency(settings.AUTH_USER_MODEL)]
    operations = [
        migrations.CreateModel(
            name="Subscription",
            fields=[
                ("id", models.UUIDField(default=huhang.kernel.numbering.ids.uuid7, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=64, verbose_name="用途")),
                ("url", models.CharField(max_length=500, verbose_name="接收地址")),
                ("kinds", names(24)),
                ("moves", names(32)),
                ("secret_sealed", models.BinaryField()),
                ("created_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(blank=True, null=True)),
                ("paused_at", models.DateTimeField(blank=True, null=True)),
                ("paused_why", models.CharField(blank=True, default="", max_length=24)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("first", models.BigIntegerField()),
                ("cursor", models.BigIntegerField()),
                ("failures", models.PositiveIntegerField(default=0)),
                ("rests_until", models.DateTimeField(blank=True, null=True)),
                ("busy_until", models.DateTimeField(blank=True, null=True)),
                (
                    "created_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="以谁的身份",
                    ),
                ),
            ],
            options={
                "db_table": "exchange_subscription",
                "indexes": [models.Index(fields=["owner"], name="subscription_of_owner")],
            },
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                ("id", models.UUIDField(default=huhang.kernel.numbering.ids.uuid7, primary_key=True, serialize=False)),
                ("event", models.BigIntegerField(null=True)),
                ("type", models.CharField(max_length=60)),
                ("number", models.CharField(blank=True, default="", max_length=16)),
                ("body", models.TextField()),
                ("created_at", models.DateTimeField()),
                ("queued_at", models.DateTimeField()),
                ("not_before", models.DateTimeField()),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("last_status", models.PositiveSmallIntegerField(null=True)),
                ("last_error", models.CharField(blank=True, default="", max_length=300)),
                ("last_ms", models.PositiveIntegerField(null=True)),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
                ("parked_at", models.DateTimeField(blank=True, null=True)),
                (
                    "subscription",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deliveries",
                        to="exchange.subscription",
                    ),
                ),
            ],
            options={
                "db_table": "exchange_delivery",
                "indexes": [
                    models.Index(
                        condition=models.Q(("parked_at", None), ("sent_at", None)),
                        fields=["subscription", "event", "created_at"],
                        name="delivery_waiting",
                    ),
                    models.Index(fields=["subscription", "-created_at"], name="delivery_newest"),
                    models.Index(
                        condition=models.Q(("parked_at__isnull", False)), fields=["parked_at"], name="delivery_parked"
                    ),
                ],
                "constraints": [models.UniqueConstraint(fields=("subscription", "event"), name="one_message_an_event")],
            },
        ),
        migrations.RunSQL(WALLS, NO_WALLS),
    ]
