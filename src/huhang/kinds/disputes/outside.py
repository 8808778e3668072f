"""A matter that needs another authority: a letter, its clock, and its answer (C5)."""

import re
from collections.abc import Sequence

from huhang.cases.actions import clocks
from huhang.cases.rules import Doing, Outcome, Promise
from huhang.kernel.errors import Conflict, Invalid
from huhang.kernel.worktime import Schedule, Unit
from huhang.kinds.disputes import catalogue, queries
from huhang.kinds.disputes.models import Letter
from huhang.kinds.disputes.papers import write_letter, write_urging
from huhang.kinds.disputes.rules import RESULTS

CLOCK = "outside"
MOST = 30
"""So many letters one dispute may send: their clocks are named by their order, and their day is looked for by name."""
CLOCKS = tuple(f"{CLOCK}-{n}" for n in range(1, MOST + 1))
_PERSONAL = re.compile(r"(?<!\d)(1\d{10}|\d{17}[\dXx])(?!\d)")


def refer(doing: Doing) -> Outcome:
    """Writes the letter and starts the authority's clock beside ours, which goes on (ADR 16)."""
    case, code, asked = doing.case, doing.values["authority"], doing.values["asked"]
    body = catalogue.authorities().get(code)
    if body is None:
        raise Invalid("目录里没有这个单位，或它已停用，请重新选择。", field="authority")
    if _PERSONAL.search(asked):
        raise Invalid("函里不写手机号和身份证号；需要联系当事人时，由承办人来联系。", field="asked")
    if any(one.authority == code for one in queries.open_letters(case)):
        raise Conflict("已经发函给这个单位，还没有函复。", field="authority")
    seq = Letter.objects.filter(case=case).count() + 1
    if seq > MOST:
        raise Conflict("一起纠纷最多发 %(most)d 封函。", field="authority", params={"most": MOST})
    promise = Promise(f"{code}@{body['version']}", int(body["days"]), Unit.WORKING_DAYS.value)
    clock = clocks.start(case, f"{CLOCK}-{seq}", promise, at=doing.now, shown=False)
    assert clock.due_at is not None  # a clock without pauses always has a due instant
    number, file = write_letter(case, body=body, asked=asked, due_at=clock.due_at, by=doing.by, now=doing.now)
    Letter.objects.create(
        case=case,
        seq=seq,
        authority=code,
        authority_version=int(body["version"]),
        name=str(body["name"]),
        asked=asked,
        number=number,
        file=file,
        clock=clock,
        sent_at=doing.now,
    )
    return Outcome(note=f"{body['name']} {number}", data={"authority": code, "paper": number})


def _chosen(doing: Doing) -> Letter:
    waiting, wanted = queries.open_letters(doing.case), doing.values.get("letter")
    found = [one for one in waiting if one.pk == wanted] if wanted else waiting
    if len(found) != 1:
        raise Invalid("请从列出的选项里选一项。", field="letter")
    return found[0]


def urge(doing: Doing) -> Outcome:
    """A letter of reminder (催办函) to an authority that has not answered, one a day at most."""
    letter, today = _chosen(doing), Schedule().date_of(doing.now)
    if letter.urged_at is not None and Schedule().date_of(letter.urged_at) == today:
        raise Conflict("今天已经催过这个单位。", field="letter")
    letter.urged, letter.urged_at = letter.urged + 1, doing.now
    number = write_urging(doing.case, letter, by=doing.by, now=doing.now)
    letter.save(update_fields=["urged", "urged_at"])
    return Outcome(note=f"{letter.name} {number}", data={"paper": number, "urged": letter.urged})


def answered(doing: Doing) -> Outcome:
    """What the authority answered, or what was seen to be done."""
    letter = _chosen(doing)
    letter.result, letter.answer = doing.values["result"], doing.values["text"]
    _end(doing, letter, "answered")
    said = str(dict(RESULTS)[letter.result])
    return Outcome(note=f"{letter.name}：{said}\n{letter.answer}", data={"paper": letter.number})


def _end(doing: Doing, letter: Letter, why: str) -> None:
    letter.ended_at, letter.ended_why = doing.now, why
    letter.save(update_fields=["ended_at", "ended_why", "result", "answer"])
    clocks.stop(doing.case, letter.clock.name, at=doing.now, shown=False)


def end_all(doing: Doing) -> Sequence[str]:
    """Ends what is still open when the dispute itself ends; returns the numbers left unanswered."""
    waiting = queries.open_letters(doing.case)
    for one in waiting:
        _end(doing, one, "ended")
    return [one.number for one in waiting]
