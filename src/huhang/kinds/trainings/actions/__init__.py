"""Everything that writes to a session."""

from huhang.kinds.trainings.actions.counting import count_device, take_quiz
from huhang.kinds.trainings.actions.forgetting import forget_marks
from huhang.kinds.trainings.actions.opening import open_training

__all__ = ["count_device", "forget_marks", "open_training", "take_quiz"]
