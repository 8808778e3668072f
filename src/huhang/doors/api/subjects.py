"""The register over the wire: listing subjects, one of them, entering and changing, its contacts, life and history."""

import base64
import binascii
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from huhang.doors.api import writing
from huhang.doors.api.answers import answer, etag, moment
from huhang.doors.api.bodies import refuse_unknown, storable
from huhang.doors.api.readers import register_reader
from huhang.doors.api.schemas import In, UnitRef
from huhang.doors.api.shapes import unit_ref
from huhang.doors.frame.gates import actor_of
from huhang.kernel.errors import Invalid
from huhang.register.subjects import life, queries
from huhang.register.subjects.actions import add_contact, change, end_contact, enter, set_state
from huhang.register.subjects.models import Contact, Subject
from huhang.register.subjects.queries import Wanted

router = Router(tags=["subjects"], by_alias=True)
HERE = "/api/v1/subjects/"


class SubjectName(Schema):
    id: UUID
    name: str


class SubjectRow(Schema):
    """One subject of the register."""

    id: UUID
    number: str
    kind: str
    name: str
    credit_code: str | None
    flags: list[str]
    unit: UnitRef
    state: str
    address: str
    lon: float | None = Field(description="经度，CGCS2000")
    lat: float | None = Field(description="纬度，CGCS2000")
    head_count: int | None
    investment: int | None = Field(description="元")
    version: int


class SubjectRecord(SubjectRow):
    """One subject with everything that describes it."""

    short_name: str
    industry: str
    note: str
    sensitive: bool
    unit_from: str = Field(description="area 按坐标所在辖区，person 由人指定")
    crs: str = Field(description="所给坐标的坐标系")
    given_lon: float | None
    given_lat: float | None
    within: SubjectName | None
    merged_into: SubjectName | None
    state_why: str
    created_at: datetime
    updated_at: datetime | None


class SubjectPage(Schema):
    items: list[SubjectRow]
    next: str | None = Field(description="下一页的 after；没有就是到头了")


class ContactOut(Schema):
    """Who speaks for a subject; name and phone are masked."""

    id: UUID
    role: str
    main: bool
    name: str
    phone: str
    since: datetime
    ended_at: datetime | None


class ContactsOut(Schema):
    items: list[ContactOut]


class HappeningOut(Schema):
    """Something that happened to a subject."""

    at: datetime
    sort: str
    title: str
    text: str
    who: str
    open: bool
    link: list[str] | None = Field(description="种类和它的编号，如 case、HS-7QK4-2M9D")


class LifeOut(Schema):
    items: list[HappeningOut]
    next: str | None


class ChangeOut(Schema):
    """One write: which fields, before and after, by whom."""

    at: datetime
    by: str
    unit: UnitRef | None
    via: str
    version: int
    fields: dict[str, list[Any]]


class ChangesOut(Schema):
    items: list[ChangeOut]
    next: str | None


class SubjectsIn(Schema):
    """How the list is narrowed; several filters mean all of them."""

    q: str = Field("", max_length=120, description="名称、信用代码、编号、地址里的字")
    kind: str = Field("", max_length=12)
    flag: list[str] = Field([], max_length=8, description="分类或标识，可以写几次，都要有")
    unit: UUID | None = Field(None, description="责任单位，连同下级")
    within: UUID | None = Field(None, description="在哪个园区里")
    state: Literal["active", "closed", "struck_off", "merged", "all"] = "active"
    placed: bool | None = Field(None, description="有没有坐标")
    after: str = Field("", max_length=300, description="上一页答复里的 next")
    limit: int = Field(50, ge=1, le=200)


class SubjectFields(In):
    """What describes a subject; amounts and counts may be written as people write them."""

    name: str | None = Field(None, max_length=120)
    short_name: str | None = Field(None, max_length=40)
    credit_code: str | None = Field(None, max_length=40)
    number: str | None = Field(None, max_length=20, description="单位自己的编号")
    flags: list[str] | None = Field(None, max_length=40)
    industry: str | None = Field(None, max_length=60)
    address: str | None = Field(None, max_length=200)
    head_count: int | str | None = None
    investment: int | str | None = Field(None, description="元；也可以写 3亿")
    lon: float | None = None
    lat: float | None = None
    crs: Literal["CGCS2000", "WGS84", "GCJ02", "BD09"] | None = None
    unit: str | None = Field(None, max_length=36, description="责任单位的 id；area 是按坐标所在辖区")
    within: str | None = Field(None, max_length=120, description="所在园区或主体的编号、信用代码或全称")
    note: str | None = Field(None, max_length=2000)


class SubjectIn(SubjectFields):
    """A new subject."""

    kind: str = Field(max_length=12)
    name: str = Field(max_length=120)


class ChangeIn(SubjectFields):
    """What is to change, and from which version."""

    version: int = Field(ge=1)


