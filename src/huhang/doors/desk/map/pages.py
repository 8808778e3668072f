"""The map, its tiles, and the list that says the same to whoever sees no map (A2)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import json_script
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from huhang.base.access.queries import allows
from huhang.base.access.rules import Perm
from huhang.base.journal import actions as journal
from huhang.doors.desk.register import asking
from huhang.doors.desk.rounds.words import day_words
from huhang.doors.frame.gates import actor_of, officers
from huhang.doors.frame.parts import Chip, Filters
from huhang.kernel.errors import Denied, Missing
from huhang.kernel.tiles import check_tile, encode
from huhang.reading.exports import Heading, Sheet
from huhang.reading.map import queries
from huhang.reading.map.queries import LAYERS, Look
from huhang.reading.map.rules import read_shape
from huhang.reading.matters import tables
from huhang.register.subjects import catalogue
from huhang.register.subjects.models import Subject
from huhang.register.units.queries import tree

LISTED, EXPORTED = 500, 50_000
COUNTED = 10_000
"""Subjects whose number the database does not keep are counted up to here."""
NOBODY, SOME_CASE = "00000000-0000-0000-0000-000000000000", "HS-0000-0000"
"""What stands in an address where a key belongs."""
CHOICES = ("flag", "unit", "silent")
"""Filters of the register's list that stand over the map too."""
TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
KEPT_SECONDS = 20
"""A tile may be shown again for so long without asking."""


def look_of(request: HttpRequest, now: datetime) -> tuple[Look, asking.Shown]:
    """What the address asks for.

    Raises:
        Invalid: a filter or a shape that cannot be used.
    """
    given = request.GET.dict()
    shown = asking.read(given, now)
    layers = frozenset(one for one in given.get("layers", "").split(".") if one in LAYERS) or frozenset(LAYERS)
    return Look(actor_of(request), now, shown.wanted, layers, read_shape(given.get("shape", ""))), shown


def _query(request: HttpRequest, **changes: str) -> str:
    said = request.GET.copy()
    for name, value in changes.items():
        if value:
            said[name] = value
        else:
            said.pop(name, None)
    return said.urlencode()


def _bar(request: HttpRequest, shown: asking.Shown, look: Look, here: str) -> Filters:
    """Layers and kinds as chips, the rest as selects; all of it stands in the address."""
    names = {
        "subjects": _("主体"),
        "due": _("该走访的"),
        "posts": _("警务站"),
        "requests": _("在办诉求"),
        "units": _("警务单位"),
        "areas": _("辖区"),
    }
    layers = []
    for code, label in names.items():
        rest = look.layers ^ {code}
        value = "" if len(rest) == len(LAYERS) else ".".join(one for one in LAYERS if one in rest)
        layers.append(Chip(label, f"{here}?{_query(request, layers=value)}", on=code in look.layers))
    kinds = [Chip(_("全部"), f"{here}?{_query(request, kind='', flag='')}", on=not shown.wanted.kind)]
    kinds += [
        Chip(str(label), f"{here}?{_query(request, kind=value, flag='')}", on=shown.wanted.kind == value)
        for value, label in Subject.Kind.choices
    ]
    choices = tuple(one for one in asking.bar(shown, look.actor, here).choices if one.name in CHOICES)
    mine = {one.name for one in choices}
    keep = tuple((name, str(value)) for name, value in request.GET.items() if name not in mine)
    return Filters(
        groups=(tuple(layers), tuple(kinds)), choices=choices, keep=keep, clear_url=here if request.GET else ""
    )


@officers(Perm.SEE)
@require_safe
def map_page(request: HttpRequest) -> HttpResponse:
    """The map under the address's filter.

    Raises:
        Invalid: a filter or a shape that cannot be used.
    """
    now = timezone.now()
    look, shown = look_of(request, now)
    here = reverse("desk:map")
    about = {
        "tiles": reverse("desk:map_tile", args=[0, 0, 0]).replace("0/0/0", "{z}/{x}/{y}"),
        "areas": reverse("desk:map_areas"),
        "due": reverse("desk:map_due"),
        "query": request.GET.urlencode(),
        "layers": sorted(look.layers),
        "shape": [list(p) for p in look.shape.corners] if look.shape else None,
        "extent": queries.extent(),
        "base": settings.HUHANG_MAP_TILES,
        "credit": settings.HUHANG_MAP_CREDIT,
        "subject": reverse("desk:subject", args=[NOBODY]),
        "case": reverse("desk:case", kwargs={"number": SOME_CASE}),
        "post": reverse("desk:post", args=[NOBODY]),
        "list": reverse("desk:map_list"),
        "words": _words(),
    }
    context = {
        "filters": _bar(request, shown, look, here),
        "look": look,
        "about": json_script(about, "map-about"),
        "list_url": f"{reverse('desk:map_list')}?{request.GET.urlencode()}",
        "clear_shape": f"{here}?{_query(request, shape='')}" if look.shape else "",
        "kinds": [(value, label) for value, label in Subject.Kind.choices],
    }
    return render(request, "desk/map/map.html", context)


