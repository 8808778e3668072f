"""Beginning a survey, and ending it before its time."""

import secrets
import uuid
from datetime import datetime, timedelta

from django.db import transaction

from huhang.base.access.rules import Actor, Perm
from huhang.base.catalog import queries as catalog
from huhang.base.jobs import actions as jobs
from huhang.base.journal import actions as journal
from huhang.kernel.errors import Conflict, Denied, Invalid, Missing
from huhang.kernel.text import clean
from huhang.kinds.requests.surveying import catalogue, queries
from huhang.kinds.requests.surveying.actions.mixing import mix
from huhang.kinds.requests.surveying.models import Invitation, Round
from huhang.register.subjects.queries import Wanted, narrowed, reaches, within_reach
from huhang.register.units.queries import tree

LONGEST = timedelta(days=366)
_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"


@transaction.atomic
def begin(
    *,
    title: str,
    questionnaire: str,
    audience: str,
    unit: uuid.UUID | None = None,
    starts_at: datetime,
    ends_at: datetime,
    wanted: Wanted | None = None,
    narrowed_by: str = "",
    by: Actor,
    now: datetime,
) -> Round:
    """Puts a questionnaire to people. Who is invited is frozen here; the links follow by the worker.

    Args:
        unit: who holds it; the actor's own unit when not given.
        wanted: for an invited one, which subjects of the register, among those the actor may write to.
        narrowed_by: the same filter in words, as the page shows it.

    Raises:
        Denied: no permission to ask on the ground of that unit.
        Invalid: no such questionnaire, an impossible time, nobody to ask or too many.
    """
    held = unit or by.unit or tree().root.id
    if by.kind != "system" and (held not in tree().nodes or not reaches(by, Perm.NOTIFY, held)):
        raise Denied("您没有以这个单位的名义发问卷的权限。")
    body = catalog.newest(catalogue.SHEETS).get(questionnaire)
    try:
        said = clean(title, max_length=80).replace("\n", " ")
    except Invalid as wrong:
        raise Invalid(wrong.message, field="title", params=wrong.params) from None
    if not said:
        raise Invalid("请填写名称。", field="title")
    if body is None:
        raise Invalid("没有这份问卷，请从列出的问卷里选。", field="questionnaire")
    if audience not in Round.Audience.values:
        raise Invalid("请选向谁发问卷。", field="audience")
    _check_times(starts_at, ends_at, now)
    row = Round.objects.create(
        title=said,
        questionnaire=questionnaire,
        version=int(body["version"]),
        audience=audience,
        entry="".join(secrets.choice(_LETTERS) for _n in range(8)),
        unit_id=held,
        branch=tree().branch_of(held),
        starts_at=starts_at,
        ends_at=ends_at,
        narrowed=narrowed_by[:400],
        created_at=now,
        by_id=by.user,
        by_label=by.label,
    )
    if audience != Round.Audience.OPEN:
        row.asked = _freeze(row, wanted or Wanted(), by)
        row.save(update_fields=["asked"])
    data = {"survey": str(row.pk), "questionnaire": f"{questionnaire}@{row.version}", "asked": row.asked}
    journal.write("survey.begin", by=by, now=now, about=said, data=data)
    if audience == Round.Audience.SMS:
        jobs.enqueue("surveys.invite", now=now, not_before=max(now, starts_at), survey=str(row.pk))
    return row


def _check_times(starts_at: datetime, ends_at: datetime, now: datetime) -> None:
    if ends_at <= max(starts_at, now):
        raise Invalid("截止时间应当在开始时间和现在之后。", field="ends_at")
    if ends_at - starts_at > LONGEST:
        raise Invalid("一次调查最长一年。", field="ends_at")


def _freeze(row: Round, wanted: Wanted, by: Actor) -> int:
    most = catalogue.policy().most
    found = list(
        narrowed(within_reach(by, Perm.NOTIFY), wanted).order_by("id").values_list("id", flat=True)[: most + 1]
    )
    if not found:
        raise Invalid("筛选的范围里没有主体，请放宽条件。", field="audience")
    if len(found) > most:
        raise Invalid("一次最多邀请 %(most)d 个主体，请缩小范围。", field="audience", params={"most": most})
    Invitation.objects.bulk_create([Invitation(round=row, subject_id=one) for one in found], batch_size=2000)
    return len(found)


@transaction.atomic
def close(*, round_id: uuid.UUID, by: Actor, now: datetime) -> Round:
    """Ends a survey now; what still waits is mixed and shown, if there is enough of it.

    Raises:
        Missing: no such survey for this actor. Denied: not of a unit they ask for. Conflict: it is over already.
    """
    queries.round_of(by, round_id)
    row = Round.objects.select_for_update(of=("self",)).filter(pk=round_id).first()
    if row is None:
        raise Missing
    if not queries.may_hold(by, row):
        raise Denied("您没有结束这次调查的权限。")
    if queries.is_over(row, now):
        raise Conflict("这次调查已经结束。")
    row.closed_at = now
    row.save(update_fields=["closed_at"])
    journal.write("survey.close", by=by, now=now, about=row.title, data={"survey": str(row.pk)})
    mix(row.pk, now=now)
    return row
