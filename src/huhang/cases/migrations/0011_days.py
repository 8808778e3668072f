from django.db import migrations

from huhang.cases import walls


class Migration(migrations.Migration):
    """The search index knows the day of receipt too; the search function goes back by days first."""

    dependencies = [("cases", "0010_by_name")]
    operations = [
        migrations.RunSQL("DROP INDEX case_terms;", migrations.RunSQL.noop),
        migrations.RunSQL(walls.INDEX, migrations.RunSQL.noop),
        migrations.RunSQL(walls.found(), migrations.RunSQL.noop),
    ]
