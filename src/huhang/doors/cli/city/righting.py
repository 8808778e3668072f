"""A bad rating put right, as rows: what `kinds.requests.rectifying` writes, told again without asking the database."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from huhang.doors.cli.city.people import Officer
from huhang.doors.cli.city.pieces import Right, Who, officer
from huhang.kinds.requests.rectifying import rules_of_time
from huhang.kinds.requests.rectifying.models import CONTACT, DONE, OPEN, RECTIFY, REVISIT, SUPERSEDED
from huhang.kinds.requests.rules import BAD

if TYPE_CHECKING:
    from huhang.doors.cli.city.life import Life

COLUMNS = (
    "id case_id rating_id unit_id rule stage begun_at contacted_at contacted_by_id contacted_in_time said rectified_at"
    " rectified_by_id rectified_in_time measures reference files sent_back tries revisited_at revisited_by_id reached"
    " content word ended_at"
)


class Righting:
    """The part of a life that follows a bad rating."""

    __slots__ = ()

    @property
    def to_right(self: "Life") -> Right | None:  # type: ignore[misc]
        """What is being put right now."""
        return next((r for r in self.rights if r.stage in OPEN), None)

    def _rated(self: "Life", at: datetime, by: Who) -> None:  # type: ignore[misc]
        """A rating was noted; a bad one starts a matter of its own (rectifying.actions.begin)."""
        rating = self.stars[-1]
        if rating.stars > BAD:
            return
        older = self.to_right
        if older is not None:
            self._right_ends(older, SUPERSEDED, at)
        promise = rules_of_time.promise("contact")
        unit = self.answered_unit or self.unit
        self.rights.append(Right(self._key(at), rating.id, unit, promise.rule, CONTACT, at))
        self._start(CONTACT, at, shown=False, promise=promise)
        self._start(RECTIFY, at, shown=False, promise=rules_of_time.promise("rectify"))
        if "rectify" not in self.beside:
            self.beside.append("rectify")
        if self.answered_by is not None:
            self._tell("request.rectify", self.answered_by, at, by)

    def _right_ends(self: "Life", one: Right, stage: str, at: datetime) -> None:  # type: ignore[misc]
        for name in OPEN:
            self._stop(name, at, shown=False)
        one.stage, one.ended = stage, at

    def _in_time(self: "Life", name: str, at: datetime) -> bool:  # type: ignore[misc]
        clock = self._running(name)
        return clock is not None and clock.due is not None and at < clock.due

    def right_contact(self: "Life", one: Officer, at: datetime, said: str) -> None:  # type: ignore[misc]
        """The unit has spoken with the person."""
        self._not_past(at)
        right = self.to_right
        assert right is not None
        right.contact = (at, one, self._in_time(CONTACT, at), said)
        right.stage = RECTIFY
        self._stop(CONTACT, at, shown=False)
        data = {"reached": True, "in_time": right.contact[2]}
        self._take("rectify_contact", None, officer(one), at, {"reached": "yes", "said": said}, note=said, data=data)

    def right_done(self: "Life", one: Officer, at: datetime, measures: str) -> None:  # type: ignore[misc]
        """Put right, with proof; somebody else has to hear from the person now."""
        self._not_past(at)
        right = self.to_right
        assert right is not None
        proof = f"整改记录 {at:%Y%m%d}-{self.number[-4:]}"
        right.done = (at, one, self._in_time(RECTIFY, at), measures, proof)
        right.stage = REVISIT
        for name in (CONTACT, RECTIFY):
            self._stop(name, at, shown=False)
        self._start(REVISIT, at, shown=False, promise=rules_of_time.promise("revisit"))
        values = {"measures": measures, "proof": proof}
        data = {"in_time": right.done[2]}
        self._take("rectify", None, officer(one), at, values, note=proof, public=measures, data=data)

    def right_asked(self: "Life", who: Who, at: datetime, word: str) -> None:  # type: ignore[misc]
        """Somebody who had no part in it hears that it was put right."""
        self._not_past(at)
        right = self.to_right
        assert right is not None
        right.asked = (at, who, word)
        self._right_ends(right, DONE, at)
        note = f"诉求人认可整改，{word}" if word else "诉求人认可整改"
        data: dict[str, Any] = {"reached": True, "content": True}
        values = {"reached": "yes", "content": "yes", "word": word}
        self._take("rectify_revisit", None, who, at, values, note=note, data=data)


def rows(lives: "Iterable[Life]") -> Iterator[tuple[Any, ...]]:
    """Every rectification in the columns COPY is given."""
    for life in lives:
        for r in life.rights:
            contact = (
                (r.contact[0], r.contact[1].id, r.contact[2], r.contact[3]) if r.contact else (None, None, None, "")
            )
            done: tuple[Any, ...] = (None, None, None, "", "")
            if r.done:
                done = (r.done[0], r.done[1].id, *r.done[2:])
            asked: tuple[Any, ...] = (None, None, None, None, "")
            if r.asked:
                asked = (r.asked[0], r.asked[1].user, True, True, r.asked[2])
            tries = [r.asked[0]] if r.asked else []
            head = (r.id, life.id, r.rating, r.unit.id, r.rule, r.stage, r.begun)
            yield (*head, *contact, *done, [], 0, tries, *asked, r.ended)
