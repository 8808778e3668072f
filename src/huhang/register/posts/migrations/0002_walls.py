from django.db import migrations

from huhang.register.subjects import walls

OF_POST = "EXISTS (SELECT 1 FROM posts_post p WHERE p.id = posts_stay.post_id)"


class Migration(migrations.Migration):
    dependencies = [("posts", "0001_initial"), ("subjects", "0004_walls")]
    operations = [
        migrations.RunSQL(
            walls.of_subject("posts_post", "host_id")
            + walls.of_subject("posts_proposal", "host_id")
            + walls.wall("posts_stay", OF_POST),
            "\n".join(walls.fall(table) for table in ("posts_stay", "posts_proposal", "posts_post")),
        )
    ]
