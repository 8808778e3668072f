"""B2: two chiefs who excuse the same duty at once; the database lets one through."""

import threading
from datetime import date

from django.db import connection

from huhang.base.access.context import SYSTEM, acting
from huhang.kernel.errors import Conflict
from huhang.register.rounds import actions
from huhang.register.rounds.models import Excuse
from tests.factories.city import NOW, make_city
from tests.scenarios.test_rounds import MEETING, project, told


def test_two_chiefs_excuse_at_once_and_one_is_kept(own_database: str) -> None:
    with acting(SYSTEM):
        city = make_city()
        one = project(city)
    gate, said = threading.Barrier(2), list[str]()

    def call(who: str) -> None:
        try:
            actor = city.actor(who)
            gate.wait()
            with acting(actor):
                actions.excuse(rule=MEETING, of=one.pk, day=date(2026, 10, 1), reason="停工", by=actor, now=NOW)
            said.append("made")
        except Conflict as refused:
            said.append(refused.text)
        finally:
            connection.close()

    threads = [threading.Thread(target=call, args=(who,)) for who in ("chief", "supervisor")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert said.count("made") == 1
    assert sum("已经说明免办" in one for one in said) == 1
    with acting(SYSTEM):
        assert Excuse.objects.count() == 1
        assert told(one, NOW)[date(2026, 10, 1)].state == "excused"
