"""What many answers and everything sent have in common."""

from typing import TYPE_CHECKING, Annotated, Literal
from uuid import UUID

from ninja import Schema
from pydantic import ConfigDict, Field

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


class UnitRef(Schema):
    id: UUID
    name: str


class OfficerRef(Schema):
    id: UUID
    name: str


class CategoryRef(Schema):
    code: str
    label: str
