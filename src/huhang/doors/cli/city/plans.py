"""How a request goes: who acts, after how long, and what comes of it. Every choice is one the engine would allow."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from huhang.doors.cli.city import phrases, texts
from huhang.doors.cli.city.hours import Office
from huhang.doors.cli.city.life import Life
from huhang.doors.cli.city.people import Officer
from huhang.doors.cli.city.pieces import Past, Who, officer, resident
from huhang.doors.cli.city.register import Place, Register
from huhang.kernel.worktime import Unit
from huhang.kinds.requests import catalogue
from huhang.kinds.requests.solved import catalogue as results

DAY = 450.0
"""Working minutes of a day, about: delays are thought of in days."""


@dataclass
class Spec:
    """What is decided before a life begins."""

    at: datetime
    code: str
    target: Place
    urgency: int = 0
    hold: str = ""
    repeats: "Life | None" = None
    lead: bool = False
    """Whether the cast's handler has it in hand."""


class Teller:
    """Tells lives; keeps the officers of the centre at hand and one source of chance."""

    def __init__(self, register: Register, office: Office, rng: random.Random) -> None:
        self.register, self.office, self.rng = register, office, rng
        self.centre = register.centre
        self.careless = {u.id: rng.lognormvariate(0.0, 0.7) for u in register.places}

    def somebody(self, role: str, unit: Place | None = None) -> Officer:
        """An officer of a role; the first in a unit's list gets more than the others."""
        people = (unit or self.centre).staff[role]
        return people[0] if self.rng.random() < 0.2 else self.rng.choice(people)

    def soon(self, at: datetime, mean: float) -> datetime:
        """An instant in office hours, on average so many working minutes later."""
        return self.office.later(at, self.rng.expovariate(1 / mean))

    def tell(self, life: Life, spec: Spec, by: Who, unit: Place, *, category: str) -> None:
        """The whole life, up to now or to the state it is held in."""
        try:
            life.open(by, unit, spec.at, category=category, urgency=spec.urgency if category else 0)
            self._intake(life, spec)
            self._handling(life, spec)
            self._rounds(life, spec)
        except Past:
            return

    def _held(self, life: Life, spec: Spec) -> None:
        if spec.hold and life.state == spec.hold:
            raise Past

    # -- up to the signature

    def _intake(self, life: Life, spec: Spec) -> None:
        self._held(life, spec)
        quick = 6.0 if spec.urgency == 2 else 45.0
        if life.state == "registered":
            sensitive = spec.code.startswith("DI") and self.rng.random() < 0.8
            who = officer(self.somebody("dispatcher"))
            at = self.soon(life.received, quick)
            life.classify(who, at, category=spec.code, urgency=spec.urgency, sensitive=sensitive)
        self._held(life, spec)
        at = life.steps[-1].at
        if spec.repeats is not None and self._joins(life, spec.repeats, self.soon(at, 40)):
            raise Past
        if not spec.hold and self.rng.random() < 0.02:
            self._withdraws(life, at)
            raise Past
        right = spec.target
        wrong = not spec.hold and not life.sensitive and self.rng.random() < 0.06
        self._dispatch(life, self._other(right) if wrong else right, quick)
        if wrong:
            self._goes_astray(life, right)
        self._held(life, spec)
        self._sign(life, spec)
        self._held(life, spec)

    def _dispatch(self, life: Life, to: Place, quick: float, move: str = "dispatch", note: str = "") -> None:
        who = officer(self.somebody("dispatcher"))
        life.dispatch(who, self.centre, to, self.soon(life.steps[-1].at, quick + 15), move=move, note=note)

    def _goes_astray(self, life: Life, right: Place) -> None:
        """To the wrong unit first: sent back within its day, or moved by the centre itself."""
        assert life.dispatched is not None
        if self.rng.random() < 0.75:
            times = catalogue.promise("give_back", nature=life.nature, category=life.category, urgency=life.urgency)
            last = self.office.due(life.dispatched, times.amount, Unit(times.unit_of_time)).due_at
            at = self.soon(life.dispatched, 120)
            assert last is not None
            if at <= last:
                life.give_back(officer(self.somebody("handler", life.unit)), at, self.rng.choice(phrases.NOT_OURS))
                self._dispatch(life, right, 40)
                return
        self._dispatch(life, right, 90, "reassign", "核实后由属地单位办理更合适。")

    def _other(self, right: Place) -> Place:
        near = [u for u in self.register.stations if u.branch is right.branch and u is not right]
        return self.rng.choice(near or self.register.stations[1:])

    def _sign(self, life: Life, spec: Spec) -> None:
        unit, at = life.unit, self.soon(life.steps[-1].at, 15 if spec.urgency == 2 else 110)
        handler = unit.staff["handler"][0] if spec.lead else self.somebody("handler", unit)
        if life.sensitive or self.rng.random() < 0.12:
            chief = self.somebody("chief", unit)
            life.sign(chief, at)
            life.appoint(officer(chief), handler, self.soon(at, 30))
        else:
            life.sign(handler, at)

    def _joins(self, life: Life, into: Life, at: datetime) -> bool:
        """Joins a repeat to what it repeats, when that is in hand and still open then."""
        if into.dispatched is None or into.dispatched > at or at > life.until:
            return False
        if into.state_at(at) not in ("dispatched", "handling", "answered"):
            return False
        life.merge(officer(self.somebody("dispatcher")), at, into, "同一问题重复反映，并单一起办理。")
        return True

    def _withdraws(self, life: Life, at: datetime) -> None:
        reason = self.rng.choice(("问题已经自己解决了。", "已找到其他渠道办理。", "信息填错了，重新提交。"))
        if life.by.kind == "person" and life.asker is not None:
            after = at + timedelta(minutes=self.rng.randrange(5, 300))
            life.withdraw("withdraw", resident(life.asker), after, reason)
        else:
            life.withdraw("withdraw_for", officer(self.somebody("dispatcher")), self.soon(at, 60), reason)

    # -- in hand

    def _handling(self, life: Life, spec: Spec) -> None:
        if spec.hold == "suspended" or (not spec.hold and self.rng.random() < 0.07):
            self._waits(life, spec)
        elif not spec.hold and self.rng.random() < 0.05 and life.urgency < 2:
            self._asks_for_time(life)

    def _waits(self, life: Life, spec: Spec) -> None:
        assert life.in_charge is not None
        assert life.due is not None
        at = self.soon(life.steps[-1].at, 120)
        if at >= life.due:
            return
        life.suspend(officer(life.in_charge), at, self.rng.choice(phrases.MISSING))
        self._held(life, spec)
        back = at + timedelta(hours=self.rng.uniform(5, 90))
        if life.by.kind == "person" and life.asker is not None and self.rng.random() < 0.8:
            life.go_on("supply", resident(life.asker), back, self.rng.choice(phrases.SUPPLIED))
        else:
            life.go_on("resume", officer(life.in_charge), self.soon(back, 60), "已电话补充，继续办理。")

    def _asks_for_time(self, life: Life) -> None:
        handler = life.in_charge
        assert handler is not None
        assert life.due is not None
        start, end = self.office.minute(life.steps[-1].at), self.office.minute(life.due)
        at = self.office.at(start + (end - start) * self.rng.uniform(0.4, 0.85))
        decided = self.soon(at, 130)
        chief = self.somebody("chief", life.unit)
        clock = next(c for c in life.clocks if c.name == "answer" and c.stopped is None)
        if at <= life.steps[-1].at or decided >= life.due or chief is handler:
            return
        amount = self.rng.randint(1, clock.promise.amount)
        life.ask_extension(handler, at, amount, self.rng.choice(phrases.MORE_TIME))
        granted = self.rng.random() < 0.82
        reason = "情况属实，同意延期，务必按期答复。" if granted else "理由不充分，请按原时限办理。"
        life.decide_extension(chief, decided, granted=granted, reason=reason)

    def _answer(self, life: Life, spec: Spec) -> None:
        one, due, before = life.in_charge, life.due, life.steps[-1].at
        assert one is not None
        assert due is not None
        late = not spec.hold and self.rng.random() < min(0.4, 0.04 * self.careless[life.unit.id])
        if due <= before or late:
            at = self.office.later(max(due, before), self.rng.expovariate(1 / (1.3 * DAY)) + 20)
        elif life.urgency == 2:
            at = before + (due - before) * self.rng.uniform(0.3, 0.95)
        else:
            start, end = self.office.minute(before), self.office.minute(due)
            share = 0.25 if spec.hold else self.rng.betavariate(2.0, 1.7)
            at = max(self.office.at(start + (end - start) * share), before + timedelta(seconds=40))
        result = _result(spec.code, self.rng)
        on = self.office.schedule.date_of(at)
        text = texts.reply(spec.code, life.unit, on, self.rng)
        life.answer(one, at, result, text if life.round == 0 else "重新核查后：" + text)

    # -- after the answer

    def _rounds(self, life: Life, spec: Spec) -> None:
        while True:
            if spec.hold == "handling":
                raise Past
            self._contacts(life)
            self._answer(life, spec)
            self._held(life, spec)
            bad = self._rates(life, 0.10)
            solved = self._revisit(life, bad)
            self._held(life, spec)
            who = officer(self.somebody("revisitor"))
            at = self.soon(life.steps[-1].at, 100)
            unhappy = not solved or any(s.stars <= 2 for s in life.stars if s.round == life.round)
            rated_badly = any(s.stars <= 2 for s in life.stars if s.round == life.round)
            if unhappy and life.round < 2 and ((rated_badly and life.round == 0) or self.rng.random() < 0.75):
                life.redo(who, at, "诉求人反映问题没有真正解决，请重新到现场核查并答复。")
                continue
            if life.to_right is not None:
                at = self._puts_right(life, spec)
                self._held(life, spec)
            life.close(who, at, "已多次解释并落实措施，客观条件所限，诉求人表示理解。" if unhappy else "")
            self._held(life, spec)
            if life.stars and life.stars[-1].round == life.round:
                return
            if self._rates(life, 0.06):
                if life.state == "revisited":
                    life.redo(who, self.soon(life.steps[-1].at, 100), "办结后诉求人评价不满意，请重新办理。")
                    continue
                self._puts_right(life, spec)
            if not self._appeals(life, spec):
                return

    def _revisit(self, life: Life, bad: bool) -> bool:
        """Up to three attempts; whether it is solved."""
        rng, at = self.rng, life.steps[-1].at
        for _ in range(3):
            who, at = officer(self.somebody("revisitor")), self.soon(at + results.sampling().apart, 0.9 * DAY)
            if rng.random() < 0.12:
                life.revisit(who, at, reached=False, note="电话无人接听。")
                if life.state == "revisited":
                    return True
                continue
            solved = rng.random() < (0.45 if bad else 0.955 - 0.02 * self.careless[life.unit.id])
            rated = any(s.round == life.round for s in life.stars)
            stars = None if rated or rng.random() < 0.55 else _stars(rng, solved)
            note = _words(stars, rng) if stars else ""
            life.revisit(who, at, reached=True, solved=solved, stars=stars, note=note)
            return solved
        return True

    def _contacts(self, life: Life) -> None:
        """After a bad rating the unit calls first and then works on it again."""
        one = life.in_charge
        if one is not None and life.to_right is not None and life.to_right.contact is None:
            life.right_contact(one, self.soon(life.steps[-1].at, 0.4 * DAY), self.rng.choice(phrases.BAD))

    def _puts_right(self, life: Life, spec: Spec) -> datetime:
        """Contacted, put right, asked by somebody else; when the last of it was done."""
        one = life.in_charge or life.answered_by
        assert one is not None
        self._contacts(life)
        life.right_done(one, self.soon(life.steps[-1].at, 1.2 * DAY), self.rng.choice(phrases.PUT_RIGHT))
        who = officer(self.somebody("revisitor"))
        life.right_asked(who, self.soon(life.steps[-1].at, DAY), self.rng.choice(phrases.CONTENT))
        return self.soon(life.steps[-1].at, 60)

    def _rates(self, life: Life, chance: float) -> bool:
        """The person's own rating, when they use the net; whether it was a bad one."""
        if life.asker is None or life.by.kind != "person" or self.rng.random() > chance * 2.2:
            return False
        at = life.steps[-1].at + timedelta(minutes=self.rng.randrange(8, 400))
        stars = _stars(self.rng, solved=True)
        codes = [code for code, _ in catalogue.reason_choices(stars)]
        reasons = sorted(self.rng.sample(codes, self.rng.choice((0, 1, 1, 2)))) if codes else []
        life.rate(at, stars, reasons, _words(stars, self.rng))
        return stars <= 2

    def _appeals(self, life: Life, spec: Spec) -> bool:
        """An appeal after closing; whether it led to another round."""
        wanted = spec.hold == "appealed" or (not spec.hold and self.rng.random() < 0.012)
        if not wanted or life.asker is None:
            return False
        life.appeal(life.steps[-1].at + timedelta(hours=self.rng.uniform(3, 40)), self.rng.choice(phrases.BAD))
        self._held(life, spec)
        who, at = officer(self.somebody("revisitor")), self.soon(life.steps[-1].at, DAY)
        if self.rng.random() < 0.6 or life.round > 1:
            life.uphold(who, at, "经复核，原办理结果事实清楚、依据充分，予以维持，并已向您说明理由。")
            return False
        life.redo(who, at, "复核发现现场整改不到位，请重新办理。")
        return True


def _result(code: str, rng: random.Random) -> str:
    if code == "OT-03":
        return "elsewhere"
    odds = (("solved", 74), ("explained", 14), ("partly", 8), ("no_basis", 4))
    return rng.choices([o[0] for o in odds], [o[1] for o in odds])[0]


def _stars(rng: random.Random, solved: bool) -> int:
    return rng.choices((5, 4, 3, 2, 1), (62, 25, 8, 3, 2) if solved else (2, 8, 30, 35, 25))[0]


def _words(stars: int | None, rng: random.Random) -> str:
    if not stars or rng.random() < 0.5:
        return ""
    return rng.choice(phrases.PRAISE if stars >= 4 else phrases.SO_SO if stars == 3 else phrases.BAD)
