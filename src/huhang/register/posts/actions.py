"""Proposing, opening and closing posts, and posting officers to them; each write is journalled (B4)."""

import uuid
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.rules import Actor, Perm
from huhang.base.journal import actions as journal
from huhang.base.people.models import User
from huhang.kernel.errors import Conflict, Denied, Invalid, Missing
from huhang.kernel.text import clean
from huhang.kernel.worktime import Schedule
from huhang.register.posts import queries
from huhang.register.posts.catalogue import HOSTS
from huhang.register.posts.models import Post, Proposal, Round, Stay
from huhang.register.posts.rules import refuse_penal
from huhang.register.subjects import queries as register
from huhang.register.subjects.actions import enter, set_state
from huhang.register.subjects.actions.keeping import stamp
from huhang.register.subjects.catalogue import classes
from huhang.register.subjects.models import Subject
from huhang.register.units.queries import tree

BACK = timedelta(days=31)
"""How long ago a round may be that is kept now."""


@transaction.atomic
def propose(*, by: Actor, now: datetime) -> int:
    """Proposes a post for every subject a rule fits that has none, and was not declined under this rule. Returns how
    many; run twice it proposes nothing twice."""
    with acting(SYSTEM):
        standing = Post.objects.filter(host=OuterRef("pk"), closed_on__isnull=True)
        waiting = Proposal.objects.filter(host=OuterRef("pk"), decided_at__isnull=True)
        fitting = Subject.objects.filter(queries.fits(), state=Subject.State.ACTIVE)
        hosts = list(fitting.filter(~Exists(standing), ~Exists(waiting)).order_by("id"))
        declined = set(
            Proposal.objects.filter(host__in=hosts, decision="declined").values_list("host_id", "rule").distinct()
        )
        made = []
        for host in hosts:
            told = [(rule, found) for rule, found in queries.grounds(host) if (host.pk, rule) not in declined]
            if told:
                made.append(Proposal(host=host, rule=told[0][0], grounds=told[0][1], made_at=now))
        Proposal.objects.bulk_create(made, ignore_conflicts=True)
    if made:
        journal.write("post.propose", by=by, now=now, data={"count": len(made)})
    return len(made)


@transaction.atomic
def open_post(
    *,
    host_id: uuid.UUID,
    why: str,
    by: Actor,
    now: datetime,
    name: str = "",
    place: str = "",
    unit_id: uuid.UUID | None = None,
    opened_on: date | None = None,
    station_id: uuid.UUID | None = None,
    proposal_id: uuid.UUID | None = None,
    run: str = "",
) -> Post:
    """Opens a post inside a subject: with a row of its own in the register, or the one that is there already.

    Args:
        unit_id: the unit that mans it; the host's when nothing is said.
        opened_on: today when nothing is said; never later.
        station_id: the register's own row of kind 警务站, where there is one; then it keeps its name and place.
        proposal_id: the proposal that is accepted with it.
        run: the import it came with.

    Raises:
        Missing: no such subject, station or proposal.
        Denied: not for this officer to decide on that ground.
        Conflict: the host does not stand any more, or that station is a post already.
        Invalid: no reason, a day to come, a name missing.
    """
    host, today = _host(host_id, by), Schedule().date_of(now)
    unit = unit_id or host.unit_id
    _may(by, unit)
    said, day = _reason(why), opened_on or today
    if day > today:
        raise Invalid("设立日期不能晚于今天。", field="opened_on")
    proposal = _waiting(proposal_id, host, by) if proposal_id else None
    station = _station(station_id, host, name, place, unit, by, now)
    made = Post.objects.create(
        station=station,
        host=host,
        rule=proposal.rule if proposal else "",
        why=said,
        opened_on=day,
        opened_by_id=by.user,
        created_at=now,
        run=run,
    )
    _settle(host, made, said, by, now)
    data = {"post": str(made.pk), "host": str(host.pk), "station": str(station.pk), "rule": made.rule}
    journal.write("post.open", by=by, now=now, about=station.name, data=data)
    return made


def _host(pk: uuid.UUID, by: Actor) -> Subject:
    if not register.visible(by).filter(pk=pk).exists():
        raise Missing
    with acting(SYSTEM):
        host = Subject.objects.select_for_update(no_key=True).get(pk=pk)
    if host.kind not in HOSTS:
        raise Invalid("警务站设在企业、项目、园区或景区里，请重新选择。", field="host")
    if not host.stands:
        raise Conflict("“%(name)s”已停业、注销或并入另一条，不能再设站。", params={"name": host.name})
    return host


def _may(by: Actor, unit: uuid.UUID) -> None:
    if not queries.may_decide(by, unit):
        where = tree().label(unit)
        raise Denied("警务站由%(unit)s的负责人决定设立、撤销和派驻，您没有这个权限。", params={"unit": where})


def _reason(text: str, field: str = "why") -> str:
    said = clean(text, max_length=200).replace("\n", " ")
    if not said:
        raise Invalid("请写明原因。", field=field)
    return said


