"""Who speaks for a subject: added, ended, and looked at for a stated purpose (A1, SAFEGUARDS 10)."""

import uuid
from datetime import datetime

from django.db import IntegrityError, transaction

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.queries import allows
from huhang.base.access.rules import Actor, Perm
from huhang.base.journal import actions as journal
from huhang.base.vault import actions as vault
from huhang.kernel.errors import Conflict, Denied, Invalid, Missing
from huhang.kernel.text import clean
from huhang.register.subjects import catalogue, queries
from huhang.register.subjects.actions.keeping import locked
from huhang.register.subjects.actions.persons import FIELDS, person_for
from huhang.register.subjects.models import Contact, Person, Subject


@transaction.atomic
def add_contact(
    *,
    subject_id: uuid.UUID,
    name: str,
    phone: str,
    role: str,
    main: bool = False,
    by: Actor,
    now: datetime,
    via: str = "",
) -> Contact:
    """Somebody who speaks for the subject from now on; a new main contact takes the place of the one before.

    Raises:
        Missing, Denied: no such subject for this actor, or not this actor's to keep.
        Invalid: no name, no phone, a phone that cannot be one, an unknown role.
        Conflict: the person speaks for it in this role already.
    """
    subject = locked(subject_id, by)
    if role not in dict(catalogue.role_choices(subject.kind)):
        raise Invalid("请选择身份。", field="role")
    if not phone.strip():
        raise Invalid("请填写电话。", field="phone")
    try:
        person = person_for(name=name, phone=phone, subject=subject, by=by, now=now)
    except Invalid as wrong:
        raise (wrong if wrong.field else Invalid(wrong.message, field="phone", params=wrong.params)) from None
    there = Contact.objects.filter(subject=subject, ended_at__isnull=True)
    if there.filter(person=person, role=role).exists():
        raise Conflict("这个人已经以这个身份登记在这里。")
    first = not there.exists()
    if main:
        there.filter(main=True).update(main=False)
    made = Contact(
        subject=subject,
        person=person,
        role=role,
        main=main or first,
        name_masked=person.name_masked,
        phone_masked=person.phone_masked,
        since=now,
        added_by=by.id,
        added_label=by.label[:64],
        via=via,
    )
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:
        raise Conflict("刚刚有人登记了同一个联系人，请刷新后核对。") from None
    _written("subject.contact", made, subject, by, now)
    return made


@transaction.atomic
def end_contact(*, contact_id: uuid.UUID, why: str, by: Actor, now: datetime) -> Contact:
    """Somebody no longer speaks for the subject; the row stays.

    Raises:
        Missing, Denied: as `add_contact`.
        Invalid: no reason.
        Conflict: ended already.
    """
    known = contact_of(by, contact_id)
    subject = locked(known.subject_id, by)
    contact = Contact.objects.select_for_update(of=("self",)).get(pk=contact_id)
    if contact.ended_at is not None:
        raise Conflict("这个联系人已经停用。")
    said = clean(why, max_length=100)
    if not said:
        raise Invalid("请写明原因。", field="why")
    contact.ended_at, contact.ended_by, contact.ended_label, contact.ended_why = now, by.id, by.label[:64], said
    contact.save(update_fields=["ended_at", "ended_by", "ended_label", "ended_why"])
    _written("subject.contact_end", contact, subject, by, now)
    return contact


def contact_of(actor: Actor, pk: uuid.UUID) -> Contact:
    """A contact of a subject this actor may see.

    Raises:
        Missing: there is none for this actor.
    """
    found = Contact.objects.filter(pk=pk, subject__in=queries.visible(actor)).select_related("subject").first()
    if found is None:
        raise Missing
    return found


@transaction.atomic
def reveal_contact(*, contact_id: uuid.UUID, field: str, why: str, by: Actor, now: datetime) -> str:
    """A contact's name or phone in plain text, for a stated purpose, journalled first; the person sees the line.

    Raises:
        Missing: no such contact for this actor, or no such field.
        Denied: without the permission to look on the ground of that unit.
        Invalid: no purpose.
    """
    contact = contact_of(by, contact_id)
    if field not in ("name", "phone"):
        raise Missing
    # the register is everybody's; a plain number is for whoever works on that ground, or for the whole city
    if not (queries.reaches(by, Perm.REVEAL, contact.subject.unit_id) or (by.everything and allows(by, Perm.REVEAL))):
        raise Denied("您没有查看完整个人信息的权限。")
    column, purpose = FIELDS[field]
    with acting(SYSTEM):
        sealed = Person.objects.filter(pk=contact.person_id).values_list(column, flat=True).first()
    if sealed is None:
        raise Missing("没有登记这一项。")
    return vault.reveal(sealed, purpose, person=contact.person_id, why=why, by=by, now=now)


def _written(action: str, contact: Contact, subject: Subject, by: Actor, now: datetime) -> None:
    data = {"subject": str(subject.pk), "contact": str(contact.pk), "role": contact.role}
    journal.write(action, by=by, now=now, person=contact.person_id, about=subject.name, data=data)