def _words() -> dict[str, Any]:
    return {
        "kinds": {value: str(label) for value, label in Subject.Kind.choices},
        "late": {"late": _("超期"), "today": _("一天内到期"), "open": _("在办")},
        "due": {"overdue": _("走访和巡访：已迟"), "owed": _("走访和巡访：这一期还没去")},
        "post": _("警务站"),
        "many": _("%(n)s 个"),
        "mixed": _("各类主体"),
        "open": _("打开"),
        "circle": _("点中心，再点边上一点"),
        "polygon": _("依次点各个角，最后点回第一个角"),
        "circle_keys": _("方向键移动准星，按住 Shift 走小步，加减号缩放；回车定中心，再到边上回车；Esc 退一步"),
        "polygon_keys": _("方向键移动准星，按住 Shift 走小步，加减号缩放；回车定一个角，原地再回车画完；Esc 退一步"),
        "at": _("经度 %(lon)s，纬度 %(lat)s"),
        "middle": _("中心已定"),
        "left": _("已定 %(n)s 个角"),
        "radius": _("半径 %(far)s"),
        "from": _("距上一个角 %(far)s"),
        "metres": _("%(n)s 米"),
        "kilometres": _("%(n)s 公里"),
        "stop": _("；"),
        "controls": {
            "Map.Title": _("地图"),
            "NavigationControl.ZoomIn": _("放大"),
            "NavigationControl.ZoomOut": _("缩小"),
            "AttributionControl.ToggleAttribution": _("底图说明"),
            "Popup.Close": _("关闭"),
        },
        "base": _("底图没有取到；我们自己的点不受影响。"),
        "no_pictures": _("这个 PMTiles 文件不是图片底图，画不出来；请换成图片的。"),
        "failed": _("地图数据没有取到，请刷新再试。"),
    }


@officers(Perm.SEE)
@require_safe
def tile(request: HttpRequest, z: int, x: int, y: int) -> HttpResponse:
    """One tile as a Mapbox Vector Tile; empty ground is 204.

    Raises:
        Missing: no such tile.
        Invalid: a filter or a shape that cannot be used.
    """
    if z > 22 or x >= 2**z or y >= 2**z:
        raise Missing
    look, _shown = look_of(request, timezone.now())
    here = check_tile(z, x, y)
    body = encode(here, queries.dots(look, here))
    answer = HttpResponse(body, status=200 if body else 204, content_type="application/vnd.mapbox-vector-tile")
    answer["Cache-Control"] = f"private, max-age={KEPT_SECONDS}"
    return answer


@officers(Perm.SEE)
@require_safe
def areas(request: HttpRequest) -> HttpResponse:
    """Areas and units: the same for every officer, and seldom changed."""
    answer = JsonResponse(
        {"areas": {"type": "FeatureCollection", "features": queries.areas()}, "units": queries.units()}
    )
    answer["Cache-Control"] = "private, max-age=600"
    return answer


@officers(Perm.SEE)
@require_safe
def due(request: HttpRequest) -> HttpResponse:
    """Whom a visit or round is due with, by place, for the whole map (B2).

    Raises:
        Invalid: a filter or a shape that cannot be used.
    """
    look, _shown = look_of(request, timezone.now())
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [spot.lon, spot.lat]},
            "properties": {"due": "overdue" if spot.late else "owed", "n": spot.n, "bad": spot.bad}
            | ({"id": str(spot.id), "name": spot.name} if spot.id else {}),
        }
        for spot in queries.due_spots(look)
    ]
    answer = JsonResponse({"type": "FeatureCollection", "features": features})
    answer["Cache-Control"] = f"private, max-age={KEPT_SECONDS}"
    return answer


@officers(Perm.SEE)
@require_safe
def list_page(request: HttpRequest) -> HttpResponse:
    """What the map shows, as a list.

    Raises:
        Invalid: a filter or a shape that cannot be used.
    """
    actor, now = actor_of(request), timezone.now()
    look, shown = look_of(request, now)
    context = {
        "filters": _bar(request, shown, look, reverse("desk:map_list")),
        "look": look,
        "subjects": _subjects(look),
        "due": _due(look),
        "posts": _posts(look),
        "requests": _requests(look),
        "listed": LISTED,
        "map_url": f"{reverse('desk:map')}?{request.GET.urlencode()}",
        "export_url": f"{reverse('desk:map_export', args=['xlsx'])}?{request.GET.urlencode()}",
        "csv_url": f"{reverse('desk:map_export', args=['csv'])}?{request.GET.urlencode()}",
        "may_export": allows(actor, Perm.EXPORT),
        "now": now,
    }
    return render(request, "desk/map/list.html", context)


