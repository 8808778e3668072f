"""Kinds, states and moves as declarations; buttons, forms, API verbs, tests and diagrams derive from them."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from huhang.base.access.rules import Actor, Perm
from huhang.cases.fields import Field
from huhang.cases.figures import Figure

if TYPE_CHECKING:
    from huhang.cases.models import Case


@dataclass(frozen=True)
class State:
    """Where a case can be. ``tone`` is how the state word looks: go, wait, ok or plain."""

    name: str
    label: Any
    tone: str = "plain"
    final: bool = False
    public: Any = ""


@dataclass(frozen=True)
class Doing:
    """What an effect is given: the locked case, who moves it, when, and the cleaned values."""

    case: "Case"
    by: Actor
    now: datetime
    values: Mapping[str, Any]
    move: "Move"


@dataclass
class Outcome:
    """What an effect gives back for the timeline: a note for colleagues, words for the person, facts for machines."""

    note: str = ""
    public: str = ""
    data: dict[str, Any] = field(default_factory=dict)
    to: str | None = None


@dataclass(frozen=True)
class Promise:
    """How much time a rule gives: amount and unit, and the rule's name and version to testify with."""

    rule: str
    amount: int
    unit_of_time: str


Guard = Callable[["Case", Actor, datetime], str | None]
Effect = Callable[[Doing], Outcome]


@dataclass(frozen=True)
class Move:
    """One step a person can take.

    Args:
        from_: states it can be taken in.
        to: the state it leads to; none means the state stays.
        needs: the permission without which it is neither offered nor accepted.
        guard: a further reason why not, as a sentence, or nothing.
        effect: what it does beyond the state.
        says: the sentence on the timeline, also shown to the person when ``public``.
        by_person: offered to the person at the public door instead of to officers.
        beside: what a page shows beside the form: (language, text), such as what to say on the telephone.
    """

    name: str
    label: Any
    from_: tuple[str, ...]
    to: str | None
    needs: Perm
    says: Any
    effect: Effect
    fields: tuple[Field, ...] = ()
    guard: Guard | None = None
    public: bool = True
    by_person: bool = False
    primary: bool = False
    danger: bool = False
    bulk: bool = False
    help: Any = ""
    beside: Callable[["Case"], Sequence[tuple[str, str]]] | None = None


@dataclass(frozen=True)
class Watch:
    """What a kind tells supervision of its cases, so that whoever supervises needs no kind by name (D2).

    Args:
        clock: the name of the clock that is the owning unit's promise; pauses and granted extensions are in its date.
        where: the case rows on which that clock is the date shown.
        holds: the same of one row in memory, a case or a line of a list.
        bad: for these cases the instants at which somebody said they were dissatisfied, oldest first.
        often_bad: the cases dissatisfied with at least so often and not long over, given how often and the instant.
    """

    clock: str
    where: Callable[[], Q]
    holds: Callable[[Any], bool]
    bad: Callable[[Sequence[uuid.UUID]], Mapping[uuid.UUID, list[datetime]]]
    often_bad: Callable[[int, datetime], Q]


@dataclass(frozen=True)
class Trouble:
    """A reason why an open case of a kind should be talked about, as a condition given the present instant."""

    name: str
    label: Any
    where: Callable[[datetime], Q]


@dataclass(frozen=True)
class Kind:
    """A sort of case: its words, states, moves, and the room's own table beside the case.

    Args:
        person: whether somebody outside asked for it and is told of it; without one no contact is shown or missed.
        watch: what supervision may go by; without it a kind is not supervised.
        said: the words of steps that the kind appends itself, without anybody's move.
    """

    name: str
    label: Any
    prefix: str
    states: tuple[State, ...]
    initial: str
    moves: tuple[Move, ...]
    detail: str
    channels: Callable[[], Sequence[tuple[str, Any]]]
    categories: Callable[[], Mapping[str, Mapping[str, Any]]]
    category_label: Callable[[str, int], str]
    opener: Callable[..., "Case"]
    facts: Callable[["Case", Actor], list[tuple[Any, Any]]]
    intake: str = ""
    person: bool = True
    said: Mapping[str, Any] = field(default_factory=dict)
    open_perm: Perm = Perm.REGISTER
    figures: tuple[Figure, ...] = ()
    watch: Watch | None = None
    troubles: tuple[Trouble, ...] = ()

    def state(self, name: str) -> State:
        """The state of a name; an unknown one is a programming mistake."""
        return next(s for s in self.states if s.name == name)

    def move(self, name: str) -> Move | None:
        """The move of a name, if the kind has one."""
        return next((m for m in self.moves if m.name == name), None)

    @property
    def final_states(self) -> tuple[str, ...]:
        return tuple(s.name for s in self.states if s.final)
