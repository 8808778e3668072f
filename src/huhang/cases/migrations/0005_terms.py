from django.db import migrations

from huhang.cases import walls


class Migration(migrations.Migration):
    """One search index that also knows month, people and part-taking, in place of two; the search function by it."""

    dependencies = [("cases", "0004_found_by_more")]
    operations = [
        migrations.RemoveIndex(model_name="case", name="case_search"),
        migrations.RemoveIndex(model_name="case", name="case_parties"),
        migrations.RunSQL(walls.INDEX, "DROP INDEX case_terms;"),
        migrations.RunSQL(walls.found(), migrations.RunSQL.noop),
    ]
