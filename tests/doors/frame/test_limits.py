"""What no page can store is refused once, at the door."""

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/follow/?number=%00", "/desk/people/?who=a%00b", "/desk/cases/%00/", "/?%00=1"])
def test_a_nul_in_an_address_is_a_bad_request_and_no_crash(path: str) -> None:
    answer = Client().get(path)
    assert answer.status_code == 400
    assert "这个请求的内容无法识别" in answer.content.decode()


@pytest.mark.parametrize("path", ["/api/v1/requests?text=%00", "/api/v1/requests/%00"])
def test_a_nul_in_an_address_of_the_interface_is_a_problem(path: str) -> None:
    answer = Client().get(path)
    assert answer.status_code == 400
    assert answer["Content-Type"].startswith("application/problem+json")


def test_a_doubly_quoted_percent_sign_is_no_nul() -> None:
    assert Client().get("/follow/?number=%2500").status_code == 200
