"""The shape of a box on the case page, shared by the kinds and by what stands beside a case."""

from dataclasses import dataclass, field
from datetime import datetime

from django.utils.safestring import SafeString

from huhang.doors.frame.parts import Event


@dataclass(frozen=True)
class Section:
    """A box of its own: words somebody said, or a few events.

    Args:
        card: the level of a supervision card, drawn beside the title.
        top: stands above everything else on the page; ``bad`` ones in red.
        template: what stands in the box instead, for a box of its own making.
        own: drawn by a template of its own on the page, on paper like the others.
        url: where it leads, with ``label`` as the words.
    """

    title: str
    end: str | SafeString = ""
    at: datetime | None = None
    quote: str = ""
    events: list[Event] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """Short remarks below the words: proof, the time left."""
    card: str = ""
    top: bool = False
    bad: bool = False
    template: str = ""
    own: bool = False
    url: str = ""
    label: str = ""
