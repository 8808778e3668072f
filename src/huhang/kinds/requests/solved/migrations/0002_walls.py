from django.db import migrations

from huhang.cases import walls

BESIDE = ("solved_answered", "solved_dispute", "solved_rating_link")


class Migration(migrations.Migration):
    dependencies = [("solved", "0001_initial"), ("cases", "0002_walls")]
    operations = [
        migrations.RunSQL(
            "\n".join(walls.beside(table) for table in BESIDE), "\n".join(walls.fall(table) for table in BESIDE)
        )
    ]
