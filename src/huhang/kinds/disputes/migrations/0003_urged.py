from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("disputes", "0002_walls")]

    operations = [
        migrations.AddField(model_name="letter", name="urged", field=models.PositiveSmallIntegerField(default=0)),
        migrations.AddField(model_name="letter", name="urged_at", field=models.DateTimeField(blank=True, null=True)),
    ]
