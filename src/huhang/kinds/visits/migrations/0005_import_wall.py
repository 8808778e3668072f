from django.db import migrations

from huhang.cases import walls


class Migration(migrations.Migration):
    dependencies = [("visits", "0004_importing")]
    operations = [
        migrations.RunSQL(
            walls.wall("visits_import", f"({walls.ALL} OR by_id = {walls.ME})"), walls.fall("visits_import")
        )
    ]
