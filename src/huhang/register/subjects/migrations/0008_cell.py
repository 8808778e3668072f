from django.db import migrations, models

import huhang.register.subjects.models
from huhang.register.subjects import walls


class Migration(migrations.Migration):
    dependencies = [("subjects", "0007_planned")]
    operations = [
        migrations.RunSQL(walls.CELL, "DROP FUNCTION subjects_cell(float8, float8);"),
        migrations.AddField(
            model_name="subject",
            name="cell",
            field=models.GeneratedField(
                db_persist=True,
                expression=huhang.register.subjects.models.Cell(),
                null=True,
                output_field=models.BigIntegerField(),
            ),
        ),
        migrations.RemoveIndex(model_name="subject", name="subject_by_place"),
        migrations.AddIndex(
            model_name="subject",
            index=models.Index(condition=models.Q(("cell__isnull", False)), fields=["cell"], name="subject_by_cell"),
        ),
    ]
