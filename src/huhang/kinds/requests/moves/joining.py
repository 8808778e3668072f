"""Ending without an answer of its own: joined to another request, or taken back for the person (C6)."""

from django.utils.translation import gettext_lazy as _

from huhang.base.access.rules import Perm
from huhang.cases.fields import Field
from huhang.cases.rules import Move
from huhang.kinds.requests import joining
from huhang.kinds.requests.moves.asking import OPEN, REASON

MOVES = (
    Move(
        "merge",
        _("并单"),
        ("registered", "classified", "dispatched", "handling"),
        "merged",
        Perm.MERGE,
        _("并入"),
        joining.merge,
        fields=(Field("into", _("并入哪一件（编号）"), "case", most=20), REASON),
        danger=True,
    ),
    Move(
        "withdraw_for",
        _("代为撤回"),
        OPEN,
        "withdrawn",
        Perm.WITHDRAW,
        _("应诉求人要求撤回"),
        joining.withdraw,
        fields=(Field("reason", _("诉求人怎么说的"), "text", most=500),),
        danger=True,
    ),
)
