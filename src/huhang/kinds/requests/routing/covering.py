"""When one rule's conditions include all of another's, so that the later one can never speak; and when a rule's own
conditions exclude one another. Errs on the side of silence: what cannot be shown is not said."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from huhang.kernel.text import fold
from huhang.kinds.requests.routing.conditions import Rule, date_of, in_list


def covers(earlier: Rule, later: Rule) -> bool:
    """Whether every request the later rule would take is taken by the earlier one."""
    return all(name in later.when and _INCLUDES[name](asked, later.when[name]) for name, asked in earlier.when.items())


def impossible(rule: Rule) -> str:
    """Why a rule can never hold, in a sentence; nothing when it can."""
    words = rule.when.get("words", {})
    barred = [fold(word) for word in words.get("none", ())]
    for word in words.get("all", ()):
        if any(bad in fold(word) for bad in barred):
            return f"永远轮不到：words.all 里的“{word}”又被 words.none 排除"
    wanted = words.get("any", ())
    if wanted and all(any(bad in fold(word) for bad in barred) for word in wanted):
        return "永远轮不到：words.any 里的词都被 words.none 排除"
    return ""


def _subset(wide: Sequence[str], narrow: Sequence[str]) -> bool:
    return set(narrow) <= set(wide)


def _categories(wide: Sequence[str], narrow: Sequence[str]) -> bool:
    return all(one in wide or (not one.endswith("*") and in_list(one, wide)) or _wider(one, wide) for one in narrow)


def _wider(one: str, wide: Sequence[str]) -> bool:
    return one.endswith("*") and any(w.endswith("*") and one.startswith(w[:-1]) for w in wide)


def _words(wide: Mapping[str, Any], narrow: Mapping[str, Any]) -> bool:
    """Every text the narrow words take holds what the wide words ask."""
    sure = [fold(word) for word in narrow.get("all", ())]
    either = [fold(word) for word in narrow.get("any", ())]

    def certain(word: str) -> bool:
        return any(word in one for one in sure) or (bool(either) and all(word in one for one in either))

    if not all(certain(fold(word)) for word in wide.get("all", ())):
        return False
    asked = [fold(word) for word in wide.get("any", ())]
    if asked and not (
        any(word in one for word in asked for one in sure)
        or (either and all(any(word in one for word in asked) for one in either))
    ):
        return False
    barred = [fold(word) for word in narrow.get("none", ())]
    if not all(any(bad in fold(word) for bad in barred) for word in wide.get("none", ())):
        return False
    return "pattern" not in wide or wide["pattern"] == narrow.get("pattern")


def _time(wide: Mapping[str, Any], narrow: Mapping[str, Any]) -> bool:
    if "hours" in wide and narrow.get("hours") != wide["hours"]:
        return False
    if "weekdays" in wide and not set(narrow.get("weekdays", range(1, 8))) <= set(wide["weekdays"]):
        return False
    first, last = date_of(narrow.get("from", date.min)), date_of(narrow.get("until", date.max))
    return date_of(wide.get("from", date.min)) <= first and last <= date_of(wide.get("until", date.max))


def _area(wide: Mapping[str, Any], narrow: Mapping[str, Any]) -> bool:
    if "units" in wide and "units" in narrow:
        return _subset(wide["units"], narrow["units"])
    return bool(wide == narrow)


_INCLUDES: Mapping[str, Callable[[Any, Any], bool]] = {
    "category": _categories,
    "channel": _subset,
    "nature": _subset,
    "subject": _subset,
    "words": _words,
    "time": _time,
    "area": _area,
}
