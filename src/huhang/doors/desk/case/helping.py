"""The boxes of supporting units on a case page: task, remaining time, the dispute word by word, result and rating."""

from datetime import datetime

from django.utils.translation import gettext as _

from huhang.base.access.rules import Actor
from huhang.base.catalog import queries as catalog
from huhang.cases import cohandling
from huhang.cases.models import Assignment, Case, SupportWord
from huhang.cases.queries import support_words, supports
from huhang.doors.desk.case.clocks import language
from huhang.doors.desk.case.sections import Section
from huhang.doors.frame.parts import Event
from huhang.doors.frame.templatetags.frame import moment
from huhang.kernel.worktime import remaining, say_remaining
from huhang.register.units.queries import tree


def parts(case: Case, actor: Actor, now: datetime) -> list[Section]:
    """A box for each supporting unit, in the order they were asked."""
    words = support_words(case)
    return [_box(case, part, words.get(part.pk, []), now) for part in supports(case)]


def left(part: Assignment, now: datetime) -> str:
    """The remaining time of a part in words; nothing when it is over."""
    if part.ended_at is not None or part.clock is None:
        return ""
    if part.clock.due_at is None:
        return _("随主办暂停计时")
    told = remaining(now, part.clock.due_at, catalog.calendar(), catalog.schedule())
    return say_remaining(told, language()) if not told.late or told.working_days or told.minutes else _("已超期")


def _box(case: Case, part: Assignment, words: list[SupportWord], now: datetime) -> Section:
    said = [str(part.get_status_display()), _turn(part, words, now), left(part, now)]
    if part.clock is not None and part.clock.due_at is not None and part.ended_at is None:
        said.append(_("应于 %(at)s 前办结") % {"at": moment(part.clock.due_at, now)})
    events = [_word(case, part, word) for word in words]
    if part.signed_at is not None:
        events.append(Event(_("签收"), part.signed_at))
    if part.waived_at is not None:
        events.append(Event(_("准予主办先行答复"), part.waived_at, quote=part.waived_why))
    if part.result and part.ended_at is not None:
        events.append(Event(_("办结"), part.ended_at, quote=part.result))
    if part.rated_at is not None and part.stars is not None:
        stars = _("%(n)d 星") % {"n": part.stars}
        events.append(
            Event(_("主办评价"), part.rated_at, text=stars, quote=part.stars_reason, bad=part.stars <= cohandling.BAD)
        )
    events.sort(key=lambda event: event.at, reverse=True)
    title = _("协办 · %(unit)s") % {"unit": tree().label(part.unit_id)}
    return Section(title, " · ".join(word for word in said if word), quote=part.task, events=events)


def _turn(part: Assignment, words: list[SupportWord], now: datetime) -> str:
    match cohandling.turn_of(part, words, now):
        case "lead":
            return _("等主办单位答复")
        case "support":
            return _("等协办单位答复")
        case "decider":
            return _("等共同上级或派单员裁决")
    return ""


def _word(case: Case, part: Assignment, word: SupportWord) -> Event:
    unit = {"support": part.unit_id, "lead": case.unit_id}.get(word.side)
    who = " ".join(x for x in (tree().label(unit) if unit else "", word.by_label) if x)
    return Event(str(word.get_side_display()), word.at, who=who, quote=word.text, bad=word.side == "support")
