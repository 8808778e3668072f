from django.db import migrations

from huhang.cases import walls

TABLES = ("disputes_dispute", "disputes_party", "disputes_sitting", "disputes_letter")


class Migration(migrations.Migration):
    dependencies = [("disputes", "0001_initial"), ("cases", "0002_walls")]
    operations = [
        migrations.RunSQL(
            "\n".join(walls.beside(table) for table in TABLES), "\n".join(walls.fall(table) for table in TABLES)
        )
    ]
