from django.db import migrations

ALTER = "ALTER FUNCTION cases_alike(jsonb) {};"


class Migration(migrations.Migration):
    """While the ledger is small the planner would read all of it rather than look up fifty keys."""

    dependencies = [("repeats", "0002_walls")]
    operations = [
        migrations.RunSQL(ALTER.format("SET enable_seqscan = off"), ALTER.format("RESET enable_seqscan")),
    ]
