from django.db import migrations

from huhang.register.subjects import walls

DOWN = """
DROP FUNCTION subjects_found(tsquery, text[], int);
DROP INDEX subject_grams;
DROP FUNCTION subjects_grams(text);
"""


class Migration(migrations.Migration):
    dependencies = [("subjects", "0005_by_way")]
    operations = [migrations.RunSQL([walls.GRAMS, walls.found()], DOWN)]
