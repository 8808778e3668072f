"""What the person and the officer wrote to one another, as the case page shows it, and the form to write (A3)."""

from datetime import datetime
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huhang.base.access.rules import Actor
from huhang.base.catalog import queries as catalog
from huhang.cases.models import Case
from huhang.doors.desk.case.clocks import language
from huhang.doors.desk.case.sections import Section
from huhang.doors.desk.case.told import Told
from huhang.doors.frame.fields import ManyFiles
from huhang.doors.frame.parts import Event
from huhang.doors.frame.rules import moment_words
from huhang.doors.frame.spans import span_words
from huhang.kinds.requests.talk import queries
from huhang.kinds.requests.talk.models import Saying
from huhang.kinds.requests.talk.rules import LONGEST, Wait, waits
from huhang.register.units.queries import tree


class TalkForm(Told):
    """What to write to the person."""

    text = forms.CharField(
        label=gettext_lazy("写给诉求人"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("诉求人会原样看到，短信里只有编号"),
    )

    def __init__(self, *args: Any, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.fields["files"] = forms.FileField(label=_("附件（可以几份）"), required=False, widget=ManyFiles)


def sent_files(given: "list[UploadedFile[Any]]") -> list[tuple[str, Any]]:
    """Uploaded files as the action takes them."""
    return [(one.name or "", one) for one in given]


def part(case: Case, actor: Actor, now: datetime) -> list[Section]:
    """One box, the newest first; its head says whether the person waits for us."""
    rows = queries.sayings(case)
    files, waited = queries.files_of(case, rows), waits(rows)
    events = [_event(case, one, files, waited.get(one.id), now) for one in reversed(rows)]
    open_wait = next((one for one in waited.values() if one.until is None), None)
    end = _("诉求人已等 %(time)s") % {"time": _span(open_wait, now)} if open_wait else ""
    return [Section(_("与诉求人的对话"), end, events=events, own=True)]


def _event(case: Case, one: Saying, files: dict[Any, Any], wait: Wait | None, now: datetime) -> Event:
    theirs = one.side == Saying.Side.PERSON
    who = "" if theirs else " ".join(x for x in (tree().label(one.unit_id), one.by_label) if x)
    notes = [_read(one, now)]
    if wait is not None and wait.until is not None:
        notes.append(_("%(time)s后回复") % {"time": _span(wait, now)})
    links = [(reverse("desk:file", args=[case.number, pk]), files[pk].label) for pk in one.files if pk in files]
    return Event(
        _("诉求人") if theirs else _("我们"),
        one.at,
        text=format_html("{}", format_html_join(" ", '<a href="{}">{}</a>', links)) if links else "",
        who=who,
        note=" · ".join(notes),
        quote=one.text,
        current=theirs and one.read_at is None,
    )


def _read(one: Saying, now: datetime) -> str:
    if one.read_at is None:
        return _("未读")
    local = catalog.schedule().local(one.read_at)
    return _("%(at)s 已读") % {"at": moment_words(local, language(), this_year=catalog.schedule().local(now).year)}


def _span(wait: Wait, now: datetime) -> str:
    return span_words(wait.since, wait.until or now, language())
