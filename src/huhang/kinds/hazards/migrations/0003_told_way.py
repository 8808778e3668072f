from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("hazards", "0002_walls")]
    operations = [migrations.RenameField("hazard", "told_by", "told_way")]
