"""What a kind adds to the case page below its facts: for a request the answer, revisits and ratings."""

from collections.abc import Callable
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huhang.cases.models import Case
from huhang.doors.desk.case.cards import card_sections
from huhang.doors.desk.case.section import Section
from huhang.doors.frame.parts import Event
from huhang.kinds.requests import catalogue
from huhang.kinds.requests import queries as requests
from huhang.kinds.requests.models import Rating, Revisit
from huhang.kinds.requests.rules import BOUNCED
from huhang.kinds.requests.solved import catalogue as solved
from huhang.kinds.requests.solved import queries as rounds
from huhang.kinds.requests.solved.models import Answered, Dispute
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
    stands = rounds.answered(case, known.redo_count)
    result = solved.result_label(known.result, stands.result_version if stands else 0)
    end = f"{result} · {tree().label(known.answered_unit_id)}"
    shown = [
        Section(_("答复"), end, case.answered_at, known.answer, notes=_stands_on(stands) if stands else []),
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


_BECAUSE = {
    "bad": gettext_lazy("收到差评"),
    "sensitive": gettext_lazy("涉敏"),
    "named": gettext_lazy("实名评价"),
    "redone": gettext_lazy("重办过"),
    "appealed": gettext_lazy("申诉过"),
    "lot": gettext_lazy("抽中"),
}


def _stands_on(row: Answered) -> list[str]:
    """What the unit shows for its answer, and what the draw of the revisit said."""
    said = []
    if row.reference:
        seen = _("诉求人可见") if row.reference_public else _("内部")
        said.append(_("佐证：%(what)s（%(seen)s）") % {"what": row.reference, "seen": seen})
    if row.files:
        said.append(_("佐证材料 %(n)d 份，见“经过”") % {"n": len(row.files)})
    why = _("、").join(str(_BECAUSE.get(one, one)) for one in row.because)
    if row.rate < 100:
        words = {"rule": row.rule, "rate": row.rate, "ticket": row.ticket, "seed": row.seed}
        lot = _("规则 %(rule)s，比例 %(rate)d%%，票号 %(ticket)d，种子 %(seed)s") % words
        drawn = _("要回访（%(why)s）") % {"why": why} if row.drawn else _("未抽中，可不回访")
        said.append(_("回访抽样：%(drawn)s；%(lot)s") % {"drawn": drawn, "lot": lot})
    return said


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
    said = requests.dispute_of(row)
    told = _("回访时说的") if row.said_to == "revisit" else _("诉求人自己评的")
    return Event(
        _("评价"),
        row.at,
        text=_("，").join(x for x in (stars, reasons) if x),
        note=told,
        quote="\n".join(x for x in (row.comment, _dispute(said) if said else "") if x),
        bad=row.stars <= 2 and not (said and said.excluded),
    )


def _dispute(said: Dispute) -> str:
    """Reason and names, for as long as the rating is shown (SAFEGUARDS 20)."""
    asked = {"who": said.asked_label, "unit": tree().label(said.asked_unit_id), "why": said.why}
    text = _("申请认定误评：%(why)s（%(unit)s %(who)s）") % asked
    if said.decided_at is None:
        return text + _("；等别的单位决定")
    word = _("认定误评，不计入满意率") if said.excluded else _("不是误评，照常计入")
    who = {"who": said.decided_label, "unit": tree().label(said.decided_unit_id), "why": said.decision, "word": word}
    return text + "\n" + _("%(word)s：%(why)s（%(unit)s %(who)s）") % who


_OF_KIND: dict[str, Callable[[Case], list[Section]]] = {"request": _request, "card": card_sections}
