"""Officers, posts, API tokens, and phone checks for residents without an account."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from huhang.base.access.rules import ROLES, Reach
from huhang.kernel.numbering import uuid7


class Officers(BaseUserManager["User"]):
    """Finds officers by police number."""

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(username=username)


class User(AbstractBaseUser):
    """An officer or clerk who signs in; residents have no account."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    username = models.CharField(_("警号"), max_length=32, unique=True)
    name = models.CharField(_("姓名"), max_length=64)
    email = models.EmailField(_("邮箱"), blank=True, default="")
    is_active = models.BooleanField(_("在用"), default=True)
    must_change_password = models.BooleanField(_("下次登录须改密码"), default=False)
    created_at = models.DateTimeField(_("建立时间"))
    left_at = models.DateTimeField(_("离任时间"), null=True, blank=True)

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects = Officers()

    class Meta:
        db_table = "people_user"
        verbose_name = _("人员")

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        return self.name


class Post(models.Model):
    """A role held in a unit from one instant to another; an open end means until further notice."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="posts", verbose_name=_("人员"))
    unit = models.ForeignKey("units.Unit", on_delete=models.PROTECT, related_name="posts", verbose_name=_("单位"))
    role = models.CharField(_("角色"), max_length=32)
    reach = models.CharField(_("范围"), max_length=8)
    first = models.BooleanField(_("主岗"), default=False)
    starts_at = models.DateTimeField(_("到任时间"))
    ends_at = models.DateTimeField(_("离任时间"), null=True, blank=True)

    class Meta:
        db_table = "people_post"
        verbose_name = _("岗位")
        constraints = (
            models.CheckConstraint(
                condition=Q(role__in=sorted(ROLES)), name="post_role_known", violation_error_message=_("没有这个角色。")
            ),
            models.CheckConstraint(
                condition=Q(reach__in=[r.value for r in Reach]),
                name="post_reach_known",
                violation_error_message=_("没有这种范围。"),
            ),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")),
                name="post_ends_after_start",
                violation_error_message=_("离任时间要晚于到任时间。"),
            ),
            ExclusionConstraint(
                name="post_once_at_a_time",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    ("unit", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    (Func("starts_at", "ends_at", function="tstzrange"), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("这个人已在该单位担任同一角色。"),
            ),
        )

    def __str__(self) -> str:
        return f"{self.user_id} {self.role}"


class ApiToken(models.Model):
    """A key for programs: checked by its signature, refused once revoked or expired."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="tokens")
    name = models.CharField(_("用途"), max_length=64)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "people_token"

    def __str__(self) -> str:
        return self.name


class PhoneCheck(models.Model):
    """A code sent to a phone; only blind index and keyed digest are kept, never the number or the code."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    phone_index = models.BinaryField()
    code_digest = models.BinaryField()
    source = models.BinaryField(default=b"")
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "people_phone_check"
        indexes = (
            models.Index(fields=["phone_index", "-sent_at"], name="phone_check_recent"),
            models.Index(fields=["source", "-sent_at"], name="phone_check_source"),
        )

    def __str__(self) -> str:
        return f"{self.sent_at:%F %T}"


class Attempt(models.Model):
    """A try at something guessable that failed; only a blind index of where it came from is kept, and not for long."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    kind = models.CharField(max_length=24)
    source = models.BinaryField()
    at = models.DateTimeField()

    class Meta:
        db_table = "people_attempt"
        indexes = (models.Index(fields=["kind", "source", "-at"], name="attempt_recent"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%F %T}"
