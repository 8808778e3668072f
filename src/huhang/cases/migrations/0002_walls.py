from django.db import migrations

from huhang.cases import walls

TABLES = ("cases_step", "cases_assignment", "cases_clock", "cases_attachment")
CLOCKS = ("cases_clock_pause", "cases_clock_extension")

COMMENT = f"{walls.OFFICER} AND EXISTS (SELECT 1 FROM cases_case c WHERE c.id = cases_comment.case_id)"
VIEW = f"owner_id = {walls.ME} OR unit_id = ANY ({walls.UNITS}) OR {walls.ALL}"
BATCH = f"by_id = {walls.ME} OR {walls.ALL}"
ROW = "EXISTS (SELECT 1 FROM cases_batch b WHERE b.id = cases_batch_row.batch_id)"
FILE = (
    f'("case" IS NULL AND stored_by = {walls.ME}) OR EXISTS (SELECT 1 FROM cases_case c WHERE c.id = files_file."case")'
)
PERSON = (
    f"{walls.ALL} OR id = {walls.PERSON}"
    " OR EXISTS (SELECT 1 FROM cases_case c WHERE c.requester_id = subjects_person.id)"
)
MESSAGE = (
    f'{walls.ALL} OR "user" = {walls.ME} OR person = {walls.PERSON}'
    f' OR ({walls.OFFICER} AND EXISTS (SELECT 1 FROM cases_case c WHERE c.id = notices_message."case"))'
)
JOURNAL = (
    "CREATE POLICY journal_by_case ON journal_entry FOR SELECT USING ("
    f'{walls.OFFICER} AND EXISTS (SELECT 1 FROM cases_case c WHERE c.id = journal_entry."case"));'
)

UP = [
    walls.case_wall(),
    walls.found(),
    *(walls.beside(table) for table in TABLES),
    *(walls.wall(table, f"EXISTS (SELECT 1 FROM cases_clock k WHERE k.id = {table}.clock_id)") for table in CLOCKS),
    walls.wall("cases_comment", f"{walls.ALL} OR ({COMMENT})"),
    walls.wall("cases_saved_view", VIEW),
    walls.removable("cases_saved_view", f"owner_id = {walls.ME}"),
    walls.wall("cases_batch", BATCH),
    walls.wall("cases_batch_row", ROW),
    walls.wall("files_file", f"{walls.ALL} OR {FILE}"),
    walls.wall("subjects_person", PERSON),
    walls.wall("notices_message", MESSAGE),
    JOURNAL,
]
NAMES = (
    "cases_case",
    *TABLES,
    *CLOCKS,
    "cases_comment",
    "cases_saved_view",
    "cases_batch",
    "cases_batch_row",
    "files_file",
    "subjects_person",
    "notices_message",
)
DOWN = [
    "DROP POLICY journal_by_case ON journal_entry;",
    *(walls.fall(table) for table in reversed(NAMES)),
    "DROP FUNCTION cases_found(tsquery, text[], int, jsonb);",
]


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0001_initial"),
        ("journal", "0001_initial"),
        ("files", "0001_initial"),
        ("subjects", "0001_initial"),
        ("notices", "0001_initial"),
    ]
    operations = [migrations.RunSQL("\n".join(UP), "\n".join(DOWN))]
