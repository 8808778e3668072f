"""The table of moves of a request in the order pages offer them; buttons, API, tests and diagram derive from it."""

from huhang.kinds.requests.moves import (
    books,
    closing,
    handling,
    helping,
    instructing,
    intake,
    joining,
    outside,
    person,
    rectifying,
)

MOVES = (
    *intake.MOVES,
    *handling.MOVES,
    *closing.MOVES,
    *helping.MOVES,
    *rectifying.MOVES,
    *outside.MOVES,
    *instructing.MOVES,
    *joining.MOVES,
    *person.MOVES,
    *books.MOVES,
)
