"""Who the bureau serves: enterprises, projects, parks… (public names), and the persons behind them (sealed)."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Func, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from huhang.kernel.numbering import uuid7


class NextNumber(Func):
    """The register's own number, given by the database so that a COPY gets one too: ``Z00000012``."""

    template = "('Z' || to_char(nextval('subjects_number'), 'FM00000000'))"
    output_field = models.CharField()


class Said(Func):
    """What a subject is found by, folded: names, code, number, address."""

    template = (
        "lower(translate(name || ' ' || short_name || ' ' || coalesce(credit_code, '') || ' ' || number || ' '"
        " || address, '（）　', '() '))"
    )
    output_field = models.TextField()


class Cell(Func):
    """The square of the ground a subject stands in, none without a place (ADR 40)."""

    template = "subjects_cell(lon, lat)"
    output_field = models.BigIntegerField()


class Subject(models.Model):
    """An enterprise, project, park or other subject. Its name and credit code are public (STANDARDS §10).

    ``lon`` and ``lat`` are CGCS2000, for use; ``given_lon``, ``given_lat`` and ``crs`` are what was given (§12). Each
    write names who did it in ``updated_…`` and ``via``; a trigger makes the history of every field from that.
    """

    class Kind(models.TextChoices):
        ENTERPRISE = "enterprise", _("企业")
        PROJECT = "project", _("重点项目")
        CHAMBER = "chamber", _("商会")
        PARK = "park", _("园区")
        COMMUNITY = "community", _("社区、村")
        ORGANISATION = "organisation", _("单位、组织")
        SCENIC = "scenic", _("景区")
        POST = "post", _("警务站")

    class State(models.TextChoices):
        ACTIVE = "active", _("在册")
        CLOSED = "closed", _("停业停用")
        STRUCK_OFF = "struck_off", _("已注销")
        MERGED = "merged", _("已并入")

    class UnitFrom(models.TextChoices):
        AREA = "area", _("按辖区")
        PERSON = "person", _("由人指定")

    id = models.UUIDField(primary_key=True, default=uuid7)
    number = models.CharField(_("主体编号"), max_length=20, unique=True, db_default=NextNumber())
    kind = models.CharField(_("类型"), max_length=12, choices=Kind.choices)
    name = models.CharField(_("名称"), max_length=120)
    short_name = models.CharField(_("简称"), max_length=40, blank=True, default="", db_default="")
    credit_code = models.CharField(_("统一社会信用代码"), max_length=18, null=True, blank=True, unique=True)
    flags = ArrayField(models.CharField(max_length=24), verbose_name=_("分类和标识"), default=list, blank=True)
    sensitive = models.BooleanField(_("涉密"), default=False, db_default=False)
    unit = models.ForeignKey("units.Unit", on_delete=models.PROTECT, related_name="+", verbose_name=_("责任单位"))
    unit_from = models.CharField(max_length=8, choices=UnitFrom.choices, default="person", db_default="person")
    industry = models.CharField(_("行业"), max_length=60, blank=True, default="", db_default="")
    address = models.CharField(_("地址"), max_length=200, blank=True, default="")
    head_count = models.PositiveIntegerField(_("职工人数"), null=True, blank=True)
    investment = models.BigIntegerField(_("投资额（元）"), null=True, blank=True)
    lon = models.FloatField(_("经度"), null=True, blank=True)
    lat = models.FloatField(_("纬度"), null=True, blank=True)
    crs = models.CharField(_("坐标系"), max_length=8, blank=True, default="", db_default="")
    given_lon = models.FloatField(null=True, blank=True)
    given_lat = models.FloatField(null=True, blank=True)
    within = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="inside", verbose_name=_("所在园区或主体")
    )
    note = models.TextField(_("备注"), blank=True, default="", db_default="")
    state = models.CharField(_("状态"), max_length=12, choices=State.choices, default="active", db_default="active")
    state_at = models.DateTimeField(null=True, blank=True)
    state_why = models.CharField(max_length=200, blank=True, default="", db_default="")
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged")
    version = models.PositiveIntegerField(default=1, db_default=1)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField(null=True, blank=True)
    updated_by = models.UUIDField(null=True, blank=True)
    updated_label = models.CharField(max_length=64, blank=True, default="", db_default="")
    updated_unit = models.UUIDField(null=True, blank=True)
    via = models.CharField(max_length=48, blank=True, default="", db_default="")
    said = models.GeneratedField(expression=Said(), output_field=models.TextField(), db_persist=True)
    cell = models.GeneratedField(expression=Cell(), output_field=models.BigIntegerField(), db_persist=True, null=True)

    class Meta:
        db_table = "subjects_subject"
        verbose_name = _("主体")
        indexes = (
            models.Index(fields=["unit", "kind"], name="subject_of_unit"),
            models.Index(fields=["name"], name="subject_by_name", opclasses=["text_pattern_ops"]),
            models.Index(fields=["kind", "name", "id"], name="subject_list_kind"),
            models.Index(fields=["name", "id"], name="subject_list"),
            models.Index(fields=["cell"], name="subject_by_cell", condition=Q(cell__isnull=False)),
            models.Index(fields=["within"], name="subject_inside", condition=Q(within__isnull=False)),
            GinIndex(fields=["flags"], name="subject_by_flag"),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(lon__isnull=True, lat__isnull=True)
                | Q(lon__gte=-180, lon__lte=180, lat__gte=-90, lat__lte=90),
                name="subject_point_on_earth",
            ),
            models.CheckConstraint(
                condition=Q(state="merged", merged_into__isnull=False)
                | (~Q(state="merged") & Q(merged_into__isnull=True)),
                name="subject_merged_into_one",
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def stands(self) -> bool:
        """Whether it is still there to be served: not closed, struck off or merged."""
        return self.state == self.State.ACTIVE


class Person(models.Model):
    """A resident or contact. Plain text exists nowhere in the row except the masks."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    name_sealed = models.BinaryField()
    name_masked = models.CharField(max_length=40)
    phone_sealed = models.BinaryField(null=True)
    phone_index = models.BinaryField(null=True)
    phone_masked = models.CharField(max_length=20, blank=True, default="")
    id_sealed = models.BinaryField(null=True)
    id_index = models.BinaryField(null=True)
    id_masked = models.CharField(max_length=24, blank=True, default="")
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    language = models.CharField(_("语言"), max_length=8, blank=True, default="", db_default="")
    created_at = models.DateTimeField()

    class Meta:
        db_table = "subjects_person"
        verbose_name = _("个人")
        constraints = (
            models.CheckConstraint(
                condition=Q(phone_sealed__isnull=True, phone_index__isnull=True)
                | Q(phone_sealed__isnull=False, phone_index__isnull=False),
                name="person_phone_indexed",
            ),
            models.UniqueConstraint(fields=["phone_index"], name="person_by_phone"),
        )
        indexes = (models.Index(fields=["id_index"], name="person_by_id_number"),)

    def __str__(self) -> str:
        return self.name_masked


class Contact(models.Model):
    """A person speaking for a subject in a role, from a day until it is ended; ended rows stay.

    The masks stand here too, so that whoever may see the subject needs no sight of the person's own row.
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    subject = models.ForeignKey(Subject, db_index=False, on_delete=models.PROTECT, related_name="contacts")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="speaks_for")
    role = models.CharField(_("身份"), max_length=24)
    main = models.BooleanField(_("主要联系人"), default=False, db_default=False)
    name_masked = models.CharField(_("姓名"), max_length=40)
    phone_masked = models.CharField(_("电话"), max_length=20, blank=True, default="")
    since = models.DateTimeField()
    added_by = models.UUIDField(null=True, blank=True)
    added_label = models.CharField(max_length=64, blank=True, default="", db_default="")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.UUIDField(null=True, blank=True)
    ended_label = models.CharField(max_length=64, blank=True, default="", db_default="")
    ended_why = models.CharField(max_length=100, blank=True, default="", db_default="")
    via = models.CharField(max_length=48, blank=True, default="", db_default="")

    class Meta:
        db_table = "subjects_contact"
        verbose_name = _("联系人")
        indexes = (models.Index(fields=["subject", "-since"], name="contact_of_subject"),)
        constraints = (
            models.UniqueConstraint(
                fields=["subject", "person", "role"], condition=Q(ended_at__isnull=True), name="contact_once_in_a_role"
            ),
            models.UniqueConstraint(
                fields=["subject"], condition=Q(main=True, ended_at__isnull=True), name="contact_one_main"
            ),
        )

    def __str__(self) -> str:
        return f"{self.name_masked} {self.role}"


