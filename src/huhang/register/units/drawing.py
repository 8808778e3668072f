"""Reading areas of units from GeoJSON (RFC 7946): whose each is, and its ground in CGCS2000 (A1, STANDARDS §12)."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from huhang.kernel.errors import Invalid
from huhang.kernel.geo import Crs, convert

MOST_BYTES = 32 * 1024 * 1024
MOST_FEATURES, MOST_POINTS = 5_000, 1_000_000
_NAMES = ("code", "name", "short_name", "adcode", "id", "机构代码", "单位", "名称", "简称")
"""What a feature may call the unit by, in this order."""


class Drawn(NamedTuple):
    """One feature: what it calls its unit, its place in the file, and its ground."""

    names: tuple[str, ...]
    nth: int
    area: dict[str, Any]


def read(content: bytes, crs: Crs) -> list[Drawn]:
    """The areas of a file, converted.

    Raises:
        Invalid: no GeoJSON, no polygons, too large, or a point that is not on Earth; names the feature.
    """
    if len(content) > MOST_BYTES:
        raise Invalid("文件超过 %(most)d MB。", field="file", params={"most": MOST_BYTES // 1024 // 1024})
    try:
        data = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise Invalid("这不是 GeoJSON 文件（UTF-8 的 JSON）。", field="file") from None
    features = data.get("features") if isinstance(data, dict) else None
    if not isinstance(features, list) or not features:
        raise Invalid("文件里没有要素（features），请导出为 GeoJSON 的 FeatureCollection。", field="file")
    if len(features) > MOST_FEATURES:
        raise Invalid("要素超过 %(most)d 个，请分几个文件。", field="file", params={"most": MOST_FEATURES})
    left, found = MOST_POINTS, []
    for nth, feature in enumerate(features, 1):
        drawn, used = _feature(feature, nth, crs, left)
        left -= used
        found.append(drawn)
    return found


def _feature(feature: Any, nth: int, crs: Crs, left: int) -> tuple[Drawn, int]:
    said: dict[str, Any] = feature if isinstance(feature, dict) else {}
    given = said.get("properties")
    properties: dict[str, Any] = given if isinstance(given, dict) else {}
    names = tuple(str(properties[key]).strip() for key in _NAMES if properties.get(key) not in (None, ""))
    if not names:
        raise Invalid("第 %(nth)d 个要素没有写是哪个单位（code 或 name）。", field="file", params={"nth": nth})
    shape = said.get("geometry")
    kind = shape.get("type") if isinstance(shape, dict) else ""
    if kind not in ("Polygon", "MultiPolygon") or not isinstance(shape, Mapping):
        raise Invalid("第 %(nth)d 个要素不是面（Polygon、MultiPolygon）。", field="file", params={"nth": nth})
    used = 0
    polygons = []
    try:
        drawn: Any = shape.get("coordinates")
        for polygon in [drawn] if kind == "Polygon" else drawn:
            rings = []
            for ring in polygon:
                used += len(ring)
                if used > left:
                    raise Invalid("坐标点太多，请先简化边界。", field="file")
                rings.append(_ring(ring, crs))
            polygons.append(rings)
        if not polygons or not all(polygons):
            raise ValueError(nth)
    except (TypeError, ValueError, IndexError, KeyError):
        raise Invalid("第 %(nth)d 个要素的坐标写得不对。", field="file", params={"nth": nth}) from None
    except Invalid as wrong:
        raise Invalid(wrong.message, field="file", params=wrong.params) from None
    area: dict[str, Any] = {"type": "MultiPolygon", "coordinates": polygons}
    return Drawn(names, nth, area), used


def _ring(ring: Any, crs: Crs) -> list[list[float]]:
    points = [convert(float(point[0]), float(point[1]), crs, Crs.CGCS2000) for point in ring]
    if len(points) < 4 or points[0] != points[-1]:
        raise ValueError("a ring is closed and has at least four points")
    return [[round(point.lon, 7), round(point.lat, 7)] for point in points]
