"""Persons coming into the register, and looking at what is sealed of them."""

import hmac
import uuid
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import IntegrityError, transaction

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.queries import allows, visible_to
from huhang.base.access.rules import Actor, Perm
from huhang.base.journal import actions as journal
from huhang.base.statements import rows
from huhang.base.statements.whole import whole
from huhang.base.vault import actions as vault
from huhang.kernel.errors import Denied, Invalid, Missing
from huhang.kernel.identifiers import check_id_number, check_phone, mask_id, mask_name, mask_phone
from huhang.kernel.numbering import uuid7
from huhang.kernel.text import clean
from huhang.register.subjects.models import Person, Subject

NAME, PHONE, ID_NUMBER = "person.name", "person.phone", "person.id_number"
"""What each sealed column is sealed for."""


@whole()
def person_for(
    *, name: str, phone: str = "", id_number: str = "", subject: Subject | None = None, by: Actor, now: datetime
) -> Person:
    """The person behind a phone, made when not yet known. One phone is one person; without a phone each is new.

    The look-up runs as the system, because whoever registers may not see that person's other requests; it tells the
    caller nothing but the person itself.

    An ID number told of a known person is kept when none was held; another one than the held is refused.

    Raises:
        Invalid: no name, a phone or ID number that cannot be one, or an ID number other than the person's.
    """
    said = clean(name, max_length=40)
    if not said:
        raise Invalid("请填写姓名。", field="name")
    number = check_phone(phone) if phone.strip() else ""
    index = vault.blind(number, PHONE) if number else None
    identity = _identity(id_number)
    known = _known(index)
    if known is not None:
        return _identified(known, identity, by=by, now=now)
    person = Person(
        id=uuid7(),
        name_sealed=vault.seal(said, NAME),
        name_masked=mask_name(said),
        phone_sealed=vault.seal(number, PHONE) if number else None,
        phone_index=index,
        phone_masked=mask_phone(number) if number else "",
        subject=subject,
        created_at=now,
        **identity,
    )
    try:
        with acting(SYSTEM), transaction.atomic():
            person.save(force_insert=True)
    except IntegrityError:
        known = _known(index)  # somebody else entered the same phone at this very moment
        if known is None:
            raise
        return _identified(known, identity, by=by, now=now)
    journal.write("person.enter", by=by, now=now, person=person.pk)
    return person


def _known(index: bytes | None) -> Person | None:
    if index is None:
        return None
    with acting(SYSTEM, apart=False):
        return rows.one(Person, phone_index=index)


def _identified(person: Person, identity: dict[str, Any], *, by: Actor, now: datetime) -> Person:
    if not identity:
        return person
    with acting(SYSTEM):
        held = Person.objects.select_for_update().get(pk=person.pk)
        if held.id_index is None:
            for name, value in identity.items():
                setattr(held, name, value)
            held.save(update_fields=list(identity))
            journal.write("person.enter", by=by, now=now, person=held.pk, data={"field": ID_NUMBER})
        elif not hmac.compare_digest(bytes(held.id_index), identity["id_index"]):
            raise Invalid("这个手机号登记的是另一个身份证号，请核对号码，或由本人到窗口更正。", field="id_number")
    return held


def _identity(id_number: str) -> dict[str, Any]:
    if not id_number.strip():
        return {}
    number = check_id_number(id_number)
    return {
        "id_sealed": vault.seal(number, ID_NUMBER),
        "id_index": vault.blind(number, ID_NUMBER),
        "id_masked": mask_id(number),
    }


def person_by_phone(phone: str) -> Person | None:
    """The person behind a proved phone, for the public door."""
    with acting(SYSTEM):
        return Person.objects.filter(phone_index=vault.blind(check_phone(phone), PHONE)).first()


FIELDS = {"name": ("name_sealed", NAME), "phone": ("phone_sealed", PHONE), "id_number": ("id_sealed", ID_NUMBER)}


@transaction.atomic
def reveal(
    *, person_id: uuid.UUID, field: str, why: str, by: Actor, now: datetime, case: uuid.UUID | None = None
) -> str:
    """One personal field in plain text, for a stated purpose, journalled first; the person sees the line.

    Args:
        case: the case the looking is for; only the system looks without one.

    Raises:
        Missing: no such person or case, not visible, not the person of that case, or the field was never given.
        Denied: without the permission to look in that very case.
        Invalid: no purpose.
    """
    _may_look(person_id, by, case)
    person = Person.objects.filter(pk=person_id).first()
    if person is None or field not in FIELDS:
        raise Missing
    column, purpose = FIELDS[field]
    sealed = getattr(person, column)
    if sealed is None:
        raise Missing("没有登记这一项。")
    return vault.reveal(sealed, purpose, person=person_id, why=why, by=by, now=now, case=case)


def _may_look(person_id: uuid.UUID, by: Actor, case: uuid.UUID | None) -> None:
    if case is None:
        if by.kind != "system":
            raise Denied("您没有查看完整个人信息的权限。")
        return
    cases: Any = apps.get_model("cases", "Case")._default_manager  # by name: the register stands below the cases
    standing = visible_to(by, cases.filter(pk=case)).defer("body", "folded", "search").first()
    if standing is None:
        raise Missing
    if not allows(by, Perm.REVEAL, standing):
        raise Denied("您没有查看完整个人信息的权限。")
    if standing.requester_id != person_id:
        raise Missing


@transaction.atomic
def speaks(*, person_id: uuid.UUID, language: str, by: Actor, now: datetime) -> None:
    """Keeps the language the person uses in the hall, so that messages come in it; written only when it changed."""
    kept = "en" if language.startswith("en") else "zh-hans"
    with acting(SYSTEM):
        before = Person.objects.filter(pk=person_id).values_list("language", flat=True).first()
        if before is None or (before or "zh-hans") == kept:
            return
        Person.objects.filter(pk=person_id).update(language=kept)
    journal.write("person.language", by=by, now=now, person=person_id, data={"language": kept})
