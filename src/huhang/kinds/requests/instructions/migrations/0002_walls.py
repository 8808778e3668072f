from django.db import migrations

from huhang.cases import walls

TABLE = "instructions_instruction"
SEEN = f"{walls.ALL} OR ({walls.OFFICER} AND EXISTS (SELECT 1 FROM cases_case c WHERE c.id = {TABLE}.case_id))"


class Migration(migrations.Migration):
    dependencies = [("instructions", "0001_initial"), ("cases", "0002_walls")]
    operations = [migrations.RunSQL(walls.wall(TABLE, SEEN), walls.fall(TABLE))]
