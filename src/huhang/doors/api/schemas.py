"""What is sent and what is answered, as published in the OpenAPI document; tests hold every answer against these."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal
from uuid import UUID

from ninja import Schema
from pydantic import AwareDatetime, ConfigDict, Field

from huhang.kinds.requests.rules import CHANNELS, NATURES

if TYPE_CHECKING:
    Channel = str
    Nature = str
else:
    Channel = Literal[tuple(name for name, _ in CHANNELS)]
    Nature = Literal[tuple(name for name, _ in NATURES)]
Line = Annotated[str, Field(max_length=200)]


class In(Schema):
    """Something sent: a name that is not known is refused."""

    model_config = ConfigDict(extra="forbid")


class Problem(Schema):
    """RFC 9457. ``type`` opens a page that explains it."""

    type: str = Field(examples=["/api/v1/problems/overtaken"])
    title: str
    status: int
    detail: str = Field(description="一句话说明出了什么问题、怎么办，语言按 Accept-Language。")
    hint: str | None = None
    problems: dict[str, str] | None = Field(None, description="字段路径 → 一句话")
    since: list["Step"] | None = Field(None, description="overtaken：读取之后发生的步骤")
    retry_after: int | None = Field(None, description="多少秒后再试")


class UnitRef(Schema):
    id: UUID
    name: str


class OfficerRef(Schema):
    id: UUID
    name: str


class CategoryRef(Schema):
    code: str
    label: str


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


class Day(Schema):
    """What one date meant for the clock, with the rule and the calendar table behind it."""

    date: date
    mark: str = Field(description="start count makeup weekend holiday pause due")
    counted: bool
    number: int | None
    minutes: int | None
    text: str
    table: str
    provisional: bool


class Pause(Schema):
    started_at: datetime
    ended_at: datetime | None
    reason: str


class Extension(Schema):
    amount: int
    reason: str
    asked_at: datetime
    decided_at: datetime | None
    granted: bool | None
    decision: str


class Clock(Schema):
    """A promise of time and its testimony: every counted and every skipped day."""

    name: str
    rule: str = Field(description="目录里的规则和版本", examples=["PS-02@1"])
    amount: int
    unit_of_time: str
    started_at: datetime
    stopped_at: datetime | None
    due_at: datetime | None
    provisional: bool
    calendar_version: str
    pauses: list[Pause]
    extensions: list[Extension]
    explanation: list[str]
    days: list[Day]


class Clocks(Schema):
    items: list[Clock]


class Event(Schema):
    """One thing that happened to a case; nothing personal is in it. ``id`` is a cursor."""

    id: str = Field(description="在提交顺序里的位置，可以当作 after")
    type: str = Field(examples=["request.answer"])
    kind: str
    number: str
    move: str
    label: str
    from_state: str
    state: str
    state_label: str
    version: int
    at: datetime
    received_at: datetime
    url: str
    steps: str


class Events(Schema):
    """A stretch of the feed; ``next`` is always there and always goes forward."""

    items: list[Event]
    next: str
    more: bool = Field(description="为真时后面已经还有，接着取")


class WebhookIn(In):
    """A receiver of webhooks."""

    name: str = Field(min_length=1, max_length=64, examples=["市平台"])
    url: str = Field(min_length=1, max_length=500, examples=["https://platform.example.gov.cn/hooks"])
    kinds: list[str] = Field([], max_length=20, description="只要这些种类，见 /kinds；空是全部")
    moves: list[str] = Field([], max_length=60, description="只要这些步骤，见 /kinds；空是全部")


class Webhook(Schema):
    """A receiver and how it is doing."""

    id: UUID
    name: str
    url: str
    kinds: list[str]
    moves: list[str]
    state: Literal["waiting", "live", "paused", "ended"] = Field(description="waiting：等本人在工作台确认")
    cursor: str = Field(description="已经为它做好推送的位置，见 /events")
    failures: int = Field(description="连续几次没有送到")
    rests_until: datetime | None = Field(description="歇到什么时候再试")
    created_at: datetime


class WebhookMade(Webhook):
    """With the secret that signs its messages: shown here and nowhere again."""

    secret: str


class Webhooks(Schema):
    items: list[Webhook]


class Delivery(Schema):
    """One message; its id is the same however often it is sent."""

    id: UUID
    event: str | None
    type: str
    number: str
    state: Literal["waiting", "sent", "parked"]
    attempts: int
    last_status: int | None
    last_error: str
    created_at: datetime
    sent_at: datetime | None
    not_before: datetime


class Deliveries(Schema):
    items: list[Delivery]


class ReplayIn(In):
    """From where to send again."""

    after: str = Field(min_length=1, max_length=18, pattern=r"^\d+$", description="/events 的位置，之后的都再送一遍")


class Replayed(Schema):
    again: int = Field(description="原来送过、现在再送的")
    cursor: str


class CommentIn(In):
    """A note among colleagues; the person does not see it."""

    text: str = Field(min_length=1, max_length=4000, examples=["已电话联系园区物业，明早现场看。"])


class Comment(Schema):
    id: UUID
    at: datetime
    by: str
    text: str


class Comments(Schema):
    items: list[Comment]


class Attachment(Schema):
    """A file of the request. ``url`` takes a POST, because opening a file is journalled and a GET writes nothing."""

    id: UUID
    label: str
    media_type: str
    size: int
    public: bool
    at: datetime
    by: str
    support: UUID | None = Field(description="哪一项协办的凭据")
    url: str


class Attachments(Schema):
    items: list[Attachment]


class RevealIn(In):
    """Which field, and what for; the person sees both."""

    field: Literal["name", "phone", "id_number"]
    why: str = Field(min_length=2, max_length=200, examples=["回访核实处理结果"])


class Revealed(Schema):
    field: str
    value: str


class Post(Schema):
    role: str
    label: str
    unit: UnitRef
    reach: str


class Me(Schema):
    """Whoever the token stands for, with the posts that hold now."""

    id: UUID
    name: str
    posts: list[Post]
    permissions: list[str]


class Unit(Schema):
    id: UUID
    code: str
    name: str
    short_name: str
    level: int
    kind: str
    parent: UUID | None
    branch: UUID | None
    valid_from: date
    valid_to: date | None
    successor: UUID | None


class Units(Schema):
    items: list[Unit]


class Promise(Schema):
    amount: int
    unit: str


class Category(Schema):
    code: str
    version: int
    label: str
    nature: str | None
    answer: Promise | None = Field(description="答复期限；没有时按性质")


class Categories(Schema):
    items: list[Category]


class NatureOut(Schema):
    code: str
    label: str
    answer: Promise | None
    sign: Promise | None
    give_back: Promise | None
    revisit: Promise | None


class Natures(Schema):
    items: list[NatureOut]


class State(Schema):
    name: str
    label: str
    public_label: str
    final: bool


class States(Schema):
    items: list[State]


class Sum(Schema):
    """So many cases of one unit, state and month; only the columns asked for are there."""

    unit: UUID | None = None
    branch: UUID | None = None
    state: str | None = None
    month: str | None = Field(None, examples=["2026-11"])
    count: int


class Statistics(Schema):
    """The sums, and all of them together. ``since`` and ``until`` are the first and the last day counted."""

    kind: str
    since: date
    until: date
    by: list[str]
    items: list[Sum]
    total: int


class KindMove(Schema):
    """A line of the move table: from where, to where, with which permission."""

    name: str
    label: str
    from_: list[str] = Field(alias="from")
    to: str | None
    needs: str
    by_person: bool
    bulk: bool
    help: str
    fields: list[FieldOut]


class KindOut(Schema):
    name: str
    label: str
    prefix: str
    initial: str
    states: list[State]
    moves: list[KindMove]


class Kinds(Schema):
    items: list[KindOut]


class CalendarDay(Schema):
    date: date
    kind: Literal["holiday", "makeup"]
    name: str


class CalendarYear(Schema):
    """A year: days off and make-up days as the notice says; everything else is Monday to Friday."""

    year: int
    version: int = Field(description="0：还没有这一年的通知，按周一至周五暂定")
    provisional: bool
    working_days: int
    days: list[CalendarDay]
    slots: list[str] = Field(examples=[["08:30-12:00", "13:30-17:30"]])
    zone: str


Problem.model_rebuild()
