"""Who requests come from: enterprises and organisations (public names), persons (sealed)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from huhang.kernel.numbering import uuid7


class Subject(models.Model):
    """An enterprise, project or organisation. Its name and credit code are public (STANDARDS §10)."""

    class Kind(models.TextChoices):
        ENTERPRISE = "enterprise", _("企业")
        PROJECT = "project", _("重点项目")
        ORGANISATION = "organisation", _("单位、组织")
        COMMUNITY = "community", _("社区、村")

    id = models.UUIDField(primary_key=True, default=uuid7)
    kind = models.CharField(_("类型"), max_length=12, choices=Kind.choices)
    name = models.CharField(_("名称"), max_length=120)
    credit_code = models.CharField(_("统一社会信用代码"), max_length=18, null=True, blank=True, unique=True)
    flags = ArrayField(models.CharField(max_length=24), verbose_name=_("标识"), default=list, blank=True)
    unit = models.ForeignKey("units.Unit", on_delete=models.PROTECT, related_name="+", verbose_name=_("责任单位"))
    address = models.CharField(_("地址"), max_length=200, blank=True, default="")
    head_count = models.PositiveIntegerField(_("职工人数"), null=True, blank=True)
    investment = models.BigIntegerField(_("投资额（元）"), null=True, blank=True)
    lon = models.FloatField(_("经度"), null=True, blank=True)
    lat = models.FloatField(_("纬度"), null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "subjects_subject"
        verbose_name = _("主体")
        indexes = (
            models.Index(fields=["unit", "kind"], name="subject_of_unit"),
            models.Index(fields=["name"], name="subject_by_name", opclasses=["text_pattern_ops"]),
        )

    def __str__(self) -> str:
        return self.name


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
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, null=True, blank=True, related_name="contacts")
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
