"""Requests and other cases: in a list, whole, filed and moved; and what went wrong."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from ninja import Schema
from pydantic import AwareDatetime, ConfigDict, Field

from huhang.doors.api.schemas.shared import CategoryRef, Channel, In, Line, Nature, OfficerRef, UnitRef


class Row(Schema):
    """A request as it stands in a list. ``from`` is an enterprise's public name or a person's masked one."""

    number: str = Field(examples=["HS-7QK4-2M9D"])
    url: str
    version: int
    state: str
    state_label: str
    open: bool
    title: str
    from_: str = Field(alias="from")
    unit: UnitRef
    branch: UnitRef | None
    officer: OfficerRef | None
    category: CategoryRef | None
    channel: str
    urgency: int = Field(description="0 一般，1 紧急，2 特急")
    sensitive: bool
    received_at: datetime
    due_at: datetime | None
    due_provisional: bool
    waiting: bool = Field(description="等诉求人补充，计时停着")
    late: bool
    left: str | None = Field(description="还剩多少或超了多少，按工作时间说")
    answered_at: datetime | None
    closed_at: datetime | None


class Page(Schema):
    """One page of a list; ``after`` of the next page is ``next``, none on the last."""

    items: list[Row]
    next: str | None
    count: int | None = Field(None, description="要求 count=true 时才有；数到 1,001 为止")
    count_capped: bool | None = Field(None, description="为真时实际更多")


class Choice(Schema):
    value: str
    label: str


class FieldOut(Schema):
    """One thing a move asks for."""

    name: str
    label: str
    kind: str = Field(
        description="line text choice codes stars days flag unit units officer category case date pick picks number"
        " counts"
    )
    required: bool
    help: str
    most: int
    choices: list[Choice] | None


class MoveOut(Schema):
    """A move: post its values to ``url``."""

    name: str
    label: str
    primary: bool
    danger: bool
    help: str
    fields: list[FieldOut]
    url: str


class SubjectRef(Schema):
    id: UUID
    name: str


class PersonMasked(Schema):
    """Masks only; plain text comes through reveal, with a purpose, and is journalled."""

    name: str
    phone: str
    id_number: str


class FirstAsked(Schema):
    """Who took the request; ``answerable`` until a unit signs."""

    officer: OfficerRef | None
    unit: UnitRef | None
    answerable: bool = Field(description="还没有单位签收，首问人仍然负责")


class SupportWordOut(Schema):
    side: str = Field(description="support 协办单位，lead 主办单位，decider 裁决")
    at: datetime
    by: str
    text: str


class Support(Schema):
    """A supporting unit's part: its task inside the lead's time, what came of it, and how it was rated."""

    id: UUID
    unit: UnitRef
    status: str = Field(description="asked disputed working finished released moved")
    status_label: str
    task: str
    opened_at: datetime
    signed_at: datetime | None
    ended_at: datetime | None
    due_at: datetime | None = Field(description="协办自己的期限，不晚于主办时限；主办暂停时为空")
    late: bool
    left: str | None
    turn: str = Field(description="协商轮到谁：support、lead、decider；没有协商为空")
    reply_due_at: datetime | None
    words: list[SupportWordOut]
    result: str
    stars: int | None
    stars_reason: str
    waived_at: datetime | None = Field(description="准予主办单位先行答复的时间")
    waived_why: str


class Record(Row):
    """A request whole: its words, its answer, and the moves offered to this actor now."""

    body: str
    place: str
    lon: float | None
    lat: float | None
    nature: str
    confidential: bool
    subject: SubjectRef | None
    requester: PersonMasked | None
    parent: str | None
    merged_into: str | None
    answer: str
    result: str
    stars: int | None = Field(description="诉求人对最近一次答复评几星，5 星最好；没有评就是空，从不默认")
    satisfaction_code: str | None = Field(description="同一评价的国家标准代码（GB/T 39046 附录 A.8，1 最好、5 最差）")
    redo_count: int
    transfers: int = Field(description="派单、改派的次数")
    returns: int = Field(description="被退单的次数")
    bounced: bool = Field(description="派单三次以上，多次流转")
    first_asked: FirstAsked | None
    supports: list[Support]
    return_until: datetime | None = Field(description="派到的单位最晚何时可以退单")
    moves: list[MoveOut]


class CaseRow(Row):
    """A case of any kind as it stands in a list."""

    kind: str = Field(examples=["request", "card"])
    kind_label: str


class CasePage(Schema):
    """One page of cases of any kind."""

    items: list[CaseRow]
    next: str | None
    count: int | None = Field(None, description="要求 count=true 时才有；数到 1,001 为止")
    count_capped: bool | None = Field(None, description="为真时实际更多")


class FactOut(Schema):
    """One thing the kind says of a case."""

    label: str
    value: str


class CaseRecord(CaseRow):
    """A case of any kind: its words, what its kind says of it, and the moves offered to this actor now."""

    body: str
    place: str
    lon: float | None
    lat: float | None
    parent: str | None
    facts: list[FactOut]
    moves: list[MoveOut]


class CardIn(In):
    """A supervision card issued by hand."""

    matter: str = Field(max_length=20, description="哪一件事项（编号）", examples=["HS-7QK4-2M9D"])
    level: Literal["blue", "yellow", "orange", "red"]
    reason: str = Field(min_length=1, max_length=500, description="为什么督办")


class MeetingIn(In):
    """A joint meeting called together (L2)."""

    title: Line = Field(min_length=1, description="会议名称")
    meets_at: AwareDatetime = Field(description="开会时间，一年之内", examples=["2026-12-01T09:00:00+08:00"])
    place: Line = Field(min_length=1, description="在哪里开")
    units: list[UUID] = Field(min_length=1, max_length=100, description="参会单位")
    about: list[str] = Field([], max_length=100, description="议题：事项的编号")


class FileIn(In):
    """A request as it came in. Without ``title`` the first words of ``body`` serve."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "body": "晚上十二点以后渣土车从三号门过，宿舍睡不好。",
                "channel": "hotline",
                "nature": "help",
                "name": "王海燕",
                "phone": "13800000001",
            }
        },
    )

    title: Line = ""
    body: str = Field(min_length=1, max_length=20_000)
    channel: Channel
    nature: Nature = "help"
    category: str = Field("", max_length=40, description="类别编码；登记人有归类权限时即归类")
    urgency: int = Field(0, ge=0, le=2)
    place: Line = ""
    lon: float | None = Field(None, ge=-180, le=180, allow_inf_nan=False)
    lat: float | None = Field(None, ge=-90, le=90, allow_inf_nan=False)
    subject: UUID | None = Field(None, description="登记库里的企业或单位")
    name: str = Field("", max_length=40)
    phone: str = Field("", max_length=30)
    id_number: str = Field("", max_length=30)
    confidential: bool = False
    sensitive: bool = False
    received_at: AwareDatetime | None = Field(
        None, description="实际受理的时间；不写就是现在，不能晚于现在，最多早一年"
    )


