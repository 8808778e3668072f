from django.db import migrations

from huhang.kinds.requests.surveying import walls


class Migration(migrations.Migration):
    dependencies = [("surveying", "0001_initial"), ("subjects", "0004_walls")]
    operations = [migrations.RunSQL(walls.up(), walls.down())]