class StateIn(In):
    """Closing, striking off, taking back."""

    version: int = Field(ge=1)
    state: Literal["active", "closed", "struck_off"]
    why: str = Field(min_length=1, max_length=200)


class ContactIn(In):
    """Somebody who speaks for the subject from now on."""

    name: str = Field(min_length=1, max_length=40)
    phone: str = Field(min_length=1, max_length=20)
    role: str = Field(max_length=24)
    main: bool = False


class EndContactIn(In):
    """Why somebody no longer speaks for it."""

    why: str = Field(min_length=1, max_length=100)


class PastIn(Schema):
    """A page of what is past."""

    sort: str = Field("", max_length=24, description="只要这一类")
    after: str = Field("", max_length=300, description="上一页答复里的 next")
    limit: int = Field(50, ge=1, le=200)


def _word(*parts: str) -> str:
    return base64.urlsafe_b64encode("\x1f".join(parts).encode()).decode().rstrip("=")


def _parts(text: str) -> list[str]:
    """The parts of a place word.

    Raises:
        Invalid: it is not one of ours.
    """
    try:
        whole = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True).decode()
        first, second = whole.split("\x1f")
        if not storable(whole):
            raise ValueError(whole)
    except (ValueError, binascii.Error):
        raise Invalid(problems={"after": "翻页标记不对，请用上一页答复里的 next。"}) from None
    return [first, second]


def _row(subject: Subject) -> dict[str, Any]:
    plain = (
        *("number", "kind", "name", "credit_code", "flags", "state", "address", "lon", "lat", "head_count"),
        *("investment", "version"),
    )
    unit = unit_ref(subject.unit_id)
    return {"id": subject.pk, **{name: getattr(subject, name) for name in plain}, "unit": unit}


def _record(subject: Subject) -> dict[str, Any]:
    plain = (
        *("short_name", "industry", "note", "sensitive", "unit_from", "crs", "given_lon", "given_lat"),
        "state_why",
    )

    def named(other: Subject | None) -> dict[str, Any] | None:
        return {"id": other.pk, "name": other.name} if other else None

    return {
        **_row(subject),
        **{name: getattr(subject, name) for name in plain},
        "within": named(subject.within),
        "merged_into": named(subject.merged_into),
        "created_at": moment(subject.created_at),
        "updated_at": moment(subject.updated_at),
    }


@router.get("", response=SubjectPage, summary="列出主体")
def list_subjects(request: HttpRequest, said: Query[SubjectsIn]) -> HttpResponse:
    """按名称排列，一页一页往后翻；和主体库页面看到的一样。"""
    actor = register_reader(request)
    refuse_unknown(request.GET, SubjectsIn.model_fields)
    if not all(storable(str(value)) for value in request.GET.values()):
        raise Invalid("筛选里有不能识别的字符。")
    if said.kind and said.kind not in Subject.Kind.values:
        raise Invalid("没有这种主体。", field="kind")
    given = said.dict(include={"q", "kind", "unit", "within", "state", "placed"})
    rows = queries.found(actor, Wanted(**given, flags=tuple(said.flag)))
    after = None
    if said.after:
        name, pk = _parts(said.after)
        try:
            after = name, UUID(pk)
        except ValueError:
            raise Invalid(problems={"after": "翻页标记不对，请用上一页答复里的 next。"}) from None
    found, more = queries.page(rows, size=said.limit, after=after)
    return answer({"items": [_row(one) for one in found], "next": _word(more[0], str(more[1])) if more else None})


@router.post("", response={201: SubjectRecord}, summary="登记主体")
def enter_subject(request: HttpRequest, given: SubjectIn, idempotency_key: str = writing.key_needed()) -> HttpResponse:
    """登记一个主体。不写责任单位而有坐标的，按辖区确定；信用代码已登记过就是 422。"""
    actor, now = actor_of(request), timezone.now()
    content = given.dict(exclude_unset=True)

    def work() -> tuple[Any, str]:
        made = enter(values=content, by=actor, now=now)
        return _record(queries.subject_of(actor, made.pk)), f"{HERE}{made.pk}"

    return writing.done(request, idempotency_key, by=actor, content=content, now=now, work=work, status=201)


@router.get("/{uuid:subject}", response=SubjectRecord, summary="一个主体")
def read_subject(request: HttpRequest, subject: UUID) -> HttpResponse:
    """它的全部情况。ETag 是它的版本。"""
    found = queries.subject_of(register_reader(request), subject)
    return answer(_record(found), headers={"ETag": etag(found.version)})


@router.post("/{uuid:subject}", response=SubjectRecord, summary="修改主体")
def change_subject(request: HttpRequest, subject: UUID, given: ChangeIn) -> HttpResponse:
    """只改写了的几项，其余不动。必须说明看到的是哪一版，之后别人改过就是 409。"""
    actor, now = actor_of(request), timezone.now()
    values = given.dict(exclude_unset=True, exclude={"version"})
    change(subject_id=subject, version=given.version, values=values, by=actor, now=now)
    return answer(_record(queries.subject_of(actor, subject)))


