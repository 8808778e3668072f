"""Everything that writes to an office day."""

from huhang.kinds.officedays.actions.announcing import announce
from huhang.kinds.officedays.actions.booking import book, cancel, change

__all__ = ["announce", "book", "cancel", "change"]
