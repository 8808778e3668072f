"""Giving a subject its officers: one by one, or by a plan that a person confirms (B1)."""

import uuid
from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from huhang.base.access.rules import Actor
from huhang.base.jobs import actions as jobs
from huhang.base.journal import actions as journal
from huhang.base.people.models import Post
from huhang.kernel.errors import Conflict, Denied, Invalid, Missing
from huhang.kernel.numbering import uuid7
from huhang.kernel.text import clean
from huhang.register.liaisons import queries
from huhang.register.liaisons.catalogue import newest, policy
from huhang.register.liaisons.models import Liaison, Plan, PlanRow, Skill
from huhang.register.liaisons.planning import plan as make_plan
from huhang.register.liaisons.rules import Line
from huhang.register.subjects.models import Subject
from huhang.register.subjects.queries import subject_of
from huhang.register.units.queries import tree

PLAN = "liaisons.plan"
BATCH = 2000
CHANGES = ("new", "replace", "relieve", "end")
"""What confirming carries out; what is kept needs nothing, and what is missing nothing can be done about here."""


@transaction.atomic
def assign(*, subject_id: uuid.UUID, line: str, officer_id: uuid.UUID, why: str, by: Actor, now: datetime) -> Liaison:
    """An officer answers for a subject from now on; whoever did so before no longer does.

    Raises:
        Missing: no such subject.
        Denied: not for this officer to decide.
        Invalid: no such line, an officer without a post for it, no reason, or already answering.
    """
    subject = _subject(subject_id, by)
    known = _line(line)
    said = _reason(why)
    if officer_id not in {user.pk for user, _n in queries.able(known, subject, now)}:
        raise Invalid("这名民警没有可以承担这条责任线的岗位，请从列出的人里选。", field="officer")
    before = Liaison.objects.select_for_update().filter(subject=subject, line=line, ends_at__isnull=True).first()
    if before is not None:
        if before.officer_id == officer_id:
            raise Invalid("现在就由这名民警负责。", field="officer")
        _end(before, said, now)
    made = Liaison.objects.create(
        subject=subject, line=line, officer_id=officer_id, starts_at=now, why=said, by_id=by.user
    )
    data = {"subject": str(subject_id), "line": line, "officer": str(officer_id)}
    if before is not None:
        data["before"] = str(before.officer_id)
    journal.write("liaison.assign", by=by, now=now, about=subject.name, data=data)
    return made


@transaction.atomic
def end(*, liaison_id: uuid.UUID, why: str, by: Actor, now: datetime) -> Liaison:
    """Nobody answers in this line any more.

    Raises:
        Missing: no such responsibility.
        Denied: not for this officer to decide.
        Conflict: ended already.
        Invalid: no reason.
    """
    row = Liaison.objects.select_for_update(of=("self",)).select_related("subject").filter(pk=liaison_id).first()
    if row is None:
        raise Missing
    _may(by, row.subject.unit_id)
    if row.ends_at is not None:
        raise Conflict("这项责任已经结束。")
    _end(row, _reason(why), now)
    data = {"subject": str(row.subject_id), "line": row.line, "officer": str(row.officer_id)}
    journal.write("liaison.end", by=by, now=now, about=row.subject.name, data=data)
    return row


def _end(row: Liaison, why: str, now: datetime) -> None:
    row.ends_at, row.ended_why = max(now, row.starts_at), why
    row.save(update_fields=["ends_at", "ended_why"])


def _subject(pk: uuid.UUID, by: Actor) -> Subject:
    found = subject_of(by, pk)
    _may(by, found.unit_id)
    return found


def _may(by: Actor, unit: uuid.UUID | None) -> None:
    if not queries.may_plan(by, unit):
        raise Denied("指定包保责任人，由主体所属分局的负责人或督办员办理。")


def _line(code: str) -> Line:
    known = newest().lines.get(code)
    if known is None:
        raise Invalid("没有这条责任线，请从列出的里选。", field="line")
    return known


