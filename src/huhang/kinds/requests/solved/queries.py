"""What is known of a round's answer, and whether it has to be revisited."""

import uuid
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings

from huhang.cases.models import Attachment, Case
from huhang.kinds.requests.models import Revisit
from huhang.kinds.requests.queries import lead_of
from huhang.kinds.requests.solved import catalogue
from huhang.kinds.requests.solved.models import Answered
from huhang.kinds.requests.solved.rules import counted
from huhang.register.units.queries import tree


def answers(case: Case) -> list[Answered]:
    """Every answer given, oldest round first; fetched once for a case object."""
    known: list[Answered] | None = case.__dict__.get("_answers")
    if known is None:
        known = list(Answered.objects.filter(case=case).order_by("round"))
        case.__dict__["_answers"] = known
    return known


def answered(case: Case, turn: int) -> Answered | None:
    """The answer of a round; nothing for one given before draws were kept."""
    return next((one for one in answers(case) if one.round == turn), None)


def must_be_revisited(case: Case, turn: int) -> bool:
    """Whether a round's answer has to be revisited; what was answered before draws were kept always has."""
    known = answered(case, turn)
    return known is None or known.drawn


def proofs(case: Case, turn: int) -> list[uuid.UUID]:
    """Files an officer put to the case since this round began: what the unit can show for its answer."""
    begun = case.steps.filter(move="redo").order_by("-seq").values_list("at", flat=True).first() if turn else None
    return papers(case, since=begun or case.received_at)


def proof_names(case: Case) -> list[tuple[str, str]]:
    """Ids and names of the files this round's answer can stand on."""
    return named(proofs(case, case.request.redo_count))


def named(files: list[uuid.UUID]) -> list[tuple[str, str]]:
    """The files with their names, in the order they came."""
    rows = Attachment.objects.filter(pk__in=files).order_by("at", "id").values_list("pk", "label") if files else []
    return [(str(pk), label) for pk, label in rows]


def papers(case: Case, *, since: datetime) -> list[uuid.UUID]:
    """Files officers put to the case since an instant, the ones removed since left out."""
    rows = Attachment.objects.filter(case=case, at__gte=since, file__stored_by__isnull=False)
    return list(rows.filter(file__removed_at=None).order_by("at", "id").values_list("pk", flat=True))


def attempts(case: Case, turn: int) -> int:
    """How many attempts at different times were made to reach the person in a round."""
    times = Revisit.objects.filter(case=case, round=turn).values_list("at", flat=True)
    return counted(list(times), catalogue.sampling().apart)


def script_of(case: Case, code: str = catalogue.STANDARD) -> list[tuple[str, str]]:
    """What to say on the telephone about this case, in Chinese and in English."""
    lead = lead_of(case)  # C6: what is joined was answered there
    known, at = lead.request, lead.answered_at
    unit = tree().label(known.answered_unit_id or case.unit_id)
    day = at.astimezone(ZoneInfo(settings.TIME_ZONE)).date() if at else None
    told = {"number": case.number, "title": case.title, "unit": unit}
    result = {english: catalogue.result_label(known.result, english=english) for english in (False, True)}
    zh = {**told, "result": result[False], "answered_on": f"{day.month}月{day.day}日" if day else "—"}
    en = {**told, "result": result[True], "answered_on": f"{day:%d %B %Y}".lstrip("0") if day else "—"}
    return catalogue.script(code, zh, en)
