"""Everything routing writes: proposals, what was chosen instead, models, failed rules."""

from huhang.kinds.requests.routing.actions.faults import report, settle
from huhang.kinds.requests.routing.actions.proposing import look, note_choice, propose
from huhang.kinds.requests.routing.actions.training import ask_for_training, go_back, promote, train

__all__ = ["ask_for_training", "go_back", "look", "note_choice", "promote", "propose", "report", "settle", "train"]
