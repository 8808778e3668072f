import django.db.models.deletion
import huhang.kernel.numbering.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("files", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Run",
            fields=[
                ("id", models.UUIDField(default=huhang.kernel.numbering.ids.uuid7, primary_key=True, serialize=False)),
                ("what", models.CharField(choices=[("subjects", "主体"), ("contacts", "联系人")], max_length=10)),
                ("kind", models.CharField(blank=True, default="", max_length=12)),
                ("by_label", models.CharField(blank=True, default="", max_length=64)),
                ("unit", models.UUIDField(null=True)),
                ("name", models.CharField(max_length=200)),
                ("digest", models.CharField(max_length=64)),
                ("columns", models.JSONField(default=list)),
                ("notes", models.JSONField(default=list)),
                ("refused", models.TextField(blank=True, default="")),
                ("total", models.PositiveIntegerField(default=0)),
                ("fresh", models.PositiveIntegerField(default=0)),
                ("differing", models.PositiveIntegerField(default=0)),
                ("same", models.PositiveIntegerField(default=0)),
                ("bad", models.PositiveIntegerField(default=0)),
                ("created_at", models.DateTimeField()),
                ("checked_at", models.DateTimeField(blank=True, null=True)),
                ("started_at", models.DateTimeField(blank=True, null=True)),
                ("done", models.PositiveIntegerField(default=0)),
                ("entered", models.PositiveIntegerField(default=0)),
                ("changed", models.PositiveIntegerField(default=0)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                ("undo_at", models.DateTimeField(blank=True, null=True)),
                ("undo_by", models.UUIDField(blank=True, null=True)),
                ("undone_at", models.DateTimeField(blank=True, null=True)),
                ("undone", models.PositiveIntegerField(default=0)),
                ("stayed", models.PositiveIntegerField(default=0)),
                (
                    "by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="files.storedfile"
                    ),
                ),
            ],
            options={
                "db_table": "imports_run",
            },
        ),
        migrations.CreateModel(
            name="Remark",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "stage",
                    models.CharField(choices=[("check", "检查"), ("save", "导入"), ("undo", "撤销")], max_length=6),
                ),
                ("line", models.PositiveIntegerField()),
                ("bad", models.BooleanField(default=True)),
                ("column", models.CharField(blank=True, default="", max_length=100)),
                ("text", models.TextField()),
                ("params", models.JSONField(default=dict)),
                ("advice", models.TextField(blank=True, default="")),
                (
                    "run",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="remarks",
                        to="imports.run",
                    ),
                ),
            ],
            options={
                "db_table": "imports_remark",
            },
        ),
        migrations.AddIndex(
            model_name="run",
            index=models.Index(fields=["by", "-created_at"], name="import_run_of"),
        ),
        migrations.AddIndex(
            model_name="remark",
            index=models.Index(fields=["run", "-bad", "line"], name="remark_of_run"),
        ),
    ]
