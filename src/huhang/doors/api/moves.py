"""Making a move over the wire: the same one action as every page, told which version it was decided on."""

import re
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router
from ninja.params.functions import Header

from huhang.cases import actions
from huhang.cases.models import Case
from huhang.cases.registry import kind_of
from huhang.doors.api import schemas, writing
from huhang.doors.api.answers import moment
from huhang.doors.api.bodies import refuse_unknown
from huhang.doors.api.problems import VersionNeeded
from huhang.doors.api.requests import known
from huhang.doors.api.shapes import BASE, step_shape
from huhang.doors.frame.gates import actor_of
from huhang.kernel.errors import Invalid, Missing

router = Router(tags=["moves"], by_alias=True)
_TAG = re.compile(r'(?:W/)?"(\d{1,10})"')


@router.post("/{number}/moves/{move}", response=schemas.Moved, summary="办一步")
def make(
    request: HttpRequest,
    number: str,
    move: str,
    given: schemas.MoveIn,
    if_match: str | None = Header(None, alias="If-Match", description='读取时的 ETag，如 "4"；* 表示不管版本'),
    idempotency_key: str | None = writing.key_welcome(),
) -> HttpResponse:
    """办一步。可办的步骤和各自要填的内容见诉求的 moves。

    必须说明看到的是哪一版（正文的 version，或 If-Match）：之后别人办过，就是 409 overtaken，since 里列出变化，
    什么也没有写入。
    """
    return made(request, known(actor_of(request), number), move, given, if_match, idempotency_key)


def made(
    request: HttpRequest,
    case: Case,
    move: str,
    given: schemas.MoveIn,
    if_match: str | None,
    idempotency_key: str | None,
    *,
    base: str = BASE,
) -> HttpResponse:
    """Makes a move of any kind of case and answers with where it stands.

    Raises:
        Missing: the kind has no such move.
    """
    actor, now = actor_of(request), timezone.now()
    version = _version(given.version, if_match)
    kind = kind_of(case.kind)
    found = kind.move(move)
    if found is None:
        raise Missing

    def work() -> tuple[Any, str]:
        try:
            refuse_unknown(given.values, (field.name for field in found.fields))
            step = actions.move(case_id=case.pk, name=move, values=given.values, by=actor, now=now, version=version)
        except Invalid as problem:
            problem.problems = {f"values.{name}": text for name, text in problem.problems.items()}
            raise
        moved = step.case
        return {
            "number": moved.number,
            "state": moved.state,
            "state_label": str(kind.state(moved.state).label),
            "open": moved.is_open,
            "version": moved.version,
            "due_at": moment(moved.due_at),
            "step": step_shape(step, case.kind),
        }, base + moved.number

    content = {"version": version, "values": given.values}
    return writing.done(request, idempotency_key, by=actor, content=content, now=now, work=work)


def _version(said: int | None, if_match: str | None) -> int | None:
    """The version the actor was looking at; none when they say that they do not care (``If-Match: *``)."""
    if if_match is None:
        if said is None:
            raise VersionNeeded("请带上 If-Match，或在正文里写明 version。")
        return said
    if if_match.strip() == "*":
        return said
    tag = _TAG.fullmatch(if_match.strip())
    if tag is None or (said is not None and said != int(tag[1])):
        raise Invalid(problems={"If-Match": "If-Match 应当是读取时的 ETag，并与 version 一致。"})
    return int(tag[1])
