"""SAFEGUARDS 7, 11: impatient fingers, lost sessions, two at once, wrong files: nothing twice, nothing lost."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.house import House
from tests.e2e.walk import Officer, Resident

LONG = "经实地查看并走访周边三家企业，夜间通行的渣土车属顺达运输，已约谈负责人。" * 12


def filed(house: House, body: str) -> int:
    """How many requests have this text."""
    return house.count("SELECT count(*) FROM cases_case WHERE body = %s", body)


@pytest.fixture
def in_hand(house: House, officer: Callable[..., Officer]) -> Callable[[int], str]:
    """A request the harbour station has signed."""

    def sign(n: int) -> str:
        number: str = house.facts["in_inbox"][n]
        handler = officer("handler")
        handler.open(number)
        handler.take("签收")
        return number

    return sign


def test_a_double_click_and_the_back_button_make_one_request(
    house: House, resident: Callable[..., Resident], phone: Callable[[], str]
) -> None:
    body = "双击提交：小区门口的减速带松动，夜里很响。"
    person = resident()
    person.go("/file/")
    person.prove(phone())
    person.tell(body)
    person.set("name", "王海燕")
    person.page.get_by_role("button", name="提交", exact=True).dblclick()
    person.receipt()
    assert filed(house, body) == 1

    person.page.go_back()
    if person.page.locator('[name="body"]').count():
        person.press("提交")
        person.page.wait_for_load_state()
    assert filed(house, body) == 1


def test_a_lost_session_in_the_middle_of_a_long_answer_loses_no_word(
    house: House, officer: Callable[..., Officer], in_hand: Callable[[int], str]
) -> None:
    number = in_hand(0)
    handler = officer("handler", anew=True)
    handler.open(number)
    handler.start("答复诉求人", result="solved", proof="处警 12", answer=LONG)
    cookies = {cookie["name"]: cookie["value"] for cookie in handler.context.cookies()}
    house.ask("DELETE FROM django_session WHERE session_key = %s", cookies["huhang_session"])
    handler.send()
    toast = handler.page.locator("#toasts .notice")
    expect(toast).to_contain_text("登录已过期")
    expect(handler.page.locator('[name="answer"]')).to_have_value(LONG)
    handler.shoot("session-lost")

    toast.get_by_role("link", name="重新登录").click()
    handler.page.locator('[name="login"]').fill("handler")
    handler.page.locator('[name="password"]').fill("Huhang-2026!")
    handler.press("登录")
    expect(handler.page.locator("#number")).to_have_text(number)
    handler.start("答复诉求人")
    expect(handler.page.locator('[name="answer"]')).to_have_value(LONG)
    handler.see("已为您恢复未提交的内容")
    handler.send()
    handler.see("“答复诉求人”已办理。")


def test_the_second_of_two_officers_sees_what_changed_and_keeps_the_text(
    officer: Callable[..., Officer], in_hand: Callable[[int], str]
) -> None:
    number = in_hand(1)
    first, second = officer("handler"), officer("second_handler")
    second.open(number)
    second.start("答复诉求人", result="explained", answer=LONG)
    first.open(number)
    first.take("申请延期", amount=1, reason="等交警回函")
    second.send()
    second.see("您打开之后，这一件有了变化")
    second.see("等交警回函")
    expect(second.page.locator('[name="answer"]')).to_have_value(LONG)
    second.shoot("overtaken")
    second.send()
    second.see("“答复诉求人”已办理。")


def test_a_wrong_file_and_a_huge_one_keep_the_text_and_say_what_to_do(
    house: House, resident: Callable[..., Resident], phone: Callable[[], str], tmp_path: Path
) -> None:
    body = "附件不对也不能丢字：门口的树枝挡住了摄像头。"
    huge = tmp_path / "录像.png"
    huge.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(25 * 1024 * 1024))
    program = tmp_path / "程序.exe"
    program.write_bytes(b"MZ" + bytes(2000))
    person = resident()
    person.go("/file/")
    person.prove(phone())
    person.tell(body)
    person.set("name", "王海燕")
    for file, sentence in ((program, "可以上传"), (huge, "20 MB")):
        person.page.locator('[name="files"]').set_input_files(file)
        person.press("提交")
        problem = person.page.locator("#id_files_error")
        expect(problem).to_contain_text(file.name)
        expect(problem).to_contain_text(sentence)
        expect(person.page.locator('[name="body"]')).to_have_value(body)
    person.shoot("wrong-file")
    assert filed(house, body) == 0


def test_a_half_filled_form_says_what_is_missing_beside_each_field(
    resident: Callable[..., Resident], phone: Callable[[], str]
) -> None:
    person = resident()
    person.go("/file/")
    person.prove(phone())
    person.set("title", "只写了标题")
    with person.page.expect_response(lambda r: r.request.method == "POST") as sent:
        person.press("提交")
    assert sent.value.status == 422
    for name in ("body", "nature", "name"):
        expect(person.page.locator(f"#id_{name}_error")).to_contain_text("请填写")
    expect(person.page.locator('[name="title"]')).to_have_value("只写了标题")
    expect(person.page.locator(".notice.error[role=alert]")).to_be_focused()


def test_a_desk_form_half_filled_keeps_what_was_typed(officer: Callable[..., Officer]) -> None:
    clerk = officer("clerk")
    clerk.go("/desk/requests/new/")
    clerk.set("body", "窗口来访：反映楼下烧烤摊占道。")
    clerk.set("phone", "12")
    with clerk.page.expect_response(lambda r: r.request.method == "POST" and r.url.endswith("/new/")) as sent:
        clerk.press("登记并出回执")
    assert sent.value.status == 422
    expect(clerk.page.locator("#r-phone_error")).to_be_visible()
    expect(clerk.page.locator('[name="body"]')).to_have_value("窗口来访：反映楼下烧烤摊占道。")


def test_the_back_button_at_the_window_registers_nothing_twice(house: House, officer: Callable[..., Officer]) -> None:
    body = "窗口来访：反映楼下烧烤摊占道，油烟进屋。"
    clerk = officer("clerk")
    clerk.go("/desk/requests/new/")
    clerk.set("body", body)
    clerk.page.get_by_role("button", name="登记并出回执").dblclick()
    expect(clerk.page.locator("#receipt-number")).to_be_visible()
    clerk.page.go_back()
    clerk.press("登记并出回执")
    clerk.see("同样的内容刚才登记过")
    assert filed(house, body) == 1
    clerk.press("登记并出回执")  # somebody else did say the same
    expect(clerk.page.locator("#receipt-number")).to_be_visible()
    assert filed(house, body) == 2
