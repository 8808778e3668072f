"""Every write of the register: persons, subjects, their contacts, merging, corrections."""

from huhang.register.subjects.actions.contacts import add_contact, end_contact, reveal_contact
from huhang.register.subjects.actions.correcting import ask_correction, decide_correction
from huhang.register.subjects.actions.keeping import Overtaken, change, enter, enter_subject, hand_over, set_state
from huhang.register.subjects.actions.merging import keep_apart, merge, part, propose
from huhang.register.subjects.actions.persons import (
    ID_NUMBER,
    NAME,
    PHONE,
    person_by_phone,
    person_for,
    reveal,
    speaks,
)

__all__ = [
    "ID_NUMBER",
    "NAME",
    "PHONE",
    "Overtaken",
    "add_contact",
    "ask_correction",
    "change",
    "decide_correction",
    "end_contact",
    "enter",
    "enter_subject",
    "hand_over",
    "keep_apart",
    "merge",
    "part",
    "person_by_phone",
    "person_for",
    "propose",
    "reveal",
    "reveal_contact",
    "set_state",
    "speaks",
]
