from django.db import migrations

from huhang.register.subjects import walls

OF_POST = "EXISTS (SELECT 1 FROM posts_post p WHERE p.id = posts_round.post_id)"


class Migration(migrations.Migration):
    dependencies = [("posts", "0005_round")]
    operations = [migrations.RunSQL(walls.wall("posts_round", OF_POST), walls.fall("posts_round"))]