def _reason(why: str) -> str:
    said = clean(why, max_length=200)
    if not said:
        raise Invalid("请写明为什么这样安排。", field="why")
    return said


@transaction.atomic
def teach(
    *,
    skill: str,
    officer_id: uuid.UUID | None = None,
    unit_id: uuid.UUID | None = None,
    knows: bool = True,
    by: Actor,
    now: datetime,
) -> None:
    """Writes down, or takes back, that an officer or a whole unit has a skill.

    Raises:
        Invalid: no such skill, or neither or both of officer and unit.
        Denied: not for this officer to decide.
    """
    if skill not in newest().skills:
        raise Invalid("没有这项技能，请从列出的里选。", field="skill")
    if (officer_id is None) == (unit_id is None):
        raise Invalid("请选一名民警或一个单位。", field="officer")
    unit = unit_id
    if officer_id is not None:
        posts = Post.objects.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=now), user=officer_id)
        units = list(posts.values_list("unit_id", flat=True))
        if not any(queries.may_plan(by, one) for one in units):
            raise Denied
    else:
        if unit not in tree().nodes:
            raise Missing
        _may(by, unit)
    whose: dict[str, Any] = {"officer_id": officer_id, "unit_id": unit_id, "skill": skill}
    if knows:
        Skill.objects.get_or_create(**whose)
    else:
        Skill.objects.filter(**whose).delete()
    data = {"skill": skill, "officer": str(officer_id or ""), "unit": str(unit_id or ""), "knows": knows}
    journal.write("liaison.skill", by=by, now=now, data=data)


@transaction.atomic
def propose(*, branch: uuid.UUID | None, by: Actor, now: datetime) -> Plan:
    """Asks for a plan of the city or of a branch; the worker makes it.

    Raises:
        Denied: not for this officer to plan.
        Invalid: not a branch.
        Conflict: one for the same ground is being made.
    """
    if branch is not None:
        node = tree().nodes.get(branch)
        if node is None or node.level != 2:
            raise Invalid("请选一个分局、县局，或者全市。", field="branch")
    if not queries.may_plan(by, branch):
        raise Denied("安排包保责任，由分局负责人（本分局）或督办员（全市）办理。")
    if Plan.objects.filter(branch=branch, made_at__isnull=True, settled_at__isnull=True).exists():
        raise Conflict("同一范围的方案正在计算，请稍候。")
    made = Plan.objects.create(branch_id=branch, policy=newest().version, asked_at=now, asked_by_id=by.user)
    journal.write("liaison.plan", by=by, now=now, data={"plan": str(made.pk), "branch": str(branch or "")})
    jobs.enqueue(PLAN, now=now, plan=str(made.pk))
    return made


def compute(pk: uuid.UUID, now: datetime) -> Plan:
    """Makes the plan asked for; a second run begins anew and leaves one set of rows."""
    row = Plan.objects.select_for_update(of=("self",)).get(pk=pk)
    if row.made_at is not None or row.settled_at is not None:
        return row
    known = policy(row.policy)
    inside = queries.bodies(row.branch_id)
    seats = queries.officers(now, known)
    of_city = row.branch_id is None
    made = make_plan(known, inside, seats, queries.held(None if of_city else [body.id for body in inside]))
    row.rows.all().delete()
    rows = [
        PlanRow(
            id=uuid7(),
            plan=row,
            subject_id=one.subject,
            line=one.line,
            before_id=one.before,
            after_id=one.after,
            change=one.change,
            why=list(one.why),
            skills=list(one.skills),
            load=one.load,
            most=one.most,
            others=max(0, one.others),
            each=one.each,
        )
        for one in made.rows
    ]
    PlanRow.objects.bulk_create(rows, batch_size=BATCH)
    row.made_at, row.subjects, row.officers = now, len(inside), len(seats)
    row.short = [[str(officer), each] for officer, each in made.short]
    row.save(update_fields=["made_at", "subjects", "officers", "short"])
    return row


