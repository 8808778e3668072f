"""A request comes in: by whatever channel, it is one ledger (C1)."""

import math
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.queries import allows
from huhang.base.access.rules import Actor, Perm
from huhang.base.messages import actions as messages
from huhang.base.statements import rows
from huhang.base.statements.prepared import prepared
from huhang.base.statements.whole import whole
from huhang.base.vault import actions as vault
from huhang.cases.actions import clocks
from huhang.cases.actions.moving import party
from huhang.cases.actions.opening import enter
from huhang.cases.models import Assignment, Case, Step
from huhang.cases.secrets import secret_digest
from huhang.kernel.errors import Denied, Invalid
from huhang.kernel.identifiers import mask_name
from huhang.kernel.numbering import secret, uuid7
from huhang.kernel.text import clean
from huhang.kinds.requests import catalogue
from huhang.kinds.requests.models import Request
from huhang.kinds.requests.repeats import actions as repeats
from huhang.kinds.requests.rules import CHANNELS, NATURES
from huhang.register.subjects.actions import person_for
from huhang.register.subjects.models import Person, Subject
from huhang.register.units.queries import tree

CONTACT = "request.contact"


@dataclass(frozen=True)
class Filed:
    """A request just filed, with the secret that is shown once and kept nowhere."""

    case: Case
    secret: str


@dataclass
class Said:
    """What was told, checked."""

    title: str
    body: str
    channel: str
    nature: str
    category: str
    urgency: int
    version: int = 0


def _checked(values: dict[str, Any]) -> Said:
    problems: dict[str, str] = {}

    def take(name: str, most: int, *, needed: bool) -> str:
        try:
            text = clean(str(values.get(name) or ""), max_length=most)
        except Invalid as problem:
            problems[name] = problem.text
            return ""
        if needed and not text:
            problems[name] = "请填写这一项。"
        return text.replace("\n", " ") if name != "body" else text

    title, body = take("title", 200, needed=False), take("body", 20_000, needed=True)
    said = Said(
        title=title or body.replace("\n", " ")[:40],
        body=body,
        channel=str(values.get("channel") or ""),
        nature=str(values.get("nature") or "help"),
        category=str(values.get("category") or ""),
        urgency=_whole(values.get("urgency")),
    )
    if said.channel not in dict(CHANNELS):
        problems["channel"] = "请从列出的渠道里选一项。"
    if said.nature not in dict(NATURES):
        problems["nature"] = "请从列出的性质里选一项。"
    if said.urgency not in Case.Urgency.values:
        problems["urgency"] = "请从列出的选项里选一项。"
    if said.category:
        body_of = catalogue.categories().get(said.category)
        if body_of is None:
            problems["category"] = "没有这个类别，或它已停用，请重新选择。"
        else:
            said.version = int(body_of["version"])
    if problems:
        raise Invalid(problems=problems)
    return said


def _whole(told: Any) -> int:
    """An urgency as told; what is no whole number becomes one that no list offers, so that it is refused beside it."""
    try:
        return int(told or 0)
    except (TypeError, ValueError, OverflowError):
        return -1


def intake_unit() -> uuid.UUID:
    """The unit web requests arrive at: the first centre of the bureau, or the bureau itself."""
    centres = [n for n in tree().nodes.values() if n.kind == "centre" and n.valid_to is None]
    return centres[0].id if centres else tree().root.id


def _place(values: dict[str, Any]) -> dict[str, Any]:
    try:
        lon = float(values["lon"]) if values.get("lon") not in (None, "") else None
        lat = float(values["lat"]) if values.get("lat") not in (None, "") else None
    except (TypeError, ValueError):
        raise Invalid("坐标应当是数字。", field="lon") from None
    if not all(math.isfinite(value) for value in (lon, lat) if value is not None):
        raise Invalid("坐标应当是数字。", field="lon")  # "nan" and "inf" are floats, and nan passes every comparison
    if (lon is None) != (lat is None) or (lon is not None and lat is not None and (abs(lon) > 180 or abs(lat) > 90)):
        raise Invalid("坐标不完整或超出范围。", field="lon")
    return {"place": clean(str(values.get("place") or ""), max_length=200), "lon": lon, "lat": lat}