class Change(models.Model):
    """What one write changed: field → [before, after]. Written by a trigger, whoever writes; never changed.

    A write that does not raise the version says nothing of who made it; it is kept with ``via`` = ``unsaid``.
    """

    id = models.BigAutoField(primary_key=True)
    subject = models.ForeignKey(
        Subject, db_index=False, db_constraint=False, on_delete=models.DO_NOTHING, related_name="changes"
    )
    at = models.DateTimeField()
    by = models.UUIDField(null=True)
    by_label = models.CharField(max_length=64)
    unit = models.UUIDField(null=True)
    via = models.CharField(max_length=48)
    version = models.PositiveIntegerField()
    fields = models.JSONField()

    class Meta:
        db_table = "subjects_change"
        indexes = (
            models.Index(fields=["subject", "-id"], name="change_of_subject"),
            models.Index(fields=["via"], name="change_by_way", condition=~Q(via="")),
        )

    def __str__(self) -> str:
        return f"{self.subject_id} v{self.version}"


class Merge(models.Model):
    """Two rows found to be one subject: what went along, so that it can be taken apart again."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    kept = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="took_in")
    gone = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="merges")
    at = models.DateTimeField()
    by = models.UUIDField(null=True)
    by_label = models.CharField(max_length=64)
    reason = models.CharField(max_length=200)
    moved = models.JSONField(default=dict)
    gone_state = models.CharField(max_length=12)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.UUIDField(null=True, blank=True)
    undone_label = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        db_table = "subjects_merge"
        constraints = (
            models.UniqueConstraint(fields=["gone"], condition=Q(undone_at__isnull=True), name="merged_once"),
        )

    def __str__(self) -> str:
        return f"{self.gone_id} → {self.kept_id}"


class Pair(models.Model):
    """Two rows that may be one subject, found by rule; a person merges them or says that they are two."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    one = models.ForeignKey(Subject, on_delete=models.CASCADE, related_name="+")
    other = models.ForeignKey(Subject, on_delete=models.CASCADE, related_name="+")
    why = models.CharField(max_length=12)
    likeness = models.FloatField()
    metres = models.FloatField(null=True, blank=True)
    found_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.UUIDField(null=True, blank=True)
    decided_label = models.CharField(max_length=64, blank=True, default="")
    decision = models.CharField(max_length=8, blank=True, default="")
    reason = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        db_table = "subjects_pair"
        constraints = (models.UniqueConstraint(fields=["one", "other"], name="pair_once"),)
        indexes = (
            models.Index(fields=["-likeness", "id"], name="pair_undecided", condition=Q(decided_at__isnull=True)),
        )

    def __str__(self) -> str:
        return f"{self.one_id} = {self.other_id}?"


