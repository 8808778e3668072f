"""Tags and filters of every page: ``{% load frame %}``. Display only; numbers and dates are worked out elsewhere."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django import template
from django.forms import BaseForm, BoundField
from django.http import QueryDict
from django.template import Context
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from huhang.doors.frame import drawing, fields, rules
from huhang.doors.frame.parts import Day, Group, Ledger, Left

register = template.Library()

_CURSORS = ("after", "before")


def _here(value: date) -> date:
    """A stored instant on the clock of the house; a plain day stays as it is."""
    return timezone.localtime(value) if isinstance(value, datetime) and timezone.is_aware(value) else value


def _year(now: datetime | str) -> int:
    return _here(now if isinstance(now, datetime) else timezone.now()).year


@register.filter
def day(value: date | None) -> str:
    """``2026年11月21日 星期六``; in English ``Sat 21 Nov 2026``."""
    return rules.day_words(_here(value), get_language()) if value else rules.DASH


@register.filter
def short_day(value: date | None, now: datetime | str = "") -> str:
    """``11月21日 星期六``; with the year when it is not the year of ``now``."""
    return rules.short_day_words(_here(value), get_language(), this_year=_year(now)) if value else rules.DASH


@register.filter
def moment(value: datetime | None, now: datetime | str = "") -> str:
    """``11月23日 14:20``; with the year when it is not the year of ``now``."""
    if not value:
        return rules.DASH
    local = _here(value)
    if not isinstance(local, datetime):
        return rules.short_day_words(local, get_language(), this_year=_year(now))
    return rules.moment_words(local, get_language(), this_year=_year(now))


@register.simple_tag
def today() -> str:
    """Today's date with its weekday."""
    return day(timezone.now())


@register.filter
def thousands(value: int | None) -> str:
    """``1,284``; a dash for what is not known."""
    return rules.thousands_words(value)


@register.simple_tag
def percent(num: float | None, den: float | None, digits: int = 1) -> SafeString:
    """A share with the number it stands on: ``98.7% 927/939``; of nothing it is ``— n=0`` (SAFEGUARDS 20)."""
    if num is None or not den:
        return format_html('{} <small class="faint">n=0</small>', rules.DASH)
    words = rules.percent_words(num, den, digits)
    counts = f"{rules.thousands_words(num)}/{rules.thousands_words(den)}"
    return format_html('{} <small class="faint">{}</small>', words, counts)


@register.filter
def width_class(value: float | None) -> str:
    """The class that draws a width of ``value`` per cent without a style attribute."""
    return f"w-p-{rules.width_step(value)}"


@register.filter
def lookup(mapping: Mapping[str, Any] | None, key: str) -> Any:
    """A value by a key that is itself a variable; an empty string when it is absent."""
    return "" if mapping is None else mapping.get(key, "")


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """An icon; with ``label`` when no word stands beside it."""
    drawn = format_html('<i class="bi bi-{}" aria-hidden="true"></i>', name)
    return format_html('{}<span class="visually-hidden">{}</span>', drawn, label) if label else drawn


@register.simple_tag
def state_tag(text: str, tone: str = "") -> SafeString:
    """The state of a case as a word; ``tone``: go, ok, wait, late or nothing."""
    return SafeString(drawing.state(text, tone))


@register.simple_tag
def card_tag(level: str, text: str = "") -> SafeString:
    """A supervision card: icon, word and colour, never colour alone. Nothing for no card."""
    return SafeString(drawing.card(level, text))


@register.simple_tag(takes_context=True)
def ledger_bodies(context: Context, ledger: Ledger) -> SafeString:
    """The rows of a ledger under their headings, at the page's ``now``."""
    return drawing.bodies(ledger, context.get("now") or None)


@register.simple_tag
def options(choices: Iterable[tuple[str, Any]], value: str = "") -> SafeString:
    """The options of a select from (value, label) pairs, the chosen one marked."""
    return drawing.options(choices, value)


@register.simple_tag(takes_context=True)
def remaining_time(context: Context, left: Left) -> SafeString:
    """Remaining working time as the clock worked it out, at the page's ``now``."""
    return SafeString(drawing.left(left, drawing.Pen.of(context.get("now") or None)))


@register.simple_tag
def remaining(
    due_at: datetime | None,
    now: datetime | None,
    fraction: float,
    text: str,
    late: bool = False,
    soon: bool = False,
    why_url: str = "",
    provisional: bool = False,
) -> SafeString:
    """Remaining working time: the words, a bar of the share used (0 to 1), when it is due, and a way to "why"."""
    left = Left(text, due_at, fraction, late=late, soon=soon, why_url=why_url, provisional=provisional)
    return SafeString(drawing.left(left, drawing.Pen.of(now or None)))


@register.filter
def mark_words(mark: str) -> str:
    """The marks of a day square in words, for those who do not see the square."""
    words = drawing.marks()
    return _("、").join(words[one] for one in mark.split() if one in words)


@register.simple_tag
def day_squares(days: Iterable[Day]) -> SafeString:
    """The day squares of a clock."""
    return drawing.days(days)


@register.simple_tag
def menu_lists(menu: Iterable[Group]) -> SafeString:
    """The lists of the rail with their headings."""
    return drawing.menu(menu)


@register.simple_tag
def steady(template_name: str) -> SafeString:
    """A part that says the same to everybody, drawn once a language."""
    return fields.steady(template_name, get_language() or "")


@register.simple_tag
def blank_fields(form: BaseForm) -> SafeString:
    """The fields of a form; one that nobody has filled in yet is drawn once a language.

    For forms whose fields are the same for everybody: their class and the names of their fields say everything.
    """
    return fields.drawn(form, get_language() or "")


@register.simple_tag(takes_context=True)
def url_with(context: Context, **changes: Any) -> str:
    """This page's query with some parameters changed; ``None`` or an empty value takes one away.

    The place in a list (``after``, ``before``) is dropped unless it is itself changed: another filter is another list.
    """
    request = context.get("request")
    query: QueryDict = request.GET.copy() if request is not None else QueryDict(mutable=True)
    for name in (*_CURSORS, *changes):
        query.pop(name, None)
    for name, value in changes.items():
        if value not in (None, ""):
            query[name] = str(value)
    return "?" + query.urlencode()


@register.simple_tag
def keys_hint(*keys: str) -> SafeString:
    """Keys as keys: ``<kbd>J</kbd> <kbd>K</kbd>``."""
    return format_html_join(" ", "<kbd>{}</kbd>", ((key,) for key in keys))


@register.filter
def control(bound: BoundField, bare: object = "") -> SafeString:
    """A form field's control with its class, what describes it, and whether its text may be kept on this device.

    ``bare`` leaves the help text out, where the page says it better.
    """
    return fields.control(bound, bare=bool(bare))


@register.filter
def control_kind(bound: BoundField) -> str:
    """``tick`` for one checkbox, ``choices`` for several or radio buttons, ``plain`` for the rest."""
    return fields.kind(bound)
