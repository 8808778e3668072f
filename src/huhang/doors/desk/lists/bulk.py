"""One move on the ticked rows: choose it below the list, fill its form, start it; the worker does the rest."""

import uuid
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from huhang.base.access.queries import allows
from huhang.base.access.rules import Actor
from huhang.base.replies.actions import Answer, once
from huhang.cases.actions import start_batch
from huhang.cases.actions.batches import MOST
from huhang.cases.models import Case
from huhang.cases.registry import kinds
from huhang.cases.rules import Kind, Move
from huhang.doors.desk.case.move_form import MoveForm, typed
from huhang.doors.desk.lists import table
from huhang.doors.desk.lists.look import USUAL, Look
from huhang.doors.frame.gates import actor_of, officers
from huhang.doors.frame.parts import Ledger
from huhang.kernel.errors import Conflict, Denied, Invalid
from huhang.kernel.numbering import uuid7
from huhang.kernel.text import canonical_json
from huhang.reading.ledger import Line, chosen

Chosen = list[tuple[uuid.UUID, int]]


def bulk_moves(actor: Actor) -> list[tuple[Kind, Move]]:
    """Moves meant for many cases that this actor may make somewhere."""
    return [(k, m) for k in kinds().values() for m in k.moves if m.bulk and allows(actor, m.needs)]


def bulk_choices(actor: Actor) -> list[tuple[str, str]]:
    """The same as a select offers them."""
    several = len(kinds()) > 1
    return [(f"{k.name}.{m.name}", f"{k.label} · {m.label}" if several else str(m.label)) for k, m in bulk_moves(actor)]


def _move(actor: Actor, name: str) -> tuple[Kind, Move]:
    for kind, move in bulk_moves(actor):
        if name == f"{kind.name}.{move.name}":
            return kind, move
    if not name:
        raise Invalid("请先选择要办哪一步。", field="move")
    raise Denied


def _chosen(data: QueryDict) -> Chosen:
    """Ids with the version seen of each.

    Raises:
        Invalid: nothing chosen, too much, or not what our list sends.
    """
    pairs: dict[uuid.UUID, int] = {}
    for raw in data.getlist("case"):
        row, _colon, version = raw.partition(":")
        try:
            pairs[uuid.UUID(row)] = max(0, min(int(version), 2**31 - 1))
        except ValueError:
            raise Invalid("勾选的内容不完整，请回到列表重新勾选。") from None
    if not pairs:
        raise Invalid("请先勾选要办理的事项。")
    if len(pairs) > MOST:
        raise Invalid("一次最多办理 %(most)d 件，请分几次。", params={"most": MOST})
    return list(pairs.items())


@officers()
@require_http_methods(["GET", "HEAD", "POST"])
def bulk_page(request: HttpRequest) -> HttpResponseBase:
    """The form of one move for the ticked cases; sending it starts the work.

    Raises:
        Denied: the actor may not make this move.
        Invalid: nothing ticked, or no move chosen.
    """
    actor, now = actor_of(request), timezone.now()
    data = request.POST if request.method == "POST" else request.GET
    kind, move = _move(actor, data.get("move", ""))
    ticked = _chosen(data)
    blank = Case(kind=kind.name, state=move.from_[0])
    if request.method != "POST":
        return _show(request, kind, move, MoveForm(blank, move, now), ticked, actor, now)
    try:
        answer = _start(request, kind, move, ticked, actor, now)
    except (Invalid, Conflict) as wrong:
        form = MoveForm(blank, move, now, request.POST)
        form.tell(wrong)
        return _show(request, kind, move, form, ticked, actor, now, status=wrong.status)
    return redirect(answer.location)


def _start(request: HttpRequest, kind: Kind, move: Move, ticked: Chosen, actor: Actor, now: datetime) -> Answer:
    """A double click starts one batch: the second submission is led to the first one's page."""
    values = typed(move, request.POST)

    def work() -> Answer:
        batch = start_batch(kind=kind.name, move_name=move.name, chosen=ticked, values=values, by=actor, now=now)
        return Answer(303, location=reverse("desk:batch", kwargs={"pk": batch.pk}))

    key = request.POST.get("idempotency_key", "")[:80] or str(uuid7())
    content = canonical_json({"move": move.name, "cases": [[str(c), v] for c, v in ticked], "values": values})
    return once(key, who=str(actor.id), content=content, now=now, work=work)


def _show(
    request: HttpRequest,
    kind: Kind,
    move: Move,
    form: MoveForm,
    ticked: Chosen,
    actor: Actor,
    now: datetime,
    status: int = 200,
) -> HttpResponse:
    lines = chosen(actor, [case for case, _version in ticked])
    look = Look(USUAL["inbox"])
    seen = {line.id for line in lines}
    context: dict[str, Any] = {
        "now": now,
        "move": move,
        "choice": f"{kind.name}.{move.name}",
        "form": form,
        "ticked": [f"{case}:{version}" for case, version in ticked if case in seen],
        "count": len(lines),
        "unfit": _unfit(kind, move, lines),
        "ledger": Ledger(look.shown(), table.plain_group(lines, now, look.cells()), _("勾选的诉求")),
        "idempotency_key": request.POST.get("idempotency_key", "")[:80] or str(uuid7()),
        "back_url": reverse("desk:inbox"),
    }
    return render(request, "desk/lists/bulk.html", context, status=status)


def _unfit(kind: Kind, move: Move, lines: list[Line]) -> int:
    """How many of the ticked stand in a state this move does not start from: they will be refused one by one."""
    return sum(1 for line in lines if line.kind != kind.name or line.state not in move.from_)
