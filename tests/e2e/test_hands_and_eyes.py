"""FACES: by keyboard, on a small phone, at 200 % zoom, in English, and for a screen reader."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.e2e.house import House
from tests.e2e.walk import Officer, Resident, Walk

SIDEWAYS = """() => {
  const wide = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= wide) return [];
  return [...document.querySelectorAll('body *')].filter(e => {
    const r = e.getBoundingClientRect();
    return r.width && r.right > wide + 1 && !e.closest('.scroll-x, .visually-hidden');
  }).slice(0, 5).map(e => e.tagName + '.' + e.className + ' ' + Math.round(e.getBoundingClientRect().right));
}"""

FAULTS = """() => {
  const found = [], seen = new Set();
  const shown = e => e.getClientRects().length > 0;
  for (const e of document.querySelectorAll('input:not([type=hidden]), select, textarea')) {
    const named = (e.labels && e.labels.length) || e.getAttribute('aria-label') || e.getAttribute('aria-labelledby');
    if (shown(e) && !named) found.push('no label: ' + e.outerHTML.slice(0, 120));
  }
  for (const e of document.querySelectorAll('img, svg[role=img]'))
    if (!e.hasAttribute('alt') && !e.getAttribute('aria-label')) found.push('no words: ' + e.outerHTML.slice(0, 120));
  for (const e of document.querySelectorAll('a[href], button')) {
    const words = e.textContent.trim() || e.getAttribute('aria-label') || e.title;
    if (shown(e) && !words) found.push('nothing to read: ' + e.outerHTML.slice(0, 120));
  }
  for (const e of document.querySelectorAll('[id]')) {
    if (seen.has(e.id)) found.push('twice: #' + e.id);
    seen.add(e.id);
  }
  for (const e of document.querySelectorAll('[aria-describedby], [aria-labelledby], label[for]')) {
    const ids = [e.getAttribute('aria-describedby'), e.getAttribute('aria-labelledby'), e.getAttribute('for')];
    for (const id of ids.filter(Boolean).join(' ').split(/\\s+/))
      if (id && !document.getElementById(id)) found.push('points nowhere: ' + id);
  }
  let level = 0;
  for (const e of document.querySelectorAll('h1, h2, h3, h4, h5, h6')) {
    if (!shown(e)) continue;
    const here = Number(e.tagName[1]);
    if (here > level + 1) found.push('heading ' + e.tagName + ' after level ' + level + ': ' + e.textContent.trim());
    level = here;
  }
  const ones = [...document.querySelectorAll('h1')].filter(shown).length;
  if (ones !== 1) found.push(ones + ' first headings');
  for (const e of document.querySelectorAll('.state, .left, .card-tag, .days > *'))
    if (shown(e) && !e.textContent.trim()) found.push('colour alone: ' + e.outerHTML.slice(0, 120));
  for (const e of document.querySelectorAll('table'))
    if (shown(e) && !e.querySelector('th')) found.push('table without headings: ' + e.className);
  if (!document.documentElement.lang || !document.title) found.push('no language or title');
  if (document.querySelectorAll('main').length !== 1) found.push('not one main');
  return found;
}"""

UNSEEN = """() => {
  const e = document.activeElement, now = getComputedStyle(e);
  if (e === document.body) return '';
  const ring = parseFloat(now.outlineWidth) > 0 && now.outlineStyle !== 'none';
  return ring || now.boxShadow !== 'none' ? '' : e.outerHTML.slice(0, 120);
}"""

HALL = ("/", "/phone/", "/follow/", "/account/login/")
DESK = {
    "handler": ("/desk/", "/desk/ledger/", "/desk/requests/new/", "/desk/messages/", "/desk/batches/"),
    "dispatcher": ("/desk/", "/desk/imports/", "/desk/register/imports/"),
    "leader": ("/supervision/", "/supervision/units/", "/supervision/late/"),
    "chief": (
        *("/desk/register/", "/desk/register/new/", "/desk/liaisons/", "/desk/map/"),
        *("/desk/visits/", "/desk/visits/imports/", "/desk/posts/", "/desk/posts/hazards/", "/desk/posts/disputes/"),
        *("/desk/visits/new/", "/desk/posts/new/", "/desk/posts/hazards/new/", "/desk/posts/disputes/new/"),
        *("/desk/rounds/", "/desk/office-days/", "/desk/office-days/new/", "/desk/office-days/imports/"),
        *(
            "/desk/trainings/",
            "/desk/trainings/new/",
            "/desk/trainings/imports/",
            "/desk/meetings/",
            "/desk/meetings/new/",
        ),
        *("/desk/notices/", "/desk/notices/new/", "/desk/surveys/", "/desk/surveys/new/", "/desk/downloads/"),
    ),
    "supervisor": ("/supervision/statistics/", "/supervision/cards/", "/supervision/matters/", "/supervision/worst/"),
    "auditor": ("/desk/journal/",),
    "security_admin": ("/desk/people/",),
    "system_admin": (
        *("/desk/units/", "/desk/catalog/", "/desk/health/", "/desk/outbox/", "/desk/routing/", "/desk/webhooks/"),
        *("/supervision/cards/simulate/", "/desk/tokens/"),
    ),
}


def look(walk: Walk, path: str, script: str) -> list[str]:
    """Opens a page and lets a script of ours look at it."""
    answer = walk.go(path)
    assert answer is not None
    assert answer.status == 200, f"{path}: {answer.status}"
    return [f"{path}: {said}" for said in walk.page.evaluate(script)]


def test_the_inbox_is_worked_with_the_keyboard_alone(officer: Callable[..., Officer]) -> None:
    handler = officer("handler")
    handler.go("/desk/?scope=unit")
    keys, rows = handler.page.keyboard, handler.page.locator("[data-row] a.t")
    for key, row in (("j", 0), ("j", 1), ("j", 2), ("k", 1)):
        keys.press(key)
        expect(rows.nth(row)).to_be_focused()
    title = rows.nth(1).inner_text()
    keys.press("/")
    expect(handler.page.locator("#find")).to_be_focused()
    keys.press("Escape")
    rows.nth(1).focus()
    keys.press("Enter")
    expect(handler.page.locator("main h1")).to_have_text(title)
    keys.press("?")
    expect(handler.page.locator("#keys")).to_be_visible()
    keys.press("Escape")
    expect(handler.page.locator("#keys")).to_be_hidden()


@pytest.mark.parametrize(
    ("screen", "scale", "language"),
    [((360, 740), 3.0, ""), ((640, 400), 2.0, ""), ((1024, 768), 1.0, "en")],
    ids=["a phone 360 wide", "1280 wide at 200 %", "a tablet in English"],
)
def test_nothing_runs_off_a_narrow_screen(
    house: House,
    officer: Callable[..., Officer],
    resident: Callable[..., Resident],
    phone: Callable[[], str],
    screen: tuple[int, int],
    scale: float,
    language: str,
) -> None:
    width, height = screen
    options = {"viewport": {"width": width, "height": height}, "device_scale_factor": scale}
    person, handler, leader = resident(**options), officer("handler", **options), officer("leader", **options)
    chief, supervisor = officer("chief", **options), officer("supervisor", **options)
    if language:
        for walk in (handler, leader, chief, supervisor):
            told = {"name": "huhang_language", "value": language, "url": house.address}
            walk.page.context.add_cookies([told])
    wide: list[str] = []
    for path in HALL:
        wide += look(person, path, SIDEWAYS)
    person.go("/file/")
    person.prove(phone())
    wide += look(person, "/file/", SIDEWAYS)
    person.shoot(f"file-{width}")
    number = house.facts["in_inbox"][2]
    for path in ("/desk/?scope=unit", "/desk/ledger/", f"/desk/cases/{number}/", "/desk/requests/new/"):
        wide += look(handler, path, SIDEWAYS)
        handler.shoot(f"desk-{width}-{len(wide)}-{re.sub(r'[^a-z]+', '-', path).strip('-')}")
    for path in ("/supervision/", "/supervision/units/"):
        wide += look(leader, path, SIDEWAYS)
    leader.shoot(f"leader-{width}")
    for path in DESK["chief"]:
        wide += look(chief, path, SIDEWAYS)
    for path in DESK["supervisor"]:
        wide += look(supervisor, path, SIDEWAYS)
    assert not wide, "\n".join(wide)


def test_the_page_changes_its_language_and_back(
    resident: Callable[..., Resident], officer: Callable[..., Officer]
) -> None:
    for walk, path in ((resident(), "/"), (officer("handler"), "/desk/")):
        walk.go(path)
        html = walk.page.locator("html")
        expect(html).to_have_attribute("lang", "zh-Hans")
        words = walk.page.locator("main h1").inner_text()
        walk.press("English", inside="body")
        expect(html).to_have_attribute("lang", "en")
        expect(walk.page.locator("main h1")).not_to_have_text(words)
        walk.shoot(f"english-{path.strip('/') or 'hall'}")
        walk.press("中文", inside="body")
        expect(html).to_have_attribute("lang", "zh-Hans")
        expect(walk.page.locator("main h1")).to_have_text(words)


def test_every_page_can_be_read_aloud(
    house: House, officer: Callable[..., Officer], resident: Callable[..., Resident], phone: Callable[[], str]
) -> None:
    faults: list[str] = []
    person = resident()
    for path in HALL:
        faults += look(person, path, FAULTS)
    person.go("/file/")
    person.prove(phone())
    faults += look(person, "/file/", FAULTS)
    for username, paths in DESK.items():
        walk = officer(username)
        for path in paths:
            faults += look(walk, path, FAULTS)
    number = house.facts["in_inbox"][3]
    handler = officer("handler")
    faults += look(handler, f"/desk/cases/{number}/", FAULTS)
    for path in ("moves/sign/", "clock/", "reveal/", "print/"):
        faults += look(handler, f"/desk/cases/{number}/{path}", FAULTS)
    assert not faults, "\n".join(faults)


BROKEN = """<html><body><main><h3>甲</h3><input name="a"><label for="gone">乙</label><img src="data:,">
<p id="x"></p><p id="x"></p><button></button><span class="state late"></span><table><tr><td>1</td></tr></table>
</main></body></html>"""


def test_the_reading_aloud_check_finds_what_it_looks_for(resident: Callable[..., Resident]) -> None:
    page = resident().page
    page.set_content(
        BROKEN.replace('class="state late"', 'class="state late" style="display:block;width:9px;height:9px"')
    )
    found = " ".join(page.evaluate(FAULTS))
    for fault in (
        "no label",
        "no words",
        "nothing to read",
        "twice: #x",
        "points nowhere",
        "heading H3",
        "0 first headings",
        "colour alone",
        "table without headings",
        "no language or title",
    ):
        assert fault in found


def test_the_focus_is_seen_wherever_it_goes(
    house: House, officer: Callable[..., Officer], resident: Callable[..., Resident]
) -> None:
    unseen: list[str] = []
    number = house.facts["in_inbox"][3]
    for walk, path in (
        (resident(), "/"),
        (officer("handler"), "/desk/?scope=unit"),
        (officer("handler"), f"/desk/cases/{number}/"),
    ):
        walk.go(path)
        for _ in range(20):
            walk.page.keyboard.press("Tab")
            if said := walk.page.evaluate(UNSEEN):
                unseen.append(f"{path}: {said}")
    assert not unseen, "\n".join(unseen)
