from django.db import migrations

from huhang.register.subjects import walls

MINE = f"(posts_import.by_id = {walls.ME} OR {walls.ALL})"
REMOVED = "\n".join(
    f"CREATE POLICY {table}_removed ON {table} FOR DELETE USING ({walls.ALL});"
    for table in ("posts_post", "posts_stay")
)
"""An import taken back within a day removes what it brought; nothing else about posts is ever deleted."""


class Migration(migrations.Migration):
    dependencies = [("posts", "0003_import")]
    operations = [
        migrations.RunSQL(
            walls.wall("posts_import", MINE) + REMOVED,
            "\n".join(
                [
                    walls.fall("posts_import"),
                    *(f"DROP POLICY {table}_removed ON {table};" for table in ("posts_post", "posts_stay")),
                ]
            ),
        )
    ]
