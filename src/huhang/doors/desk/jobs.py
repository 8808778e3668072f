"""What the worker must know of the desk: who makes which file."""

from huhang.doors.desk.lists.export import make_ledger

__all__ = ["make_ledger"]
