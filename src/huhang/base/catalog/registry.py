"""Which kinds of catalogue entry there are, and who checks each. Rooms register theirs when Django starts."""

from huhang.base.catalog.rules import Checker

CHECKERS: dict[str, Checker] = {}


def register(kind: str, checker: Checker) -> None:
    """Makes a kind of entry known; ``checker`` returns sentences about what is wrong with a body."""
    CHECKERS[kind] = checker
