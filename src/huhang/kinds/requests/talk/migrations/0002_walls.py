from django.db import migrations

from huhang.cases import walls


class Migration(migrations.Migration):
    dependencies = [("talk", "0001_initial"), ("cases", "0002_walls")]
    operations = [migrations.RunSQL(walls.beside("talk_saying"), walls.fall("talk_saying"))]