def _subjects(look: Look) -> dict[str, Any] | None:
    """The subjects by name, and how many there are; nothing when the layer is not asked for."""
    if "subjects" not in look.layers:
        return None
    columns = ("id", "name", "address", "kind", "unit_id")
    found = list(queries.subjects(look).order_by("name", "id").values_list(*columns)[:LISTED])
    count, over = queries.subject_count(look, most=COUNTED) if len(found) == LISTED else (len(found), False)
    kinds, url = {value: str(label) for value, label in Subject.Kind.choices}, reverse("desk:subject", args=[NOBODY])
    rows = [
        {"url": url.replace(NOBODY, str(pk)), "name": name, "more": address, "kind": kinds[kind], "unit": _unit(unit)}
        for pk, name, address, kind, unit in found
    ]
    return {"rows": rows, "count": count, "over": over}


def _posts(look: Look) -> dict[str, Any] | None:
    if "posts" not in look.layers:
        return None
    columns = ("post__id", "name", "address", "post__host__name")
    found = list(queries.posts(look).order_by("name", "id").values_list(*columns)[:LISTED])
    url = reverse("desk:post", args=[NOBODY])
    rows = [
        {"url": url.replace(NOBODY, str(pk)), "name": name, "more": address, "host": host}
        for pk, name, address, host in found
    ]
    return {"rows": rows, "count": queries.posts(look).count() if len(found) == LISTED else len(found)}


def _requests(look: Look) -> dict[str, Any] | None:
    if "requests" not in look.layers:
        return None
    rows, words = queries.requests(look).annotate(lateness=queries.lateness(look.now)), _words()["late"]
    columns = ("number", "title", "place", "unit_id", "lateness")
    found = list(rows.order_by("due_at", "id").values_list(*columns)[:LISTED])
    url = reverse("desk:case", kwargs={"number": SOME_CASE})
    listed = [
        {
            "url": url.replace(SOME_CASE, number),
            "name": title,
            "more": f"{number} · {place}" if place else number,
            "unit": _unit(unit),
            "late": late,
            "word": words[late],
        }
        for number, title, place, unit, late in found
    ]
    return {"rows": listed, "count": queries.requests(look).count() if len(found) == LISTED else len(found)}


def _due(look: Look) -> dict[str, Any] | None:
    """Whom a visit or round is due with."""
    if "due" not in look.layers:
        return None
    found, count = queries.due(look, most=LISTED)
    url = reverse("desk:subject", args=[NOBODY])
    rows = [
        {
            "url": url.replace(NOBODY, str(one.id)),
            "name": one.name,
            "more": one.address,
            "late": one.late,
            "n": one.n,
            "unit": _unit(one.unit_id),
            "last": day_words(one.last),
        }
        for one in found
    ]
    return {"rows": rows, "count": count}


def _unit(unit: UUID) -> str:
    return tree().label(unit)


@officers(Perm.EXPORT)
@require_safe
def export(request: HttpRequest, form: str) -> HttpResponseBase:
    """The subjects of the list as a file; that it was taken stands in the journal.

    Raises:
        Missing: no such sort of file.
        Denied: more than a file holds.
        Invalid: a filter or a shape that cannot be used.
    """
    if form not in TYPES:
        raise Missing
    actor, now = actor_of(request), timezone.now()
    look, _shown = look_of(request, now)
    found = queries.subjects(look).defer("said", "note").order_by("name", "id")
    count = found.order_by()[: EXPORTED + 1].count()
    if count > EXPORTED:
        raise Denied("一次最多导出 %(most)s 个主体，请缩小范围。", params={"most": f"{EXPORTED:,}"})
    rows = [
        (
            one.name,
            str(Subject.Kind(one.kind).label),
            one.credit_code or one.number,
            _("、").join(catalogue.class_labels(one.flags)),
            tree().label(one.unit_id),
            one.address,
            one.head_count,
            one.investment,
            one.lon,
            one.lat,
        )
        for one in found.iterator()
    ]
    headings = (
        Heading(_("名称"), 36),
        Heading(_("类型"), 12),
        Heading(_("信用代码或编号"), 22),
        Heading(_("分类和标识"), 20),
        Heading(_("责任单位"), 18),
        Heading(_("地址"), 40),
        Heading(_("职工人数"), 10),
        Heading(_("投资额（元）"), 16),
        Heading(_("经度"), 12),
        Heading(_("纬度"), 12),
    )
    sheet = Sheet(_("地图范围内的主体"), headings, ((_("范围"), look.shape.text if look.shape else _("未画范围")),))
    journal.write("map.export", by=actor, now=now, data={"form": form, "count": count})
    answer = HttpResponse(tables.written(form, sheet, rows), content_type=TYPES[form])
    answer["Content-Disposition"] = f'attachment; filename="huhang-map-{now:%Y%m%d}.{form}"'
    return answer
