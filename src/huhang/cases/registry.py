"""The kinds of this installation, by name. The engine never names one."""

from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string

from huhang.cases.rules import Kind
from huhang.kernel.errors import Missing


@cache
def kinds() -> dict[str, Kind]:
    """Every kind the installation lists (setting ``HUHANG_KINDS``)."""
    return {kind.name: kind for kind in import_string(settings.HUHANG_KINDS)}


def kind_of(name: str) -> Kind:
    """The kind of a name.

    Raises:
        Missing: no such kind is installed.
    """
    found = kinds().get(name)
    if found is None:
        raise Missing("没有这种事项。")
    return found
