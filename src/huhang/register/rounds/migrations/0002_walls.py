from django.db import migrations

from huhang.register.subjects import walls

SEEN = (
    f"{walls.STAFF} AND (subject_id IS NULL OR EXISTS (SELECT 1 FROM subjects_subject s WHERE s.id = {{t}}.subject_id))"
)
OWN = f"{walls.ALL} OR user_id = {walls.ME}"
UP = [
    *(walls.wall(t, SEEN.format(t=t)) for t in ("rounds_excuse", "rounds_record")),
    *(walls.wall(t, OWN) for t in ("rounds_told", "rounds_feed")),
    f"CREATE POLICY rounds_told_removed ON rounds_told FOR DELETE USING ({walls.ALL});",
]
DOWN = [
    "DROP POLICY rounds_told_removed ON rounds_told;",
    *(walls.fall(t) for t in ("rounds_feed", "rounds_told", "rounds_record", "rounds_excuse")),
]


class Migration(migrations.Migration):
    dependencies = [("rounds", "0001_initial"), ("subjects", "0004_walls")]
    operations = [migrations.RunSQL(UP, DOWN)]
