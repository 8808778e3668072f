"""The feed of events, and webhooks made from it."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field

from huhang.doors.api.schemas.shared import In


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
