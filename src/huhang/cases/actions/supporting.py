"""The co-handling contract: ask a unit to help, sign, refuse, talk it out, decide, finish, send back, rate (C2).

Every function is the effect of a move: it runs inside `moving.move`, on the locked case, and returns what the timeline
keeps. Which part is meant is picked where there are several.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.rules import ROLES, Actor, Perm
from huhang.base.journal import actions as journal
from huhang.base.messages import actions as messages
from huhang.base.people.models import Post
from huhang.base.people.queries import held
from huhang.cases import cohandling
from huhang.cases.actions import clocks
from huhang.cases.actions.ending import end_support, stop_support_clock
from huhang.cases.actions.moving import note_beside, party
from huhang.cases.models import Assignment, Case, Clock, SupportWord
from huhang.cases.queries import open_supports, support_words, supports
from huhang.cases.rules import Doing, Outcome, Promise
from huhang.kernel.errors import Conflict, Invalid
from huhang.kernel.worktime import Schedule
from huhang.register.units.queries import receiving, tree

TOLD = 20
"""So many officers of a unit are told at most."""
Status = Assignment.Status


def eligible(name: str, case: Case, by: Actor, now: datetime) -> list[Assignment]:
    """The parts this step can be taken with by this actor now."""
    words = support_words(case)
    return [p for p in supports(case) if cohandling.can(name, case, p, words.get(p.pk, []), by, now)]


def picked(doing: Doing) -> Assignment:
    """The part that is meant: the one picked, or the only one there is.

    Raises:
        Conflict: there is none any more; somebody else was faster.
        Invalid: several, and none of them picked.
    """
    rows = eligible(doing.move.name, doing.case, doing.by, doing.now)
    wanted = doing.values.get("support")
    found = [p for p in rows if p.pk == wanted] if wanted else rows
    if not rows:
        raise Conflict("这项协办现在不能办这一步，可能别人已经办过。")
    if len(found) != 1:
        raise Invalid("请选是哪个单位的协办。", field="support")
    return found[0]


def ask(doing: Doing, *, outer: str) -> Outcome:
    """Asks a unit to help with a task of its own, by a clock of its own inside the lead's."""
    case, values, unit = doing.case, doing.values, doing.values["unit"]
    receiving(unit, on=Schedule().date_of(doing.now))
    known = supports(case)
    if unit == case.unit_id:
        raise Invalid("主办单位自己不用协办，请选别的单位。", field="unit")
    if any(p.unit_id == unit and p.ended_at is None for p in known):
        raise Invalid("这个单位已有一项协办在办，请先办结或解除。", field="unit")
    if len(known) >= cohandling.MOST:
        raise Conflict("一件事最多请 %(most)d 次协办。", params={"most": cohandling.MOST})
    terms = cohandling.terms()
    note_beside(case, "support")
    part = Assignment(
        case=case,
        unit_id=unit,
        role=Assignment.Role.SUPPORT,
        opened_at=doing.now,
        status=Status.ASKED,
        ordinal=len(known) + 1,
        task=values["task"],
        terms=terms.version,
        asked_by_id=doing.by.user,
    )
    part.clock = clocks.start_within(
        case, cohandling.CLOCKS[len(known)], terms.task(values.get("days")), outer=outer, at=doing.now
    )
    part.save(force_insert=True)
    party(case, unit)
    _tell(doing, "support.ask", unit)
    return Outcome(note=f"{tree().label(unit)}：{part.task}", data=_data(part, due=part.clock.due_at))


def sign(doing: Doing) -> Outcome:
    """The unit takes its task on; after a dispute its time begins anew, still inside the lead's."""
    part = picked(doing)
    disputed = part.status == Status.DISPUTED
    _begin(doing, part, anew=disputed)
    _tell(doing, "support.sign", doing.case.unit_id, part=part)
    return Outcome(note=tree().label(part.unit_id), data=_data(part))


def _begin(doing: Doing, part: Assignment, *, anew: bool) -> None:
    part.status, part.signed_at, part.reply_due_at = Status.WORKING, doing.now, None
    if anew:
        _clock_anew(doing, part)
    part.save(update_fields=["status", "signed_at", "reply_due_at", "clock"])


def _clock_anew(doing: Doing, part: Assignment) -> None:
    """The same promise from now on, unless the lead's time is over: then the old date stands."""
    old = part.clock
    if old is None or old.within is None or old.within.stopped_at is not None:
        return
    if old.within.due_at is not None and doing.now >= old.within.due_at:
        return
    stop_support_clock(part, now=doing.now)
    promise = Promise(old.rule, old.amount, old.unit_of_time)
    part.clock = clocks.start_within(doing.case, old.name, promise, outer=old.within.name, at=doing.now)


def refuse(doing: Doing) -> Outcome:
    """The unit says why the task is not its own: a bounded exchange begins that both chiefs see."""
    part = picked(doing)
    part.status = Status.DISPUTED
    return _word(doing, part, SupportWord.Side.SUPPORT, doing.values["reason"], "support.refuse")


