"""What people set right in the groups of opinions: a name, and where an opinion stands."""

import uuid
from datetime import datetime

from django.db import transaction

from huhang.base.access.rules import Actor
from huhang.base.journal import actions as journal
from huhang.kernel.errors import Conflict, Denied, Invalid, Missing
from huhang.kernel.text import clean
from huhang.kinds.requests.surveying import queries
from huhang.kinds.requests.surveying.models import Opinion, Round, Topic


def _held(by: Actor, round_id: uuid.UUID) -> Round:
    row = queries.round_of(by, round_id)
    if not queries.may_hold(by, row):
        raise Denied("您没有整理这次调查意见的权限。")
    if row.counted_id is not None:
        raise Conflict("意见已计入年度排名，不能再改分组。")
    return row


def _name(name: str) -> str:
    said = clean(name, max_length=80).replace("\n", " ")
    if not said:
        raise Invalid("请填写名称。", field="name")
    return said


@transaction.atomic
def rename_topic(*, round_id: uuid.UUID, topic_id: uuid.UUID, name: str, by: Actor, now: datetime) -> Topic:
    """Gives a group its name; another group of the same question and class with that name takes it in.

    Raises:
        Missing, Denied: as far as the survey goes. Conflict: already counted. Invalid: no name.
    """
    row, said = _held(by, round_id), _name(name)
    topic = Topic.objects.select_for_update(of=("self",)).filter(pk=topic_id, round=row).first()
    if topic is None:
        raise Missing
    like = Topic.objects.filter(round=row, question=topic.question, category=topic.category, name=said)
    other = like.exclude(pk=topic.pk).first()
    if other is not None:
        Opinion.objects.filter(topic=topic).update(topic=other)
        topic.delete()
        topic = other
    topic.name, topic.named_by_label = said, by.label
    topic.save(update_fields=["name", "named_by_label"])
    data = {"survey": str(row.pk), "topic": str(topic_id), "into": str(topic.pk)}
    journal.write("survey.topic", by=by, now=now, about=said, data=data)
    return topic


@transaction.atomic
def move_opinion(*, round_id: uuid.UUID, opinion_id: uuid.UUID, name: str, by: Actor, now: datetime) -> Topic:
    """Puts an opinion into the group of a name; makes the group when there is none. An emptied group goes.

    Raises:
        Missing, Denied: as far as the survey goes. Conflict: already counted. Invalid: no name.
    """
    row, said = _held(by, round_id), _name(name)
    opinion = Opinion.objects.select_for_update(of=("self",)).filter(pk=opinion_id, round=row).first()
    if opinion is None:
        raise Missing
    left, key = opinion.topic_id, {"round": row, "question": opinion.question, "category": opinion.category}
    topic = Topic.objects.filter(**key, name=said).first() or Topic.objects.create(
        **key, name=said, named_by_label=by.label
    )
    opinion.topic = topic
    opinion.save(update_fields=["topic"])
    if left and left != topic.pk and not Opinion.objects.filter(topic_id=left).exists():
        Topic.objects.filter(pk=left).delete()
    data = {"survey": str(row.pk), "opinion": str(opinion.pk), "into": str(topic.pk)}
    journal.write("survey.topic", by=by, now=now, about=said, data=data)
    return topic
