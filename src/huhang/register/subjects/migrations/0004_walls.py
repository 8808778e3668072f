from django.db import migrations

from huhang.register.subjects import walls

BY_SUBJECT = ("subjects_contact", "subjects_change", "subjects_correction")
PAIR = (
    "EXISTS (SELECT 1 FROM subjects_subject s WHERE s.id = {t}.{one})"
    " AND EXISTS (SELECT 1 FROM subjects_subject s WHERE s.id = {t}.{other})"
)

UP = [
    walls.OWN,
    walls.HISTORY,
    walls.wall("subjects_subject", walls.sees()),
    *(walls.of_subject(table) for table in BY_SUBJECT),
    walls.wall(
        "subjects_merge", f"{walls.STAFF} AND {PAIR.format(t='subjects_merge', one='kept_id', other='gone_id')}"
    ),
    walls.wall("subjects_pair", f"{walls.STAFF} AND {PAIR.format(t='subjects_pair', one='one_id', other='other_id')}"),
    "CREATE POLICY subjects_pair_removed ON subjects_pair FOR DELETE USING (" + walls.ALL + ");",
]
DOWN = [
    "DROP POLICY subjects_pair_removed ON subjects_pair;",
    *(walls.fall(t) for t in ("subjects_pair", "subjects_merge", *reversed(BY_SUBJECT), "subjects_subject")),
    walls.FORGET,
    "DROP FUNCTION subjects_of_person();",
]


class Migration(migrations.Migration):
    dependencies = [("subjects", "0003_register")]
    operations = [migrations.RunSQL(UP, DOWN)]
