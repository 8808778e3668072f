"""Reminding once, by SMS and in working hours, those invited who have not answered (C6, ADR 38)."""

import secrets
import uuid
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.rules import Actor
from huhang.base.catalog import queries as catalog
from huhang.base.jobs import actions as jobs
from huhang.base.journal import actions as journal
from huhang.base.keyring import slips
from huhang.base.messages import actions as messages
from huhang.kernel.errors import Conflict, Denied, Missing
from huhang.kinds.requests.surveying import catalogue, queries, rules
from huhang.kinds.requests.surveying.actions.answering import USE
from huhang.kinds.requests.surveying.actions.inviting import base, phones
from huhang.kinds.requests.surveying.models import Invitation, Round
from huhang.register.announcements.queries import at_cap

WORK = "surveys.remind"


@transaction.atomic
def remind(*, round_id: uuid.UUID, by: Actor, now: datetime) -> int:
    """Has those reminded who were reached by SMS and have not answered, once. Returns how many there are.

    Raises:
        Missing: no such survey for this actor, or everybody who was reached has answered. Denied: not of a unit they
            ask for.
        Conflict: nobody was invited by SMS, not all are invited yet, too early, reminded already, or over.
    """
    queries.round_of(by, round_id)
    row = Round.objects.select_for_update(of=("self",), no_key=True).filter(pk=round_id).first()
    if row is None:
        raise Missing
    if not queries.may_hold(by, row):
        raise Denied("您没有提醒这次调查的权限。")
    if row.audience != Round.Audience.SMS:
        raise Conflict("这次调查不是用短信邀请的，不能群发提醒。")
    if queries.is_over(row, now):
        raise Conflict("这次调查已经结束。")
    if row.reminded_at is not None:
        raise Conflict("已经提醒过一次，不再提醒。")
    if Invitation.objects.filter(round=row, digest=None).exists():
        raise Conflict("邀请还没有发完，发完再提醒。")
    if now < queries.remindable_from(row):
        raise Conflict("发起满 %(n)d 小时才能提醒。", params={"n": catalogue.policy().remind_after_hours})
    if not base():
        raise Conflict("还没有设置网上大厅地址，做不了链接。", hint="请系统管理员设置 HUHANG_ADDRESS。")
    if rules.working_from(now, catalog.calendar(), catalog.schedule()) >= row.ends_at:
        raise Conflict("提醒只在工作时间发，到截止已没有工作时间。")
    count = Invitation.objects.filter(round=row, reached=True, spent=False).count()
    if not count:
        raise Missing("没有要提醒的：收到短信的都已作答。")
    row.reminded_at = now
    row.save(update_fields=["reminded_at"])
    journal.write("survey.remind", by=by, now=now, about=row.title, data={"survey": str(row.pk), "count": count})
    _enqueue(row, now)
    return count


def _enqueue(row: Round, now: datetime) -> None:
    when = rules.working_from(now, catalog.calendar(), catalog.schedule())
    jobs.enqueue(WORK, now=now, not_before=max(now, when), survey=str(row.pk))


@transaction.atomic
def remind_portion(round_id: uuid.UUID, *, now: datetime) -> int:
    """Sends the next portion; whoever has answered meanwhile, and whoever had all the notices of the month, gets none.

    Outside working hours it goes on when they begin again. Every row gets a second link, of those who are told nothing
    one that nobody holds, so that what is kept of a row does not say when it was answered. Returns how many rows it
    went through; none when all are done, the survey is over, or it waits.
    """
    with acting(SYSTEM):
        row = Round.objects.get(pk=round_id)
        rows = Invitation.objects.filter(round=row, digest__isnull=False, again=None)
        if row.reminded_at is None or queries.is_over(row, now) or not base():
            return 0
        if rules.working_from(now, catalog.calendar(), catalog.schedule()) > now:
            if rows.exists():
                _enqueue(row, now)
            return 0
        portion = _portion(rows)
        told = [one.subject_id for one in portion if one.reached and not one.spent]
        full = set(at_cap(now, told).values_list("subject", flat=True))
        people = phones([one for one in told if one not in full])
        for one in portion:
            person = None if one.spent or not one.reached else people.get(one.subject_id)
            text, one.again = ("", secrets.token_bytes(32)) if person is None else slips.fresh(USE)
            one.save(update_fields=["again"])
            if person is not None:
                messages.tell_person(
                    person,
                    template="survey.again",
                    params={"link": messages.HIDDEN},
                    hidden=f"{base()}/a/{text}/",
                    by=SYSTEM,
                    now=now,
                )
    return len(portion)


def _portion(rows: QuerySet[Invitation]) -> list[Invitation]:
    locked = rows.select_for_update(of=("self",), skip_locked=True)
    return list(locked.order_by("id")[: catalogue.policy().portion])
