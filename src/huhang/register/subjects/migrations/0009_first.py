from django.db import migrations

from huhang.register.subjects import walls

UNDONE = f"DROP FUNCTION subjects_first(tsquery, text[], int, text, uuid); {walls.NOT_WALKED}"


class Migration(migrations.Migration):
    dependencies = [("subjects", "0008_cell")]
    operations = [migrations.RunSQL([walls.WALKED, walls.FIRST], UNDONE)]