class Filed(Row):
    """The request just filed, with the secret its person follows it by: shown here and kept nowhere in plain text."""

    secret: str


class MoveIn(In):
    """The values of a move, and the version they were decided on."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {"version": 4, "values": {"result": "solved", "proof": "处警 12", "answer": "已设卡劝返。"}}
        },
    )

    version: int | None = Field(None, ge=1, le=2**31 - 1, description="或者用 If-Match")
    values: dict[str, Any] = {}


class Step(Schema):
    """One thing that happened; ``seq`` is the version it led to."""

    seq: int
    move: str
    label: str
    from_state: str
    to_state: str
    at: datetime
    by: str
    by_kind: str
    unit: UnitRef | None
    note: str
    public_note: str
    data: dict[str, Any]


class Steps(Schema):
    items: list[Step]


class Moved(Schema):
    """Where the request stands now, and the step that was made."""

    number: str
    state: str
    state_label: str
    open: bool
    version: int
    due_at: datetime | None
    step: Step


class Problem(Schema):
    """RFC 9457. ``type`` opens a page that explains it."""

    type: str = Field(examples=["/api/v1/problems/overtaken"])
    title: str
    status: int
    detail: str = Field(description="一句话说明出了什么问题、怎么办，语言按 Accept-Language。")
    hint: str | None = None
    problems: dict[str, str] | None = Field(None, description="字段路径 → 一句话")
    since: list[Step] | None = Field(None, description="overtaken：读取之后发生的步骤")
    retry_after: int | None = Field(None, description="多少秒后再试")
