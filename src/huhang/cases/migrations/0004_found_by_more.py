import django.contrib.postgres.indexes
from django.db import migrations

from huhang.cases import walls


class Migration(migrations.Migration):
    """An index for “changed since”, and the search function with the filters programs ask for."""

    dependencies = [("cases", "0003_beside")]
    operations = [
        migrations.AddIndex(
            model_name="step",
            index=django.contrib.postgres.indexes.BrinIndex(fields=["at"], name="step_by_time"),
        ),
        migrations.RunSQL(walls.found(), migrations.RunSQL.noop),
    ]
