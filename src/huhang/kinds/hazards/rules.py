"""Pure decisions of hazards: which words would make a service a check, and how somebody was told."""

from django.utils.translation import gettext_lazy as _

from huhang.kernel.errors import Invalid
from huhang.kernel.text import fold

WAYS = (("person", _("当面")), ("phone", _("电话")), ("paper", _("书面")))

PENAL = (
    *("处罚", "罚款", "责令", "查处", "查封", "扣押", "没收", "吊销", "立案", "笔录", "取证", "违法", "违规", "违章"),
    *("停产停业", "行政强制", "责任追究"),
    *("penalt", "punish", "fined", "seiz", "violat", "offence", "offense", "evidence", "prosecut"),
)
"""Words of inspections and penalties: none has a place in what a post tells its host (ADR 36, STANDARDS §15, 12)."""


def penal(*texts: str) -> list[str]:
    """The words of penalties that stand in these texts, in the order of the list."""
    said = " ".join(fold(text) for text in texts)
    return [word for word in PENAL if word in said]


def refuse_penal(text: str, field: str) -> str:
    """The text as it is.

    Raises:
        Invalid: it speaks of offences or penalties.
    """
    if words := penal(text):
        raise Invalid(
            "“%(word)s”是执法检查的用语。警务站是服务，隐患只告知企业自己消除，不能作为处罚依据，请换个说法。",
            field=field,
            params={"word": words[0]},
        )
    return text
