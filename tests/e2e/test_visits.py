"""B3: the visit form with no network, the tab closed, the battery gone, sent twice, signed out, the clock a day wrong:
nothing lost, nothing doubled."""

import contextlib
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from tests.e2e.conftest import FLAGS, HERE
from tests.e2e.house import House
from tests.e2e.walk import Officer
from tests.factories.city import PASSWORD

FORM = "/desk/visits/phone/"
FIRM = "海晏化工有限公司"
DAY = 24 * 3600


@pytest.fixture
def handset(house: House, browser: Browser, tmp_path: Path) -> Iterator[Callable[[], BrowserContext]]:
    """A phone whose storage outlives its browser: each call starts it anew on the same storage."""
    running: list[BrowserContext] = []

    def start() -> BrowserContext:
        from browser import find

        context = browser.browser_type.launch_persistent_context(
            str(tmp_path / "phone"),
            executable_path=str(find()),
            args=FLAGS,
            viewport={"width": 360, "height": 740},
            **HERE,
        )
        running.append(context)
        return context

    yield start
    for one in running:
        with contextlib.suppress(Exception):  # one whose battery is gone cannot be closed
            one.close()


def sign_in(house: House, page: Page) -> None:
    page.goto(house.address + FORM)
    page.locator('[name="login"]').fill("liaison")
    page.locator('[name="password"]').fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    expect(page.locator("#net")).to_have_text("已联网")
    page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")


def sign_in_again(page: Page) -> None:
    page.locator("#say").get_by_role("link", name="登录").click()
    page.locator('[name="login"]').fill("liaison")
    page.locator('[name="password"]').fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()


def begin(page: Page, asked: str, **more: str) -> None:
    """A visit to the enterprise the officer answers for, invited, with one thing asked for."""
    page.locator("#mine").select_option(label=FIRM)
    values = {"cause": "invited", "cause_note": "企业来电", "people": "2", "ask_0_body": asked, **more}
    for name, value in values.items():
        field = page.locator(f'#visit [name="{name}"]')
        field.select_option(value) if name in ("cause", "purpose") else field.fill(value)
    expect(page.locator("#saved")).to_contain_text("草稿已加密存在本机")


def finish(page: Page) -> None:
    page.get_by_role("button", name="完成走访").click()


def kept(house: House, body: str) -> tuple[int, int]:
    """How many requests have this text, and how many visits they hang on."""
    return (
        house.count("SELECT count(*) FROM cases_case WHERE kind = 'request' AND body = %s", body),
        house.count("SELECT count(DISTINCT parent_id) FROM cases_case WHERE kind = 'request' AND body = %s", body),
    )


def arrived(page: Page) -> None:
    expect(page.locator("#receipt")).to_be_visible(timeout=30_000)
    expect(page.locator("#arrived li")).to_contain_text("ZF-")


