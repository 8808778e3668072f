from django.db import migrations

from huhang.cases.walls import ALL, OFFICER, beside, fall, wall
from huhang.kinds.requests.repeats.walls import alike, no_ring

MATTER = f"{ALL} OR {OFFICER}"
SURVEYS = ("repeats_survey", "repeats_survey_row")
TABLES = ("repeats_fingerprint", "repeats_matter", "repeats_member", "repeats_note", "repeats_run", *SURVEYS)

UP = [
    beside("repeats_fingerprint"),
    wall("repeats_matter", MATTER),
    beside("repeats_member"),
    wall("repeats_note", MATTER),
    wall("repeats_run", ALL),
    *(wall(table, MATTER) for table in SURVEYS),
    alike(),
    no_ring(),
]
DOWN = [
    "DROP TRIGGER case_joined_once ON cases_case;",
    "DROP FUNCTION cases_joined_once();",
    "DROP FUNCTION cases_alike(jsonb);",
    *(fall(table) for table in reversed(TABLES)),
]


class Migration(migrations.Migration):
    dependencies = [("repeats", "0001_initial"), ("cases", "0003_beside"), ("requests", "0001_initial")]
    operations = [migrations.RunSQL("\n".join(UP), "\n".join(DOWN))]
