"""Areas of units from a GeoJSON file: by them a place finds its responsible unit (A1)."""

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from huhang.base.access.rules import Perm
from huhang.doors.desk.case.told import Told
from huhang.doors.frame.gates import actor_of, officers
from huhang.doors.frame.notices import done
from huhang.kernel.errors import Invalid
from huhang.kernel.geo import Crs
from huhang.register.subjects.particulars import CRS_CHOICES
from huhang.register.units import drawing
from huhang.register.units.actions import draw_areas
from huhang.register.units.models import Unit
from huhang.register.units.queries import tree


class AreasForm(Told):
    """The file, and the system its coordinates are in."""

    file = forms.FileField(
        label=gettext_lazy("GeoJSON 文件"),
        help_text=gettext_lazy("每个面写明是哪个单位：code（机构代码）或 name（全称、简称）"),
        widget=forms.ClearableFileInput(attrs={"accept": ".geojson,.json"}),
    )
    crs = forms.ChoiceField(
        label=gettext_lazy("坐标系"), choices=CRS_CHOICES, help_text=gettext_lazy("保存时换算成 CGCS2000")
    )


@officers(Perm.MANAGE_SYSTEM)
@require_http_methods(["GET", "HEAD", "POST"])
def areas(request: HttpRequest) -> HttpResponseBase:
    """Which units have an area, and the file that draws them: all of it or nothing."""
    form = AreasForm(request.POST, request.FILES) if request.method == "POST" else AreasForm()
    status = 200
    if request.method == "POST":
        try:
            names = _drawn(request)
        except Invalid as wrong:
            form.tell(wrong)
            status = wrong.status
        else:
            done(request, _("已画好 %(n)d 个单位的辖区。") % {"n": len(names)})
            return redirect("desk:unit_areas")
    with_area = set(Unit.objects.filter(area__isnull=False).values_list("pk", flat=True))
    standing = [n for n in tree().nodes.values() if n.valid_to is None and n.kind in ("county", "station")]
    context = {
        "form": form,
        "drawn": sum(n.id in with_area for n in standing),
        "bare": [n.short for n in standing if n.id not in with_area],
    }
    return render(request, "desk/admin/areas.html", context, status=status)


def _drawn(request: HttpRequest) -> list[str]:
    sent = request.FILES.get("file")
    if not isinstance(sent, UploadedFile):
        raise Invalid("请选择一个 GeoJSON 文件。", field="file")
    if (sent.size or 0) > drawing.MOST_BYTES:
        raise Invalid("文件超过 %(most)d MB。", field="file", params={"most": drawing.MOST_BYTES // 1024 // 1024})
    try:
        crs = Crs(request.POST.get("crs", ""))
    except ValueError:
        raise Invalid("请选择坐标系。", field="crs") from None
    return draw_areas(content=sent.read(), crs=crs, by=actor_of(request), now=timezone.now())
