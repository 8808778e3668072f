"""A2: shapes read from the address."""

import pytest

from huhang.kernel.errors import Invalid
from huhang.kernel.geo import haversine_m
from huhang.reading.map.rules import read_shape


def test_nothing_drawn_is_no_shape() -> None:
    assert read_shape("") is None


def test_a_circle_is_round_on_the_ground() -> None:
    shape = read_shape("circle:121.39,37.54,1500")
    assert shape is not None
    far = [haversine_m(121.39, 37.54, p.lon, p.lat) for p in shape.corners]
    assert len(far) == 64
    assert all(abs(metres - 1500) < 10 for metres in far)


def test_a_polygon_keeps_its_corners() -> None:
    shape = read_shape("polygon:121.1,37.1;121.2,37.1;121.2,37.2")
    assert shape is not None
    assert shape.sql == "((121.1000000,37.1000000),(121.2000000,37.1000000),(121.2000000,37.2000000))"
    assert shape.box == (121.1, 37.1, 121.2, 37.2)


@pytest.mark.parametrize(
    "text",
    [
        "square:1,2",
        "circle:121,37",
        "circle:121,37,x",
        "circle:121,37,0",
        "circle:121,37,nan",
        "circle:121,37,inf",
        "circle:121,37,999999999",
        "circle:200,37,100",
        "circle:121,89,100",
        "polygon:1,1;2,2",
        "polygon:1,1;2,2;3,3,3",
        "polygon:1,1;2,2;'); DROP TABLE x;--,1",
        "polygon:" + ";".join(["1,1"] * 201),
        "circle",
        "polygon:" + "9" * 7000,
    ],
)
def test_what_is_no_shape_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(Invalid):
        read_shape(text)
