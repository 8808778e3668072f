"""Indexes of open cases: taken in by somebody, taken part in by a unit, waiting in a state at a unit and how long."""

import django.contrib.postgres.indexes
from django.db import migrations, models
from django.db.models import F, Q
from django.db.models.functions import Collate

from huhang.cases import walls


class Migration(migrations.Migration):
    dependencies = [("cases", "0009_standing")]

    operations = [
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                fields=["taken_by", "due_at", "id"],
                name="case_queue_taken",
                condition=Q(is_open=True, taken_by__isnull=False),
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["party_units"], name="case_parties_open", condition=Q(is_open=True) & ~Q(party_units=[])
            ),
        ),
        migrations.RemoveIndex(model_name="case", name="case_standing"),
        # it carries the key, so that it is dearer to walk than the queue of a unit and never taken for it
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                F("unit"),
                Collate("state", "C"),
                F("due_at"),
                name="case_waits",
                include=("id",),
                condition=Q(is_open=True),
            ),
        ),
        migrations.RunSQL(walls.found(), migrations.RunSQL.noop),
    ]
