"""This room's catalogue entries: rules that propose a post."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import get_language

from huhang.base.catalog import queries as catalog
from huhang.base.catalog import registry
from huhang.register.posts.rules import Rule, problems, rule_of
from huhang.register.subjects.models import Subject

RULES = "post_rules"
HOSTS = (Subject.Kind.ENTERPRISE, Subject.Kind.PARK, Subject.Kind.SCENIC, Subject.Kind.PROJECT)
"""Where a post can stand."""


def check(body: dict[str, Any]) -> list[str]:
    """What is wrong with a rule."""
    names = ("name", "name_en", "source", "source_en")
    says = [f"缺少 {key}" for key in names if not isinstance(body.get(key), str) or not body[key]]
    return [*says, *problems(body, [str(kind) for kind in HOSTS])]


def register() -> None:
    """Makes the kind of entry known to the catalogue."""
    registry.register(RULES, check)


def rules() -> list[Rule]:
    """The rules in force; none without a catalogue, and then nothing is proposed."""
    return [rule_of(body) for _code, body in sorted(catalog.newest(RULES).items())]


def label(name: str) -> str:
    """A rule by the name a proposal keeps (``large@1``), in the language of the page."""
    code, _at, version = name.partition("@")
    body: Mapping[str, Any] | None = catalog.version(RULES, code, int(version)) if version.isdecimal() else None
    if not body:
        return name
    english = (get_language() or "").startswith("en")
    return str(body["name_en"] if english else body["name"])