def battery_gone(folder: Path) -> None:
    """Ends the browser of this storage at once, as an empty battery does."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                words = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if f"--user-data-dir={folder}".encode() in words:
                os.kill(int(entry.name), signal.SIGKILL)


def test_a_visit_made_without_a_network_survives_the_tab_and_the_battery_and_arrives_once(
    house: House, handset: Callable[[], BrowserContext], tmp_path: Path
) -> None:
    body = "无网络：厂区三号门外路灯坏了。"
    context = handset()
    page = context.pages[0]
    sign_in(house, page)
    context.set_offline(True)
    page.reload()
    expect(page.locator("#net")).to_have_text("无网络，已存本机")
    begin(page, body, body="总体都好")
    page.locator('#visit [name="consent"]').check()
    page.locator('#visit [name="photos"]').set_input_files(
        {"name": "gate.png", "mimeType": "image/png", "buffer": PICTURE}
    )
    expect(page.locator("#pictures li")).to_have_count(1)
    page.wait_for_timeout(600)
    page.close()  # the tab closed
    page = context.new_page()
    page.goto(house.address + FORM)
    page.get_by_role("button", name="打开").click()
    expect(page.locator('[name="ask_0_body"]')).to_have_value(body)
    expect(page.locator("#pictures li")).to_have_count(1)
    page.locator('#visit [name="body"]').fill("总体都好，再来")
    expect(page.locator("#saved")).to_contain_text("草稿")
    page.wait_for_timeout(600)
    battery_gone(tmp_path / "phone")  # and then the battery

    context = handset()
    page = context.pages[0]
    context.set_offline(True)
    page.goto(house.address + FORM)
    page.get_by_role("button", name="打开").click()
    expect(page.locator('[name="body"]')).to_have_value("总体都好，再来")
    finish(page)
    expect(page.locator("#waiting")).to_contain_text("待上传")
    assert kept(house, body) == (0, 0)
    context.set_offline(False)
    page.evaluate("() => window.dispatchEvent(new Event('online'))")
    sign_in_again(page)  # the session went with the battery
    arrived(page)
    assert kept(house, body) == (1, 1)
    photos = house.count(
        "SELECT count(*) FROM cases_attachment a JOIN cases_case r ON r.parent_id = a.case_id WHERE r.body = %s", body
    )
    assert photos == 1


def test_the_same_visit_sent_again_after_a_broken_line_is_one_visit(house: House, officer: Any) -> None:
    body, page = "断线：门口总有货车占道。", _page(house, officer)
    begin(page, body)
    lost: list[int] = []

    def swallow(route: Route) -> None:
        if len(lost) < 2:
            lost.append(route.fetch().status)  # it reached the server, the answer did not reach the phone
            route.abort()
        else:
            route.continue_()

    page.route("**/phone/sent/", swallow)
    finish(page)
    expect(page.locator("#waiting")).to_contain_text("待上传")
    for _again in range(60):  # while one try is under way another does nothing
        if page.locator("#receipt").is_visible():
            break
        page.evaluate("() => document.getElementById('send-now').click()")
        page.wait_for_timeout(500)
    arrived(page)
    assert lost == [201, 201]
    assert kept(house, body) == (1, 1)


def _page(house: House, officer: Callable[..., Officer], **options: Any) -> Page:
    walk = officer("liaison", viewport={"width": 360, "height": 740}, **options)
    walk.complaints = Quiet()
    page: Page = walk.page
    page.goto(house.address + FORM)
    expect(page.locator("#net")).to_have_text("已联网")
    return page


class Quiet(list[str]):
    """What a browser says of a line that broke, or of a refusal, is what these walks are about."""

    def append(self, said: str) -> None:
        if not any(known in said for known in ("Failed to load resource", "ERR_", "401", "409", "422")):
            super().append(said)


def test_a_sign_in_that_expired_loses_nothing(house: House, officer: Callable[..., Officer]) -> None:
    body, page = "登录过期：想请人讲讲防骗。", _page(house, officer, anew=True)
    begin(page, body)
    page.context.clear_cookies()
    finish(page)
    expect(page.locator("#say")).to_contain_text("登录已过期")
    assert kept(house, body) == (0, 0)
    sign_in_again(page)
    arrived(page)
    assert kept(house, body) == (1, 1)


def test_a_clock_a_day_ahead_moves_nothing_and_both_times_are_kept(
    house: House, officer: Callable[..., Officer]
) -> None:
    body, page = "时钟：夜里有人放烟花。", _page(house, officer)
    page.add_init_script(
        "const Real = Date; Date = class extends Real {"
        f" constructor(...a) {{ a.length ? super(...a) : super(Real.now() + {DAY * 1000}); }}"
        f" static now() {{ return Real.now() + {DAY * 1000}; }} }};"
    )
    page.reload()
    expect(page.locator("#net")).to_have_text("已联网")
    begin(page, body)
    finish(page)
    arrived(page)
    assert kept(house, body) == (1, 1)
    off, late = house.ask(
        "SELECT extract(epoch FROM v.device_at - v.arrived_at), extract(epoch FROM v.arrived_at - c.received_at)"
        " FROM visits_visit v JOIN cases_case c ON c.id = v.case_id JOIN cases_case r ON r.parent_id = c.id"
        " WHERE r.body = %s",
        body,
    )[0]
    assert DAY - 300 < off < DAY + 300
    assert 0 <= late < 300


def test_a_cap_reached_meanwhile_is_said_and_a_call_is_one_tap_away(
    house: House, officer: Callable[..., Officer]
) -> None:
    page = _page(house, officer)
    bodies = [f"上限：第 {n} 件事。" for n in range(4)]
    page.context.set_offline(True)
    for body in bodies:
        begin(page, body, cause="routine", cause_note="")
        finish(page)
        expect(page.locator("#visit")).to_be_hidden()
    page.context.set_offline(False)
    page.evaluate("() => window.dispatchEvent(new Event('online'))")
    expect(page.locator("#waiting")).to_contain_text("无事不扰", timeout=30_000)
    page.get_by_role("button", name="改为电话联系").click()
    expect(page.locator("#queue")).to_be_hidden(timeout=30_000)
    expect(page.locator("#arrived li")).to_have_count(4)
    assert [kept(house, body) for body in bodies] == [(1, 1)] * 4
    assert page.evaluate("() => document.documentElement.scrollWidth <= 360")


PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8ffff3f0005fe02fe0def46b8"
    "0000000049454e44ae426082"
)
