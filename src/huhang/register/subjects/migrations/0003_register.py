import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.datetime
import huhang.kernel.numbering.ids
import huhang.register.subjects.models
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("subjects", "0002_language"),
        ("units", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL("CREATE SEQUENCE subjects_number;", "DROP SEQUENCE subjects_number;"),
        migrations.CreateModel(
            name="Change",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("by", models.UUIDField(null=True)),
                ("by_label", models.CharField(max_length=64)),
                ("unit", models.UUIDField(null=True)),
                ("via", models.CharField(max_length=48)),
                ("version", models.PositiveIntegerField()),
                ("fields", models.JSONField()),
            ],
            options={
                "db_table": "subjects_change",
            },
        ),
        migrations.CreateModel(
            name="Contact",
            fields=[
                ("id", models.UUIDField(default=huhang.kernel.numbering.ids.uuid7, primary_key=True, serialize=False)),
                ("role", models.CharField(max_length=24, verbose_name="身份")),
                ("main", models.BooleanField(db_default=False, default=False, verbose_name="主要联系人")),
                ("name_masked", models.CharField(max_length=40, verbose_name="姓名")),
                ("phone_masked", models.CharField(blank=True, default="", max_length=20, verbose_name="电话")),
                ("since", models.DateTimeField()),
                ("added_by", models.UUIDField(blank=True, null=True)),
                ("added_label", models.CharField(blank=True, db_default="", default="", max_length=64)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("ended_by", models.UUIDField(blank=True, null=True)),
                ("ended_label", models.CharField(blank=True, db_default="", default="", max_length=64)),
                ("ended_why", models.CharField(blank=True, db_default="", default="", max_length=100)),
                ("via", models.CharField(blank=True, db_default="", default="", max_length=48)),
            ],
            options={
                "verbose_name": "联系人",
                "db_table": "subjects_contact",
            },
        ),
        migrations.CreateModel(
            name="Correction",
            fields=[
                ("id", models.UUIDField(default=huhang.kernel.numbering.ids.uuid7, primary_key=True, serialize=False)),
                ("by_label", models.CharField(max_length=64)),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("was", models.JSONField(default=dict)),
                ("wanted", models.JSONField(default=dict)),
                ("note", models.TextField(blank=True, default="")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "待核实"),
                            ("accepted", "已采纳"),
                            ("part", "部分采纳"),
                            ("refused", "未采纳"),
                        ],
                        default="open",
                        max_length=8,
                    ),
                ),
                (
                    "taken",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=24), blank=True, default=list, size=None
                    ),
                ),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("decided_by", models.UUIDField(blank=True, null=True)),
                ("decided_label", models.CharField(blank=True, default="", max_length=64)),
                ("decided_unit", models.UUIDField(blank=True, null=True)),
                ("reason", models.TextField(blank=True, default="")),
            ],
            options={
                "verbose_name": "更正申请",
                "db_table": "subjects_correction",
            },
        ),
        migrations.CreateModel(
            name="Merge",
            fields=[
                ("id", models.UUIDField(default=huhang.kernel.numbering.ids.uuid7, primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("by", models.UUIDField(null=True)),
                ("by_label", models.CharField(max_length=64)),
                ("reason", models.CharField(max_length=200)),
                ("moved", models.JSONField(default=dict)),
                ("gone_state", models.CharField(max_length=12)),
                ("undone_at", models.DateTimeField(blank=True, null=True)),
                ("undone_by", models.UUIDField(blank=True, null=True)),
                ("undone_label", models.CharField(blank=True, default="", max_length=64)),
            ],
            options={
                "db_table": "subjects_merge",
            },
        ),
        migrations.CreateModel(
            name="Pair",
            fields=[
                ("id", models.UUIDField(default=huhang.kernel.numbering.ids.uuid7, primary_key=True, serialize=False)),
                ("why", models.CharField(max_length=12)),
                ("likeness", models.FloatField()),
                ("metres", models.FloatField(blank=True, null=True)),
                ("found_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("decided_by", models.UUIDField(blank=True, null=True)),
                ("decided_label", models.CharField(blank=True, default="", max_length=64)),
                ("decision", models.CharField(blank=True, default="", max_length=8)),
                ("reason", models.CharField(blank=True, default="", max_length=200)),
            ],
            options={
                "db_table": "subjects_pair",
            },
        ),
        migrations.AddField(
            model_name="subject",
            name="crs",
            field=models.CharField(blank=True, db_default="", default="", max_length=8, verbose_name="坐标系"),
        ),
        migrations.AddField(
            model_name="subject",
            name="given_lat",
            field=models.FloatField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="subject",
            name="given_lon",
            field=models.FloatField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="subject",
            name="industry",
            field=models.CharField(blank=True, db_default="", default="", max_length=60, verbose_name="行业"),
        ),
        migrations.AddField(
            model_name="subject",
            name="merged_into",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="merged",
                to="subjects.subject",
            ),
        ),
        migrations.AddField(
            model_name="subject",
            name="note",
            field=models.TextField(blank=True, db_default="", default="", verbose_name="备注"),
        ),
        migrations.AddField(
            model_name="subject",
            name="number",
            field=models.CharField(
                db_default=huhang.register.subjects.models.NextNumber(),
                max_length=20,
                unique=True,
                verbose_name="主体编号",
            ),
        ),
        migrations.AddField(
            model_name="subject",
            name="within",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="inside",
                to="subjects.subject",
                verbose_name="所在园区或主体",
            ),
        ),
        migrations.AddField(
            model_name="subject",
            name="sensitive",
            field=models.BooleanField(db_default=False, default=False, verbose_name="涉密"),
        ),
        migrations.AddField(
            model_name="subject",
            name="short_name",
            field=models.CharField(blank=True, db_default="", default="", max_length=40, verbose_name="简称"),
        ),
        migrations.AddField(
            model_name="subject",
            name="state",
            field=models.CharField(
                choices=[("active", "在册"), ("closed", "停业停用"), ("struck_off", "已注销"), ("merged", "已并入")],
                db_default="active",
                default="active",
                max_length=12,
                verbose_name="状态",
            ),
        ),
        migrations.AddField(
            model_name="subject",
            name="state_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="subject",
            name="state_why",
            field=models.CharField(blank=True, db_default="", default="", max_length=200),
        ),
        migrations.AddField(
            model_name="subject",
            name="unit_from",
            field=models.CharField(
                choices=[("area", "按辖区"), ("person", "由人指定")],
                db_default="person",
                default="person",
                max_length=8,
            ),
        ),
        migrations.AddField(
            model_name="subject",
            name="updated_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="subject",
            name="updated_by",
            field=models.UUIDField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="subject",
            name="updated_label",
            field=models.CharField(blank=True, db_default="", default="", max_length=64),
        ),
        migrations.AddField(
            model_name="subject",
            name="updated_unit",
            field=models.UUIDField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="subject",
            name="version",
            field=models.PositiveIntegerField(db_default=1, default=1),
        ),
        migrations.AddField(
            model_name="subject",
            name="via",
            field=models.CharField(blank=True, db_default="", default="", max_length=48),
        ),
        migrations.AlterField(
            model_name="person",
            name="subject",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="subjects.subject",
            ),
        ),
        migrations.AlterField(
            model_name="subject",
            name="flags",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=24),
                blank=True,
                default=list,
                size=None,
                verbose_name="分类和标识",
            ),
        ),
        migrations.AlterField(
            model_name="subject",
            name="kind",
            field=models.CharField(
                choices=[
                    ("enterprise", "企业"),
                    ("project", "重点项目"),
                    ("chamber", "商会"),
                    ("park", "园区"),
                    ("community", "社区、村"),
                    ("organisation", "单位、组织"),
                    ("scenic", "景区"),
                    ("post", "警务站"),
                ],
                max_length=12,
                verbose_name="类型",
            ),
        ),
        migrations.AddIndex(
            model_name="subject",
            index=models.Index(fields=["kind", "name", "id"], name="subject_list_kind"),
        ),
        migrations.AddIndex(
            model_name="subject",
            index=models.Index(fields=["name", "id"], name="subject_list"),
        ),
        migrations.AddIndex(
            model_name="subject",
            index=models.Index(
                condition=models.Q(("lon__isnull", False)), fields=["lon", "lat"], name="subject_by_place"
            ),
        ),
        migrations.AddIndex(
            model_name="subject",
            index=models.Index(condition=models.Q(("within__isnull", False)), fields=["within"], name="subject_inside"),
        ),
        migrations.AddIndex(
            model_name="subject",
            index=django.contrib.postgres.indexes.GinIndex(fields=["flags"], name="subject_by_flag"),
        ),
        migrations.AddConstraint(
            model_name="subject",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("lat__isnull", True), ("lon__isnull", True)),
                    models.Q(("lat__gte", -90), ("lat__lte", 90), ("lon__gte", -180), ("lon__lte", 180)),
                    _connector="OR",
                ),
                name="subject_point_on_earth",
            ),
        ),
        migrations.AddConstraint(
            model_name="subject",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("merged_into__isnull", False), ("state", "merged")),
                    models.Q(models.Q(("state", "merged"), _negated=True), ("merged_into__isnull", True)),
                    _connector="OR",
                ),
                name="subject_merged_into_one",
            ),
        ),
        migrations.AddField(
            model_name="change",
            name="subject",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="changes",
                to="subjects.subject",
            ),
        ),
        migrations.AddField(
            model_name="contact",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="speaks_for", to="subjects.person"
            ),
        ),
        migrations.AddField(
            model_name="contact",
            name="subject",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="contacts",
                to="subjects.subject",
            ),
        ),
        migrations.AddField(
            model_name="correction",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="subjects.person"
            ),
        ),
        migrations.AddField(
            model_name="correction",
            name="subject",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="corrections",
                to="subjects.subject",
            ),
        ),
        migrations.AddField(
            model_name="merge",
            name="gone",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="merges", to="subjects.subject"
            ),
        ),
        migrations.AddField(
            model_name="merge",
            name="kept",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="took_in", to="subjects.subject"
            ),
        ),
        migrations.AddField(
            model_name="pair",
            name="one",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="subjects.subject"
            ),
        ),
        migrations.AddField(
            model_name="pair",
            name="other",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="subjects.subject"
            ),
        ),
        migrations.AddField(
            model_name="subject",
            name="said",
            field=models.GeneratedField(
                db_persist=True, expression=huhang.register.subjects.models.Said(), output_field=models.TextField()
            ),
        ),
        migrations.AddIndex(
            model_name="change",
            index=models.Index(fields=["subject", "-id"], name="change_of_subject"),
        ),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(fields=["subject", "-since"], name="contact_of_subject"),
        ),
        migrations.AddConstraint(
            model_name="contact",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)),
                fields=("subject", "person", "role"),
                name="contact_once_in_a_role",
            ),
        ),
        migrations.AddConstraint(
            model_name="contact",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True), ("main", True)),
                fields=("subject",),
                name="contact_one_main",
            ),
        ),
        migrations.AddIndex(
            model_name="correction",
            index=models.Index(fields=["subject", "-at"], name="correction_of_subject"),
        ),
        migrations.AddIndex(
            model_name="correction",
            index=models.Index(condition=models.Q(("state", "open")), fields=["at"], name="correction_open"),
        ),
        migrations.AddConstraint(
            model_name="merge",
            constraint=models.UniqueConstraint(
                condition=models.Q(("undone_at__isnull", True)), fields=("gone",), name="merged_once"
            ),
        ),
        migrations.AddIndex(
            model_name="pair",
            index=models.Index(
                condition=models.Q(("decided_at__isnull", True)), fields=["-likeness", "id"], name="pair_undecided"
            ),
        ),
        migrations.AddConstraint(
            model_name="pair",
            constraint=models.UniqueConstraint(fields=("one", "other"), name="pair_once"),
        ),
    ]
