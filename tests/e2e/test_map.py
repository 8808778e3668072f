"""A2: the map in a browser that can draw it, and in one that cannot."""

import io
import json
import re
from collections.abc import Callable

import pytest
from PIL import Image
from playwright.sync_api import Browser, expect

from tests.e2e.conftest import free_port
from tests.e2e.ground import COLOUR, serving
from tests.e2e.house import House
from tests.e2e.walk import Officer

SHAPED = re.compile(r"[?&]shape=")
"""The address of a drawn shape: the map's own moving changes the address too (behind the #)."""

NO_WEBGL = """
const real = HTMLCanvasElement.prototype.getContext;
HTMLCanvasElement.prototype.getContext = function (kind, ...more) {
  return String(kind).startsWith("webgl") ? null : real.call(this, kind, ...more);
};
"""

DRAWN = """() => new Promise(done => {
  const map = huhang.map, look = () => map.loaded() && map.areTilesLoaded() ? done(true) : map.once("idle", look);
  look();
})"""
"""Waits until nothing is left to be drawn; a text that is asked again and again would need the page's leave (CSP)."""


def test_without_webgl_the_page_says_so_and_the_list_says_the_same(officer: Callable[..., Officer]) -> None:
    desk = officer("handler")
    desk.context.add_init_script(NO_WEBGL)
    desk.go("/desk/map/")
    told = desk.page.locator("#map")
    told.get_by_text("画不出地图").wait_for()
    told.get_by_role("link", name="看名单").click()
    desk.see("地图名单")
    desk.see("在办诉求")


def test_it_draws_asks_for_its_own_tiles_alone_and_takes_a_shape(officer: Callable[..., Officer]) -> None:
    desk = officer("handler")
    page, tiles, outside = desk.page, [], []
    page.on("response", lambda one: tiles.append(one.status) if "/desk/map/tiles/" in one.url else None)
    own = (desk.house.address, "data:", "blob:")
    page.on("request", lambda one: None if one.url.startswith(own) else outside.append(one.url))
    desk.go("/desk/map/#at=11/37.5/121.4")
    page.locator("#map[data-ready]").wait_for(timeout=60_000)
    page.evaluate(DRAWN)
    assert tiles
    assert set(tiles) <= {200, 204}
    assert outside == []
    page.get_by_role("button", name="画圆").click()
    page.get_by_text("点中心").wait_for()
    canvas = page.locator(".maplibregl-canvas")
    canvas.click(position={"x": 300, "y": 200})
    with page.expect_navigation(url=SHAPED):
        canvas.click(position={"x": 380, "y": 200})
    assert "shape=circle" in page.url
    about = json.loads(page.locator("#map-about").text_content() or "{}")
    assert len(about["shape"]) == 64
    page.get_by_role("link", name="去掉范围").wait_for(timeout=60_000)


def test_a_shape_is_drawn_by_keys_alone(officer: Callable[..., Officer]) -> None:
    desk = officer("handler")
    page = desk.page
    desk.go("/desk/map/?layers=subjects.areas#at=11/37.5/121.4")
    page.locator("#map[data-ready]").wait_for(timeout=60_000)
    hint, cross, button = (
        page.locator("#map-hint"),
        page.locator(".map-aim"),
        page.get_by_role("button", name="画多边形"),
    )
    expect(cross).to_be_hidden()
    button.press("Enter")
    expect(cross).to_be_visible()
    expect(hint).to_contain_text("方向键移动准星")
    expect(hint).to_contain_text("经度 121.40000，纬度 37.50000")

    def keys(*pressed: str) -> None:
        for key in pressed:
            page.keyboard.press(key)

    keys("ArrowRight")
    expect(hint).not_to_contain_text("经度 121.40000")
    keys("ArrowLeft", "Enter")
    expect(hint).to_contain_text("已定 1 个角")
    keys(*["ArrowRight"] * 6)
    expect(hint).to_contain_text("距上一个角")
    keys("Enter", *["ArrowDown"] * 6, "Enter", *["Shift+ArrowLeft"] * 10, "Enter")
    expect(hint).to_contain_text("已定 4 个角")
    keys("Escape")
    expect(hint).to_contain_text("已定 3 个角")
    keys(*["Escape"] * 4)
    expect(cross).to_be_hidden()
    expect(button).to_be_focused()
    expect(hint).to_be_empty()
    # once more, to its end: the spot entered twice closes it
    button.press("Enter")
    keys("Enter", *["ArrowRight"] * 6, "Enter", *["ArrowDown"] * 6, "Enter")
    expect(hint).to_contain_text("已定 3 个角")
    with page.expect_navigation(url=SHAPED):
        keys("Enter")
    about = json.loads(page.locator("#map-about").text_content() or "{}")
    (west, north), (east, _), (_, south) = about["shape"]
    assert (west, north) == (121.4, 37.5)
    assert east > west
    assert south < north


