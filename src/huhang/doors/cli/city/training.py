"""Lectures, a drill, a check and office days of the demo city, made by the real actions (B5, B6)."""

from datetime import datetime, timedelta

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.rules import Actor
from huhang.base.people.models import User
from huhang.base.people.queries import actor_for
from huhang.cases.actions import move, open_case
from huhang.cases.models import Case
from huhang.doors.cli.city.visiting import LIAISON
from huhang.kinds.officedays.actions import book
from huhang.kinds.officedays.models import Booking, Slot
from huhang.kinds.trainings.actions import count_device, take_quiz
from huhang.kinds.visits.queries import unseen
from huhang.register.subjects.actions import person_for
from huhang.register.subjects.models import Subject

RIGHT = {"account": "never", "boss": "voice", "code": "nobody", "cheated": "call"}
WRONG = {"account": "transfer", "boss": "chat", "code": "nobody", "cheated": "wait"}
PEOPLE = (
    ("王海燕", "13900000101", "集体户口怎么办"),
    ("刘志强", "13900000102", "门口货车占道"),
    ("孙敏", "13900000103", ""),
)
BROUGHT = ("三号门外夜里有货车占道，请派人看看。", "外地员工想集中办居住证，问要什么材料。")


def train_on(now: datetime) -> int:
    """Plans, holds and returns to sessions, and sits for two days. Returns how many there were."""
    try:
        liaison = actor_for(LIAISON, now=now, door="desk")
    except User.DoesNotExist:
        return 0
    if liaison.user is None:
        return 0
    with acting(liaison):
        subjects = list(unseen(liaison.user)[:8])
    if len(subjects) < 4:
        return 0
    return _sessions(subjects, liaison, now) + _days(subjects, liaison, now)


def _open(by: Actor, now: datetime, kind: str, **values: object) -> Case:
    with acting(by):
        return open_case(kind, by=by, now=now, **values)


def _go(case: Case, by: Actor, now: datetime, name: str, **values: object) -> None:
    with acting(by):
        move(case_id=case.pk, name=name, values=values, by=by, now=now)


def _at(now: datetime, days: float, hour: int) -> datetime:
    """A day from now at an hour of Shanghai."""
    return (now + timedelta(days=days)).replace(hour=hour - 8, minute=0, second=0, microsecond=0)


def _sessions(subjects: list[Subject], by: Actor, now: datetime) -> int:
    first, second, third = (one.pk for one in subjects[:3])
    held = {"place": "厂区培训室", "speaker": "李青"}
    fraud = _open(
        by, now, "training", sort="fraud", subjects=[first, second], starts_at=_at(now, -25, 14), title="年底防诈骗",
        people=86, before_taken=40, before_passed=17, after_taken=52, after_passed=47, **held,
    )  # fmt: skip
    _go(fraud, by, now, "recheck", taken=30, passed=26, note="食堂门口抽问")
    guards = _open(
        by, now, "training", sort="guards", subjects=[third], starts_at=_at(now, -24, 10), title="保安上岗培训",
        people=14, before_taken=14, before_passed=6, after_taken=14, after_passed=13, **held,
    )  # fmt: skip
    check = _open(
        by, now, "training", sort="drug_driving", subjects=[second], starts_at=_at(now, -12, 9), title="车队毒驾检查",
        people=63, results={"negative": 61, "positive": 1, "repeat": 1}, place="车队停车场",
    )  # fmt: skip
    drill = _open(
        by, now, "training", sort="intruder", subjects=[first], starts_at=_at(now, 5, 10), title="三号门防暴演练"
    )
    soon = _open(
        by, now, "training", sort="fraud", subjects=[third], starts_at=_at(now, 2, 14), title="新员工防诈骗", **held
    )
    for n in range(9):  # some counted themselves already, and took the quiz before
        count_device(soon.pk, device=f"demo-device-{n:04d}", now=now)
        take_quiz(soon.pk, "before", RIGHT if n < 3 else WRONG, device=f"demo-device-{n:04d}", now=now)
    return len((fraud, guards, check, drill, soon))


def _days(subjects: list[Subject], by: Actor, now: datetime) -> int:
    earlier, start = now - timedelta(days=9), _at(now, -6, 9)
    past = _open(
        by, earlier, "officeday", subject=subjects[0].pk, starts_at=start, ends_at=start + timedelta(hours=2),
        topic="园区企业专场", body="户籍、居住证、交通、治安都可以谈。请带营业执照复印件。",
    )  # fmt: skip
    _booked(past, earlier, PEOPLE[:2])
    for body, who in zip(BROUGHT, PEOPLE, strict=False):
        with acting(SYSTEM):
            booking = Booking.objects.filter(case=past, about=who[2]).values_list("pk", flat=True).first()
        _go(past, by, start + timedelta(hours=1), "take_problem", body=body, nature="help", booking=booking)
    _go(past, by, start + timedelta(hours=3), "conclude", walk_ins=5, note="两件已进台账，其余当场答复。")
    coming = _at(now, 4, 9)
    ahead = _open(
        by, now, "officeday", subject=subjects[1].pk, starts_at=coming, ends_at=coming + timedelta(hours=2, minutes=30),
        body="集体户口、货车通行证当场受理。",
    )  # fmt: skip
    _booked(ahead, now, PEOPLE)
    _open(
        by,
        now,
        "officeday",
        place="港湾派出所一楼大厅",
        starts_at=_at(now, 9, 14),
        ends_at=_at(now, 9, 17),
        topic="所长接待日",
    )
    return 3


def _booked(day: Case, now: datetime, people: tuple[tuple[str, str, str], ...]) -> None:
    with acting(SYSTEM):
        slots = list(Slot.objects.filter(case=day).order_by("starts_at")[: len(people)])
        known = [person_for(name=name, phone=phone, by=SYSTEM, now=now) for name, phone, _about in people]
    for slot, person, (_name, _phone, about) in zip(slots, known, people, strict=True):
        actor = Actor(kind="person", id=person.pk, label=person.name_masked, person=person.pk)
        with acting(actor):
            book(case_id=day.pk, slot_id=slot.pk, about=about, by=actor, now=now)
