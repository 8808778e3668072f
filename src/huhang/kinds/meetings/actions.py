"""Convening a meeting, making its agenda, keeping minutes, and turning decisions into duties."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from huhang.base.access.queries import visible_to
from huhang.base.access.rules import Actor
from huhang.base.catalog import queries as catalog
from huhang.base.messages import actions as messages
from huhang.cases.actions import open_case
from huhang.cases.actions.moving import party
from huhang.cases.actions.opening import enter
from huhang.cases.actions.supporting import people_of
from huhang.cases.models import Assignment, Case, Step
from huhang.cases.rules import Doing, Outcome
from huhang.kernel.errors import Denied, Invalid
from huhang.kernel.numbering import normalise_number
from huhang.kernel.text import clean
from huhang.kernel.worktime import Schedule
from huhang.kinds.meetings import queries
from huhang.kinds.meetings.models import AgendaItem, Decision, Meeting
from huhang.kinds.meetings.papers import write_minutes
from huhang.register.units.queries import receiving

AHEAD = timedelta(days=366)


@transaction.atomic
def convene(
    *,
    title: str,
    meets_at: datetime | None,
    place: str,
    units: Sequence[uuid.UUID],
    about: Sequence[uuid.UUID] = (),
    by: Actor,
    now: datetime,
) -> Case:
    """Calls a meeting of units at a time and place, with a first agenda of cases whoever convenes may see.

    Raises:
        Invalid: field by field what is missing or cannot be.
        Denied: nobody's unit stands behind it.
    """
    problems: dict[str, str] = {}
    named, where = clean(title, max_length=100).replace("\n", " "), clean(place, max_length=200).replace("\n", " ")
    if not named:
        problems["title"] = "请写会议名称。"
    if not where:
        problems["place"] = "请写开会地点。"
    if meets_at is None or not now < meets_at <= now + AHEAD:
        problems["meets_at"] = "开会时间应当在现在之后、一年之内。"
    if not units:
        problems["units"] = "请至少选一个参会单位。"
    if problems or meets_at is None:
        raise Invalid(problems=problems)
    if by.unit is None:
        raise Denied
    case = Case(kind="meeting", state="convened", title=named, place=where, unit_id=by.unit, received_at=now)
    case.officer_id = by.user
    step = Step(
        move="open", to_state="convened", by_kind=by.kind, by_user_id=by.user, by_label=by.label, unit_id=by.unit
    )
    step.data = {"meets_at": meets_at.isoformat()}
    for unit in dict.fromkeys(units):
        receiving(unit, on=Schedule().date_of(now), field="units")
        party(case, unit)
    enter(case, step=step, by=by, now=now)
    Assignment.objects.create(case=case, unit_id=by.unit, role=Assignment.Role.LEAD, opened_at=now, signed_at=now)
    Meeting.objects.create(case=case, meets_at=meets_at)
    _put(case, about, by, now)
    _call(case, units, by, now)
    return case


def _call(case: Case, units: Sequence[uuid.UUID], by: Actor, now: datetime) -> None:
    users = dict.fromkeys(user for unit in units for user in people_of(unit, now))
    for user in users:
        if user != by.user:
            messages.tell_user(
                user, template="meeting.call", params={"number": case.number}, case=case.pk, by=by, now=now
            )


def _put(meeting: Case, about: Sequence[uuid.UUID], by: Actor, now: datetime) -> list[AgendaItem]:
    """Puts cases on the agenda, each one the actor may see; one that stands there already stays where it is."""
    seen = {c.pk: c for c in visible_to(by, Case.objects.filter(pk__in=about)).defer("search", "folded", "body")}
    why = {p.case: p.why for p in queries.proposals(by, now)}
    there = set(AgendaItem.objects.filter(meeting=meeting, dropped_at=None).values_list("about_id", flat=True))
    last = AgendaItem.objects.filter(meeting=meeting).aggregate(n=Max("place"))["n"] or 0
    made = []
    for pk in dict.fromkeys(about):
        case = seen.get(pk)
        if case is None or case.kind == "meeting":
            raise Invalid("议题里有您看不到或不能议的事项，请重新选。", field="cases")
        if pk in there:
            continue
        last += 1
        reason = _("、").join(why.get(pk, []))
        made.append(
            AgendaItem.objects.create(meeting=meeting, about=case, place=last, topic=case.title, why=reason[:100])
        )
    return made


def put(doing: Doing) -> Outcome:
    """More cases for the agenda: those proposed that were ticked, and one named by its number."""
    wanted = list(doing.values.get("cases") or [])
    if number := doing.values.get("number"):
        wanted.append(_by_number(number, doing.by))
    if not wanted:
        raise Invalid("请勾选议题，或填一个编号。", field="number")
    made = _put(doing.case, wanted, doing.by, doing.now)
    if not made:
        raise Invalid("这些事项已经在议程上。", field="cases")
    return Outcome(note=_("、").join(item.topic for item in made), data={"items": [str(i.about_id) for i in made]})


def _by_number(number: str, by: Actor) -> uuid.UUID:
    wanted = normalise_number(number)
    found = visible_to(by, Case.objects.filter(number=wanted)).values_list("pk", flat=True).first()
    if found is None:
        raise Invalid("没有找到这个编号，或您无权查看。", field="number")
    return found


def _item(doing: Doing) -> AgendaItem:
    found = next((i for i in queries.items(doing.case) if i.pk == doing.values["item"]), None)
    if found is None:
        raise Invalid("议程上没有这一项，请重新选。", field="item")
    return found


def arrange(doing: Doing) -> Outcome:
    """Puts one item at another place; the rest keep their order."""
    item = _item(doing)
    rest = [i for i in queries.items(doing.case) if i.pk != item.pk]
    rest.insert(min(doing.values["place"], len(rest) + 1) - 1, item)
    for place, one in enumerate(rest, 1):
        if one.place != place:
            one.place = place
            one.save(update_fields=["place"])
    return Outcome(note=_("第 %(n)d 项：%(topic)s") % {"n": item.place, "topic": item.topic})


def drop(doing: Doing) -> Outcome:
    """Takes one item off the agenda."""
    item = _item(doing)
    item.dropped_at = doing.now
    item.save(update_fields=["dropped_at"])
    return Outcome(note=f"{item.topic}：{doing.values['reason']}", data={"about": str(item.about_id)})


def invite(doing: Doing) -> Outcome:
    """More units take part."""
    units = [u for u in doing.values["units"] if u not in doing.case.party_units]
    for unit in units:
        receiving(unit, on=Schedule().date_of(doing.now), field="units")
        party(doing.case, unit)
    _call(doing.case, units, doing.by, doing.now)
    return Outcome(data={"units": [str(u) for u in units]})


def hold(doing: Doing) -> Outcome:
    """It took place; from here on minutes are kept."""
    known = Meeting.objects.get(case=doing.case)
    known.held_at, known.present = doing.now, doing.values["present"]
    known.save(update_fields=["held_at", "present"])
    return Outcome(note=known.present)


def minute(doing: Doing) -> Outcome:
    """What was said about one item; written again, the step before keeps the earlier words."""
    item = _item(doing)
    item.minutes = doing.values["minutes"]
    item.save(update_fields=["minutes"])
    return Outcome(note=f"{item.topic}：{item.minutes}", data={"about": str(item.about_id)})


def resolve(doing: Doing) -> Outcome:
    """A decision under an item becomes a unit's duty with a clock, said on the case it concerns (L2)."""
    item, values = _item(doing), doing.values
    about = visible_to(doing.by, Case.objects.filter(pk=item.about_id)).defer("search", "folded").first()
    if about is None:
        raise Invalid("您看不到这一项所议的事项，请由看得到的人作出决定。", field="item")
    source = _("联席会议 %(number)s") % {"number": doing.case.number}
    duty = open_case(
        "duty",
        what=values["what"],
        unit=values["unit"],
        days=values["days"],
        source=source,
        parent=about,
        by=doing.by,
        now=doing.now,
    )
    Decision.objects.create(
        meeting=doing.case,
        item=item,
        duty=duty,
        at=doing.now,
        what=values["what"],
        unit_id=values["unit"],
        number=duty.number,
        days=values["days"],
    )
    party(doing.case, values["unit"])
    return Outcome(note=f"{values['what']}（{duty.number}）", data={"duty": duty.number, "about": str(about.pk)})


def adopt(doing: Doing) -> Outcome:
    """The minutes stand, and are written as an official document."""
    made = write_minutes(doing.case, by=doing.by, now=doing.now)
    return Outcome(note=doing.values.get("note") or "", data={"paper": made.label})


def call_off(doing: Doing) -> Outcome:
    """It does not take place."""
    users = dict.fromkeys(user for unit in doing.case.party_units for user in people_of(unit, doing.now))
    for user in users:
        params = {"number": doing.case.number}
        messages.tell_user(user, template="meeting.off", params=params, case=doing.case.pk, by=doing.by, now=doing.now)
    return Outcome(note=doing.values["reason"])


def local(at: datetime) -> str:
    """An instant as people of the city read it."""
    return f"{catalog.schedule().local(at):%Y-%m-%d %H:%M}"
