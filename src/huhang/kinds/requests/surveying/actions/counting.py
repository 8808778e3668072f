"""The opinions of a survey entered as those of its year, so that the ranking of the worst knows them (C6)."""

import uuid
from collections import Counter
from datetime import datetime

from django.db import transaction

from huhang.base.access.rules import Actor
from huhang.kernel.errors import Conflict, Invalid, Missing
from huhang.kinds.requests.repeats.models import SurveyRow
from huhang.kinds.requests.repeats.surveys import Entered, keep
from huhang.kinds.requests.surveying import catalogue, queries, rules
from huhang.kinds.requests.surveying.actions.mixing import categories
from huhang.kinds.requests.surveying.models import Answer, Opinion, Round


@transaction.atomic
def count_in(*, round_id: uuid.UUID, year: int, by: Actor, now: datetime) -> Entered:
    """Makes its opinions those of a year: one row an opinion, and one a class for those who chose it and wrote nothing.

    Raises:
        Missing: no such survey. Denied: no permission to supervise everything.
        Conflict: it still runs, was entered already, or asked for no class. Invalid: no such year, or nothing to enter.
    """
    queries.round_of(by, round_id)
    row = Round.objects.select_for_update(of=("self",)).filter(pk=round_id).first()
    if row is None:
        raise Missing
    if not queries.is_over(row, now):
        raise Conflict("调查还在进行，结束以后再计入排名。")
    if row.counted_id is not None:
        raise Conflict("这次调查已经计入排名。")
    body = catalogue.sheet(row.questionnaire, row.version)
    asked = next((one for one in body["questions"] if one["kind"] == rules.CLASS), None)
    if asked is None:
        raise Conflict("这份问卷没有问五类问题，不能计入排名。")
    rows = _rows(row, str(asked["code"]), str(asked["text"]))
    if not rows:
        raise Invalid("没有可以计入的回答。", field="year")
    entered = keep(name=row.title, year=year, rows=rows, by=by, now=now)
    row.counted = entered.survey
    row.save(update_fields=["counted"])
    return entered


def _rows(row: Round, code: str, question: str) -> list[SurveyRow]:
    classes = categories(row)
    chosen = Answer.objects.filter(round=row, mixed=True).values_list(f"values__{code}", flat=True)
    votes = Counter(classes[one] for one in chosen if one in classes)
    said = Opinion.objects.filter(round=row).exclude(category="").select_related("topic")
    made = []
    for one in said.order_by("category", "topic__name", "id"):
        topic = one.topic.name if one.topic else question
        made.append(SurveyRow(category=one.category, topic=topic, votes=1, opinion=one.text))
        votes[one.category] -= 1
    made += [SurveyRow(category=c, topic=question[:200], votes=n) for c, n in sorted(votes.items()) if n > 0]
    for line, entered in enumerate(made, 1):
        entered.line = line
    return made
