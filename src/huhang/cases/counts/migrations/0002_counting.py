from django.db import migrations

from huhang.cases.counts import walls


class Migration(migrations.Migration):
    dependencies = [("counts", "0001_initial"), ("cases", "0007_supports")]
    operations = [
        migrations.RunSQL(walls.counts_wall(), walls.no_wall()),
        migrations.RunSQL(walls.counting(), walls.no_counting()),
        migrations.RunSQL(walls.indexes(), "DROP INDEX case_sensitive_officer; DROP INDEX case_sensitive_taken;"),
    ]