@router.post("/{uuid:subject}/state", response=SubjectRecord, summary="停用、注销、恢复")
def change_state(request: HttpRequest, subject: UUID, given: StateIn) -> HttpResponse:
    """更改状态，写明原因；记录都留着。"""
    actor, now = actor_of(request), timezone.now()
    set_state(subject_id=subject, version=given.version, state=given.state, why=given.why, by=actor, now=now)
    return answer(_record(queries.subject_of(actor, subject)))


def _contact(one: Contact) -> dict[str, Any]:
    return {
        "id": one.pk,
        "role": one.role,
        "main": one.main,
        "name": one.name_masked,
        "phone": one.phone_masked,
        "since": moment(one.since),
        "ended_at": moment(one.ended_at),
    }


@router.get("/{uuid:subject}/contacts", response=ContactsOut, summary="一个主体的联系人")
def list_contacts(request: HttpRequest, subject: UUID) -> HttpResponse:
    """现在的和停用了的；姓名和电话是遮盖过的。"""
    found = queries.subject_of(register_reader(request), subject)
    return answer({"items": [_contact(one) for one in queries.contacts_of(found, ended=True)]})


@router.post("/{uuid:subject}/contacts", response={201: ContactOut}, summary="登记联系人")
def new_contact(
    request: HttpRequest, subject: UUID, given: ContactIn, idempotency_key: str | None = writing.key_welcome()
) -> HttpResponse:
    """电话加密保存；一个电话就是一个人。"""
    actor, now = actor_of(request), timezone.now()

    def work() -> tuple[Any, str]:
        made = add_contact(subject_id=subject, **given.dict(), by=actor, now=now)
        return _contact(made), f"{HERE}{subject}/contacts"

    return writing.done(request, idempotency_key, by=actor, content=given.dict(), now=now, work=work, status=201)


@router.post("/contacts/{uuid:contact}/end", response=ContactOut, summary="停用联系人")
def stop_contact(request: HttpRequest, contact: UUID, given: EndContactIn) -> HttpResponse:
    """从现在起不再代表这个主体，记录留着。"""
    made = end_contact(contact_id=contact, why=given.why, by=actor_of(request), now=timezone.now())
    return answer(_contact(made))


@router.get("/{uuid:subject}/life", response=LifeOut, summary="一个主体的履历")
def read_life(request: HttpRequest, subject: UUID, said: Query[PastIn]) -> HttpResponse:
    """走访、诉求、督办卡、会议、登记……合成一条，新的在前；只有看得见的。"""
    actor = register_reader(request)
    refuse_unknown(request.GET, PastIn.model_fields)
    found = queries.subject_of(actor, subject)
    if said.sort and said.sort not in dict(life.sorts()):
        raise Invalid("没有这一类。", field="sort")
    before = None
    if said.after:
        at, key = _parts(said.after)
        try:
            before = datetime.fromisoformat(at), key
            if before[0].tzinfo is None:
                raise ValueError(at)
        except ValueError:
            raise Invalid(problems={"after": "翻页标记不对，请用上一页答复里的 next。"}) from None
    rows, more = life.read(actor, queries.whole(found), before=before, most=said.limit, only=said.sort)
    items = [
        {
            "at": moment(one.at),
            **{name: str(getattr(one, name)) for name in ("sort", "title", "text", "who")},
            "open": one.open,
            "link": list(one.link) if one.link else None,
        }
        for one in rows
    ]
    return answer({"items": items, "next": _word(more[0].isoformat(), more[1]) if more else None})


@router.get("/{uuid:subject}/history", response=ChangesOut, summary="一个主体的修改记录")
def read_history(request: HttpRequest, subject: UUID, said: Query[PastIn]) -> HttpResponse:
    """每一项从什么改成什么，谁、什么时候、由什么途径；新的在前。"""
    found = queries.subject_of(register_reader(request), subject)
    refuse_unknown(request.GET, PastIn.model_fields)
    rows = queries.history(found)
    if said.after:
        if not said.after.isdecimal() or len(said.after) > 18:
            raise Invalid(problems={"after": "翻页标记不对，请用上一页答复里的 next。"})
        rows = rows.filter(pk__lt=int(said.after))
    shown = list(rows[: said.limit + 1])
    items = [
        {
            "at": moment(row.at),
            "by": row.by_label,
            "unit": unit_ref(row.unit),
            "via": row.via.partition(":")[0],
            "version": row.version,
            "fields": row.fields,
        }
        for row in shown[: said.limit]
    ]
    return answer({"items": items, "next": str(shown[said.limit - 1].pk) if len(shown) > said.limit else None})
