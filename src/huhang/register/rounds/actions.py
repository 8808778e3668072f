"""Excusing a duty, writing down that one was done, the calendar address: every write, journal row inside (B2)."""

import hashlib
import hmac
import secrets
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.rules import Actor
from huhang.base.journal import actions as journal
from huhang.base.keyring import keys
from huhang.kernel.errors import Conflict, Denied, Invalid, Missing, Refusal, Sentence
from huhang.kernel.text import clean
from huhang.register.rounds import catalogue, queries
from huhang.register.rounds.deriving import Duty
from huhang.register.rounds.models import Excuse, Feed, Record
from huhang.register.rounds.rules import DONE, RECORD, Rule, Way
from huhang.register.subjects.catalogue import role_label

BACK_DAYS = 31
"""So long after it took place something can still be written down; visits have the same."""
MOST_PEOPLE, MOST_BODIES, LONGEST = 5000, 2000, 64
MOST_AT_ONCE = 100
"""So many duties are excused at a time: two pages of the list."""
Key = tuple[str, uuid.UUID, date]


@transaction.atomic
def excuse(*, rule: str, of: uuid.UUID, day: date, reason: str, by: Actor, now: datetime) -> Excuse:
    """A chief says why a duty need not be done in its period; everybody who sees the duty reads it.

    Raises:
        Missing: no such duty for this actor.
        Denied: not for this officer to say.
        Invalid: no reason.
        Conflict: done already, or somebody else has just excused it.
    """
    duty = queries.duty_of(rule, of, day, by, now)
    if why := queries.why_not_excuse(duty, by):
        raise Denied(why)
    said = clean(reason, max_length=200)
    if not said:
        raise Invalid("请写明为什么免办。", field="reason")
    if duty.state == DONE:
        raise Conflict("这项职责已经做到，不用免办。")
    if duty.excuse_id is not None:
        raise Conflict("“%(who)s”已经说明免办。", params={"who": duty.excused_by})
    made = Excuse(
        rule=rule,
        version=duty.version,
        subject_id=duty.subject_id,
        unit_id=None if duty.subject_id else duty.unit_id,
        day=day,
        reason=said,
        at=now,
        by=by.user,
        by_label=by.label,
        by_unit=by.unit,
    )
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:  # of two chiefs at once the database lets one through
        other = next((one for one in queries.excuses(rule, of, day) if one.ended_at is None), None)
        raise Conflict("“%(who)s”已经说明免办。", params={"who": other.by_label if other else ""}) from None
    _write("round.excuse", duty, by, now, excuse=str(made.pk), reason=said)
    return made


@dataclass(frozen=True)
class Excused:
    """What became of several: the excuses made, and each duty that stays as it was with the reason."""

    made: list[Excuse]
    refused: list[tuple[Key, str, Refusal]]


@transaction.atomic
def excuse_many(*, keys: Iterable[Key], reason: str, by: Actor, now: datetime) -> Excused:
    """Excuses several duties for one reason, each with its own row in the journal; what one is refused stops no other.

    Args:
        keys: rule, of whom, first day of the period; one told twice is told once.

    Raises:
        Invalid: no reason, no duty, or too many.
    """
    chosen = list(dict.fromkeys(keys))
    if not clean(reason, max_length=200):
        raise Invalid("请写明为什么免办。", field="reason")
    if not chosen:
        raise Invalid("请先勾选要免办的职责。", field="duty")
    if len(chosen) > MOST_AT_ONCE:
        raise Invalid("一次最多免办 %(most)d 项，请分几次。", field="duty", params={"most": MOST_AT_ONCE})
    done = Excused([], [])
    for rule, of, day in chosen:
        try:
            with transaction.atomic():
                done.made.append(excuse(rule=rule, of=of, day=day, reason=reason, by=by, now=now))
        except (Conflict, Denied, Missing) as wrong:
            done.refused.append(((rule, of, day), _name(rule, of, day, by, now), wrong))
    return done


