"""SAFEGUARDS 20 and C7: a rating is the person's own word, given with a second click, and an appeal is heard."""

import pytest
from django.utils import timezone

from huhang.cases.models import Case
from huhang.kinds.requests import catalogue
from huhang.kinds.requests.models import Rating
from tests.doors.hall.conftest import Resident, case_of, hidden, text
from tests.factories.city import City
from tests.scenarios.test_request_life import go

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(resident: Resident, city: City) -> Case:
    """A request of the resident's that was answered."""
    resident.prove()
    case, now = case_of(resident.file()), timezone.now()
    go(city, case, "dispatcher", "classify", now=now, category="PS-02", nature="help", urgency="0")
    go(city, case, "dispatcher", "dispatch", now=now, unit=city.units["harbour"].pk)
    go(city, case, "handler", "sign", now=now)
    go(
        city,
        case,
        "handler",
        "answer",
        now=now,
        result="solved",
        proof="处警 12",
        answer="已设卡劝返，夜间不再通行。",
    )
    return case


def second(resident: Resident, case: Case, stars: int) -> dict[str, str]:
    page = resident.post(f"/r/{case.number}/rate/", stars=str(stars))
    assert page.status_code == 200, text(page)
    return {n: hidden(page, n) for n in ("stars", "version", "idempotency_key")}


def test_the_answer_is_read_as_it_was_written(resident: Resident, case: Case) -> None:
    page = text(resident.get(f"/r/{case.number}/"))
    assert "已设卡劝返，夜间不再通行。" in page
    assert "已解决" in page
    assert "为什么是这一天" not in page, "the answer clock has ended"


def test_opening_the_link_rates_nothing_and_no_star_is_chosen_beforehand(resident: Resident, case: Case) -> None:
    for path in (f"/r/{case.number}/rate/", f"/r/{case.number}/rate/?stars=5&confirm=1"):
        assert "checked" not in text(resident.get(path))
        resident.client.head(path)
    assert Rating.objects.count() == 0


def test_choosing_stars_alone_rates_nothing(resident: Resident, case: Case) -> None:
    second(resident, case, 5)
    assert Rating.objects.count() == 0


def test_no_stars_is_said_beside_the_stars(resident: Resident, case: Case) -> None:
    answer = resident.post(f"/r/{case.number}/rate/")
    assert answer.status_code == 422
    assert 'id="id_stars_error"' in text(answer)


def test_the_confirmed_rating_is_kept_once_with_its_reasons(resident: Resident, case: Case) -> None:
    code = catalogue.reason_choices(2)[0][0]
    values = {**second(resident, case, 2), "confirm": "1", "reasons": [code], "comment": "来得太晚"}
    first, again = (
        resident.post(f"/r/{case.number}/rate/", **values),
        resident.post(f"/r/{case.number}/rate/", **values),
    )
    assert first.status_code == again.status_code == 302
    rating = Rating.objects.get()
    assert (rating.stars, rating.reasons, rating.comment, rating.said_to) == (2, [code], "来得太晚", "person")
    page = text(resident.get(f"/r/{case.number}/"))
    assert "★★☆☆☆ 不满意" in page
    assert f"/r/{case.number}/rate/" not in page
    assert resident.get(f"/r/{case.number}/rate/").status_code == 409


def test_the_reasons_shown_are_those_of_the_chosen_stars(resident: Resident, case: Case) -> None:
    page = text(resident.post(f"/r/{case.number}/rate/", stars="1"))
    assert catalogue.reason_choices(1)[0][1] in page
    assert catalogue.reason_choices(5)[0][1] not in page


def test_a_reason_of_other_stars_is_refused(resident: Resident, case: Case) -> None:
    other = catalogue.reason_choices(5)[0][0]
    values = {**second(resident, case, 1), "confirm": "1", "reasons": [other]}
    assert resident.post(f"/r/{case.number}/rate/", **values).status_code == 422
    assert Rating.objects.count() == 0


@pytest.mark.parametrize("stars", ["0", "6", "-1", "x", ""])
def test_a_forged_number_of_stars_rates_nothing(resident: Resident, case: Case, stars: str) -> None:
    values = {**second(resident, case, 5), "confirm": "1", "stars": stars}
    assert resident.post(f"/r/{case.number}/rate/", **values).status_code in (302, 422)
    assert Rating.objects.count() == 0


def test_the_person_appeals_once_and_somebody_else_decides(resident: Resident, case: Case) -> None:
    path = f"/r/{case.number}/do/appeal/"
    form = resident.get(path)
    values = {n: hidden(form, n) for n in ("version", "idempotency_key")}
    assert resident.post(path, text="夜里还是有车", **values).status_code == 302
    case.refresh_from_db()
    assert case.state == "appealed"
    page = text(resident.get(f"/r/{case.number}/"))
    assert "由未办理过的人复核" in page
    assert "夜里还是有车" in page
    assert resident.get(path).status_code == 409
