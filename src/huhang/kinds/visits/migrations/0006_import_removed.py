from django.db import migrations

from huhang.cases import walls

NOT_BEGUN = f"started_at IS NULL AND ({walls.ALL} OR by_id = {walls.ME})"
"""What was checked and never begun may go; what became cases stays (A4)."""


class Migration(migrations.Migration):
    dependencies = [("visits", "0005_import_wall")]
    operations = [
        migrations.RunSQL(
            walls.removable("visits_import", NOT_BEGUN), "DROP POLICY visits_import_removed ON visits_import;"
        )
    ]
