"""Fields and states that several moves share."""

from django.utils.translation import gettext_lazy as _

from huhang.cases.fields import Field

OPEN = ("registered", "classified", "dispatched", "handling", "suspended")
"""States before the answer."""

YES_NO = (("yes", _("是")), ("no", _("否")))
REASON = Field("reason", _("理由"), "text", most=500)
NOTE = Field("note", _("说明"), "text", required=False, most=500)
