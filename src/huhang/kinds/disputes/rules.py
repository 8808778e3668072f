"""The words of disputes: sides, ways of signing, other ways to go, what another authority said. Plain values."""

from django.utils.translation import gettext_lazy as _

SIDES = (("a", _("甲方")), ("b", _("乙方")), ("other", _("其他方")))
SIGNS = (("sign", _("签名")), ("print", _("按指印")), ("seal", _("盖章")))
WAYS = (
    ("committee", _("人民调解委员会")),
    ("arbitration", _("仲裁")),
    ("court", _("向人民法院起诉")),
    ("authority", _("主管部门处理")),
)
RESULTS = (("done", _("已解决")), ("promised", _("已答应，有日期")), ("declined", _("不属其职责")))
MOST_PARTIES = 20
