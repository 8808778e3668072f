"""What people do on the pages, by the words they see; the same with scripts and without."""

import re
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, Request, Response, expect

from tests.e2e.house import SCREENSHOTS, House
from tests.factories.city import PASSWORD

EXPECTED = ("Failed to load resource", "Response Status Error Code 4", "[.WebGL-")
"""The browser's and htmx's own lines for every refusal; statuses are judged by the responses, not by them. And what a
graphics driver without hardware remarks about its own speed."""


@dataclass
class Walk:
    """One person at one browser."""

    house: House
    context: BrowserContext
    page: Page
    complaints: list[str] = field(default_factory=list)

    @classmethod
    def begin(cls, house: House, context: BrowserContext) -> Self:
        """Opens a page and listens to everything that goes wrong in it."""
        walk = cls(house, context, context.new_page())
        context.on("request", walk._asked)
        context.on("response", walk._answered)
        context.on("console", walk._wrote)
        context.on("weberror", lambda error: walk.complaints.append(f"script: {error.error}"))
        walk.page.set_default_timeout(15_000)
        return walk

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((self.house.address, "data:", "blob:", "about:")):
            self.complaints.append(f"left the building: {request.url}")

    def _answered(self, response: Response) -> None:
        static = urlsplit(response.url).path.startswith("/static/")
        if response.status >= 500 or (static and response.status >= 400):
            self.complaints.append(f"{response.status}: {response.request.method} {response.url}")

    def _wrote(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not message.text.startswith(EXPECTED):
            self.complaints.append(f"console: {message.text} ({self.page.url})")

    # ---- moving about

    def go(self, path: str) -> Response | None:
        """Opens an address of the house."""
        return self.page.goto(f"{self.house.address}{path}")

    def press(self, name: str, *, inside: str = "main") -> None:
        """Presses the button, or follows the link, of this name."""
        place = self.page.locator(inside)
        exact = re.compile(rf"^\s*{re.escape(name)}\s*$")
        place.get_by_role("button", name=exact).or_(place.get_by_role("link", name=exact)).first.click()

    def see(self, text: str) -> Locator:
        """The text is there to be read."""
        found = self.page.locator("main").get_by_text(text).first
        expect(found).to_be_visible()
        return found

    def shoot(self, name: str) -> None:
        """Leaves a small picture of what is on the screen."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SCREENSHOTS / f"{name}.png", scale="css")

    def text(self, selector: str) -> str:
        """What an element says."""
        return self.page.locator(selector).first.inner_text().strip()

    def set(self, name: str, value: Any, *, inside: str = "main") -> None:
        """Gives a field its value as its kind wants it."""
        place = self.page.locator(inside)
        box = place.locator(f'[name="{name}"]')
        kind = box.first.evaluate("e => e.tagName === 'SELECT' ? 'select' : e.type")
        if kind == "select":
            box.select_option(str(value))
        elif kind in ("radio", "checkbox"):
            place.locator(f'[name="{name}"][value="{value}"]').check()
        else:
            box.fill(str(value))


class Resident(Walk):
    """Somebody with a phone."""

    phone = "13800000009"

    def prove(self, phone: str) -> None:
        """On the page that asks for the phone: the number, then the code that was sent."""
        self.phone = phone
        before = self.house.codes_sent_to(phone)
        self.set("phone", phone)
        self.press("发送验证码")
        self.see("短信已发往")
        self.set("code", self.house.code_sent_to(phone, after=before))
        self.press("验证")

    def tell(self, body: str, *, nature: str = "help", **more: str) -> None:
        """Fills the form of a request, without sending it."""
        self.set("body", body)
        self.set("nature", nature)
        for name, value in more.items():
            self.set(name, value)

    def receipt(self) -> tuple[str, str]:
        """Number and secret, once."""
        expect(self.page.locator("#receipt-secret")).to_be_visible()
        return self.text("#receipt-number"), self.text("#receipt-secret")

    def file(self, phone: str, body: str, *, name: str = "王海燕", **more: str) -> tuple[str, str]:
        """From the start page to the receipt."""
        self.go("/")
        self.page.locator(".doors a").filter(has_text="提交诉求").click()
        self.prove(phone)
        self.tell(body, **more)
        if self.page.locator('[name="name"]').count():
            self.set("name", name)
        self.press("提交")
        return self.receipt()

    def follow(self, number: str, secret: str) -> None:
        """Opens a request by what stands on its receipt."""
        self.go("/follow/")
        self.set("number", number)
        self.set("secret", secret)
        self.press("查询")
        expect(self.page.locator("main .mono").first).to_have_text(number)

    def rate(self, stars: int, comment: str = "") -> None:
        """Chooses, and only with the second click rates."""
        self.press("评价")
        self.set("stars", stars)
        self.press("下一步")
        if comment:
            self.set("comment", comment)
        self.press("确认评价")
        self.see("评价已收到，谢谢。")


class Officer(Walk):
    """Somebody with a police number."""

    def sign_in(self, username: str, password: str = PASSWORD) -> None:
        """By the sign-in page."""
        self.go("/account/login/?next=/desk/")
        self.page.locator('[name="login"]').fill(username)
        self.page.locator('[name="password"]').fill(password)
        self.press("登录")
        self.page.wait_for_url(re.compile(r"/desk/"))

    def open(self, number: str) -> None:
        """The case page of a number."""
        self.go(f"/desk/cases/{number}/")
        expect(self.page.locator("#number")).to_have_text(number)

    def offered(self) -> list[str]:
        """The steps that are offered here."""
        found = self.page.locator("#acts a")
        return [words.strip() for words in found.all_text_contents()]

    def start(self, step: str, **values: Any) -> None:
        """Opens the form of a step and fills it."""
        self.page.locator("#acts").get_by_role("link", name=step, exact=True).click()
        expect(self.page.locator("section.move h2")).to_have_text(step)
        for name, value in values.items():
            self.set(name, value, inside="section.move")

    def send(self) -> None:
        """Presses the button of the open form."""
        self.page.locator("section.move .form-end button:not([formaction])").click()

    def take(self, step: str, **values: Any) -> None:
        """Takes a step from first click to the sentence that it is done."""
        self.start(step, **values)
        self.send()
        self.see(f"“{step}”已办理。")
