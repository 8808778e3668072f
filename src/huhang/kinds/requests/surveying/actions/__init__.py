"""Everything that is written of a survey."""

from huhang.kinds.requests.surveying.actions.answering import answer, look
from huhang.kinds.requests.surveying.actions.arranging import move_opinion, rename_topic
from huhang.kinds.requests.surveying.actions.counting import count_in
from huhang.kinds.requests.surveying.actions.inviting import invite, print_links
from huhang.kinds.requests.surveying.actions.mixing import mix, mix_all
from huhang.kinds.requests.surveying.actions.opening import begin, close
from huhang.kinds.requests.surveying.actions.reminding import remind, remind_portion

__all__ = [
    "answer",
    "begin",
    "close",
    "count_in",
    "invite",
    "look",
    "mix",
    "mix_all",
    "move_opinion",
    "print_links",
    "remind",
    "remind_portion",
    "rename_topic",
]