def test_a_circle_is_drawn_by_keys_and_the_ground_moves_along_at_the_edge(officer: Callable[..., Officer]) -> None:
    desk = officer("handler")
    page = desk.page
    desk.go("/desk/map/?layers=subjects#at=11/37.5/121.4")
    page.locator("#map[data-ready]").wait_for(timeout=60_000)
    page.get_by_role("button", name="画圆").press("Enter")
    hint = page.locator("#map-hint")
    for key in ("Enter", *["ArrowRight"] * 60, "+"):
        page.keyboard.press(key)
    expect(hint).to_contain_text("半径")
    assert page.evaluate("huhang.map.getCenter().lng") > 121.45, "the map went along"
    with page.expect_navigation(url=SHAPED):
        page.keyboard.press("Enter")
    assert "shape=circle" in page.url
    about = json.loads(page.locator("#map-about").text_content() or "{}")
    assert len(about["shape"]) == 64


@pytest.mark.parametrize(
    ("setting", "asked", "drawn"),
    [
        ("{at}/xyz/{{z}}/{{x}}/{{y}}.png", "/xyz/", True),
        ("{at}/wmts?SERVICE=WMTS&TILEMATRIX={{z}}&TILEROW={{y}}&TILECOL={{x}}", "/wmts?SERVICE", True),
        ("pmtiles://{at}/pictures.pmtiles", "/pictures.pmtiles", True),
        ("pmtiles://{at}/lines.pmtiles", "/lines.pmtiles", False),
        ("{at}/closed/{{z}}/{{x}}/{{y}}.png", "/closed/", False),
    ],
)
def test_a_base_map_by_setting(house: House, browser: Browser, setting: str, asked: str, *, drawn: bool) -> None:
    with serving() as (at, told):
        env = {**house.env, "HUHANG_MAP_TILES": setting.format(at=at), "HUHANG_MAP_CREDIT": "审图号：试"}
        other = House(f"http://127.0.0.1:{free_port()}", env, house.data)
        context = browser.new_context(locale="zh-CN", viewport={"width": 900, "height": 700})
        try:
            other.start("serve")
            desk = Officer.begin(other, context)
            desk.sign_in("handler")
            desk.go("/desk/map/?layers=areas#at=9/37.5/121.4")
            page = desk.page
            page.locator("#map[data-ready]").wait_for(timeout=60_000)
            if drawn:
                page.evaluate(DRAWN)
                shot = Image.open(io.BytesIO(page.locator(".maplibregl-canvas").screenshot())).convert("RGB")
                seen = shot.getpixel((shot.width // 2, shot.height // 3))
                assert isinstance(seen, tuple)
                assert all(abs(a - b) < 25 for a, b in zip(seen, COLOUR, strict=True)), seen
                expect(page.locator("#map-said")).to_be_empty()
                expect(page.locator(".maplibregl-ctrl-attrib-inner")).to_contain_text("审图号：试")
            else:
                words = "不是图片底图" if "lines" in setting else "底图没有取到"
                expect(page.locator("#map-said")).to_contain_text(words, timeout=30_000)
            assert any(one.startswith(asked) for one in told)
            if drawn:
                assert not [one for one in desk.complaints if not one.startswith(f"left the building: {at}/")]
        finally:
            context.close()
            other.stop()