@prepared()
@whole()
def file_request(*, by: Actor, now: datetime, requester: Person | None = None, **values: Any) -> Filed:
    """Registers a request and starts its answer clock; whoever takes it owns it until a unit signs (C2).

    Args:
        requester: the person, when already known (a proved phone); otherwise `name` and `phone` in ``values``.
        values: title, body, channel, nature, category, urgency, place, lon, lat, subject (id), name, phone, id_number,
            confidential, sensitive, received_at, source_key, source_row, parent, for_unit (whose it is though another
            enters it: a table of earlier work, whose importer's reach was checked).

    Raises:
        Denied: an officer without the permission to register.
        Invalid: field by field.
    """
    if by.kind == "officer" and not allows(by, Perm.REGISTER):
        raise Denied("您没有登记诉求的权限。")
    if by.kind == "stranger":
        raise Denied("请先验证手机号，再提交诉求。")
    said, place = _checked(values), _place(values)
    subject = _subject(values.get("subject"))
    person = requester or _person(values, subject, by=by, now=now)
    unit = values.get("for_unit") or by.unit or values.get("unit") or intake_unit()
    received = values.get("received_at") or now
    classified = bool(said.category) and by.kind != "person" and allows(by, Perm.CLASSIFY)
    code = secret()
    case = Case(
        id=uuid7(),
        kind="request",
        state="classified" if classified else "registered",
        title=said.title,
        body=said.body,
        subject=subject,
        requester=person,
        from_label=subject.name if subject else (person.name_masked if person else ""),
        unit_id=unit,
        taken_by_id=by.user,
        taken_unit_id=unit,
        category=said.category,
        category_version=said.version,
        channel=said.channel,
        urgency=said.urgency,
        sensitive=bool(values.get("sensitive")),
        parent_id=values.get("parent"),
        received_at=received,
        secret_digest=secret_digest(code),
        **place,
    )
    if by.user is None or by.unit != unit:
        party(case, by.unit)
    step = Step(
        move="open", to_state=case.state, by_kind=by.kind, by_user_id=by.user, by_label=by.label, unit_id=by.unit
    )
    step.note = step.public_note = ""
    step.data = {"channel": said.channel}
    times = catalogue.promise(
        "answer", nature=said.nature, category=said.category, version=said.version, urgency=said.urgency
    )
    clocks.start(case, "answer", times, at=received)  # first, so that the row goes in once with its due date
    enter(case, step=step, by=by, now=now)
    _detail(case, said, values)
    repeats.note(case, now=now)
    rows.add(Assignment(case=case, unit_id=unit, role=Assignment.Role.LEAD, opened_at=received))
    old = said.channel == "import" or values.get("source_row") is not None  # a ledger of years ago writes to nobody
    if person is not None and person.phone_sealed is not None and not old:
        messages.tell_person(
            person.pk, template="request.open", params={"number": case.number}, case=case.pk, by=by, now=now
        )
    return Filed(case, code)


def _subject(raw: Any) -> Subject | None:
    if raw in (None, ""):
        return None
    try:
        with acting(SYSTEM):  # a resident names a firm by its public code and sees nothing else of the register
            found = Subject.objects.select_related("merged_into").filter(pk=uuid.UUID(str(raw))).first()
    except ValueError:
        found = None
    if found is None:
        raise Invalid("登记库里没有这个主体，请重新选择。", field="subject")
    return found.merged_into or found


def _person(values: dict[str, Any], subject: Subject | None, *, by: Actor, now: datetime) -> Person | None:
    name = str(values.get("name") or "").strip()
    phone, number = str(values.get("phone") or ""), str(values.get("id_number") or "")
    if not name and not phone.strip():
        return None
    try:
        return person_for(name=name or "未留姓名", phone=phone, id_number=number, subject=subject, by=by, now=now)
    except Invalid as problem:
        if problem.problems:
            raise
        field = "id_number" if "身份" in problem.text else "phone"
        raise Invalid(problem.text, field=field) from None


def _detail(case: Case, said: Said, values: dict[str, Any]) -> Request:
    name = clean(str(values.get("name") or ""), max_length=40)
    detail = Request(
        case=case,
        nature=said.nature,
        confidential=bool(values.get("confidential")),
        contact_sealed=vault.seal(name, CONTACT) if name else None,
        contact_masked=mask_name(name) if name else (case.requester.name_masked if case.requester else ""),
        source_key=values.get("source_key"),
        source_row=values.get("source_row"),
    )
    rows.add(detail)
    return detail
