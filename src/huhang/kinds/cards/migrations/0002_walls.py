from django.db import migrations

from huhang.cases import walls

TOLD = f"user_id = {walls.ME} OR {walls.ALL}"

UP = [
    walls.beside("cards_card"),
    walls.beside("cards_notice", "card_id"),
    walls.wall("cards_digest", TOLD),
]


class Migration(migrations.Migration):
    dependencies = [("cards", "0001_initial"), ("cases", "0002_walls")]
    operations = [
        migrations.RunSQL(
            "\n".join(UP), "\n".join(walls.fall(table) for table in ("cards_card", "cards_notice", "cards_digest"))
        )
    ]