def reply(doing: Doing) -> Outcome:
    """One side answers the other."""
    part = picked(doing)
    side = cohandling.turn_of(part, support_words(doing.case).get(part.pk, []), doing.now)
    return _word(doing, part, side, doing.values["text"], "support.reply")


def _word(doing: Doing, part: Assignment, side: str, text: str, template: str) -> Outcome:
    case, known = doing.case, cohandling.terms(part.terms)
    said = [w.side for w in support_words(case).get(part.pk, [])] + [side]
    _keep(doing, part, side, text)
    part.reply_due_at = cohandling.reply_until(doing.now, known)
    part.reply_told_at = None
    nobody_left = cohandling.turn(said, rounds=known.rounds, reply_due=None, now=doing.now) == "decider"
    if nobody_left:
        part.reply_told_at = doing.now
        _tell_users(doing, "support.undecided", deciders(case, part, doing.now), part)
    part.save(update_fields=["status", "reply_due_at", "reply_told_at"])
    for unit in (case.unit_id, part.unit_id):  # both sides, their chiefs too
        _tell(doing, template, unit, part=part)
    label = tree().label(part.unit_id if side == SupportWord.Side.SUPPORT else case.unit_id)
    return Outcome(note=f"{label}：{text}", data=_data(part, side=str(side), round=(len(said) + 1) // 2))


def _keep(doing: Doing, part: Assignment, side: str, text: str) -> None:
    SupportWord.objects.create(
        case=doing.case,
        support=part,
        side=side,
        at=doing.now,
        by_id=doing.by.user,
        by_label=doing.by.label,
        text=text,
    )


def decide(doing: Doing) -> Outcome:
    """Somebody above both ends the dispute: the unit does it after all, or it is not its task."""
    part, keep = picked(doing), doing.values["decision"] == "keep"
    _keep(doing, part, SupportWord.Side.DECIDER, doing.values["reason"])
    if keep:
        _begin(doing, part, anew=True)
    else:
        end_support(part, status=Status.RELEASED, why="decided", now=doing.now)
    for unit in (doing.case.unit_id, part.unit_id):
        _tell(doing, "support.decide", unit, part=part)
    word = _("由该单位协办") if keep else _("不由该单位协办")
    note = f"{tree().label(part.unit_id)}：{word}。{doing.values['reason']}"
    return Outcome(note=note, data=_data(part, decision=doing.values["decision"]))


def finish(doing: Doing) -> Outcome:
    """The unit says what it did; its clock ends."""
    part = picked(doing)
    part.result = doing.values["result"]
    end_support(part, status=Status.FINISHED, why="finished", now=doing.now)
    _tell(doing, "support.finish", doing.case.unit_id, part=part)
    in_time = part.clock is None or part.clock.due_at is None or doing.now < part.clock.due_at
    return Outcome(note=f"{tree().label(part.unit_id)}：{part.result}", data=_data(part, in_time=in_time))


def send_back(doing: Doing) -> Outcome:
    """What was done does not do: the task is open again, with time anew inside the lead's; the first result stays."""
    part = picked(doing)
    if any(p.unit_id == part.unit_id and p.ended_at is None for p in supports(doing.case)):
        raise Conflict("这个单位另有一项协办在办，请在那一项里说明。")
    before = part.result
    part.status, part.ended_at, part.ended_why = Status.WORKING, None, ""
    _clock_anew(doing, part)
    part.save(update_fields=["status", "ended_at", "ended_why", "clock"])
    _tell(doing, "support.return", part.unit_id, part=part)
    note = f"{tree().label(part.unit_id)}：{doing.values['reason']}"
    return Outcome(note=note, data=_data(part, result=before))


def rate(doing: Doing) -> Outcome:
    """The lead's word about the help it got, five stars best; a bad one says why; never made by default (C4)."""
    part, stars, reason = picked(doing), doing.values["stars"], doing.values.get("reason") or ""
    if stars <= cohandling.BAD and not reason:
        raise Invalid("评一星、两星要写明理由。", field="reason")
    part.stars, part.stars_reason, part.rated_at = stars, reason, doing.now
    part.save(update_fields=["stars", "stars_reason", "rated_at"])
    said = _("%(n)d 星") % {"n": stars}
    note = f"{tree().label(part.unit_id)}：{said}" + (f"，{reason}" if reason else "")
    return Outcome(note=note, data=_data(part, stars=stars))


def release(doing: Doing) -> Outcome:
    """The help is not needed any more, or the lead gives way in a dispute."""
    part = picked(doing)
    end_support(part, status=Status.RELEASED, why="released", now=doing.now)
    _tell(doing, "support.release", part.unit_id, part=part)
    return Outcome(note=f"{tree().label(part.unit_id)}：{doing.values['reason']}", data=_data(part))


def waive(doing: Doing) -> Outcome:
    """The lead's chief signs that the lead may answer over what is still open, and why."""
    parts = open_supports(doing.case)
    if not parts:
        raise Conflict("没有在办的协办，可以直接答复。")
    for part in parts:
        part.waived_at, part.waived_by_id, part.waived_why = doing.now, doing.by.user, doing.values["reason"]
        part.save(update_fields=["waived_at", "waived_by", "waived_why"])
        _tell(doing, "support.waive", part.unit_id, part=part)
    units = "、".join(tree().label(p.unit_id) for p in parts)
    note = _("%(units)s的协办还在办，准予先行答复：%(why)s") % {"units": units, "why": doing.values["reason"]}
    return Outcome(note=note, data={"supports": [str(p.pk) for p in parts]})


def remind(*, now: datetime, most: int = 500) -> int:
    """Tells, once each, that a supporting unit's time ran out, and that a dispute waits for its decider.

    Both stand in the database, so an outage of a day loses none. Returns how many were told of.
    """

    def tell(case: Case, clock: Clock) -> None:
        part = Assignment.objects.filter(clock=clock).first()
        if part is not None:
            users = [*people_of(part.unit_id, now), *([case.officer_id] if case.officer_id else [])]
            _send(case, "support.late", dict.fromkeys(users), part, by=SYSTEM, now=now)

    late = clocks.tell_run_out(cohandling.CLOCKS, now=now, most=most, tell=tell)
    with acting(SYSTEM):
        rows = Assignment.objects.filter(status=Status.DISPUTED, ended_at=None, reply_told_at=None)
        waiting = list(rows.filter(reply_due_at__lte=now).order_by("reply_due_at").values_list("pk", "case_id")[:most])
    return late + sum(_remind_decider(pk, case, now) for pk, case in waiting)


def _remind_decider(pk: UUID, case_id: UUID, now: datetime) -> bool:
    with acting(SYSTEM), transaction.atomic():
        case = Case.objects.select_for_update(of=("self",)).defer("search", "folded").get(pk=case_id)
        still = Assignment.objects.filter(status=Status.DISPUTED, ended_at=None, reply_told_at=None)
        part = still.filter(pk=pk, reply_due_at__lte=now).first()
        if part is None:
            return False
        part.reply_told_at = now
        part.save(update_fields=["reply_told_at"])
        _send(case, "support.undecided", deciders(case, part, now), part, by=SYSTEM, now=now)
        journal.write("support.undecided", by=SYSTEM, now=now, case=case.pk, data={"support": str(part.pk)})
        return True


def _data(part: Assignment, **more: Any) -> dict[str, Any]:
    return {"support": str(part.pk), "unit": str(part.unit_id), **more}


def people_of(unit: UUID, now: datetime, *, above: bool = True) -> list[UUID]:
    """Officers of a unit who can act in its cases, its chiefs first, and the chief of the branch ``above`` it."""
    acting_roles = [name for name, role in ROLES.items() if Perm.HANDLE in role.perms]
    chiefs = [name for name in acting_roles if Perm.ASSIGN in ROLES[name].perms]
    branch = tree().branch_of(unit) if above else None
    rows = Post.objects.filter(held(now), user__is_active=True, user__left_at=None)
    own = rows.filter(unit=unit, role__in=acting_roles).values_list("user_id", "role")
    over = rows.filter(unit=branch, role__in=chiefs).values_list("user_id", "role") if branch else []
    ordered = sorted([*own, *over], key=lambda row: row[1] not in chiefs)
    return list(dict.fromkeys(user for user, _role in ordered))[:TOLD]


def deciders(case: Case, part: Assignment, now: datetime) -> list[UUID]:
    """Chiefs of the common superior and dispatchers who reach the case."""
    over = cohandling.above_both(case.unit_id, part.unit_id)
    chiefs = [name for name, role in ROLES.items() if Perm.ASSIGN in role.perms]
    gives = [name for name, role in ROLES.items() if Perm.DISPATCH in role.perms]
    rows = Post.objects.filter(held(now), user__is_active=True, user__left_at=None)
    found = list(rows.filter(unit=over, role__in=chiefs).values_list("user_id", flat=True))
    near = [case.unit_id, *case.party_units, *case.party_branches, *([case.branch_id] if case.branch_id else [])]
    found += rows.filter(role__in=gives, unit__in=near).values_list("user_id", flat=True)
    found += rows.filter(role__in=gives, reach="all").values_list("user_id", flat=True)
    return list(dict.fromkeys(found))[:TOLD]


def _tell(doing: Doing, template: str, unit: UUID, *, part: Assignment | None = None) -> None:
    _tell_users(doing, template, people_of(unit, doing.now), part)


def _tell_users(doing: Doing, template: str, users: Iterable[UUID], part: Assignment | None) -> None:
    others = [user for user in users if user != doing.by.user]
    _send(doing.case, template, others, part, by=doing.by, now=doing.now)


def _send(
    case: Case, template: str, users: Iterable[UUID], part: Assignment | None, *, by: Actor, now: datetime
) -> None:
    params = {"number": case.number, "unit": tree().label(part.unit_id if part else case.unit_id)}
    for user in users:
        messages.tell_user(user, template=template, params=params, case=case.pk, by=by, now=now)
