"""What stands beside a case and has a box on its page: each name in ``Case.beside``, and the part that shows it.

Only what the case row notes is asked of the database, so a plain case costs no statement for what it has not.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from huhang.base.access.rules import Actor
from huhang.cases.models import Case
from huhang.doors.desk.case import (
    disputes,
    helping,
    instructions,
    meetings,
    officedays,
    outside,
    proposals,
    rectifying,
    talk,
    trainings,
    visits,
)
from huhang.doors.desk.case.cards import cards_beside
from huhang.doors.desk.case.sections import Section

Part = Callable[[Case, Actor, datetime], list[Section]]

PARTS: Mapping[str, Part] = {
    "card": cards_beside,
    "proposal": proposals.part,
    "outside": outside.part,
    "instruction": instructions.part,
    "support": helping.parts,
    "duty": meetings.duties_beside,
    "rectify": rectifying.part,
    "joined": rectifying.joined,
    "talk": talk.part,
    "spoken": visits.spoken,
    "taken": officedays.taken,
}

OF_KIND: Mapping[str, Part] = {
    "meeting": meetings.agenda,
    "duty": meetings.duty,
    "visit": visits.part,
    "training": trainings.part,
    "dispute": disputes.part,
    "officeday": officedays.part,
}
"""Kinds whose page is made of boxes that hang on who looks."""


def beside(case: Case, actor: Actor, now: datetime) -> list[Section]:
    """The boxes of everything noted beside the case, in the order it came to stand there."""
    own = OF_KIND.get(case.kind)
    kind_s = own(case, actor, now) if own else []
    return kind_s + [section for name in case.beside if name in PARTS for section in PARTS[name](case, actor, now)]
