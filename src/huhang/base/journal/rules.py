"""Who may stand behind a journal row, and what a row's canonical text is."""

import uuid
from typing import Protocol


class By(Protocol):
    """Whoever acts: an officer, a person at the public door, or the system itself."""

    @property
    def kind(self) -> str:
        """``officer``, ``person``, ``system`` or ``stranger``."""

    @property
    def id(self) -> uuid.UUID | None:
        """The user's or the person's id; none for the system."""

    @property
    def label(self) -> str:
        """The name shown in a timeline; masked for a person."""

    @property
    def unit(self) -> uuid.UUID | None:
        """The unit an officer acts for."""

    @property
    def door(self) -> str:
        """``desk``, ``hall``, ``api``, ``cli`` or ``job``."""
