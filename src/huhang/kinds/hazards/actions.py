"""What is done with a hazard: noticed, told, put right, looked at again (B4)."""

import uuid
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from huhang.base.access.context import SYSTEM
from huhang.base.access.rules import Actor
from huhang.base.messages import actions as messages
from huhang.base.messages.templates import HIDDEN
from huhang.cases.actions import clocks
from huhang.cases.actions.moving import party
from huhang.cases.actions.opening import enter
from huhang.cases.actions.supporting import people_of
from huhang.cases.models import Assignment, Case, Step
from huhang.cases.rules import Doing, Outcome
from huhang.cases.secrets import secret_digest
from huhang.kernel.errors import Invalid
from huhang.kernel.numbering import secret
from huhang.kernel.text import clean
from huhang.kinds.hazards import catalogue
from huhang.kinds.hazards.models import Hazard
from huhang.kinds.hazards.rules import WAYS
from huhang.register.posts import queries as posts
from huhang.register.posts.models import Post
from huhang.register.posts.rules import refuse_penal
from huhang.register.subjects.models import Contact

REMOVE, CHECK = "remove", "check"


@transaction.atomic
def open_hazard(
    *,
    post: uuid.UUID | str | Post,
    category: str,
    body: str,
    by: Actor,
    now: datetime,
    title: str = "",
    place: str = "",
    found_at: datetime | None = None,
) -> Case:
    """Keeps what a post noticed. Nobody is told yet: that is a move of its own.

    Raises:
        Invalid: field by field; words of penalties among them.
    """
    found = _post(post, by)
    problems: dict[str, str] = {}
    words = {}
    for name, text, most in (("body", body, 4000), ("title", title, 100), ("place", place, 200)):
        try:
            words[name] = refuse_penal(clean(text, max_length=most), name)
        except Invalid as wrong:
            problems[name], words[name] = wrong.text, ""
    known = catalogue.kinds().get(category)
    if known is None:
        problems["category"] = "请从列出的选项里选一项。"
    if not words["body"] and "body" not in problems:
        problems["body"] = "请写明看到了什么、在哪里。"
    if problems or known is None:
        raise Invalid(problems=problems)
    first = words["title"] or words["body"].split("\n")[0][:60]
    case = Case(
        kind="hazard",
        state="noticed",
        title=first.replace("\n", " "),
        body=words["body"],
        subject=found.host,
        from_label=found.host.name,
        unit_id=found.station.unit_id,
        officer_id=by.user,
        taken_by_id=by.user,
        taken_unit_id=by.unit if by.user else None,
        category=category,
        category_version=int(known["version"]),
        sensitive=found.host.sensitive,
        place=words["place"].replace("\n", " ") or found.station.address,
        lon=found.station.lon,
        lat=found.station.lat,
        received_at=min(found_at or now, now),
    )
    party(case, found.host.unit_id if found.host.unit_id != case.unit_id else None)
    step = Step(move="open", to_state="noticed", by_kind=by.kind, by_user_id=by.user, by_label=by.label)
    step.unit_id, step.data = by.unit, {"post": str(found.pk), "kind": category}
    enter(case, step=step, by=by, now=now)
    Assignment.objects.create(case=case, unit_id=case.unit_id, role=Assignment.Role.LEAD, opened_at=now, signed_at=now)
    Hazard.objects.create(case=case, post=found)
    return case


def _post(told: uuid.UUID | str | Post, by: Actor) -> Post:
    try:
        pk = told.pk if isinstance(told, Post) else told if isinstance(told, uuid.UUID) else uuid.UUID(str(told))
    except ValueError:
        raise Invalid("请选择警务站。", field="post") from None
    rows = posts.visible(by).select_related("station", "host").filter(pk=pk, closed_on__isnull=True)
    found = rows.first()
    if found is None:
        raise Invalid("没有这个警务站，或已撤销，请重新选择。", field="post")
    return found


