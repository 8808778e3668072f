from django.db import migrations, models

import huhang.kernel.numbering.ids


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Attempt",
            fields=[
                ("id", models.UUIDField(default=huhang.kernel.numbering.ids.uuid7, primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=24)),
                ("source", models.BinaryField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "db_table": "people_attempt",
                "indexes": [models.Index(fields=["kind", "source", "-at"], name="attempt_recent")],
            },
        ),
    ]
