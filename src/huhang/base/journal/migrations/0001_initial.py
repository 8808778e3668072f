import django.db.models.deletion
from django.db import migrations, models

import huhang.kernel.numbering

LINKING = r"""
CREATE FUNCTION journal_part(value text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT coalesce(octet_length(value) || ':' || value, '-') $$;

CREATE FUNCTION journal_canon(e journal_entry, seq bigint) RETURNS text LANGUAGE sql STABLE AS
$$ SELECT journal_part(seq::text) || journal_part(e.id::text)
       || journal_part(to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))
       || journal_part(e.action) || journal_part(e.actor_kind) || journal_part(e.actor::text)
       || journal_part(e.actor_name) || journal_part(e.unit::text) || journal_part(e.door)
       || journal_part(e."case"::text) || journal_part(e.person::text) || journal_part(e.about)
       || journal_part(e.data) $$;

CREATE FUNCTION journal_chain() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
    last journal_link%ROWTYPE;
    place bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(4720150001);
    SELECT * INTO last FROM journal_link ORDER BY seq DESC LIMIT 1;
    place := coalesce(last.seq, 0) + 1;
    INSERT INTO journal_link (seq, entry, previous, hash)
    VALUES (place, NEW.id, coalesce(last.hash, ''::bytea),
            sha256(coalesce(last.hash, ''::bytea) || convert_to(journal_canon(NEW, place), 'UTF8')));
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER journal_chain AFTER INSERT ON journal_entry
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION journal_chain();

CREATE FUNCTION journal_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the journal is append-only';
END $$;
CREATE TRIGGER journal_keep BEFORE UPDATE OR DELETE OR TRUNCATE ON journal_entry
FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse();
CREATE TRIGGER journal_keep BEFORE UPDATE OR DELETE OR TRUNCATE ON journal_link
FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse();

ALTER TABLE journal_entry ENABLE ROW LEVEL SECURITY;
CREATE POLICY journal_add ON journal_entry FOR INSERT WITH CHECK (true);
CREATE POLICY journal_own ON journal_entry FOR SELECT USING (
    (SELECT current_setting('huhang.scope', true)) = 'all'
    OR person = (SELECT nullif(current_setting('huhang.person', true), '')::uuid)
    OR actor = (SELECT nullif(current_setting('huhang.user', true), '')::uuid)
);
"""

UNLINKING = """
DROP TRIGGER journal_chain ON journal_entry;
DROP TRIGGER journal_keep ON journal_entry;
DROP TRIGGER journal_keep ON journal_link;
DROP POLICY journal_add ON journal_entry;
DROP POLICY journal_own ON journal_entry;
DROP FUNCTION journal_chain();
DROP FUNCTION journal_refuse();
DROP FUNCTION journal_canon(journal_entry, bigint);
DROP FUNCTION journal_part(text);
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="Entry",
            fields=[
                ("id", models.UUIDField(default=huhang.kernel.numbering.uuid7, primary_key=True, serialize=False)),
                ("at", models.DateTimeField(db_index=True)),
                ("action", models.TextField()),
                ("actor_kind", models.TextField()),
                ("actor", models.UUIDField(null=True)),
                ("actor_name", models.TextField(blank=True, default="")),
                ("unit", models.UUIDField(null=True)),
                ("door", models.TextField(default="")),
                ("case", models.UUIDField(null=True)),
                ("person", models.UUIDField(null=True)),
                ("about", models.TextField(blank=True, default="")),
                ("data", models.TextField(blank=True, default="")),
            ],
            options={
                "db_table": "journal_entry",
                "indexes": [
                    models.Index(
                        condition=models.Q(("case__isnull", False)), fields=["case", "at"], name="journal_of_case"
                    ),
                    models.Index(
                        condition=models.Q(("person__isnull", False)), fields=["person", "at"], name="journal_of_person"
                    ),
                    models.Index(
                        condition=models.Q(("actor__isnull", False)), fields=["actor", "at"], name="journal_of_actor"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Link",
            fields=[
                ("seq", models.BigIntegerField(primary_key=True, serialize=False)),
                (
                    "entry",
                    models.OneToOneField(
                        db_column="entry",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="link",
                        to="journal.entry",
                    ),
                ),
                ("previous", models.BinaryField()),
                ("hash", models.BinaryField()),
            ],
            options={"db_table": "journal_link"},
        ),
        migrations.RunSQL(LINKING, UNLINKING),
    ]
