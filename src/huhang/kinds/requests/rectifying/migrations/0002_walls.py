from django.db import migrations

from huhang.cases import walls


class Migration(migrations.Migration):
    dependencies = [("rectifying", "0001_initial"), ("cases", "0002_walls")]
    operations = [
        migrations.RunSQL(walls.beside("rectifying_rectification"), walls.fall("rectifying_rectification")),
    ]
