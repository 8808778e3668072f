"""Keeping an answer with its proof and its draw; called by the moves of a request, inside their transaction."""

import secrets
from collections.abc import Iterable

from huhang.base.journal import actions as journal
from huhang.cases.models import Case
from huhang.cases.rules import Doing
from huhang.kernel.errors import Invalid
from huhang.kinds.requests.models import Rating, Request
from huhang.kinds.requests.rules import BAD
from huhang.kinds.requests.solved import catalogue, queries
from huhang.kinds.requests.solved.models import Answered
from huhang.kinds.requests.solved.rules import APPEALED, BAD_RATING, REDONE, SENSITIVE, draw


def keep_answer(doing: Doing, detail: Request) -> Answered:
    """Keeps what the answer stands on and draws whether it is revisited (C4).

    Raises:
        Invalid: the result asks for proof and there is none (beside ``proof``).
    """
    case, values = doing.case, doing.values
    code, turn = values["result"], detail.redo_count
    files = queries.proofs(case, turn)
    reference = values.get("proof") or ""
    if catalogue.proof_of(code) == "required" and not files and not reference:
        raise Invalid(
            "“%(result)s”要有佐证：写明案卷、处警或整改记录的编号，或上传一份材料。",
            field="proof",
            params={"result": catalogue.result_label(code)},
        )
    rule = catalogue.sampling()
    lot = draw(rule, seed=secrets.token_hex(16), number=case.number, turn=turn, facts=_facts(case, detail))
    made = Answered.objects.create(
        case=case,
        round=turn,
        at=doing.now,
        by_id=doing.by.user,
        unit_id=case.unit_id,
        result=code,
        result_version=catalogue.result_version(code),
        reference=reference,
        reference_public=bool(values.get("proof_public")),
        files=files,
        rule=rule.rule,
        rate=rule.rate,
        seed=lot.seed,
        ticket=lot.ticket,
        drawn=lot.drawn,
        because=list(lot.because),
    )
    case.__dict__.pop("_answers", None)
    told = {"round": turn, "rule": rule.rule, "seed": lot.seed, "ticket": lot.ticket, "drawn": lot.drawn}
    journal.write("revisit.draw", by=doing.by, now=doing.now, case=case.pk, data=told)
    return made


def _facts(case: Case, detail: Request) -> Iterable[str]:
    """What about a request is always revisited, as far as it is known when it is answered."""
    if case.sensitive:
        yield SENSITIVE
    if detail.redo_count:
        yield REDONE
        if case.steps.filter(move="appeal").exists():
            yield APPEALED
        if Rating.objects.filter(case=case, stars__lte=BAD).exists():
            yield BAD_RATING


def pull_in(doing: Doing, turn: int, *why: str) -> None:
    """Something happened after the answer that is always revisited: an answer not drawn is revisited after all."""
    known = queries.answered(doing.case, turn)
    if known is None or set(why) <= set(known.because):
        return
    known.drawn, known.because = True, [*known.because, *(one for one in why if one not in known.because)]
    known.save(update_fields=["drawn", "because"])
