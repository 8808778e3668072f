from django.db import migrations

from huhang.cases import walls

NO_GROUND = """
CREATE FUNCTION hazards_no_ground() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $body$
BEGIN
    IF NEW.kind <> 'request' AND EXISTS (SELECT 1 FROM cases_case c WHERE c.id = NEW.parent_id AND c.kind = 'hazard') THEN
        RAISE EXCEPTION 'a hazard told by a police post is no ground for another case' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $body$;
CREATE TRIGGER hazards_no_ground BEFORE INSERT OR UPDATE OF parent_id, kind ON cases_case
    FOR EACH ROW WHEN (NEW.parent_id IS NOT NULL) EXECUTE FUNCTION hazards_no_ground();
"""
"""A service visit records no finding (D6/J1): nothing but a request of the host's own springs from a hazard (ADR 36)."""

GROUND = "DROP TRIGGER hazards_no_ground ON cases_case; DROP FUNCTION hazards_no_ground();"


class Migration(migrations.Migration):
    dependencies = [("hazards", "0001_initial"), ("cases", "0002_walls")]
    operations = [
        migrations.RunSQL(walls.beside("hazards_hazard"), walls.fall("hazards_hazard")),
        migrations.RunSQL(NO_GROUND, GROUND),
    ]
