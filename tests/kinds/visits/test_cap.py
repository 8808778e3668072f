"""J1: of two officers on the last visit of a quarter one wins, whatever the hurry."""

import threading

from django.db import connection

from huhang.base.access.context import SYSTEM, acting
from huhang.cases.models import Case
from huhang.kinds.visits import queries
from huhang.kinds.visits.actions import CapReached
from tests.factories.city import make_city
from tests.factories.visits import subject_of, visited


def test_two_officers_on_the_last_visit_one_wins(own_database: str) -> None:
    with acting(SYSTEM):
        city = make_city()
        where = subject_of(city)
        for _ in range(2):
            visited(city, subject=where)
    gate, said = threading.Barrier(4), list[str]()

    def call(who: str) -> None:
        try:
            gate.wait()
            visited(city, who, subject=where, requests=[{"body": "夜里渣土车太吵。"}])
            said.append("made")
        except CapReached as refused:
            said.append(refused.text)
        finally:
            connection.close()

    threads = [threading.Thread(target=call, args=(who,)) for who in ("liaison", "handler", "chief", "second_handler")]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert said.count("made") == 1
    assert sum("本季度已走访 3 次" in one for one in said) == 3
    with acting(SYSTEM):
        assert len(queries.counted(where, "2026Q4")) == 3
        assert Case.objects.filter(kind="request").count() == 1  # what the others brought is not half kept