def alert(doing: Doing) -> Outcome:
    """The host is told by whom it should be put right and until when; its contact gets number and secret."""
    case, values = doing.case, doing.values
    known = Hazard.objects.get(case=case)
    contact = Contact.objects.filter(pk=values["contact"], subject=case.subject_id, ended_at__isnull=True).first()
    if contact is None:
        raise Invalid("请从列出的选项里选一项。", field="contact")
    known.fixer = refuse_penal(values["fixer"], "fixer")
    known.told_at, known.told_way, known.told_masked = doing.now, values["way"], contact.name_masked
    known.save(update_fields=["fixer", "told_at", "told_way", "told_masked"])
    case.requester_id = contact.person_id
    clocks.start(case, REMOVE, catalogue.promise(case.category, case.category_version, "days"), at=doing.now)
    code = secret()
    case.secret_digest = secret_digest(code)
    Case.objects.filter(pk=case.pk).update(secret_digest=case.secret_digest)
    messages.tell_person(
        contact.person_id,
        template="hazard.alert",
        params={"number": case.number, "secret": HIDDEN},
        hidden=code,
        case=case.pk,
        by=doing.by,
        now=doing.now,
    )
    way = str(dict(WAYS)[values["way"]])
    public = _("已告知，请%(fixer)s消除") % {"fixer": known.fixer}
    return Outcome(note=f"{way} · {contact.name_masked}", public=public, data={"way": values["way"]})


def removed(doing: Doing) -> Outcome:
    """It is put right, as the host says itself or an officer saw; somebody else looks again within the days."""
    case, known = doing.case, Hazard.objects.get(case=doing.case)
    said = refuse_penal(doing.values["text"], "text")
    known.removed_at, known.removed_by_id = doing.now, doing.by.user
    known.in_time = case.due_at is not None and doing.now < case.due_at
    known.save(update_fields=["removed_at", "removed_by", "in_time"])
    clocks.stop(case, REMOVE, at=doing.now)
    clocks.start(case, CHECK, catalogue.promise(case.category, case.category_version, "check_days"), at=doing.now)
    case.answered_at = doing.now
    if doing.by.user is None:  # the host says so: whoever noticed it reads it at once
        for user in [case.officer_id] if case.officer_id else people_of(case.unit_id, doing.now, above=False):
            params = {"number": case.number}
            messages.tell_user(user, template="hazard.removed", params=params, case=case.pk, by=SYSTEM, now=doing.now)
    return Outcome(note=said, public=said, data={"in_time": known.in_time})


def cleared(doing: Doing) -> Outcome:
    """Somebody else looked: it is right."""
    known = Hazard.objects.get(case=doing.case)
    known.checked_at, known.checked_by_id = doing.now, doing.by.user
    known.save(update_fields=["checked_at", "checked_by"])
    clocks.stop(doing.case, CHECK, at=doing.now)
    _tell(doing, "hazard.cleared")
    return Outcome(note=doing.values.get("text") or "")


def not_yet(doing: Doing) -> Outcome:
    """Somebody else looked: it is not right yet. The days begin anew, and how often is counted."""
    case, known = doing.case, Hazard.objects.get(case=doing.case)
    said = refuse_penal(doing.values["text"], "text")
    known.removed_at, known.removed_by_id, known.in_time, known.again = None, None, None, known.again + 1
    known.save(update_fields=["removed_at", "removed_by", "in_time", "again"])
    clocks.stop(case, CHECK, at=doing.now)
    clocks.start(case, REMOVE, catalogue.promise(case.category, case.category_version, "days"), at=doing.now)
    case.answered_at = None
    _tell(doing, "hazard.again")
    return Outcome(note=said, public=said, data={"again": known.again})


def left(doing: Doing) -> Outcome:
    """The host did not put it right: it was reminded in writing, and a service has no more than that (ADR 36)."""
    said = refuse_penal(doing.values["text"], "text")
    clocks.stop(doing.case, REMOVE, at=doing.now)
    _tell(doing, "hazard.left")
    return Outcome(note=said, public=said)


def mistaken(doing: Doing) -> Outcome:
    """It was none; it counts nowhere any more."""
    clocks.stop(doing.case, REMOVE, at=doing.now)
    return Outcome(note=doing.values["reason"])


def _tell(doing: Doing, template: str) -> None:
    if doing.case.requester_id is not None:
        params: dict[str, Any] = {"number": doing.case.number}
        messages.tell_person(
            doing.case.requester_id, template=template, params=params, case=doing.case.pk, by=doing.by, now=doing.now
        )
