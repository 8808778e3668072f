from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("requests", "0003_outcomes"),
    ]

    operations = [
        migrations.AddField(
            model_name="request",
            name="excluded",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="request",
            name="rectify",
            field=models.CharField(blank=True, db_default="", default="", max_length=10),
        ),
        migrations.AddField(
            model_name="request",
            name="rectify_in_time",
            field=models.BooleanField(null=True),
        ),
    ]
