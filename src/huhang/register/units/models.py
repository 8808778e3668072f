"""The unit tree: bureau → county bureau or department → station or squad, with areas and validity."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from huhang.kernel.numbering import uuid7


class Unit(models.Model):
    """A police unit. ``branch`` is its ancestor on level 2, itself on that level, none for the bureau."""

    class Level(models.IntegerChoices):
        BUREAU = 1, _("市局")
        BRANCH = 2, _("分局、县局、支队")
        STATION = 3, _("派出所、大队")

    class Kind(models.TextChoices):
        BUREAU = "bureau", _("市公安局")
        COUNTY = "county", _("分局、县局")
        DEPARTMENT = "department", _("警种支队")
        STATION = "station", _("派出所")
        SQUAD = "squad", _("大队")
        CENTRE = "centre", _("中心、窗口")

    id = models.UUIDField(primary_key=True, default=uuid7)
    code = models.CharField(_("机构代码"), max_length=18, unique=True)
    name = models.CharField(_("全称"), max_length=100)
    short_name = models.CharField(_("简称"), max_length=40)
    level = models.PositiveSmallIntegerField(_("层级"), choices=Level.choices)
    kind = models.CharField(_("类型"), max_length=12, choices=Kind.choices)
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("上级")
    )
    branch = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    area = models.JSONField(_("辖区（CGCS2000 多边形）"), null=True, blank=True)
    lon = models.FloatField(_("经度"), null=True, blank=True)
    lat = models.FloatField(_("纬度"), null=True, blank=True)
    address = models.CharField(_("地址"), max_length=200, blank=True, default="")
    phone = models.CharField(_("电话"), max_length=20, blank=True, default="")
    valid_from = models.DateField(_("设立日期"))
    valid_to = models.DateField(_("撤销日期"), null=True, blank=True)
    successor = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("承接单位")
    )

    class Meta:
        db_table = "units_unit"
        verbose_name = _("单位")
        indexes = (models.Index(fields=["parent"], name="unit_children"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(level=1, parent__isnull=True) | Q(level__gt=1, parent__isnull=False),
                name="unit_parent_by_level",
                violation_error_message=_("只有市局没有上级单位。"),
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="unit_ends_after_start",
                violation_error_message=_("撤销日期要晚于设立日期。"),
            ),
        )

    def __str__(self) -> str:
        return self.short_name
