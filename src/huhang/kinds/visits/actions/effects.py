"""What the moves of a visit do."""

from django.utils.translation import gettext as _

from huhang.base.access.context import SYSTEM
from huhang.base.messages import actions as messages
from huhang.cases.actions.moving import note_beside
from huhang.cases.actions.supporting import people_of
from huhang.cases.rules import Doing, Outcome
from huhang.kinds.visits import queries
from huhang.kinds.visits.actions.opening import SPOKEN, raise_request
from huhang.kinds.visits.rules import BAD


def add_request(doing: Doing) -> Outcome:
    """Something spoken that was left out becomes a ledger entry under the visit."""
    known = queries.detail(doing.case)
    made = raise_request(doing.case, dict(doing.values), doing.by, doing.now)
    known.raised += 1
    known.save(update_fields=["raised"])
    note_beside(doing.case, SPOKEN)
    return Outcome(note=_("%(number)s %(title)s") % {"number": made.number, "title": made.title}, data={"raised": 1})


def rate(doing: Doing) -> Outcome:
    """The enterprise says what it thinks, once; never made by default. A bad word goes to the unit's chief (B3).

    So does a line of the list of conduct that was broken, whatever the stars say (D6).
    """
    known, stars = queries.detail(doing.case), int(doing.values["stars"])
    known.stars, known.comment, known.rated_at = stars, doing.values.get("comment") or "", doing.now
    known.breaches = list(doing.values.get("breaches") or [])
    known.save(update_fields=["stars", "comment", "rated_at", "breaches"])
    data = {"stars": stars, "breaches": known.breaches}
    if stars > BAD and not known.breaches:
        return Outcome(note=known.comment, data=data, to="concluded")
    for user in people_of(doing.case.unit_id, doing.now):
        params = {"number": doing.case.number}
        messages.tell_user(user, template="visit.bad", params=params, case=doing.case.pk, by=SYSTEM, now=doing.now)
    return Outcome(note=known.comment, data=data)


def hear(doing: Doing) -> Outcome:
    """The chief asked what was wrong and says what comes of it."""
    return Outcome(note=doing.values["word"])


def void(doing: Doing) -> Outcome:
    """It was entered by mistake; it counts nowhere any more, and stays readable."""
    known = queries.detail(doing.case)
    known.counted = False
    known.save(update_fields=["counted"])
    return Outcome(note=doing.values["reason"])
