"""The box of a bad rating being put right: where it stands, how much time is left, and who did what (C4)."""

from datetime import datetime

from django.utils.translation import gettext as _

from huhang.base.access.rules import Actor
from huhang.cases.models import Case
from huhang.doors.desk.case.clocks import clocks_of, tell
from huhang.doors.desk.case.section import Section
from huhang.doors.frame.parts import Event
from huhang.doors.frame.templatetags.frame import moment
from huhang.kinds.requests.rectifying import queries
from huhang.kinds.requests.rectifying.models import OPEN, Rectification
from huhang.register.units.queries import tree


def part(case: Case, actor: Actor, now: datetime) -> list[Section]:
    """One box a bad rating, the newest first; two statements for all of them."""
    clocks = {c.name: c for c in clocks_of(case) if c.stopped_at is None}
    boxes = []
    for one in queries.all_of(case):
        clock = clocks.get(one.stage) if one.stage in OPEN else None
        notes = []
        if clock is not None:
            told = tell(clock, now)
            due = f"（{moment(told.left.due_at, now)}）" if told.left.due_at else ""
            notes.append(f"{told.label}：{told.left.text}{due}")
            if told.asked is not None:
                notes.append(
                    _("申请延期 %(amount)s，等审批：%(why)s") % {"amount": told.asked.amount, "why": told.asked.reason}
                )
        title = _("差评整改") if one.stage in OPEN else _("差评整改（已结束）")
        end = f"{one.get_stage_display()} · {tree().label(one.unit_id)}"
        boxes.append(Section(title, end, one.ended_at or one.begun_at, events=_events(one), notes=notes))
    return boxes


def joined(case: Case, actor: Actor, now: datetime) -> list[Section]:
    """C6: what is being put right for persons whose requests were joined to this one; nothing when nothing is."""
    open_ = queries.joined(case)
    if not open_:
        return []
    words = [
        _("%(number)s：%(stars)d 星，%(stage)s")
        % {"number": one.case.number, "stars": one.rating.stars, "stage": one.get_stage_display()}
        for one in open_
    ]
    first = min(one.begun_at for one in open_)
    return [Section(_("并入诉求的差评整改"), _("完成前这一件不能销号"), first, notes=words)]


def _kept(in_time: bool | None) -> str:
    return "" if in_time is None else _("按期") if in_time else _("超期")


def _events(one: Rectification) -> list[Event]:
    rows = [Event(_("收到差评"), one.begun_at, text=_("%(n)d 星") % {"n": one.rating.stars}, bad=True)]
    if one.contacted_at is not None:
        who = one.contacted_by.name if one.contacted_by else ""
        rows.append(
            Event(_("联系诉求人"), one.contacted_at, who=who, note=_kept(one.contacted_in_time), quote=one.said)
        )
    if one.rectified_at is not None:
        who = one.rectified_by.name if one.rectified_by else ""
        shown = [_("佐证：%(what)s") % {"what": one.reference}] if one.reference else []
        shown += [_("佐证材料 %(n)d 份，见“经过”") % {"n": len(one.files)}] if one.files else []
        text, kept = _("，").join(shown), _kept(one.rectified_in_time)
        rows.append(Event(_("完成整改"), one.rectified_at, text=text, who=who, note=kept, quote=one.measures))
    if one.revisited_at is not None:
        who = one.revisited_by.name if one.revisited_by else ""
        said = _("多次未联系上") if not one.reached else _("认可整改") if one.content else _("仍不认可整改")
        rows.append(
            Event(_("整改回访"), one.revisited_at, text=said, who=who, quote=one.word, bad=one.content is False)
        )
    elif one.sent_back:
        rows.append(
            Event(
                _("整改回访"),
                one.rectified_at or one.begun_at,
                text=_("诉求人不认可，退回再整改"),
                quote=one.word,
                bad=True,
            )
        )
    return sorted(rows, key=lambda row: row.at, reverse=True)