def _name(rule: str, of: uuid.UUID, day: date, by: Actor, now: datetime) -> str:
    try:
        return queries.duty_of(rule, of, day, by, now).name
    except Missing:
        return ""


@transaction.atomic
def end_excuse(*, excuse_id: uuid.UUID, by: Actor, now: datetime) -> Excuse:
    """Takes an excuse back: the duty stands again as records and the clock say.

    Raises:
        Missing: no such excuse for this actor.
        Denied: not for this officer.
        Conflict: taken back already.
    """
    row = Excuse.objects.select_for_update().filter(pk=excuse_id).first()
    if row is None:
        raise Missing
    duty = queries.duty_of(row.rule, row.subject_id or row.unit_id or row.pk, row.day, by, now)
    if why := queries.why_not_excuse(duty, by):
        raise Denied(why)
    if row.ended_at is not None:
        raise Conflict("免办已经收回。")
    row.ended_at, row.ended_by, row.ended_label = now, by.user, by.label
    row.save(update_fields=["ended_at", "ended_by", "ended_label"])
    _write("round.excuse_end", duty, by, now, excuse=str(row.pk))
    return row


@transaction.atomic
def record(
    *,
    rule: str,
    of: uuid.UUID,
    day: date,
    held_at: datetime,
    note: str,
    people: int,
    place: str = "",
    bodies: int = 1,
    roles: Iterable[str] = (),
    by: Actor,
    now: datetime,
) -> Record:
    """Writes down a meeting, round or symposium of which there is no other record. No names: roles and numbers.

    Args:
        people: how many were there; ``bodies``: of how many subjects; ``roles``: which contact roles were met.

    Raises:
        Missing: no such duty for this actor.
        Denied: not for this officer to write down.
        Conflict: done already, or such a duty is not fulfilled by writing it down.
        Invalid: field by field; also when what is told would not fulfil the duty, with what is missing.
    """
    duty = queries.duty_of(rule, of, day, by, now)
    known = catalogue.rule(rule, duty.version)
    if known is None or not known.by_hand:
        raise Conflict("这项职责不能手工登记，请登记走访。")
    if not queries.may_record(duty, by):
        raise Denied("由承担这项职责的民警登记。")
    if duty.state == DONE:
        raise Conflict("这个周期已经做到，不用再登记。")
    said = clean(note, max_length=2000)
    _checked(duty, known, held_at, said, people, bodies, now)
    way = next(way for way in known.ways if way.sort == RECORD)
    met = [role for role in way.roles if role in set(roles)]
    _enough(way, met, bodies)
    made = Record.objects.create(
        rule=rule,
        version=duty.version,
        subject_id=duty.subject_id,
        unit_id=by.unit if duty.subject_id and by.unit else duty.unit_id,
        held_at=held_at,
        place=clean(place, max_length=120),
        people=people,
        bodies=bodies,
        roles=met,
        note=said,
        at=now,
        by=by.user,
        by_label=by.label,
    )
    if queries.duty_of(rule, of, day, by, now).state != DONE:
        raise Invalid("由您登记还不算做到：要由负责这个主体的民警来做。", field="note")
    _write("round.record", duty, by, now, record=str(made.pk), held_at=held_at.isoformat(), people=people)
    return made


def _checked(duty: Duty, rule: Rule, held_at: datetime, note: str, people: int, bodies: int, now: datetime) -> None:
    wrong: dict[str, str] = {}
    if held_at > now:
        wrong["held_at"] = Sentence("时间还没有到。")
    elif now - held_at > timedelta(days=BACK_DAYS):
        wrong["held_at"] = Sentence("最多补登 31 天内的。")
    elif not duty.start <= held_at < duty.deadline:
        wrong["held_at"] = Sentence("不在这个周期里，请核对日期。")
    if not note:
        wrong["note"] = Sentence("请写明谈了什么、做了什么。")
    if not 1 <= people <= MOST_PEOPLE:
        wrong["people"] = Sentence("请填到了几人。")
    if rule.of_units and not 1 <= bodies <= MOST_BODIES:
        wrong["bodies"] = Sentence("请填来了几家。")
    if wrong:
        raise Invalid(problems=wrong)


