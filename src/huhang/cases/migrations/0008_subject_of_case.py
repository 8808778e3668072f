from django.db import migrations

# Whoever sees a case sees whose it is, also where the register itself keeps that subject from them.
UP = (
    "CREATE POLICY subject_of_case ON subjects_subject FOR SELECT USING"
    " (EXISTS (SELECT 1 FROM cases_case c WHERE c.subject_id = subjects_subject.id));"
)


class Migration(migrations.Migration):
    dependencies = [("cases", "0007_supports"), ("subjects", "0004_walls")]
    operations = [migrations.RunSQL(UP, "DROP POLICY subject_of_case ON subjects_subject;")]
