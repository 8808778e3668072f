"""What messages say, in Chinese and English. Places hold numbers and unit names, never anything personal."""

from collections.abc import Mapping
from typing import NamedTuple



class Words(NamedTuple):
    """One message in both languages."""

    zh: str
    en: str


HIDDEN = "······"
"""Stands in a stored text where the code was."""

WORDS: dict[str, Words] = {}


def render(key: str, params: Mapping[str, str]) -> str:
    return WORDS[key].zh % params
