"""Codes asked for at the same moment are counted too (C7, SAFEGUARDS 11)."""

import threading
from collections import Counter

from django.db import connection

from huhang.base.access.context import SYSTEM, acting
from huhang.base.people import actions
from huhang.base.people.models import PhoneCheck
from huhang.kernel.errors import TooMany
from tests.factories.city import NOW


def test_of_twenty_askings_at_once_for_one_phone_one_code_is_made(own_database: str) -> None:
    told: Counter[str] = Counter()
    gate = threading.Barrier(20)

    def one(n: int) -> None:
        try:
            gate.wait()
            with acting(SYSTEM):
                actions.start_phone_check(phone="13800000001", source=f"10.0.0.{n}", now=NOW)
            told["made"] += 1
        except TooMany:
            told["refused"] += 1
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=(n,)) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told == {"made": 1, "refused": 19}
    with acting(SYSTEM):
        assert PhoneCheck.objects.count() == 1
