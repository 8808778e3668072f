import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0001_initial"),
        ("requests", "0004_rectify"),
    ]

    operations = [
        migrations.AddField(
            model_name="rating",
            name="answer_of",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="cases.case",
            ),
        ),
        migrations.RemoveConstraint(model_name="rating", name="rated_once_a_round"),
        migrations.AddConstraint(
            model_name="rating",
            constraint=models.UniqueConstraint(
                condition=Q(answer_of__isnull=True), fields=("case", "round"), name="rated_once_a_round"
            ),
        ),
        migrations.AddConstraint(
            model_name="rating",
            constraint=models.UniqueConstraint(
                condition=Q(answer_of__isnull=False),
                fields=("case", "answer_of", "round"),
                name="joined_rated_once_a_round",
            ),
        ),
    ]
