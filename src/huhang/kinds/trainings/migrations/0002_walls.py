from django.db import migrations

from huhang.cases import walls

TABLES = ("trainings_training", "trainings_host", "trainings_result", "trainings_mark")


def _wall(table: str) -> str:
    shows = f"EXISTS (SELECT 1 FROM cases_case c WHERE c.id = {table}.case_id)"
    return walls.beside(table) + (walls.removable(table, shows) if table == "trainings_mark" else "")


class Migration(migrations.Migration):
    dependencies = [("trainings", "0001_initial"), ("cases", "0002_walls")]
    operations = [
        migrations.RunSQL("\n".join(_wall(table) for table in TABLES), "\n".join(walls.fall(table) for table in TABLES))
    ]
