"""The kinds of case this installation has. A new kind is a folder under kinds/ and a line here."""

from huhang.kinds.cards.kind import CARD
from huhang.kinds.disputes.kind import DISPUTE
from huhang.kinds.duties.kind import DUTY
from huhang.kinds.hazards.kind import HAZARD
from huhang.kinds.meetings.kind import MEETING
from huhang.kinds.officedays.kind import OFFICE_DAY
from huhang.kinds.requests.kind import REQUEST
from huhang.kinds.trainings.kind import TRAINING
from huhang.kinds.visits.kind import VISIT

KINDS = (REQUEST, CARD, MEETING, DUTY, VISIT, TRAINING, HAZARD, DISPUTE, OFFICE_DAY)
