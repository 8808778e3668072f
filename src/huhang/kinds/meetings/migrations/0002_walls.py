from django.db import migrations

from huhang.cases import walls

WALLS = {"meetings_meeting": "case_id", "meetings_item": "meeting_id", "meetings_decision": "meeting_id"}


class Migration(migrations.Migration):
    dependencies = [("meetings", "0001_initial"), ("cases", "0002_walls")]
    operations = [
        migrations.RunSQL(
            "\n".join(walls.beside(table, column) for table, column in WALLS.items()),
            "\n".join(walls.fall(table) for table in WALLS),
        )
    ]
