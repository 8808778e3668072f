from django.db import migrations

from huhang.register.subjects import walls

RUN = f"{walls.ALL} OR by_id = {walls.ME}"
REMARK = "EXISTS (SELECT 1 FROM imports_run r WHERE r.id = imports_remark.run_id)"
UP = [
    walls.wall("imports_run", RUN),
    f"CREATE POLICY imports_run_removed ON imports_run FOR DELETE USING ({RUN});",
    walls.wall("imports_remark", REMARK),
    f"CREATE POLICY imports_remark_removed ON imports_remark FOR DELETE USING ({REMARK});",
    # what an import entered is taken out again with it, and by nothing else
    f"CREATE POLICY subjects_subject_removed ON subjects_subject FOR DELETE USING ({walls.ALL});",
]
DOWN = [
    "DROP POLICY subjects_subject_removed ON subjects_subject;",
    "DROP POLICY imports_remark_removed ON imports_remark;",
    "DROP POLICY imports_run_removed ON imports_run;",
    walls.fall("imports_remark"),
    walls.fall("imports_run"),
]


class Migration(migrations.Migration):
    dependencies = [("imports", "0001_initial"), ("subjects", "0004_walls")]
    operations = [migrations.RunSQL(UP, DOWN)]
