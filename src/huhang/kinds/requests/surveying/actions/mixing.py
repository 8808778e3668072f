"""Answers parted from the order in which they came, and their free text from the rest (ADR 38)."""

import random
import secrets
import uuid
from datetime import datetime
from typing import Any

from django.db import transaction

from huhang.base.access.context import SYSTEM, acting
from huhang.base.journal import actions as journal
from huhang.kernel.text import alike, letters, sketch
from huhang.kinds.requests.surveying import catalogue, queries, rules
from huhang.kinds.requests.surveying.models import Answer, Invitation, Opinion, Round, Topic

_chance = random.SystemRandom()


def mix_all(*, now: datetime) -> int:
    """Mixes wherever enough answers wait. Returns how many answers came to be shown."""
    with acting(SYSTEM):
        waiting = list(Answer.objects.filter(mixed=False).order_by().values_list("round", flat=True).distinct())
    return sum(mix(pk, now=now) for pk in waiting)


@transaction.atomic
def mix(round_id: uuid.UUID, *, now: datetime) -> int:
    """Takes waiting answers by chance, as many as may be shown, and writes them anew in another order.

    Those left behind are written anew too, under new keys, and so are the rows of used links: neither the place in a
    table nor the transaction that wrote a row tells which answer came by which link. Returns how many were taken.
    """
    with acting(SYSTEM):
        row = Round.objects.select_for_update(of=("self",)).get(pk=round_id)
        waiting = list(Answer.objects.filter(round=row, mixed=False))
        shown = Answer.objects.filter(round=row, mixed=True).count()
        over, least = queries.is_over(row, now), catalogue.policy().least
        count = rules.released(len(waiting), shown, over=over, least=least)
        if not count and row.stirred == len(waiting) + shown:
            return 0
        _chance.shuffle(waiting)
        taken, left = waiting[:count], waiting[count:]
        Answer.objects.filter(pk__in=[one.pk for one in waiting]).delete()
        made = [Answer(round=row, values=one.values) for one in left]
        made += [Answer(round=row, values=_closed(row, one), mixed=True) for one in taken]
        Answer.objects.bulk_create(made)
        _part(row, taken)
        _shuffle_links(row)
        row.stirred = len(waiting) + shown
        row.save(update_fields=["stirred"])
        if count:
            journal.write("survey.mix", by=SYSTEM, now=now, data={"survey": str(row.pk), "count": count})
    return count


def _texts(row: Round) -> dict[str, dict[str, Any]]:
    body = catalogue.sheet(row.questionnaire, row.version)
    return {str(one["code"]): one for one in body["questions"] if one["kind"] == rules.TEXT}


def _closed(row: Round, one: Answer) -> dict[str, Any]:
    texts = _texts(row)
    return {code: value for code, value in one.values.items() if code not in texts}


def _part(row: Round, taken: list[Answer]) -> None:
    """Free texts by themselves, each with the class it is about if its question asks for one, in groups."""
    classes = categories(row)
    opinions = []
    for code, question in _texts(row).items():
        for one in taken:
            if text := one.values.get(code):
                chosen = str(one.values.get(str(question.get("of", "")), ""))
                opinions.append(Opinion(round=row, question=code, category=classes.get(chosen, ""), text=text))
    _chance.shuffle(opinions)
    _group(row, opinions)
    Opinion.objects.bulk_create(opinions)


def categories(row: Round) -> dict[str, str]:
    """Option of the question about classes → category of the ledger."""
    body = catalogue.sheet(row.questionnaire, row.version)
    asked = (one for one in body["questions"] if one["kind"] == rules.CLASS)
    return {str(one["code"]): str(one["category"]) for question in asked for one in question["options"]}


def _group(row: Round, opinions: list[Opinion]) -> None:
    """Puts each opinion with those most like it, by the same measure as requests that repeat (ADR 21)."""
    least = catalogue.policy().similar
    held: dict[tuple[str, str], list[tuple[Topic, str, bytes]]] = {}
    for topic in Topic.objects.filter(round=row).order_by("id"):
        place = held.setdefault((topic.question, topic.category), [])
        place.append((topic, letters(topic.name), bytes(topic.sketch)))
    fresh = []
    for one in opinions:
        said = letters(one.text)
        drawn = sketch(said)
        place = held.setdefault((one.question, one.category), [])
        best = max(place, key=lambda t: (t[1] == said, alike(t[2], drawn)), default=None)
        if best is None or not (best[1] == said or alike(best[2], drawn) >= least):
            name = one.text.replace("\n", " ")[:40]
            best = (
                Topic(round=row, question=one.question, category=one.category, name=name, sketch=drawn),
                said,
                drawn,
            )
            place.append(best)
            fresh.append(best[0])
        one.topic = best[0]
    Topic.objects.bulk_create(fresh)


def _shuffle_links(row: Round) -> None:
    spent = list(Invitation.objects.filter(round=row, spent=True))
    if spent:
        for one in spent:
            if row.reminded_at is not None and one.again is None:  # answered while the reminder went out
                one.again = secrets.token_bytes(32)
        Invitation.objects.filter(pk__in=[one.pk for one in spent]).delete()
        _chance.shuffle(spent)
        Invitation.objects.bulk_create(spent, batch_size=2000)
