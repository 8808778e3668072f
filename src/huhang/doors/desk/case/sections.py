"""What a kind adds to the case page below its facts: for a request the answer, revisits and ratings."""

from collections.abc import Callable
from uuid import UUID

from django.utils.translation import gettext as _

from huhang.cases.models import Case
from huhang.doors.desk.case.cards import card_sections
from huhang.doors.desk.case.section import Section
from huhang.doors.frame.parts import Event
from huhang.kinds.requests import catalogue
from huhang.kinds.requests import queries as requests
from huhang.kinds.requests.models import Rating, Revisit
from huhang.kinds.requests.rules import BOUNCED, RESULTS
from huhang.register.units.queries import tree

__all__ = ["Section", "sections"]


def sections(case: Case) -> list[Section]:
    """What this kind has to show now; nothing is asked of the database before there was an answer."""
    found = _OF_KIND.get(case.kind)
    return found(case) if found else []


def _request(case: Case) -> list[Section]:
    known = requests.detail(case)
    route = _route(case)
    if not known.answer:
        return route
    result = str(dict(RESULTS).get(known.result, known.result))
    shown = [
        Section(_("答复"), f"{result} · {tree().label(known.answered_unit_id)}", case.answered_at, known.answer),
    ]
    shown += route
    asked = [_revisit(row) for row in requests.revisits(case)]
    rated = [_rating(row) for row in requests.ratings(case)]
    if asked or rated:
        events = sorted([*asked, *rated], key=lambda event: event.at, reverse=True)
        shown.append(Section(_("回访与评价"), events=events))
    return shown


def _route(case: Case) -> list[Section]:
    """C2: from hand to hand, with the reasons; a request that went one way needs no box."""
    steps = requests.route(case)
    if not steps:
        return []
    known, units = requests.detail(case), tree()
    end = _("派单 %(t)d 次，退单 %(r)d 次") % {"t": known.transfers, "r": known.returns}
    if known.transfers >= BOUNCED:
        end += _("；多次流转，可提请联席会议")
    events = []
    for step in reversed(steps):
        back = step.move == "give_back"
        one = units.label(UUID(step.data["from"] if back else step.data["to"]))
        title = _("退单") if back else _("派单") if step.move == "dispatch" else _("改派")
        events.append(Event(title, step.at, text=one, who=step.by_label, quote=step.note, bad=back))
    return [Section(_("流转"), end, events=events)]


def _revisit(row: Revisit) -> Event:
    if not row.reached:
        text = _("没有联系上")
    else:
        text = _("联系上了，问题已解决") if row.solved else _("联系上了，问题没有解决")
        if row.responded is not None:
            text += _("；办理单位联系过") if row.responded else _("；办理单位没有联系过")
    return Event(
        _("回访"), row.at, text=text, who=tree().label(row.unit_id), quote=row.note, bad=row.reached and not row.solved
    )


def _rating(row: Rating) -> Event:
    names = dict(catalogue.reason_choices(row.stars))
    reasons = _("、").join(names.get(code, code) for code in row.reasons)
    stars = _("%(n)d 星") % {"n": row.stars}
    told = _("回访时说的") if row.said_to == "revisit" else _("诉求人自己评的")
    return Event(
        _("评价"),
        row.at,
        text=_("，").join(x for x in (stars, reasons) if x),
        note=told,
        quote=row.comment,
        bad=row.stars <= 2,
    )


_OF_KIND: dict[str, Callable[[Case], list[Section]]] = {"request": _request, "card": card_sections}
