from django.db import migrations

from huhang.cases import walls

TABLES = ("outside_referral", "outside_urging")
PAPER = f'{walls.ALL} OR ({walls.OFFICER} AND EXISTS (SELECT 1 FROM cases_case c WHERE c.id = papers_paper."case"))'


def seen(table: str) -> str:
    """Letters are for officers; the person is told the way by `queries.way_of`."""
    inside = f"EXISTS (SELECT 1 FROM cases_case c WHERE c.id = {table}.case_id)"
    return f"{walls.ALL} OR ({walls.OFFICER} AND {inside})"


class Migration(migrations.Migration):
    dependencies = [("outside", "0001_initial"), ("cases", "0002_walls"), ("papers", "0001_initial")]
    operations = [
        migrations.RunSQL(
            "\n".join([*(walls.wall(table, seen(table)) for table in TABLES), walls.wall("papers_paper", PAPER)]),
            "\n".join(walls.fall(table) for table in (*TABLES, "papers_paper")),
        )
    ]
