"""The first page, health, leaving, and the words in English."""

import pytest

from tests.doors.hall.conftest import PHONE, Resident, number_of, statements, text

pytestmark = pytest.mark.django_db


def test_the_house_says_whether_it_and_its_database_are_well(resident: Resident) -> None:
    with statements() as said:
        answer = resident.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok\n")
    assert said == ["SELECT 1"]


def test_the_first_page_offers_four_things_and_the_promised_times(resident: Resident) -> None:
    page = text(resident.get("/"))
    for words in ("您要办什么", "提交诉求", "查进度", "评价", "谁看过我的信息", "110", "5 个工作日", "2 小时"):
        assert words in page


def test_a_request_number_in_the_search_box_leads_to_following_it(resident: Resident) -> None:
    resident.prove()
    number = number_of(resident.file())
    assert resident.post("/", q=f" {number.lower()} ")["Location"] == f"/follow/?number={number}"
    assert f'value="{number}"' in text(resident.get(f"/follow/?number={number}"))


@pytest.mark.parametrize(
    "asked", ["渣土车噪声", "我要打分", "随便什么话", PHONE, "x" * 400, "<script>alert(1)</script>"]
)
def test_anything_else_in_the_search_box_is_answered_with_what_can_be_done(resident: Resident, asked: str) -> None:
    answer = resident.post("/", q=asked)
    assert answer.status_code == 200
    assert "<script>alert" not in text(answer)


def test_leaving_ends_everything_at_once(resident: Resident) -> None:
    resident.prove()
    number = number_of(resident.file())
    assert resident.post("/leave/")["Location"] == "/"
    for path in ("/mine/", "/mine/looks/", f"/r/{number}/", "/file/receipt/"):
        assert resident.get(path).status_code == 302


def test_leaving_by_an_opened_link_ends_nothing(resident: Resident) -> None:
    resident.prove()
    resident.file()
    assert resident.get("/leave/").status_code == 200
    assert resident.get("/mine/").status_code == 200


def test_pages_with_somebodys_data_stay_in_no_cache(resident: Resident) -> None:
    resident.prove()
    number = number_of(resident.file())
    for path in ("/mine/", "/mine/looks/", f"/r/{number}/", "/file/receipt/"):
        assert "no-store" in resident.get(path)["Cache-Control"]


@pytest.mark.parametrize("path", ["/", "/phone/", "/follow/", "/file/", "/mine/", "/mine/looks/", "/leave/"])
def test_every_page_stands_in_english_too(resident: Resident, path: str) -> None:
    resident.prove()
    resident.file()
    resident.client.cookies["huhang_language"] = "en"
    answer = resident.get(path)
    assert answer.status_code == 200
    assert '<html lang="en"' in text(answer)
