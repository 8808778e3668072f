"""Sentences of the floors below in the reader's language: they are Chinese there, with places to fill."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext

from huhang.kernel.errors import Refusal, Sentence


def say(what: Refusal | str) -> str:
    """A refusal, a sentence of one, or a message without places, as the reader reads it."""
    if isinstance(what, Refusal | Sentence):
        return _filled(what.message, what.params)
    return gettext(what) if what else ""


def say_hint(refusal: Refusal) -> str:
    """What to do about it; empty when the sentence says so itself."""
    return _filled(refusal.hint, refusal.params) if refusal.hint else ""


def say_problems(problems: Mapping[str, str]) -> dict[str, str]:
    """Every field's sentence."""
    return {name: say(sentence) for name, sentence in problems.items()}


def _filled(message: str, params: Mapping[str, Any]) -> str:
    text = gettext(message)
    if not params:
        return text
    return text % {name: say(value) if isinstance(value, Sentence) else value for name, value in params.items()}
