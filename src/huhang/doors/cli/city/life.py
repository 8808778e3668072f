"""One request's life as rows, step by step as the engine would write them (cases.actions, kinds.requests.effects).

A year through the engine itself would take minutes; this writes the same rows without asking the database. That it is
the same is tested: a sample of lives is replayed through `cases.actions.move` (tests/doors/cli/test_city_replay.py).
"""

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from huhang.cases.rules import Promise
from huhang.doors.cli.city.hours import Office
from huhang.doors.cli.city.people import Officer
from huhang.doors.cli.city.pieces import (
    Asked,
    More,
    Note,
    Part,
    Past,
    Proof,
    Right,
    Stars,
    Stop,
    Taken,
    Tick,
    Who,
    officer,
    resident,
)
from huhang.doors.cli.city.register import Asker, Body, Place
from huhang.doors.cli.city.righting import Righting
from huhang.kernel.numbering import Ordered7
from huhang.kernel.worktime import Extension, Pause, Unit
from huhang.kinds.requests import catalogue
from huhang.kinds.requests.rules import BAD
from huhang.kinds.requests.solved import catalogue as results
from huhang.kinds.requests.solved.rules import counted


@dataclass(slots=True, eq=False)
class Life(Righting):
    """A request and everything that happened to it until ``until``."""

    office: Office
    keys: Ordered7
    until: datetime
    number: str
    title: str
    body: str
    channel: str
    nature: str
    asker: Asker | None
    subject: Body | None
    place: str
    point: tuple[float, float] | None
    id: uuid.UUID = field(init=False)
    by: Who = field(init=False)
    state: str = ""
    unit: Place = field(init=False)
    taken_unit: Place = field(init=False)
    parties: list[Place] = field(default_factory=list)
    in_charge: Officer | None = None
    category: str = ""
    version_of_category: int = 0
    urgency: int = 0
    sensitive: bool = False
    confidential: bool = False
    merged_into: "Life | None" = None
    received: datetime = field(init=False)
    due: datetime | None = None
    due_from: datetime | None = None
    provisional: bool = False
    waiting: bool = False
    answered: datetime | None = None
    closed: datetime | None = None
    version: int = 1
    steps: list[Taken] = field(default_factory=list)
    clocks: list[Tick] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    proofs: list[Proof] = field(default_factory=list)
    stars: list[Stars] = field(default_factory=list)
    rights: list[Right] = field(default_factory=list)
    beside: list[str] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    dispatcher_unit: Place | None = None
    dispatched: datetime | None = None
    transfers: int = 0
    returns: int = 0
    answer_text: str = ""
    result: str = ""
    answered_by: Officer | None = None
    answered_unit: Place | None = None
    round: int = 0
    secret: str = ""

    # -- beginning

    def open(self, by: Who, unit: Place, at: datetime, *, category: str = "", urgency: int = 0) -> None:
        """Filed, and its answer clock started (filing.file_request)."""
        self._not_past(at)
        self.id, self.by, self.received = self._key(at), by, at
        self.unit = self.taken_unit = unit
        self.category, self.urgency = category, urgency
        self.version_of_category = int(catalogue.categories()[category]["version"]) if category else 0
        self.state = "classified" if category else "registered"
        told = {"category": category, "urgency": urgency}
        step = Taken(self._key(at), 1, "open", "", self.state, at, by, "", "", {"channel": self.channel}, told)
        self.steps.append(step)
        self.parts.append(Part(self._key(at), unit, at))
        self._start("answer", at)

    def classify(self, who: Who, at: datetime, *, category: str, urgency: int = 0, sensitive: bool = False) -> None:
        """Category, nature, urgency; the answer clock anew from the day of receipt."""
        self._not_past(at)
        before = {"category": self.category, "urgency": self.urgency}
        body = catalogue.categories()[category]
        self.category, self.version_of_category = category, int(body["version"])
        self.urgency, self.sensitive = urgency, sensitive
        self._stop("answer", at)
        self._start("answer", self.received)
        values = {"category": category, "nature": self.nature, "urgency": str(urgency), "sensitive": sensitive}
        data = {"before": before, "category": category, "version": self.version_of_category}
        self._take("classify", "classified", who, at, values, note=str(body["name"]), data=data)

    def dispatch(
        self, who: Who, home: Place, to: Place, at: datetime, *, move: str = "dispatch", note: str = ""
    ) -> None:
        """To a unit; its time to sign begins."""
        self._not_past(at)
        before = self.unit
        self.dispatcher_unit, self.dispatched = home, at
        self.transfers += 1
        self._give(to, at)
        self._party(home)
        self._stop("sign", at, shown=False)
        self._start("sign", at, shown=False)
        values = {"unit": str(to.id), ("reason" if move == "reassign" else "note"): note}
        data = {"from": str(before.id), "to": str(to.id)}
        self._take(move, "dispatched", who, at, values, note=note, public=to.short, data=data)

    def sign(self, one: Officer, at: datetime) -> None:
        """The unit takes it on."""
        self._not_past(at)
        self._stop("sign", at, shown=False)
        self.parts[-1].signed, self.in_charge = at, one
        self._take("sign", "handling", officer(one), at, {}, public=self.unit.short)

    def give_back(self, who: Who, at: datetime, reason: str) -> None:
        """Back to whoever dispatched it."""
        self._not_past(at)
        self._stop("sign", at, shown=False)
        self.returns += 1
        before, home = self.unit, self.dispatcher_unit
        assert home is not None
        self._give(home, at)
        data = {"from": str(before.id), "to": str(home.id)}
        self._take("give_back", "classified", who, at, {"reason": reason}, note=reason, data=data)

    def appoint(self, who: Who, chosen: Officer, at: datetime) -> None:
        """Names the officer in charge."""
        self._not_past(at)
        self.in_charge = chosen
        self._tell("request.appoint", chosen, at, who)
        self._take("appoint", None, who, at, {"officer": str(chosen.id)}, note=chosen.name)

    # -- time

    def suspend(self, who: Who, at: datetime, reason: str) -> None:
        """Waits for the person."""
        self._not_past(at)
        clock = self._running("answer")
        assert clock is not None
        assert clock.due is not None
        clock.stops.append(Stop(self._key(at), at, None, "等诉求人补充"))
        self._settle(clock)
        self._take("suspend", "suspended", who, at, {"reason": reason}, public=reason)

    def go_on(self, move: str, who: Who, at: datetime, text: str) -> None:
        """``supply`` by the person, or ``resume`` by the officer."""
        self._not_past(at)
        clock = self._running("answer")
        assert clock is not None
        clock.stops[-1].end = at
        self._settle(clock)
        if move == "supply" and self.in_charge is not None:
            self._tell("request.supply", self.in_charge, at, who)
        values, words = ({"text": text}, ("", text)) if move == "supply" else ({"note": text}, (text, ""))
        self._take(move, "handling", who, at, values, note=words[0], public=words[1])

    def ask_extension(self, one: Officer, at: datetime, amount: int, reason: str) -> None:
        """Asks for more time, before it is due."""
        self._not_past(at)
        clock = self._running("answer")
        assert clock is not None
        assert clock.due is not None
        assert at < clock.due
        clock.more.append(More(self._key(at), amount, reason, at, one))
        values = {"amount": amount, "reason": reason}
        self._take("ask_extension", None, officer(one), at, values, note=reason, data={"amount": amount})

    def decide_extension(self, one: Officer, at: datetime, *, granted: bool, reason: str) -> None:
        """Somebody else decides."""
        self._not_past(at)
        clock = self._running("answer")
        assert clock is not None
        asked = clock.more[-1]
        asked.decided_at, asked.decided_by, asked.granted, asked.decision = at, one, granted, reason
        if granted:
            self._settle(clock)
        who = officer(one)
        self._tell("request.extension_granted" if granted else "request.extension_refused", asked.asked_by, at, who)
        word = "同意" if granted else "不同意"
        values = {"decision": "grant" if granted else "refuse", "reason": reason}
        data = {"granted": granted, "amount": asked.amount}
        self._take("decide_extension", None, who, at, values, note=f"{word}：{reason}", data=data)

    # -- ending

    def answer(self, one: Officer, at: datetime, result: str, text: str) -> None:
        """Tells the person; the revisit clock begins."""
        self._not_past(at)
        self.answer_text, self.result = text, result
        self.answered_unit, self.answered_by = self.unit, one
        self._stop("answer", at)
        self._start("revisit", at)
        self.answered = at
        proof = f"处置记录 {at:%Y%m%d}-{self.number[-4:]}" if results.proof_of(result) == "required" else ""
        self.proofs.append(Proof(self._key(at), self.round, result, proof, at, one, self.unit))
        data = {"result": result, "round": self.round, "proof": bool(proof)}
        values = {"result": result, "answer": text, "proof": proof}
        note = results.result_label(result, english=False)
        self._take("answer", "answered", officer(one), at, values, note=note, public=text, data=data)

    def revisit(
        self, who: Who, at: datetime, *, reached: bool, solved: bool = True, stars: int | None = None, note: str = ""
    ) -> None:
        """One attempt to ask the person."""
        self._not_past(at)
        responded, settled = (True, solved) if reached else (None, None)
        self.asked.append(Asked(self._key(at), self.round, at, who, reached, responded, settled, note))
        if stars:
            self.stars.append(Stars(self._key(at), self.round, stars, [], note, "revisit", at))
            self._rated(at, who)
        policy = results.sampling()
        tried = counted([a.at for a in self.asked if a.round == self.round], policy.apart)
        values = {"reached": "yes" if reached else "no", "note": note}
        if reached:
            values |= {"responded": "yes", "solved": "yes" if solved else "no"}
        if stars:
            values["stars"] = str(stars)
        if not reached and tried < policy.attempts:
            word = f"第 {tried} 次未联系上"
            self._take("revisit", "answered", who, at, values, note=word, data={"reached": False})
            return
        self._stop("revisit", at)
        word = "多次未联系上" if not reached else "已解决" if solved else "未解决"
        data = {"reached": reached, "solved": values.get("solved"), "stars": stars}
        self._take("revisit", "revisited", who, at, values, note=word, data=data)

    def rate(self, at: datetime, stars: int, reasons: list[str], comment: str) -> None:
        """The person's own word."""
        self._not_past(at)
        assert self.asker is not None
        who = resident(self.asker)
        self.stars.append(Stars(self._key(at), self.round, stars, reasons, comment, "person", at))
        self._rated(at, who)
        again = self.state == "closed" and stars <= BAD and self.round == 0
        if again:
            self._start("revisit", at)
        values = {"stars": stars, "reasons": reasons, "comment": comment}
        to = "revisited" if again else None
        self._take("rate", to, who, at, values, note=f"{stars} 星", public=comment, data={"stars": stars})

    def close(self, who: Who, at: datetime, reason: str = "") -> None:
        """Closed by number."""
        self._not_past(at)
        self._stop("revisit", at)
        rated = next((s.stars for s in self.stars if s.round == self.round), None)
        self._take("close", "closed", who, at, {"reason": reason}, note=reason, data={"rated": rated})

    def redo(self, who: Who, at: datetime, reason: str) -> None:
        """Back to the unit, with a clock of its own."""
        self._not_past(at)
        self.round += 1
        self._stop("revisit", at)
        self._stop("answer", at)
        self._start("answer", at)
        self.answered = None
        self._take("redo", "handling", who, at, {"reason": reason}, note=reason, data={"round": self.round})

    def appeal(self, at: datetime, text: str) -> None:
        """The person does not accept it."""
        self._not_past(at)
        assert self.asker is not None
        if self._running("revisit") is None:
            self._start("revisit", at)
        self._take("appeal", "appealed", resident(self.asker), at, {"text": text}, public=text)

    def uphold(self, who: Who, at: datetime, reason: str) -> None:
        """The appeal is answered."""
        self._not_past(at)
        self._stop("revisit", at)
        self._take("uphold", "closed", who, at, {"reason": reason}, public=reason)

    def withdraw(self, move: str, who: Who, at: datetime, reason: str) -> None:
        """Taken back."""
        self._not_past(at)
        self._stop("sign", at, shown=False)
        self._stop("answer", at)
        self._take(move, "withdrawn", who, at, {"reason": reason}, public=reason)

    def merge(self, who: Who, at: datetime, into: "Life", reason: str) -> None:
        """Joined to the open request it repeats; that one gets a step too."""
        self._not_past(at)
        self.merged_into = into
        self._stop("sign", at, shown=False)
        self._stop("answer", at)
        into.joined(self, who, at)
        data = {"into": into.number}
        values = {"into": into.number, "reason": reason}
        self._take("merge", "merged", who, at, values, note=reason, public=into.number, data=data)

    def joined(self, other: "Life", who: Who, at: datetime) -> None:
        """A repeat was joined to this one: the step is put in its place in time, and later ones move up by one."""
        where = next((i for i, s in enumerate(self.steps) if s.at > at), len(self.steps))
        state = self.steps[where - 1].to
        data = {"merged": other.number}
        step = Taken(self._key(at), where + 1, "joined", state, state, at, who, other.number, "", data, {}, told=False)
        later = [s._replace(seq=s.seq + 1) for s in self.steps[where:]]
        self.steps[where:] = [step, *later]
        self.version += 1
        if "joined" not in self.beside:
            self.beside.append("joined")

    # -- as the engine does it

    def state_at(self, at: datetime) -> str:
        """Where it stood at an instant."""
        return [s.to for s in self.steps if s.at <= at][-1]

    def _not_past(self, at: datetime) -> None:
        if at > self.until:
            raise Past

    def _key(self, at: datetime) -> uuid.UUID:
        return self.keys.at(int(at.timestamp() * 1000))

    def _take(
        self,
        move: str,
        to: str | None,
        who: Who,
        at: datetime,
        values: dict[str, Any],
        *,
        note: str = "",
        public: str = "",
        data: dict[str, Any] | None = None,
    ) -> None:
        before, self.state = self.state, to or self.state
        self.version += 1
        final = self.state in ("closed", "withdrawn", "merged")
        if final is (self.closed is None):
            self.closed = at if final else None
        self.steps.append(
            Taken(self._key(at), self.version, move, before, self.state, at, who, note, public, data or {}, values)
        )

    def _tell(self, template: str, to: Officer, at: datetime, by: Who) -> None:
        self.notes.append(Note(self._key(at), template, to, at, by))

    def _party(self, unit: Place) -> None:
        if unit not in self.parties:
            self.parties.append(unit)

    def _give(self, unit: Place, at: datetime) -> None:
        self.parts[-1].ended = at
        self.parts.append(Part(self._key(at), unit, at))
        self._party(self.unit)
        self.unit, self.in_charge = unit, None

    def _running(self, name: str) -> Tick | None:
        return next((c for c in reversed(self.clocks) if c.name == name and c.stopped is None), None)

    def _start(self, name: str, at: datetime, *, shown: bool = True, promise: Promise | None = None) -> None:
        promise = promise or catalogue.promise(
            name, nature=self.nature, category=self.category, version=self.version_of_category, urgency=self.urgency
        )
        clock = Tick(self._key(at), name, promise, at)
        self.clocks.append(clock)
        self._count(clock)
        if shown:
            self.due, self.provisional, self.due_from, self.waiting = clock.due, clock.provisional, at, False

    def _stop(self, name: str, at: datetime, *, shown: bool = True) -> None:
        clock = self._running(name)
        if clock is None:
            return
        for pause in clock.stops:
            pause.end = pause.end or at
        if clock.due is None and shown:
            self._settle(clock)
        clock.stopped = at
        if shown:
            self.due, self.due_from, self.provisional, self.waiting = None, None, False, False

    def _count(self, clock: Tick) -> None:
        told = self.office.due(
            clock.started,
            clock.promise.amount,
            Unit(clock.promise.unit_of_time),
            tuple(Pause(p.start, p.end, p.reason) for p in clock.stops),
            tuple(Extension(m.amount, m.decided_at or m.asked_at, m.reason) for m in clock.more if m.granted),
        )
        clock.due, clock.provisional, clock.version = told.due_at, told.provisional, told.calendar_version

    def _settle(self, clock: Tick) -> None:
        self._count(clock)
        self.due, self.provisional, self.due_from = clock.due, clock.provisional, clock.started
        self.waiting = clock.due is None
