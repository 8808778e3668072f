"""What the worker must know of the desk: who makes which file."""

from huhang.doors.desk.lists.export import make_ledger
from huhang.doors.desk.register.export import make_register
from huhang.doors.desk.rounds.export import make_rounds

__all__ = ["make_ledger", "make_register", "make_rounds"]
