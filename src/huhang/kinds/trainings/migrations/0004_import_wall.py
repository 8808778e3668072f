from django.db import migrations

from huhang.cases import walls


class Migration(migrations.Migration):
    dependencies = [("trainings", "0003_importing")]
    operations = [
        migrations.RunSQL(
            walls.wall("trainings_import", f"({walls.ALL} OR by_id = {walls.ME})"), walls.fall("trainings_import")
        )
    ]
