"""Rules, states and periods in words."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import dateformat
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from huhang.base.access.rules import Actor, Perm
from huhang.base.catalog import queries as catalog
from huhang.doors.frame.rules import is_chinese
from huhang.kernel.worktime import remaining, say_remaining
from huhang.register.rounds import catalogue, figures
from huhang.register.rounds.deriving import Duty
from huhang.register.rounds.rules import DONE, DUE, EXCUSED, LATE, MONTH, QUARTER, WEEK, Rule
from huhang.register.units.queries import tree

TONES = {DUE: "go", DONE: "ok", LATE: "late", EXCUSED: ""}


def state_words() -> dict[str, str]:
    """What each state is called."""
    return figures.labels()


def rule_words(code: str, version: int = 0) -> str:
    """What a rule is called; its code when nobody knows it any more."""
    rule = catalogue.rule(code, version)
    return catalogue.name_of(rule) if rule else code


def _english() -> bool:
    return not is_chinese(get_language())


def month_words(day: date) -> str:
    """``2026年11月`` or ``November 2026``."""
    return dateformat.format(day, "F Y") if _english() else f"{day.year}年{day.month}月"


def day_words(day: date) -> str:
    """``11月16日`` or ``16 Nov``."""
    return dateformat.format(day, "j M") if _english() else f"{day.month}月{day.day}日"


def period_words(duty: Duty) -> str:
    """Which period a duty is of: ``2026年11月``, ``11月16日那一周``, ``2026年第4季度``, ``10月12日之后``."""
    rule = catalogue.rule(duty.rule, duty.version)
    kind = rule.period if rule else ""
    if kind == MONTH:
        return month_words(duty.day)
    if kind == QUARTER:
        return _("%(year)d年第%(n)d季度") % {"year": duty.day.year, "n": (duty.day.month + 2) // 3}
    said = _("%(day)s那一周") if kind == WEEK else _("%(day)s之后")
    return said % {"day": day_words(duty.day)}


def duty_url(duty: Duty) -> str:
    """The page of one duty."""
    return reverse("desk:round", kwargs={"rule": duty.rule, "of": duty.of, "day": duty.day.isoformat()})


def visit_url(duty: Duty, actor: Actor) -> str:
    """The visit form with subject and purpose filled in; empty where a visit is not the way, or not theirs to make."""
    rule = catalogue.rule(duty.rule, duty.version)
    if rule is None or duty.subject_id is None or Perm.VISIT not in actor.perms:
        return ""
    way = next((way for way in rule.ways if way.sort == "visit"), None)
    if way is None or (way.who in ("owes", "liaison") and duty.officer_id != actor.user):
        return ""  # a visit by somebody else would not fulfil it
    told = {"subject": str(duty.subject_id), "purpose": rule.purpose, "met_0_role": way.roles[-1] if way.roles else ""}
    return f"{reverse('desk:visit_new')}?{urlencode({name: value for name, value in told.items() if value})}"


def left_words(duty: Duty, now: datetime) -> str:
    """How much working time is left until the close of the last working day; nothing when it is over or not asked."""
    due_at = catalog.schedule().close_of(duty.last)
    if duty.state != DUE or duty.start > now or due_at <= now:
        return ""
    left = remaining(now, due_at, catalog.calendar(), catalog.schedule())
    return say_remaining(left, "zh" if is_chinese(get_language()) else "en")


def shown(duties: Iterable[Duty], actor: Actor, now: datetime) -> list[dict[str, Any]]:
    """Duties as every list draws them."""
    states, known = state_words(), tree()
    return [
        {
            "duty": one,
            "rule": rule_words(one.rule, one.version),
            "period": period_words(one),
            "state": states[one.state],
            "tone": TONES[one.state],
            "url": duty_url(one),
            "visit_url": visit_url(one, actor) if one.state in (DUE, LATE) else "",
            "unit": known.label(one.unit_id),
            "left": left_words(one, now),
            "open": one.state == DUE or (one.state == LATE and one.later is None),
            "by_hand": bool((rule := catalogue.rule(one.rule, one.version)) and rule.by_hand),
        }
        for one in duties
    ]


def rule_choices() -> tuple[tuple[str, str], ...]:
    """Rules to choose from."""
    return tuple((rule.code, catalogue.name_of(rule)) for rule in catalogue.standing())


def rules_said() -> list[tuple[str, str]]:
    """Each rule and what it asks, for whoever reads the page."""

    def said(rule: Rule) -> str:
        grace = _("；宽限 %(n)d 个工作日") % {"n": rule.grace} if rule.grace else ""
        return catalogue.about(rule) + grace

    return [(catalogue.name_of(rule), said(rule)) for rule in catalogue.standing()]
