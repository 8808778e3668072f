from django.db import migrations

from huhang.cases import walls

NOT_BEGUN = f"started_at IS NULL AND ({walls.ALL} OR by_id = {walls.ME})"
"""What was checked and never begun may go; what became cases stays (A4)."""


class Migration(migrations.Migration):
    dependencies = [("trainings", "0004_import_wall")]
    operations = [
        migrations.RunSQL(
            walls.removable("trainings_import", NOT_BEGUN), "DROP POLICY trainings_import_removed ON trainings_import;"
        )
    ]
