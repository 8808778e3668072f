from django.db import migrations

from huhang.cases import walls


class Migration(migrations.Migration):
    dependencies = [("duties", "0001_initial"), ("cases", "0002_walls")]
    operations = [migrations.RunSQL(walls.beside("duties_duty"), walls.fall("duties_duty"))]
