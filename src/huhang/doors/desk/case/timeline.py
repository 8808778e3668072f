"""What happened to a case: steps, notes of colleagues and files as one line of time, newest first."""

from collections import Counter
from dataclasses import dataclass, replace
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from huhang.base.statements.kept import kept
from huhang.cases.models import Attachment, Case, Comment, Step
from huhang.cases.rules import Kind
from huhang.doors.frame.parts import Event
from huhang.register.units.queries import tree

_SHORT = 40


@dataclass(frozen=True)
class Timeline:
    """The events to show, and how many there are with and without notes and files."""

    events: list[Event]
    total: int
    states: int
    only_states: bool


def _steps(*, case: UUID) -> "QuerySet[Step]":
    return Step.objects.filter(case=case).order_by("-seq")


def _notes(*, case: UUID) -> "QuerySet[Comment]":
    return Comment.objects.filter(case=case).order_by("-at", "-id")


def _files(*, case: UUID) -> "QuerySet[Attachment]":
    return Attachment.objects.filter(case=case).select_related("file", "support").order_by("-at", "-id")


def timeline(case: Case, kind: Kind, *, only_states: bool) -> Timeline:
    """Three statements, whatever the case has been through."""
    steps, notes, files = (
        kept(_steps, case=case.pk),
        kept(_notes, case=case.pk),
        kept(_files, case=case.pk),
    )
    events = [step_event(step, kind, current=n == 0 and case.is_open) for n, step in enumerate(steps)]
    _count(steps, events)
    if not only_states:
        events += [_note(note) for note in notes] + [_file(case, one) for one in files]
        events.sort(key=lambda event: event.at, reverse=True)  # stable: steps of one instant keep their order
    return Timeline(events, len(steps) + len(notes) + len(files), len(steps), only_states)


_COUNTED = {"dispatch": "given", "reassign": "given", "give_back": "back"}


def _count(steps: list[Step], events: list[Event]) -> None:
    """C2: from the second time on, a dispatch or return says which time it was; both lists are newest first."""
    seen: Counter[str] = Counter()
    for place in range(len(steps) - 1, -1, -1):
        sort = _COUNTED.get(steps[place].move, "")
        seen[sort] += 1
        if sort and seen[sort] > 1:
            word = _("第 %(n)d 次派单") if sort == "given" else _("第 %(n)d 次退单")
            note = _("，").join(x for x in (word % {"n": seen[sort]}, events[place].note) if x)
            events[place] = replace(events[place], note=note)


def _says(step: Step, kind: Kind) -> str:
    found = kind.move(step.move)
    if found is not None:
        return str(found.says)
    own = kind.said.get(step.move)
    if own is not None:
        return str(own)
    words = {
        "open": _("登记"),
        "hand_over": _("移交承接单位"),
        "joined": _("并入一件重复诉求"),
        "parted": _("恢复单独办理"),
        "parted_off": _("拆出一件误并的诉求"),
        "support_moved": _("协办移交"),
        "decided": _("联席会议决定"),
    }
    return words.get(step.move, step.move)


def step_event(step: Step, kind: Kind, *, current: bool = False) -> Event:
    """One step in words, with the state it led to."""
    said = list(dict.fromkeys(text for text in (step.public_note, step.note) if text))
    short = [text for text in said if len(text) <= _SHORT and "\n" not in text]
    long = [text for text in said if text not in short]
    who = " ".join(word for word in (tree().label(step.unit_id), step.by_label) if word)
    moved = kind.state(step.to_state).label if step.from_state != step.to_state and step.to_state else ""
    return Event(
        _says(step, kind),
        step.at,
        text=_("，").join(short),
        who=who,
        quote="\n".join(long),
        note=str(moved),
        current=current,
        bad=step.move in ("give_back", "redo", "appeal", "support_refuse"),
    )


def _note(note: Comment) -> Event:
    return Event(_("备注"), note.at, who=note.by_label, quote=note.text)


def _file(case: Case, one: Attachment) -> Event:
    seen = _("诉求人可见") if one.public else _("内部")
    if one.file.removed_at is not None:
        return Event(_("附件"), one.at, text=_("%(name)s（已按规定删除）") % {"name": one.label}, who=one.by_label)
    link = format_html(
        '<a href="{}">{}</a>', reverse("desk:file", kwargs={"number": case.number, "pk": one.pk}), one.label
    )
    whose = _("%(unit)s的协办凭据") % {"unit": tree().label(one.support.unit_id)} if one.support else seen
    return Event(_("附件"), one.at, text=link, who=one.by_label, note=f"{_size(one.file.size)} · {whose}")


def _size(size: int) -> str:
    return f"{size / 1024:,.0f} KB" if size < 1024 * 1024 else f"{size / 1024 / 1024:,.1f} MB"