class Correction(models.Model):
    """What a contact says is wrong in its own record: field → what it should be; an officer accepts or refuses."""

    class State(models.TextChoices):
        OPEN = "open", _("待核实")
        ACCEPTED = "accepted", _("已采纳")
        PART = "part", _("部分采纳")
        REFUSED = "refused", _("未采纳")

    id = models.UUIDField(primary_key=True, default=uuid7)
    subject = models.ForeignKey(Subject, db_index=False, on_delete=models.PROTECT, related_name="corrections")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    by_label = models.CharField(max_length=64)
    at = models.DateTimeField(db_default=Now())
    was = models.JSONField(default=dict)
    wanted = models.JSONField(default=dict)
    note = models.TextField(blank=True, default="")
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    taken = ArrayField(models.CharField(max_length=24), default=list, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.UUIDField(null=True, blank=True)
    decided_label = models.CharField(max_length=64, blank=True, default="")
    decided_unit = models.UUIDField(null=True, blank=True)
    reason = models.TextField(blank=True, default="")

    class Meta:
        db_table = "subjects_correction"
        verbose_name = _("更正申请")
        indexes = (
            models.Index(fields=["subject", "-at"], name="correction_of_subject"),
            models.Index(fields=["at"], name="correction_open", condition=Q(state="open")),
        )

    def __str__(self) -> str:
        return f"{self.subject_id} {self.state}"
