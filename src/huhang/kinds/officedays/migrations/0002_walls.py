from django.db import migrations

from huhang.cases import walls

TABLES = ("officedays_day", "officedays_slot", "officedays_booking")


def _wall(table: str) -> str:
    seen = f"EXISTS (SELECT 1 FROM cases_case c WHERE c.id = {table}.case_id)"
    if table == "officedays_booking":  # whoever booked sees their own, not the day's case
        return walls.wall(table, f"({seen} OR {table}.person_id = {walls.PERSON})")
    return walls.wall(table, seen)


class Migration(migrations.Migration):
    dependencies = [("officedays", "0001_initial"), ("cases", "0002_walls")]
    operations = [
        migrations.RunSQL("\n".join(_wall(table) for table in TABLES), "\n".join(walls.fall(table) for table in TABLES))
    ]