def _station(
    station_id: uuid.UUID | None, host: Subject, name: str, place: str, unit: uuid.UUID, by: Actor, now: datetime
) -> Subject:
    if station_id is not None:
        found = register.visible(by).filter(pk=station_id, kind=Subject.Kind.POST).first()
        if found is None:
            raise Missing
        if Post.objects.filter(station=found).exists():
            raise Conflict("“%(name)s”已经是一个警务站了。", params={"name": found.name})
        return found
    words = clean(name, max_length=120).replace("\n", " ")
    if not words:
        raise Invalid("请填写警务站名称。", field="name")
    flag = "scenic_post" if host.kind == Subject.Kind.SCENIC else "enterprise_post"
    values: dict[str, Any] = {
        "kind": Subject.Kind.POST,
        "name": words,
        "unit": str(unit),
        "address": clean(place, max_length=200) or host.address,
        "flags": [flag] if flag in classes(Subject.Kind.POST) else [],
        "within": host.number,
    }
    if host.lon is not None:
        values |= {"lon": host.lon, "lat": host.lat, "crs": "CGCS2000"}
    # whoever decides on posts may keep no register: the row is made by the register for the decision just checked
    keeper = by if register.reaches(by, Perm.KEEP_REGISTER, unit) else SYSTEM
    with acting(keeper):
        made = enter(values=values, by=keeper, now=now, via="post")
    if host.sensitive and not made.sensitive:  # a post of a subject that few may see is seen by as few
        made.sensitive, made.version = True, made.version + 1
        for column, value in stamp(by, now, "post").items():
            setattr(made, column, value)
        with acting(SYSTEM):
            made.save(update_fields=["sensitive", "version", *stamp(by, now, "post")])
    return made


def _waiting(pk: uuid.UUID, host: Subject, by: Actor) -> Proposal:
    found = queries.proposals(by).select_for_update(of=("self",)).filter(pk=pk, host=host).first()
    if found is None:
        raise Missing
    return found


def _settle(host: Subject, post: Post, reason: str, by: Actor, now: datetime) -> None:
    """A post opened answers whatever was proposed for this host, whether or not it was opened from there."""
    rows = Proposal.objects.filter(host=host, decided_at__isnull=True)
    with acting(SYSTEM):
        rows.update(
            decided_at=now,
            decided_by=by.user,
            decided_label=by.label[:64],
            decision=Proposal.Decision.OPENED,
            reason=reason,
            post=post,
        )


@transaction.atomic
def decline(*, proposal_id: uuid.UUID, reason: str, by: Actor, now: datetime) -> Proposal:
    """No post is opened here, for a reason; only a newer version of the rule proposes it again.

    Raises:
        Missing: no such proposal waits.
        Denied, Invalid: as `open_post`.
    """
    found = queries.proposals(by).select_for_update(of=("self",)).filter(pk=proposal_id).first()
    if found is None:
        raise Missing
    _may(by, found.host.unit_id)
    found.reason = _reason(reason, "reason")
    found.decided_at, found.decided_by_id, found.decided_label = now, by.user, by.label[:64]
    found.decision = Proposal.Decision.DECLINED
    found.save(update_fields=["reason", "decided_at", "decided_by", "decided_label", "decision"])
    data = {"proposal": str(found.pk), "host": str(found.host_id), "rule": found.rule}
    journal.write("post.decline", by=by, now=now, about=found.host.name, data=data)
    return found


def _locked(pk: uuid.UUID, by: Actor) -> Post:
    found = queries.visible(by).select_for_update(of=("self",)).select_related("station", "host").filter(pk=pk).first()
    if found is None:
        raise Missing
    _may(by, found.station.unit_id)
    if found.closed_on is not None:
        raise Conflict("这个警务站已经撤销。")
    return found


@transaction.atomic
def close_post(*, post_id: uuid.UUID, why: str, by: Actor, now: datetime, closed_on: date | None = None) -> Post:
    """Closes a post; whoever is posted there leaves with it, and its row in the register closes too.

    Raises:
        Missing, Denied: as `open_post`.
        Conflict: closed already.
        Invalid: no reason, a day before it opened or to come.
    """
    post, today = _locked(post_id, by), Schedule().date_of(now)
    day, said = closed_on or today, _reason(why)
    if not post.opened_on <= day <= today:
        raise Invalid("撤销日期要在设立之后、今天之前。", field="closed_on")
    post.closed_on, post.closed_why, post.closed_by_id, post.closed_at = day, said, by.user, now
    post.save(update_fields=["closed_on", "closed_why", "closed_by", "closed_at"])
    for stay in Stay.objects.select_for_update(of=("self",)).filter(
        Q(ends_on__isnull=True) | Q(ends_on__gt=day), post=post
    ):
        stay.ends_on, stay.ended_why = max(day, stay.starts_on), stay.ended_why or said
        stay.save(update_fields=["ends_on", "ended_why"])
    if post.station.stands:
        keeper = by if register.may_keep(by, post.station) else SYSTEM
        with acting(keeper):
            set_state(
                subject_id=post.station_id,
                version=post.station.version,
                state=Subject.State.CLOSED,
                why=said,
                by=keeper,
                now=now,
            )
    journal.write("post.close", by=by, now=now, about=post.station.name, data={"post": str(post.pk), "on": str(day)})
    return post


