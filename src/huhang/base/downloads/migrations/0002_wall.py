from django.db import migrations

ALL = "(SELECT coalesce(current_setting('huhang.scope', true), '') = 'all')"
ME = "(SELECT nullif(current_setting('huhang.user', true), '')::uuid)"
UP = f"""
ALTER TABLE downloads_download ENABLE ROW LEVEL SECURITY;
CREATE POLICY downloads_download_seen ON downloads_download FOR SELECT USING (by_id = {ME} OR {ALL});
CREATE POLICY downloads_download_changed ON downloads_download FOR UPDATE USING (by_id = {ME} OR {ALL})
    WITH CHECK (true);
CREATE POLICY downloads_download_added ON downloads_download FOR INSERT WITH CHECK (true);
"""
DOWN = """
DROP POLICY downloads_download_seen ON downloads_download;
DROP POLICY downloads_download_changed ON downloads_download;
DROP POLICY downloads_download_added ON downloads_download;
ALTER TABLE downloads_download DISABLE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    dependencies = [("downloads", "0001_initial")]
    operations = [migrations.RunSQL(UP, DOWN)]
