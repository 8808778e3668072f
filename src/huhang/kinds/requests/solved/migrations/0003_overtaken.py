from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("solved", "0002_walls"),
    ]

    operations = [
        migrations.AddField(
            model_name="dispute",
            name="overtaken",
            field=models.BooleanField(default=False),
        ),
    ]
