"""What counts as having done something: rooms above declare their records here, as SQL (B2).

A statement gives, for each record that may fulfil a recurring duty, or give rise to one:

=============  ===========  ======================================================================================
``sort``       text         what it is: ``visit``, ``call``, ``session``, ``training``, ``post_round``…
``subject_id`` uuid         whom it was about; null for something of the unit as such
``unit_id``    uuid         whose officer did it
``at``         timestamptz  when it took place, by the server's clock
``officer_id`` uuid         who did it; null when nobody is named
``tag``        text         a finer sort, such as a visit's purpose; ''
``roles``      text[]       in which contact roles people were met; '{}'
``size``       int          how many subjects took part; 1
``record``     text         what opens it: a case number, or ''
=============  ===========  ======================================================================================

A statement may say ``%(since)s`` and ``%(until)s`` where it must bound the time itself, as one that groups must; a
percent sign is otherwise written twice. Nothing is copied: a record that is voided is left out by its statement, and no
duty rests on it any more. The statements are read as the system, because a duty is done whoever may see by what.
"""

from dataclasses import dataclass

COLUMNS = "sort, subject_id, unit_id, at, officer_id, tag, roles, size, record"
SORTS = ("visit", "call", "session", "post_round", "training", "training_return", "record")
"""Sorts the catalogue may name whether or not a room gives them here; others only when they are declared."""


@dataclass(frozen=True)
class Declared:
    """A room's records: the SELECT, the sorts it can give, and the kind of catalogue entry its tags are codes of."""

    statement: str
    sorts: frozenset[str]
    tags: str = ""


_declared: dict[str, Declared] = {}


def declare(name: str, statement: str, *, sorts: tuple[str, ...], tags: str = "") -> None:
    """Makes a room's records known; a second declaration of the same name takes the place of the first.

    Args:
        statement: a SELECT with the columns above, in this order.
        sorts: the sorts it can give; the catalogue may name these.
        tags: the kind of catalogue entry the tags are codes of, so that a rule cannot name one there is not.
    """
    _declared[name] = Declared(statement, frozenset(sorts), tags)


def sorts() -> frozenset[str]:
    """Every sort a rule may name."""
    return frozenset(SORTS).union(*(one.sorts for one in _declared.values()))


def tags_of(sort: str) -> str:
    """The kind of catalogue entry a sort's tags are codes of; empty when nobody says."""
    return next((one.tags for one in _declared.values() if sort in one.sorts and one.tags), "")


def records(wanted: frozenset[str]) -> str:
    """The records of some sorts as one SELECT; only rooms that give one of them are asked."""
    parts = [one.statement for one in _declared.values() if one.sorts & wanted]
    if not parts:
        return (
            "SELECT ''::text AS sort, NULL::uuid AS subject_id, NULL::uuid AS unit_id, NULL::timestamptz AS at,"
            " NULL::uuid AS officer_id, ''::text AS tag, '{}'::text[] AS roles, 1 AS size, ''::text AS record"
            " WHERE false"
        )
    return " UNION ALL ".join(f"SELECT {COLUMNS} FROM ({part}) AS told ({COLUMNS})" for part in parts)  # noqa: S608
