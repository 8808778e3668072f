"""Everything that writes to a case."""

from huhang.cases.actions.batches import run_batch, start_batch
from huhang.cases.actions.handing import hand_over
from huhang.cases.actions.moving import move
from huhang.cases.actions.opening import open_case
from huhang.cases.actions.talking import attach, comment
from huhang.cases.actions.views import forget_view, keep_view

__all__ = [
    "attach",
    "comment",
    "forget_view",
    "hand_over",
    "keep_view",
    "move",
    "open_case",
    "run_batch",
    "start_batch",
]
