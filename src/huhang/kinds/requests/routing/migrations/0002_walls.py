from django.db import migrations

from huhang.cases import walls

BESIDE = ("routing_proposal", "routing_choice")


class Migration(migrations.Migration):
    dependencies = [("routing", "0001_initial"), ("cases", "0002_walls")]
    operations = [
        migrations.RunSQL(
            "\n".join(walls.beside(table) for table in BESIDE), "\n".join(walls.fall(table) for table in BESIDE)
        )
    ]
