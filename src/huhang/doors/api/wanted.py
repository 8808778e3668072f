"""A set of the register as programs name it: the same filter as the list of subjects has (A1)."""

from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from pydantic import Field

from huhang.doors.api.schemas import In
from huhang.register.subjects.queries import Wanted


class WantedIn(In):
    """Which subjects; several conditions mean all of them."""

    q: str = Field("", max_length=200, description="名称、信用代码、编号或地址里的字")
    kind: str = Field("", max_length=16, description="主体类型")
    state: Literal["active", "closed", "all"] = "active"
    flags: list[str] = Field([], max_length=20, description="分类和标识，见目录 subject_classes")
    unit: UUID | None = Field(None, description="责任单位，连同下级")
    industry: str = Field("", max_length=40)
    within: UUID | None = Field(None, description="在哪个园区里")
    silent_days: int = Field(0, ge=0, le=3660, description="多少天以上没走访；0 是不看")


def wanted(given: WantedIn | None, now: datetime) -> Wanted:
    """The filter as the register takes it."""
    if given is None:
        return Wanted()
    since = now - timedelta(days=given.silent_days) if given.silent_days else None
    named = {name: getattr(given, name) for name in ("q", "kind", "state", "unit", "industry", "within")}
    return Wanted(**named, flags=tuple(given.flags), silent_since=since)
