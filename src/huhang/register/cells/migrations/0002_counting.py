from django.db import migrations

from huhang.register.cells import walls


class Migration(migrations.Migration):
    dependencies = [("cells", "0001_initial"), ("subjects", "0008_cell")]
    operations = [
        migrations.RunSQL(walls.wall(), walls.no_wall()),
        migrations.RunSQL(walls.counting(), walls.no_counting()),
    ]