@transaction.atomic
def confirm(
    *, plan_id: uuid.UUID, rows: Collection[uuid.UUID] | None = None, by: Actor, now: datetime
) -> dict[str, int]:
    """Carries out a plan, whole or the rows chosen. What changed since it was made is left and named as such.

    Returns:
        How many were carried out, left out, and had changed: ``{"done": …, "left": …, "stale": …}``.

    Raises:
        Missing: no such plan.
        Conflict: not yet made, or settled already.
        Invalid: none of the rows chosen is one to carry out.
    """
    plan = _open_plan(plan_id, by)
    wanted = list(plan.rows.filter(change__in=CHANGES).order_by("id"))
    chosen = wanted if rows is None else [row for row in wanted if row.pk in set(rows)]
    if rows is not None and not chosen:
        raise Invalid("请至少选一条要执行的。", field="rows")
    subjects = {row.subject_id for row in chosen}
    now_held = {
        (one.subject_id, one.line): one
        for one in Liaison.objects.select_for_update().filter(ends_at__isnull=True, subject_id__in=subjects)
    }
    still = {officer.id for officer in queries.officers(now, policy(plan.policy))}
    done, stale, ended = [], [], []
    made: list[Liaison] = []
    for row in chosen:
        current = now_held.get((row.subject_id, row.line))
        if (current.officer_id if current else None) != row.before_id or (row.after_id and row.after_id not in still):
            stale.append(row.pk)
            continue
        done.append(row.pk)
        if current is not None:
            current.ends_at, current.ended_why = max(now, current.starts_at), f"按方案调整：{row.change}"
            ended.append(current)
        if row.after_id is not None:
            made.append(
                Liaison(
                    id=uuid7(),
                    subject_id=row.subject_id,
                    line=row.line,
                    officer_id=row.after_id,
                    each=row.each,
                    starts_at=now,
                    why=",".join(row.why),
                    plan=plan,
                    by_id=by.user,
                )
            )
    Liaison.objects.bulk_update(ended, ["ends_at", "ended_why"], batch_size=BATCH)
    Liaison.objects.bulk_create(made, batch_size=BATCH)
    _outcomes(plan, done, stale)
    plan.settled_at, plan.settled_by_id = now, by.user
    plan.save(update_fields=["settled_at", "settled_by"])
    told = {"done": len(done), "left": len(wanted) - len(chosen), "stale": len(stale)}
    journal.write("liaison.confirm", by=by, now=now, data={"plan": str(plan_id), **told})
    return told


def _outcomes(plan: Plan, done: list[uuid.UUID], stale: list[uuid.UUID]) -> None:
    outcome = PlanRow.Outcome
    plan.rows.filter(pk__in=done).update(outcome=outcome.DONE)
    plan.rows.filter(pk__in=stale).update(outcome=outcome.STALE)
    plan.rows.filter(Q(change__in=CHANGES), outcome="").update(outcome=outcome.LEFT)


@transaction.atomic
def discard(*, plan_id: uuid.UUID, by: Actor, now: datetime) -> Plan:
    """Puts a plan aside; nothing changes.

    Raises:
        Missing: no such plan.
        Conflict: settled already.
    """
    plan = _open_plan(plan_id, by, made=False)
    plan.settled_at, plan.settled_by_id, plan.discarded = now, by.user, True
    plan.save(update_fields=["settled_at", "settled_by", "discarded"])
    journal.write("liaison.discard", by=by, now=now, data={"plan": str(plan_id)})
    return plan


def _open_plan(pk: uuid.UUID, by: Actor, *, made: bool = True) -> Plan:
    plan = queries.plan_of(pk, by)
    if not queries.may_plan(by, plan.branch_id):
        raise Missing
    plan = Plan.objects.select_for_update(of=("self",)).get(pk=pk)
    if plan.settled_at is not None:
        raise Conflict("这份方案已经处理过。")
    if made and plan.made_at is None:
        raise Conflict("方案还在计算，请稍候。")
    return plan
