"""A2: the map in a browser that can draw it, and in one that cannot."""

import json
from collections.abc import Callable

from tests.e2e.walk import Officer

NO_WEBGL = """
const real = HTMLCanvasElement.prototype.getContext;
HTMLCanvasElement.prototype.getContext = function (kind, ...more) {
  return String(kind).startsWith("webgl") ? null : real.call(this, kind, ...more);
};
"""


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
    page.wait_for_function("huhang.map.areTilesLoaded()", timeout=60_000)
    assert tiles
    assert set(tiles) <= {200, 204}
    assert outside == []
    page.get_by_role("button", name="画圆").click()
    page.get_by_text("点中心").wait_for()
    canvas = page.locator(".maplibregl-canvas")
    canvas.click(position={"x": 300, "y": 200})
    with page.expect_navigation():
        canvas.click(position={"x": 380, "y": 200})
    assert "shape=circle" in page.url
    about = json.loads(page.locator("#map-about").text_content() or "{}")
    assert len(about["shape"]) == 64
    page.get_by_role("link", name="去掉范围").wait_for(timeout=60_000)
