from django.db import migrations, models
from django.db.models import Q

from huhang.cases import walls


class Migration(migrations.Migration):
    """The search index knows the day of receipt too, the function goes back by days first; kinds that are few by index."""

    dependencies = [("cases", "0010_by_name")]
    operations = [
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["kind", "-received_at", "-id"], name="case_kind", condition=~Q(kind="request")),
        ),
        migrations.RunSQL("DROP INDEX case_terms;", migrations.RunSQL.noop),
        migrations.RunSQL(walls.INDEX, migrations.RunSQL.noop),
        migrations.RunSQL(walls.found(), migrations.RunSQL.noop),
    ]
