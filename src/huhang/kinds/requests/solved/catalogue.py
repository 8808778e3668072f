"""This room's catalogue entries: results with what they must prove, whom to revisit, and what to say to them."""

import string
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils.translation import get_language

from huhang.base.catalog import queries as catalog
from huhang.base.catalog import registry
from huhang.kinds.requests.rules import ATTEMPTS, RATE_DAYS, RESULTS
from huhang.kinds.requests.solved.rules import ALWAYS, Links, Sampling

RESULT_CODES, SAMPLING, SCRIPTS = "request_results", "revisit_rules", "revisit_scripts"
LINKS, STEPS = "rating_links", ("answer", "close")
PROOFS = ("required", "optional", "none")
PLACES = ("city", "number", "title", "unit", "result", "answered_on")
STANDARD = "standard"
EVERYBODY = Sampling("everybody@0", 100, frozenset(ALWAYS), ATTEMPTS, timedelta(hours=2))
"""With no catalogue loaded at all everybody is asked."""


def _named(body: Mapping[str, Any]) -> list[str]:
    return [f"缺少 {key}" for key in ("name", "name_en") if not isinstance(body.get(key), str) or not body[key]]


def check_result(body: dict[str, Any]) -> list[str]:
    """What is wrong with a result code; the column that keeps it holds sixteen characters."""
    says = _named(body)
    if body.get("proof") not in PROOFS:
        says.append(f"proof 应当是 {'、'.join(PROOFS)} 之一")
    if not isinstance(body.get("order"), int):
        says.append("order 应当是整数")
    return says + (["code 最长 16 个字符"] if len(str(body.get("code", ""))) > 16 else [])


def check_sampling(body: dict[str, Any]) -> list[str]:
    """What is wrong with a rule of whom to revisit. What must always be asked can be widened, never narrowed."""
    says = []
    for name, low, high in (("rate", 0, 100), ("attempts", 1, 9), ("apart_minutes", 0, 14_400)):
        value = body.get(name)
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            says.append(f"{name} 应当是 {low} 到 {high} 之间的整数")
    always = body.get("always")
    if not isinstance(always, list) or set(always) != set(ALWAYS):
        says.append(f"always 应当写全 {'、'.join(ALWAYS)}：这些每一件都要回访")
    return says


def check_script(body: dict[str, Any]) -> list[str]:
    """What is wrong with a call script: a language missing, or a place nothing fills."""
    says = _named(body)
    for key in ("text", "text_en"):
        text = body.get(key)
        if not isinstance(text, str) or not text.strip():
            says.append(f"缺少 {key}")
            continue
        try:
            places = {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
        except ValueError:
            says.append(f"{key} 里的花括号不成对")
            continue
        says += [f"{key} 里没有 {{{name}}} 这一处可填" for name in sorted(places - set(PLACES))]
    return says


def check_links(body: dict[str, Any]) -> list[str]:
    """What is wrong with the rule of rating links."""
    days, after = body.get("days"), body.get("after")
    says = []
    if not isinstance(days, int) or isinstance(days, bool) or not 1 <= days <= RATE_DAYS:
        says.append(f"days 应当是 1 到 {RATE_DAYS} 之间的整数")
    if not isinstance(after, list) or not set(after) <= set(STEPS):
        says.append(f"after 只能写 {'、'.join(STEPS)}")
    return says


def register() -> None:
    """Makes the kinds of entry known to the catalogue."""
    registry.register(RESULT_CODES, check_result)
    registry.register(SAMPLING, check_sampling)
    registry.register(SCRIPTS, check_script)
    registry.register(LINKS, check_links)


def _english() -> bool:
    return (get_language() or "").startswith("en")


def result_choices() -> list[tuple[str, Any]]:
    """Results to choose from, in the catalogue's order; the built-in ones when none is loaded."""
    rows = sorted(catalog.newest(RESULT_CODES).items(), key=lambda row: (row[1]["order"], row[0]))
    return [(code, body["name_en" if _english() else "name"]) for code, body in rows] or list(RESULTS)


def result_label(code: str, version: int = 0, *, english: bool | None = None) -> str:
    """A result in the reader's language, by the version it was answered with; its code when nobody knows it."""
    body = catalog.version(RESULT_CODES, code, version) or catalog.newest(RESULT_CODES).get(code)
    if body is None:
        return str(dict(RESULTS).get(code, code))
    return str(body["name_en" if (_english() if english is None else english) else "name"])


def result_version(code: str) -> int:
    """The version a result is chosen in today; 0 without a catalogue."""
    return int(catalog.newest(RESULT_CODES).get(code, {}).get("version", 0))


def proof_of(code: str) -> str:
    """Whether a result asks for proof: ``required``, ``optional`` or ``none``."""
    return str(catalog.newest(RESULT_CODES).get(code, {}).get("proof", "optional"))


def sampling() -> Sampling:
    """The rule of whom to revisit that is in force."""
    body = catalog.newest(SAMPLING).get(STANDARD)
    if body is None:
        return EVERYBODY
    return Sampling(
        f"{STANDARD}@{body['version']}",
        int(body["rate"]),
        frozenset(body["always"]),
        int(body["attempts"]),
        timedelta(minutes=int(body["apart_minutes"])),
    )


def links() -> Links:
    """The rule of rating links in force; without a catalogue none are sent."""
    body = catalog.newest(LINKS).get(STANDARD)
    return Links(int(body["days"]), frozenset(body["after"])) if body else Links(0, frozenset())


def script(code: str, zh: Mapping[str, str], en: Mapping[str, str]) -> list[tuple[str, str]]:
    """A call script in both languages with its places filled: (language, text); nothing when none is loaded.

    Places are filled in one pass, so braces in what people wrote stay what they are.
    """
    body = catalog.newest(SCRIPTS).get(code)
    if body is None:
        return []
    blank = dict.fromkeys(PLACES, "—")
    chinese = {**blank, "city": settings.HUHANG_CITY, **zh}
    english = {**blank, "city": settings.HUHANG_CITY_ENGLISH, **en}
    return [("zh", str(body["text"]).format(**chinese)), ("en", str(body["text_en"]).format(**english))]
