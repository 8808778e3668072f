"""Which kinds of catalogue entry there are, and who checks each. Rooms register theirs when Django starts."""

from huhang.base.catalog.rules import Checker, WholeChecker

CHECKERS: dict[str, Checker] = {}
WHOLES: dict[str, WholeChecker] = {}


def register(kind: str, checker: Checker) -> None:
    """Makes a kind of entry known; ``checker`` returns sentences about what is wrong with a body."""
    CHECKERS[kind] = checker


def register_whole(kind: str, checker: WholeChecker) -> None:
    """Says who checks the entries of a kind together; ``checker`` is given every sheet of the catalogue."""
    WHOLES[kind] = checker
