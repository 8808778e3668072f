"""What a subject is described by: one list that forms, programs, imports and corrections all read (A1).

A value comes as it was written and leaves as it is stored; everything wrong is said at once, field by field.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from huhang.kernel.errors import Invalid
from huhang.kernel.geo import Crs, Point, check_point, convert
from huhang.kernel.identifiers import check_credit_code
from huhang.kernel.text import clean, half_width
from huhang.register.subjects import catalogue
from huhang.register.subjects.models import Subject
from huhang.register.subjects.rules import count_of, money_of


@dataclass(frozen=True)
class Particular:
    """One thing known of a subject; ``correctable`` says that its contacts may ask for a correction of it."""

    name: str
    label: Any
    read: Callable[[Any], Any]
    help: Any = ""
    correctable: bool = False
    most: int = 200


def _words(most: int) -> Callable[[Any], str]:
    return lambda said: " ".join(clean(str(said or ""), max_length=most).split())


def _lines(most: int) -> Callable[[Any], str]:
    return lambda said: clean(str(said or ""), max_length=most)


def _name(said: Any) -> str:
    name = _words(120)(said)
    if len(name) < 2:
        raise Invalid("请填写名称，至少两个字。")
    return name


def _code(said: Any) -> str | None:
    text = str(said or "").strip()
    return check_credit_code(text) if text else None


PARTICULARS = (
    Particular("name", _("名称"), _name, _("照营业执照或批文上的全称"), correctable=True, most=120),
    Particular("short_name", _("简称"), _words(40), correctable=True, most=40),
    Particular("credit_code", _("统一社会信用代码"), _code, _("18 位，最后一位是校验位"), correctable=True, most=40),
    Particular("industry", _("行业"), _words(60), correctable=True, most=60),
    Particular("address", _("地址"), _words(200), correctable=True),
    Particular("head_count", _("职工人数"), count_of, correctable=True, most=20),
    Particular("investment", _("投资额（元）"), money_of, _("也可以写 3亿、5000万"), correctable=True, most=30),
    Particular("note", _("备注"), _lines(2000), most=2000),
)
BY_NAME = {one.name: one for one in PARTICULARS}
LABELS: dict[str, Any] = {
    **{one.name: one.label for one in PARTICULARS},
    "number": _("主体编号"),
    "kind": _("类型"),
    "flags": _("分类和标识"),
    "sensitive": _("涉密"),
    "unit_id": _("责任单位"),
    "unit_from": _("责任单位由来"),
    "lon": _("经度"),
    "lat": _("纬度"),
    "crs": _("坐标系"),
    "given_lon": _("所给经度"),
    "given_lat": _("所给纬度"),
    "within_id": _("所在园区或主体"),
    "state": _("状态"),
    "state_why": _("状态说明"),
    "merged_into_id": _("并入"),
}
"""What every kept field is called to people (history, conflicts)."""

CRS_CHOICES = (
    (Crs.CGCS2000.value, _("CGCS2000（国家大地坐标、天地图）")),
    (Crs.WGS84.value, _("WGS84（GPS）")),
    (Crs.GCJ02.value, _("GCJ-02（高德、腾讯）")),
    (Crs.BD09.value, _("BD-09（百度）")),
)


def read(values: Mapping[str, Any]) -> dict[str, Any]:
    """The particulars among the values, as they are stored.

    Raises:
        Invalid: says every fault beside its field.
    """
    found: dict[str, Any] = {}
    problems: dict[str, str] = {}
    for one in PARTICULARS:
        if one.name not in values:
            continue
        try:
            found[one.name] = one.read(values[one.name])
        except Invalid as wrong:
            problems[one.name] = wrong.text
    if problems:
        raise Invalid(problems=problems)
    return found


def read_flags(codes: Any, kind: str, held: Any = ()) -> list[str]:
    """Classes and flags by code, sorted; those already held may stay although the catalogue no longer has them.

    Raises:
        Invalid: an unknown one, or one that does not fit the kind.
    """
    wanted = sorted({str(code) for code in codes or ()})
    known, fitting = catalogue.classes(), catalogue.classes(kind)
    for code in wanted:
        if code in held or code in fitting:
            continue
        if code in known:
            params = {"name": catalogue.say(known[code]), "kind": str(Subject.Kind(kind).label)}
            raise Invalid("“%(name)s”不用于%(kind)s。", field="flags", params=params)
        raise Invalid("没有“%(code)s”这个分类或标识。", field="flags", params={"code": code[:24]})
    return wanted


def _degrees(said: Any, field: str) -> float | None:
    text = half_width(str(said if said is not None else "")).strip().rstrip("°")
    if not text:
        return None
    try:
        return float(text)
    except ValueError:
        raise Invalid("请填以度为单位的小数，如 121.391382。", field=field) from None


def read_place(lon: Any, lat: Any, crs: Any) -> dict[str, Any]:
    """A place as given and as used (CGCS2000); nothing where nothing was given (STANDARDS §12).

    Raises:
        Invalid: only one half, not on Earth, or an unknown coordinate system.
    """
    x, y = _degrees(lon, "lon"), _degrees(lat, "lat")
    if x is None and y is None:
        return {"lon": None, "lat": None, "crs": "", "given_lon": None, "given_lat": None}
    if x is None or y is None:
        raise Invalid("经度和纬度要一起填。", field="lon" if x is None else "lat")
    try:
        system = Crs(str(crs or Crs.CGCS2000))
    except ValueError:
        raise Invalid("请选择坐标系：CGCS2000、WGS84、GCJ02 或 BD09。", field="crs") from None
    try:
        used = convert(*check_point(x, y), system, Crs.CGCS2000)
    except Invalid as wrong:
        raise Invalid(wrong.message, field="lat" if "纬度" in wrong.message else "lon", params=wrong.params) from None
    place = Point(x, y) if system in (Crs.CGCS2000, Crs.WGS84) else Point(round(used.lon, 7), round(used.lat, 7))
    return {"lon": place.lon, "lat": place.lat, "crs": system.value, "given_lon": x, "given_lat": y}
