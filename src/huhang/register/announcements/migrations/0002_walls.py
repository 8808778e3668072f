from django.db import migrations

from huhang.register.subjects import walls

NOTICE = f"{walls.STAFF} OR EXISTS (SELECT 1 FROM announcements_copy c WHERE c.notice_id = announcements_notice.id)"
ENCLOSED = "EXISTS (SELECT 1 FROM announcements_notice n WHERE n.id = announcements_enclosure.notice_id)"
COPY = "EXISTS (SELECT 1 FROM subjects_subject s WHERE s.id = announcements_copy.subject_id)"
UP = [
    walls.wall("announcements_notice", NOTICE),
    walls.wall("announcements_enclosure", ENCLOSED),
    walls.of_subject("announcements_copy"),
    f"CREATE POLICY announcements_copy_removed ON announcements_copy FOR DELETE USING ({COPY});",
]
DOWN = [
    "DROP POLICY announcements_copy_removed ON announcements_copy;",
    walls.fall("announcements_copy"),
    walls.fall("announcements_enclosure"),
    walls.fall("announcements_notice"),
]


class Migration(migrations.Migration):
    dependencies = [("announcements", "0001_initial"), ("subjects", "0004_walls")]
    operations = [migrations.RunSQL(UP, DOWN)]
