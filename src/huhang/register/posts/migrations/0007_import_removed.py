from django.db import migrations

from huhang.register.subjects import walls

NOT_SAVED = f"saved_at IS NULL AND (posts_import.by_id = {walls.ME} OR {walls.ALL})"
"""What was checked and never saved may go; what became posts stays (A4)."""


class Migration(migrations.Migration):
    dependencies = [("posts", "0006_round_walls")]
    operations = [
        migrations.RunSQL(
            f"CREATE POLICY posts_import_removed ON posts_import FOR DELETE USING ({NOT_SAVED});",
            "DROP POLICY posts_import_removed ON posts_import;",
        )
    ]
