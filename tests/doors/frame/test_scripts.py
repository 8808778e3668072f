"""The browser scripts in a real browser under the strict policy: nothing typed is lost, nothing is sent twice."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, sync_playwright

import huhang.doors.frame as frame
from tools.browser import find

pytestmark = pytest.mark.e2e

SCRIPTS = Path(frame.__file__).parent / "static" / "frame"
ORIGIN = "http://frame.test"
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'"
WORDS = (
    '<template id="frame-words" data-restored="已为您恢复未提交的内容" data-discard="放弃" data-saved-at="保存于"'
    ' data-close="关闭" data-chosen="已选 {n} 件" data-copied="已复制"></template><div id="toasts"></div>'
)
FORM = (
    '<form method="post" action="/send/" data-keep="request-new"><textarea name="body">{body}</textarea>'
    '<input name="phone" data-nokeep><input type="password" name="secret">'
    '<input type="hidden" name="version" value="3">'
    '<input type="checkbox" name="tags" value="a"><input type="checkbox" name="tags" value="b">'
    '<button name="go" value="now">提交</button></form>'
)
LEDGER = (
    '<input id="find"><table data-ledger><tr data-row><td><input type="checkbox" data-pick form="bulk"></td>'
    '<td><a class="t" href="/c/1/">一</a></td></tr>'
    '<tr data-row><td></td><td><a class="t" href="/c/2/">二</a></td></tr></table>'
    '<form id="bulk" class="acts"><span data-picked="bulk"></span><button>办理</button></form>'
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    found = find()
    if found is None:
        pytest.fail("no Chromium here: install it (apt-get install chromium, or playwright install chromium)")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=str(found), args=["--no-sandbox", "--disable-gpu"])
        yield started
        started.close()


class Site:
    """A site of a few pages, served by the test itself, that counts what is posted to it."""

    def __init__(self, context: BrowserContext) -> None:
        self.who = "7"
        self.pages: dict[str, str] = {}
        self.posts: list[str] = []
        self.problems: list[str] = []
        context.route("**/*", self.answer)
        self.page: Page = context.new_page()
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("console", lambda line: self.problems.append(line.text) if "Policy" in line.text else None)

    def answer(self, route: Route) -> None:
        path = route.request.url.removeprefix(ORIGIN)
        if path.startswith("/js/"):
            route.fulfill(body=(SCRIPTS / path[4:]).read_text(), content_type="text/javascript")
            return
        if route.request.method == "POST":
            self.posts.append(route.request.post_data or "")
        scripts = "".join(f'<script src="/js/{name}.js" defer></script>' for name in ("app", "drafts", "keys"))
        body = (
            f"<!DOCTYPE html><meta charset=utf-8><body data-who='{self.who}'>{self.pages.get(path, '')}{WORDS}{scripts}"
        )
        headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-store"}
        route.fulfill(body=body, content_type="text/html; charset=utf-8", headers=headers)

    def go(self, path: str) -> None:
        self.page.goto(ORIGIN + path)

    def stored(self) -> dict[str, Any]:
        """What the device keeps, by key."""
        kept: dict[str, str] = self.page.evaluate("Object.assign({}, localStorage)")
        return {key: json.loads(value) for key, value in kept.items() if key.startswith("huhang:draft:")}

    def wait_until_stored(self) -> None:
        """Drafts are written shortly after the last key; asked from here because the policy forbids text as code."""
        for _ in range(100):
            if self.stored():
                return
            self.page.wait_for_timeout(30)
        raise AssertionError("nothing was kept within three seconds")


@pytest.fixture
def site(browser: Browser) -> Iterator[Site]:
    context = browser.new_context()
    made = Site(context)
    yield made
    context.close()
    assert made.problems == []


def type_a_request(site: Site) -> None:
    site.pages["/new/"] = FORM.format(body="")
    site.go("/new/")
    site.page.fill("textarea", "夜间渣土车噪声")
    site.page.fill("[name=phone]", "13800000000")
    site.page.fill("[name=secret]", "hunter2")
    site.page.check("[value=b]")
    site.wait_until_stored()


def test_what_was_typed_comes_back_after_a_lost_session(site: Site) -> None:
    type_a_request(site)
    site.go("/login/")
    site.go("/new/")
    assert site.page.input_value("textarea") == "夜间渣土车噪声"
    assert site.page.is_checked("[value=b]")
    assert not site.page.is_checked("[value=a]")
    assert "已为您恢复未提交的内容" in site.page.inner_text("form")


def test_numbers_secrets_and_hidden_tokens_are_never_kept(site: Site) -> None:
    """SAFEGUARDS 11."""
    type_a_request(site)
    kept = json.dumps(site.stored(), ensure_ascii=False)
    assert "夜间渣土车噪声" in kept
    for never in ("13800000000", "hunter2", "phone", "secret", "version"):
        assert never not in kept


def test_a_restored_draft_can_be_thrown_away(site: Site) -> None:
    type_a_request(site)
    site.go("/new/")
    site.page.click("text=放弃")
    assert site.page.input_value("textarea") == ""
    assert site.stored() == {}
    assert "已为您恢复" not in site.page.inner_text("form")


def test_the_draft_stays_until_the_server_says_it_has_it(site: Site) -> None:
    type_a_request(site)
    site.page.click("button[name=go]")
    site.page.wait_for_url("**/send/")
    assert list(site.stored()) == ["huhang:draft:7:request-new"], "an answer without the mark keeps the draft"
    site.pages["/done/"] = '<div data-kept-done="request-new">已提交</div>'
    site.go("/done/")
    assert site.stored() == {}


def test_a_form_sent_back_with_errors_is_not_taken_for_an_untouched_one(site: Site) -> None:
    type_a_request(site)
    site.pages["/new/"] = FORM.format(body="夜间渣土车噪声").replace('name="body"', 'name="body" aria-invalid="true"')
    site.go("/new/")
    site.page.check("[value=b]")
    site.page.dispatch_event("form", "submit")
    assert list(site.stored()) == ["huhang:draft:7:request-new"]


def test_another_person_on_the_same_computer_does_not_see_the_draft(site: Site) -> None:
    type_a_request(site)
    site.who = "8"
    site.go("/new/")
    assert site.page.input_value("textarea") == ""


def test_signing_out_leaves_no_drafts_behind(site: Site) -> None:
    type_a_request(site)
    site.pages["/new/"] += '<form method="post" action="/out/" data-forget-drafts><button id="out">退出</button></form>'
    site.go("/new/")
    site.page.click("#out")
    site.page.wait_for_url("**/out/")
    assert site.stored() == {}


def test_a_double_click_sends_once_and_the_button_still_says_its_name(site: Site) -> None:
    type_a_request(site)
    site.page.evaluate("const b = document.querySelector('[name=go]'); b.click(); b.click();")
    site.page.wait_for_url("**/send/")
    assert len(site.posts) == 1
    assert "go=now" in site.posts[0]


def test_after_the_back_button_the_form_can_be_sent_again(site: Site) -> None:
    type_a_request(site)
    site.page.click("[name=go]")
    site.page.wait_for_url("**/send/")
    site.page.go_back()
    assert site.page.input_value("textarea") == "夜间渣土车噪声"
    site.page.click("[name=go]")
    site.page.wait_for_url("**/send/")
    assert len(site.posts) == 2


def focused(page: Page) -> str:
    text: str = page.evaluate("document.activeElement.textContent || document.activeElement.id")
    return text


def test_a_ledger_is_worked_by_single_keys(site: Site) -> None:
    site.pages["/desk/"] = LEDGER
    site.go("/desk/")
    press: Callable[[str], None] = site.page.keyboard.press
    press("j")
    assert focused(site.page) == "一"
    press("x")
    assert site.page.inner_text("[data-picked]") == "已选 1 件"
    press("j")
    assert focused(site.page) == "二"
    press("k")
    assert focused(site.page) == "一"
    press("a")
    assert focused(site.page) == "办理"
    press("/")
    assert focused(site.page) == "find"
    press("j")
    assert site.page.input_value("#find") == "j", "while typing a letter is a letter"
    press("Escape")
    press("j")
    press("Enter")
    site.page.wait_for_url("**/c/1/")