@transaction.atomic
def post_officer(
    *,
    post_id: uuid.UUID,
    officer_id: uuid.UUID,
    why: str,
    by: Actor,
    now: datetime,
    starts_on: date | None = None,
    ends_on: date | None = None,
    run: str = "",
) -> Stay:
    """Posts an officer from a day on, until another or until further notice.

    Raises:
        Missing, Denied, Conflict: as `close_post`.
        Invalid: no such officer, no reason, days in the wrong order or before the post, or there already then.
    """
    post, today = _locked(post_id, by), Schedule().date_of(now)
    said, day = _reason(why), starts_on or today
    if not User.objects.filter(pk=officer_id, is_active=True).exists():
        raise Invalid("没有这名民警，或已离任，请重新选择。", field="officer")
    if day < post.opened_on:
        raise Invalid("派驻不能早于设站（%(day)s）。", field="starts_on", params={"day": post.opened_on.isoformat()})
    if ends_on is not None and ends_on < day:
        raise Invalid("结束日期不能早于开始日期。", field="ends_on")
    try:
        with transaction.atomic():
            made = Stay.objects.create(
                post=post, officer_id=officer_id, starts_on=day, ends_on=ends_on, why=said, by_id=by.user, run=run
            )
    except IntegrityError as problem:
        if "one_stay_at_a_time" not in str(problem):
            raise
        raise Invalid("这名民警在这几天里已经派驻这个警务站。", field="officer") from None
    data = {"post": str(post.pk), "officer": str(officer_id), "from": str(day)}
    journal.write("post.man", by=by, now=now, about=post.station.name, data=data)
    return made


@transaction.atomic
def end_stay(*, stay_id: uuid.UUID, why: str, by: Actor, now: datetime, ends_on: date | None = None) -> Stay:
    """An officer leaves a post; the last day is counted.

    Raises:
        Missing, Denied: as `close_post`.
        Conflict: left already.
        Invalid: no reason, or a day before the first one or to come.
    """
    known = Stay.objects.filter(pk=stay_id).values_list("post_id", flat=True).first()
    if known is None:
        raise Missing
    post, today = _locked(known, by), Schedule().date_of(now)
    stay = Stay.objects.select_for_update(of=("self",)).get(pk=stay_id)
    if stay.ends_on is not None and stay.ends_on < today:
        raise Conflict("这名民警已经离开这个警务站。")
    day = ends_on or max(today, stay.starts_on)
    if day < stay.starts_on:
        raise Invalid("结束日期不能早于开始日期。", field="ends_on")
    stay.ends_on, stay.ended_why = day, _reason(why)
    stay.save(update_fields=["ends_on", "ended_why"])
    data = {"post": str(post.pk), "officer": str(stay.officer_id), "until": str(day)}
    journal.write("post.leave", by=by, now=now, about=post.station.name, data=data)
    return stay


@transaction.atomic
def note_round(*, post_id: uuid.UUID, at: datetime | None, seen: str, by: Actor, now: datetime) -> Round:
    """Keeps a round of a post: by whoever is posted there, or calls on subjects for its unit.

    Args:
        at: when it took place, now when nothing is said; at most `BACK` ago.

    Raises:
        Missing: no such post.
        Denied: neither posted there nor of its unit.
        Conflict: the post is closed.
        Invalid: nothing seen, words of penalties, a moment to come, too long ago, or the same round twice.
    """
    post = queries.visible(by).select_related("station").filter(pk=post_id).first()
    if post is None:
        raise Missing
    if post.closed_on is not None:
        raise Conflict("这个警务站已经撤销。")
    when = at or now
    day = Schedule().date_of(when)
    posted = Stay.objects.filter(queries.staying(day, day), post=post, officer_id=by.user).exists()
    if by.user is None or not (posted or register.reaches(by, Perm.VISIT, post.station.unit_id)):
        raise Denied("巡查由驻站民警或派出单位的民警来记。")
    if not now - BACK <= when <= now:
        raise Invalid("巡查时间要在最近 %(days)d 天内，不能晚于现在。", field="at", params={"days": BACK.days})
    said = refuse_penal(clean(seen, max_length=2000), "seen")
    if not said:
        raise Invalid("请写明看到了什么；没有什么也写一句。", field="seen")
    made = Round(post=post, officer_id=by.user, unit_id=post.station.unit_id, at=when, seen=said, created_at=now)
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:
        raise Invalid("这次巡查已经记过了。", field="at") from None
    data = {"post": str(post.pk), "at": when.isoformat()}
    journal.write("post.round", by=by, now=now, about=post.station.name, data=data)
    return made
