"""What people do on their own phones by the code on the wall: being counted, and answering a quiz. Nobody is named."""

import hashlib
import hmac
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from huhang.base.access.context import SYSTEM, acting
from huhang.base.keyring import keys
from huhang.cases.models import Case
from huhang.kernel.errors import Conflict, Invalid
from huhang.kinds.trainings import queries
from huhang.kinds.trainings.models import Mark, Result, Training
from huhang.kinds.trainings.rules import DOOR, MOST_PEOPLE, RETURN, score

OPEN = {DOOR: ("arranged",), "before": ("arranged",), "after": ("arranged", "given"), RETURN: ("given",)}
"""In which states a stage counts: entered too early or too late it would count for another."""


class CountedTwice(Conflict):
    """This device was counted already; nothing was added."""

    code = "counted_twice"


@dataclass(frozen=True)
class Scored:
    """What one's own answers came to, told to nobody but whoever holds the phone."""

    right: int
    asked: int
    passed: bool


def session_at(case_id: uuid.UUID, stage: str) -> Case:
    """The session a code leads to. Whoever holds the phone is nobody we know, so it is read as the system.

    Raises:
        Conflict: not at this stage now, with what to do.
    """
    with acting(SYSTEM):
        case = Case.objects.select_related("training").defer("search", "folded").filter(pk=case_id).first()
    if case is None or case.kind != "training" or case.state not in OPEN[stage]:
        raise Conflict("这一场现在不在计数或答题，请问主办的民警。")
    return case


@transaction.atomic
def count_device(case_id: uuid.UUID, *, device: str, now: datetime) -> int:
    """Counts one at the door; a device counts once. Returns how many were counted.

    Raises:
        Conflict: counted already, or not at this stage.
        Invalid: the device holds nothing to tell it apart by.
    """
    with acting(SYSTEM):
        known = _marked(case_id, DOOR, device, now)
        known.scanned += 1
        known.save(update_fields=["scanned"])
        return known.scanned


@transaction.atomic
def take_quiz(case_id: uuid.UUID, stage: str, answers: Mapping[str, str], *, device: str, now: datetime) -> Scored:
    """Counts one set of answers by question; who gave them is nowhere. A device answers once a stage.

    Raises:
        Conflict: answered already, or not at this stage.
        Invalid: a question left out, or an answer that is none of its options; nothing was counted.
    """
    with acting(SYSTEM):
        known = _marked(case_id, stage, device, now)
        asked = queries.asked_at(known.case, stage)
        if not asked:
            raise Conflict("这一场没有测验。")
        problems = {
            str(one["code"]): "请选一个答案。"
            for one in asked
            if answers.get(str(one["code"])) not in {str(option["code"]) for option in one["options"]}
        }
        if problems:
            raise Invalid(problems=problems)
        right = [one for one in asked if answers[str(one["code"])] == one["right"]]
        for one in asked:
            row, _made = Result.objects.get_or_create(
                case=known.case, stage=stage, code=str(one["code"]), defaults={"taken": 0}
            )
            row.taken += 1
            row.right += one in right
            row.save(update_fields=["taken", "right"])
        quiz = queries.quiz_of(known.case)
        passed = score(len(right), len(asked)) >= int(quiz["pass"])
        for name, more in ((f"{stage}_taken", 1), (f"{stage}_passed", int(passed))):
            setattr(known, name, getattr(known, name) + more)
        known.save(update_fields=[f"{stage}_taken", f"{stage}_passed"])
        return Scored(len(right), len(asked), passed)


def _marked(case_id: uuid.UUID, stage: str, device: str, now: datetime) -> Training:
    """The detail row, locked, once it is sure that this device was not counted at this stage before."""
    if not 16 <= len(device) <= 64:
        raise Invalid("请允许浏览器保存 Cookie，刷新后再试；它只用来防止重复计数，一天后失效。", field="device")
    session_at(case_id, stage)
    known = Training.objects.select_for_update(of=("self",)).select_related("case").filter(case_id=case_id).first()
    if known is None or known.case.state not in OPEN[stage]:
        raise Conflict("这一场现在不在计数或答题，请问主办的民警。")
    if known.scanned >= MOST_PEOPLE:
        raise Conflict("人数已到上限。")
    told = f"{case_id}\x00{stage}\x00{device}".encode()
    digest = hmac.new(keys.ring("token").now, b"training.device\x00" + told, hashlib.sha256).digest()
    try:
        with transaction.atomic():
            Mark.objects.create(case_id=case_id, stage=stage, digest=digest, made_at=now)
    except IntegrityError:
        raise CountedTwice("这部手机已经计过一次了，不用再来。") from None
    return known
