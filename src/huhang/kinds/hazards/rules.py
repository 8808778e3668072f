"""How somebody was told of a hazard. Plain values."""

from django.utils.translation import gettext_lazy as _

WAYS = (("person", _("当面")), ("phone", _("电话")), ("paper", _("书面")))
