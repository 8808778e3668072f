"""What was said between the person and the officer, as the person sees it: officers appear as their unit only (A3)."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huhang.cases.models import Attachment, Case
from huhang.doors.frame.spans import span_words
from huhang.doors.hall.forms import NEEDED, files_field
from huhang.doors.hall.showing import language
from huhang.kernel.numbering import uuid7
from huhang.kinds.requests.talk import queries
from huhang.kinds.requests.talk.models import Saying
from huhang.kinds.requests.talk.rules import Wait, waits
from huhang.register.units.queries import tree


class TalkForm(forms.Form):
    """What to write to the officer in charge; checked by the action."""

    text = forms.CharField(
        label=gettext_lazy("写给承办人"),
        error_messages=NEEDED,
        help_text=gettext_lazy("急事请打 110。承办人看到后在这里回复"),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    idempotency_key = forms.CharField(max_length=80, widget=forms.HiddenInput)

    def __init__(self, *args: object, **kw: object) -> None:
        super().__init__(*args, **{"auto_id": "t-%s", **kw})  # type: ignore[arg-type]
        self.fields["files"] = files_field()


def blank() -> TalkForm:
    """A form nobody has written in."""
    return TalkForm(initial={"idempotency_key": str(uuid7())})


@dataclass(frozen=True)
class Line:
    """One saying."""

    who: str
    at: datetime
    text: str
    files: Sequence[Attachment]
    note: str
    read_at: datetime | None
    mine: bool
    new: bool


@dataclass(frozen=True)
class Talk:
    """Everything said, the newest first; how many of ours are new to the person, and how long theirs has waited."""

    lines: Sequence[Line] = ()
    unread: int = 0
    waiting: str = ""


def lines(case: Case, now: datetime) -> Talk:
    """Two statements at most, none where nothing was said."""
    rows = queries.sayings(case)
    if not rows:
        return Talk()
    files, waited = queries.files_of(case, rows), waits(rows)
    told = [_line(one, files, waited.get(one.id)) for one in reversed(rows)]
    open_wait = next((one for one in waited.values() if one.until is None), None)
    waiting = span_words(open_wait.since, now, language()) if open_wait else ""
    return Talk(told, sum(one.new for one in told), waiting)


def _line(one: Saying, files: Mapping[uuid.UUID, Attachment], wait: Wait | None) -> Line:
    mine = one.side == Saying.Side.PERSON
    note = ""
    if wait is not None and wait.until is not None:
        note = _("%(time)s后回复") % {"time": span_words(wait.since, wait.until, language())}
    return Line(
        who=_("您") if mine else tree().label(one.unit_id) or _("承办人"),
        at=one.at,
        text=one.text,
        files=[files[pk] for pk in one.files if pk in files and files[pk].file.removed_at is None],
        note=note,
        read_at=one.read_at,
        mine=mine,
        new=not mine and one.read_at is None,
    )
