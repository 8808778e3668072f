from django.db import migrations

from huhang.cases import walls

BESIDE = ("requests_request", "requests_revisit", "requests_rating")
RUN = f"by_id = {walls.ME} OR {walls.ALL}"
ROW = "EXISTS (SELECT 1 FROM requests_import r WHERE r.id = requests_import_row.run_id)"

UP = [
    *(walls.beside(table) for table in BESIDE),
    walls.wall("requests_import", RUN),
    walls.removable("requests_import", RUN),
    walls.wall("requests_import_row", ROW),
    walls.removable("requests_import_row", ROW),
]


class Migration(migrations.Migration):
    dependencies = [("requests", "0001_initial"), ("cases", "0002_walls")]
    operations = [
        migrations.RunSQL(
            "\n".join(UP),
            "\n".join(walls.fall(table) for table in (*BESIDE, "requests_import", "requests_import_row")),
        )
    ]
