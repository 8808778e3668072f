"""SAFEGUARDS 5: two clicks at the same moment make one case, and the browser's last answer still shows the secret."""

import threading
from typing import Any

import pytest
from django.db import connection

from huhang.base.access.context import SYSTEM, acting
from huhang.cases.models import Case
from tests.doors.hall.conftest import Resident, secret_of
from tests.factories.city import make_city


@pytest.mark.usefixtures("own_database")
def test_a_double_click_makes_one_case_and_one_person_and_the_receipt_is_found(sent: list[tuple[str, str]]) -> None:
    make_city()
    resident = Resident(sent)
    resident.prove()
    values, barrier, places = resident.values(), threading.Barrier(4), []

    def click() -> None:
        twin = Resident(sent)
        twin.client.cookies = resident.client.cookies
        barrier.wait()
        try:
            places.append(twin.post("/file/", **values)["Location"])
        finally:
            connection.close()

    threads = [threading.Thread(target=click) for _n in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(30)
    assert places == ["/file/receipt/"] * 4
    counted: Any
    with acting(SYSTEM):
        counted = Case.objects.count()
    assert counted == 1
    assert len(secret_of(resident.get("/file/receipt/"))) == 10
