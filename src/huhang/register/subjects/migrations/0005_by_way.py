from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("subjects", "0004_walls"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="change",
            index=models.Index(condition=models.Q(("via", ""), _negated=True), fields=["via"], name="change_by_way"),
        ),
    ]
