"""The kinds of case this installation has. A new kind is a folder under kinds/ and a line here."""

from huhang.kinds.cards.kind import CARD
from huhang.kinds.requests.kind import REQUEST

KINDS = (REQUEST, CARD)
