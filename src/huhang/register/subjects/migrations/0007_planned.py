from django.db import migrations

from huhang.register.subjects import walls


class Migration(migrations.Migration):
    dependencies = [("subjects", "0006_found")]
    operations = [migrations.RunSQL(walls.PLANNED, walls.NOT_PLANNED)]
