from django.db import migrations

from huhang.cases import walls


class Migration(migrations.Migration):
    dependencies = [("requests", "0005_joined_ratings")]
    operations = [migrations.RunSQL(walls.widened("requests_request"), walls.narrowed_again("requests_request"))]
