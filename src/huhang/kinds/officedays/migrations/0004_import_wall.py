from django.db import migrations

from huhang.cases import walls

OWN = f"({walls.ALL} OR by_id = {walls.ME})"
NOT_BEGUN = f"started_at IS NULL AND {OWN}"
"""What was checked and never begun may go; what became cases stays (A4)."""


class Migration(migrations.Migration):
    dependencies = [("officedays", "0003_importing")]
    operations = [
        migrations.RunSQL(
            walls.wall("officedays_import", OWN) + walls.removable("officedays_import", NOT_BEGUN),
            walls.fall("officedays_import"),
        )
    ]
