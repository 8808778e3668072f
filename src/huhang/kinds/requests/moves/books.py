"""What a table of earlier work says of a request it brought: settled then, or not to be here at all (A4, B3)."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from huhang.base.access.rules import Actor, Perm
from huhang.cases.fields import Field
from huhang.cases.models import Case
from huhang.cases.rules import Move
from huhang.kinds.requests import books, queries


def _by_a_table(case: Case, by: Actor, now: datetime) -> str | None:
    """Nobody presses this: it is for the import that brought the request, and for taking that import back."""
    if by.kind != "system":
        return "这一步只由导入办理。"
    return None if queries.detail(case).source_row is not None else "这件事不是导入的，请照常办理。"


MOVES = (
    Move(
        "record",
        _("按台账登记为已解决"),
        ("registered", "classified"),
        "recorded",
        Perm.CLOSE,
        _("导入的台账载明已解决"),
        books.record,
        fields=(Field("how", _("台账怎么说"), "text", most=2000),),
        guard=_by_a_table,
    ),
    Move(
        "annul",
        _("撤销导入"),
        ("registered", "classified", "recorded"),
        "annulled",
        Perm.CLOSE,
        _("导入已撤销"),
        books.annul,
        fields=(Field("reason", _("理由"), "text", most=500),),
        guard=_by_a_table,
        danger=True,
    ),
)
