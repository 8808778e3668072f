"""Notes, files and personal data beside a case."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field

from huhang.doors.api.schemas.shared import In


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
