"""Everything that issues, raises and tells of cards; the moves people make are in ``moves`` and ``effects``."""

from huhang.kinds.cards.actions.deriving import derive
from huhang.kinds.cards.actions.issuing import issue_card
from huhang.kinds.cards.actions.telling import tell_digests

__all__ = ["derive", "issue_card", "tell_digests"]