def _enough(way: Way, roles: list[str], bodies: int) -> None:
    if way.roles and not set(way.roles) & set(roles):
        names = "、".join(role_label(role) for role in way.roles)
        raise Invalid("要见到%(who)s才算做到。", field="roles", params={"who": names})
    if bodies < way.least:
        raise Invalid("至少要有 %(n)d 家参加才算做到。", field="bodies", params={"n": way.least})


@transaction.atomic
def void_record(*, record_id: uuid.UUID, why: str, by: Actor, now: datetime) -> Record:
    """Something was written down by mistake: it counts no more, and stays readable. Nobody voids their own.

    Raises:
        Missing: no such record for this actor.
        Denied: not for this officer.
        Invalid: no reason.
        Conflict: voided already.
    """
    row = Record.objects.select_for_update().filter(pk=record_id).first()
    if row is None:
        raise Missing
    if by.user is not None and row.by == by.user:
        raise Denied("作废由别人决定，不能作废自己登记的。")
    if not queries.may_void(row, by):
        raise Denied("作废由单位负责人决定。")
    said = clean(why, max_length=200)
    if not said:
        raise Invalid("请写明为什么作废。", field="why")
    if row.voided_at is not None:
        raise Conflict("这条记录已经作废。")
    row.voided_at, row.voided_by, row.voided_label, row.voided_why = now, by.user, by.label, said
    row.save(update_fields=["voided_at", "voided_by", "voided_label", "voided_why"])
    journal.write("round.void", by=by, now=now, data={"record": str(row.pk), "why": said})
    return row


def _write(what: str, duty: Duty, by: Actor, now: datetime, **more: object) -> None:
    data = {"rule": duty.rule, "version": duty.version, "of": str(duty.of), "day": duty.day.isoformat(), **more}
    journal.write(what, by=by, now=now, about=duty.name, data=data)


def _digest(token: str, key: bytes) -> bytes:
    return hmac.new(key, b"rounds.feed\x00" + token.encode(), hashlib.sha256).digest()


@transaction.atomic
def open_feed(*, language: str, by: Actor, now: datetime) -> str:
    """A fresh calendar address of the acting officer; the one before is good no more. The text is told once.

    Raises:
        Denied: no officer acts.
    """
    if by.user is None:
        raise Denied
    _close(by.user, by, now)
    token = secrets.token_urlsafe(32)
    made = Feed.objects.create(
        user_id=by.user, digest=_digest(token, keys.ring("token").now), language=language, created_at=now
    )
    journal.write("round.feed", by=by, now=now, data={"feed": str(made.pk)})
    return token


@transaction.atomic
def close_feed(*, by: Actor, now: datetime) -> int:
    """Makes the officer's calendar address good no more. Returns how many there were.

    Raises:
        Denied: no officer acts.
    """
    if by.user is None:
        raise Denied
    return _close(by.user, by, now)


def _close(user: uuid.UUID, by: Actor, now: datetime) -> int:
    gone = Feed.objects.filter(user_id=user, ended_at__isnull=True).update(ended_at=now)
    if gone:
        journal.write("round.feed_end", by=by, now=now)
    return gone


def feed_by(token: str) -> Feed | None:
    """The live address of a text; none for a strange, revoked or replaced one, or an officer who has left."""
    if not 0 < len(token) <= LONGEST or not token.isascii():
        return None
    digests = [_digest(token, key) for key in keys.ring("token").keys.values()]
    with acting(SYSTEM):
        rows = Feed.objects.filter(digest__in=digests, ended_at__isnull=True, user__is_active=True, user__left_at=None)
        return rows.select_related("user").first()
