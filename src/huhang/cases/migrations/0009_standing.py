"""An index for “which of these units' open cases stand in that state”."""

from django.db import migrations, models
from django.db.models import F, Q
from django.db.models.functions import Collate


class Migration(migrations.Migration):
    dependencies = [("cases", "0008_subject_of_case")]

    operations = [
        migrations.AddIndex(
            model_name="case",
            index=models.Index(Collate("state", "C"), F("unit"), name="case_standing", condition=Q(is_open=True)),
        ),
    ]
