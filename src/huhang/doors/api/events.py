"""The feed of what happened, for systems that follow along from a cursor of their own (L3)."""

import re
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from huhang.base.exchange.rules import Event, wanted
from huhang.cases.registry import kind_of, kinds
from huhang.doors.api import schemas
from huhang.doors.api.answers import answer, moment
from huhang.doors.api.bodies import refuse_unknown
from huhang.doors.api.shapes import BASE, CASES, step_label
from huhang.doors.frame.gates import actor_of
from huhang.kernel.errors import Invalid
from huhang.reading import events

router = Router(tags=["events"], by_alias=True)
_CURSOR = re.compile(r"\d{1,18}", re.ASCII)
LATEST = "latest"


class EventsIn(Schema):
    """From where, how many, and which."""

    after: str = Field("0", max_length=20, description="上一页答复里的 next；0 从头开始；latest 只要此后的")
    limit: int = Field(100, ge=1, le=500)
    kind: str = Field("", max_length=200, description="只要这些种类，逗号分隔，见 /kinds")
    move: str = Field("", max_length=400, description="只要这些步骤，逗号分隔，见 /kinds；登记是 open")


def names(text: str) -> list[str]:
    """A list as it stands in an address: names with commas between them."""
    return [name for name in (part.strip() for part in text.split(",")) if name]


@router.get("/events", response=schemas.Events, summary="发生了什么，从某处往后")
def list_events(request: HttpRequest, said: Query[EventsIn]) -> HttpResponse:
    """按提交的先后给出看得见的事项发生的每一步，只增不改；把 next 存下来，下次作为 after 带回。

    顺序是日志的顺序：后提交的不会插到已读过的前面，所以不会漏。一次最多看几千条日志，items 为空而 more 为真时接着取。
    没有姓名、电话和任何人写的话；要看内容用 url。
    """
    actor = actor_of(request)
    refuse_unknown(request.GET, EventsIn.model_fields)
    if said.after == LATEST:
        return answer({"items": [], "next": str(events.newest()), "more": False})
    if not _CURSOR.fullmatch(said.after):
        raise Invalid(problems={"after": "应当是上一页答复里的 next，或 0，或 latest。"})
    only, moves = names(said.kind), names(said.move)
    if strange := sorted(set(only) - set(kinds())):
        raise Invalid(problems={"kind": "没有这种事项，请从列出的种类里选。"}, params={"kind": strange[0][:40]})
    span = events.after(actor, int(said.after), limit=said.limit)
    rows = [event_shape(event) for event in span.events if wanted(event, only, moves)]
    return answer({"items": rows, "next": str(span.next), "more": span.more})


def event_shape(event: Event) -> dict[str, Any]:
    """One event with its links, as published."""
    kind = kind_of(event.kind)
    base = BASE if event.kind == "request" else CASES
    return {
        "id": str(event.seq),
        "type": event.type,
        "kind": event.kind,
        "number": event.number,
        "move": event.move,
        "label": step_label(event.kind, event.move),
        "from_state": event.from_state,
        "state": event.to_state,
        "state_label": str(kind.state(event.to_state).label),
        "version": event.version,
        "at": moment(event.at),
        "received_at": moment(event.received_at),
        "url": base + event.number,
        "steps": f"{base}{event.number}/steps",
    }
