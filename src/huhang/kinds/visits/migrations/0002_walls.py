from django.db import migrations

from huhang.cases import walls

TABLES = ("visits_visit", "visits_met", "visits_reply", "visits_link")


class Migration(migrations.Migration):
    dependencies = [("visits", "0001_initial"), ("cases", "0002_walls")]
    operations = [
        migrations.RunSQL(
            "\n".join(walls.beside(table) for table in TABLES), "\n".join(walls.fall(table) for table in TABLES)
        )
    ]
