"""C6: of many who hold one link one answers; nothing is lost and nothing is doubled."""

import threading
from collections import Counter
from datetime import timedelta

from django.db import connection

from huhang.base.access.context import SYSTEM, acting
from huhang.base.keyring import slips
from huhang.kinds.requests.surveying import actions
from huhang.kinds.requests.surveying.actions.answering import USE
from huhang.kinds.requests.surveying.models import Answer, Invitation, Round
from tests.factories.city import NOW, enterprise, make_city


def test_of_eight_who_send_one_link_at_once_one_is_heard(own_database: str) -> None:
    city = make_city()
    with acting(SYSTEM):
        enterprise(city)
        times = {"starts_at": NOW, "ends_at": NOW + timedelta(days=3)}
        row = actions.begin(
            title="年度评议", questionnaire="yearly", audience="paper", **times, by=city.actor("supervisor"), now=NOW
        )
        text, digest = slips.fresh(USE)
        Invitation.objects.filter(round=row).update(digest=digest)
    told: Counter[str] = Counter()
    gate = threading.Barrier(8)

    def one(n: int) -> None:
        try:
            gate.wait()
            told[actions.answer({"overall": str(1 + n % 5), "class": "park"}, link=text, now=NOW).state] += 1
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told == {"open": 1, "spent": 7}
    with acting(SYSTEM):
        assert (Answer.objects.count(), Invitation.objects.filter(spent=True).count()) == (1, 1)
        actions.mix(row.pk, now=NOW)
        assert Round.objects.get().stirred == 1
