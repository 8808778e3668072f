"""Coordinates, STANDARDS §12; vectors with a tolerance of 1e-6 degrees (a decimetre)."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huhang.kernel.errors import Invalid
from huhang.kernel.geo import Box, Crs, bbox, check_point, convert, haversine_m, point_in_polygon

W, C, G, B = Crs.WGS84, Crs.CGCS2000, Crs.GCJ02, Crs.BD09

VECTORS = [  # from, to, lon, lat, lon, lat
    (W, G, 121.5272106, 31.1774276, 121.531541859215, 31.17530398364597),
    (W, G, 113.912316, 22.543847, 113.9171774808363, 22.540796131694766),
    (W, G, 116.377817, 39.911954, 116.38404722455657, 39.91334545536069),
    (W, G, 116.404, 39.915, 116.41024449916938, 39.91640428150164),
    (G, B, 116.404, 39.915, 116.41036949371028, 39.9213369935102),
    (W, G, 121.391382, 37.539297, 121.39665296, 37.54032761),
    (W, B, 121.391382, 37.539297, 121.40320903, 37.54608825),
    (G, W, 121.39665296, 37.54032761, 121.391382, 37.539297),
    (B, W, 121.40320903, 37.54608825, 121.391382, 37.539297),
    (C, G, 121.391382, 37.539297, 121.39665296, 37.54032761),
]
IN_CHINA = {"lon": st.floats(75, 134), "lat": st.floats(4, 53)}
SQUARE = [(0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (0.0, 4.0)]
HOLE = [(1.0, 1.0), (3.0, 1.0), (3.0, 3.0), (1.0, 3.0)]


@pytest.mark.parametrize(("from_", "to", "lon", "lat", "lon2", "lat2"), VECTORS)
def test_published_points_convert(from_, to, lon, lat, lon2, lat2):
    assert convert(lon, lat, from_, to) == pytest.approx((lon2, lat2), abs=1e-6)


def test_the_usual_inverse_of_baidu_is_a_decimetre_off_and_ours_is_not():
    # the published vector comes from the closed formula, whose error is up to 0.1 m
    point = convert(116.404, 39.915, B, G)
    assert haversine_m(*point, 116.39762729119315, 39.90865673957631) < 0.15
    assert convert(*point, G, B) == pytest.approx((116.404, 39.915), abs=1e-9)


def test_yantai_shifts_by_479_metres():
    moved = convert(121.391382, 37.539297, W, G)
    assert haversine_m(121.391382, 37.539297, *moved) == pytest.approx(479, abs=1)


@given(**IN_CHINA, a=st.sampled_from(Crs), b=st.sampled_from(Crs))
def test_there_and_back_again_is_the_same_place(lon, lat, a, b):
    assert convert(*convert(lon, lat, a, b), b, a) == pytest.approx((lon, lat), abs=1e-9)


@given(**IN_CHINA)
def test_the_national_offset_is_100_to_1000_metres(lon, lat):
    assert 50 < haversine_m(lon, lat, *convert(lon, lat, W, G)) < 1100


@given(
    lon=st.floats(-180, 71.9) | st.floats(138, 180),
    lat=st.floats(-90, 90),
    a=st.sampled_from(Crs),
    b=st.sampled_from(Crs),
)
def test_outside_china_nothing_moves(lon, lat, a, b):
    assert convert(lon, lat, a, b) == (lon, lat)


def test_the_edge_of_the_box_still_gives_an_answer_within_a_kilometre():
    lon, lat = convert(72.0041, 30.0, G, W)
    assert haversine_m(lon, lat, 72.0041, 30.0) < 1000


@pytest.mark.parametrize(("lon", "lat"), [(181, 0), (-180.01, 3), (0, 200), (170, 91), (math.nan, 0), (0, math.inf)])
def test_a_point_off_the_earth_is_refused(lon, lat):
    with pytest.raises(Invalid):
        check_point(lon, lat)
    with pytest.raises(Invalid):
        convert(lon, lat, W, W)


def test_swapped_longitude_and_latitude_are_named():
    with pytest.raises(Invalid, match="填反"):
        check_point(37.5, 121.4)


def test_distances_are_known_ones():
    assert haversine_m(0, 0, 1, 0) == pytest.approx(111_195, abs=1)
    assert haversine_m(0, 0, 180, 0) == pytest.approx(math.pi * 6_371_008.8)
    assert haversine_m(121.4, 37.5, 121.4, 37.5) == 0


@pytest.mark.parametrize(("at", "inside"), [((0.5, 0.5), True), ((2, 2), False), ((5, 2), False), ((-1, 2), False)])
def test_a_ring_inside_a_ring_is_a_hole(at, inside):
    assert point_in_polygon(*at, [SQUARE, HOLE]) is inside


def test_a_closed_ring_is_the_same_as_an_open_one():
    assert point_in_polygon(2, 2, [[*SQUARE, SQUARE[0]]])


@given(x=st.floats(-1, 9), y=st.floats(-1, 5), cut=st.floats(0.5, 3.5))
def test_areas_that_share_a_border_count_a_point_once(x, y, cut):
    left = [(0, 0), (4, 0), (cut, 2), (4, 4), (0, 4)]
    right = [(8, 0), (8, 4), (4, 4), (cut, 2), (4, 0)]
    both = point_in_polygon(x, y, [left]) + point_in_polygon(x, y, [right])
    assert both == point_in_polygon(x, y, [[(0, 0), (8, 0), (8, 4), (0, 4)]])


@pytest.mark.parametrize("y", [0, 1, 2, 3])
def test_a_point_on_the_shared_border_belongs_to_one_side(y):
    right = [(4, 0), (8, 0), (8, 4), (4, 4)]
    assert point_in_polygon(4, y, [SQUARE]) + point_in_polygon(4, y, [right]) == 1


def test_a_ring_of_two_points_is_refused():
    with pytest.raises(Invalid, match="三个坐标点"):
        point_in_polygon(0, 0, [[(0, 0), (1, 1)]])


def test_the_box_goes_around_all_rings():
    assert bbox([SQUARE, [(5, -1), (6, 0), (5, 1)]]) == Box(0, -1, 6, 4)


def test_a_box_around_nothing_is_refused():
    with pytest.raises(Invalid):
        bbox([[]])
